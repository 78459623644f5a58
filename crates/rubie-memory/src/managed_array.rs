//! `ManagedArray`: the shape of a whole array, how it is cut, and the slice of each chunk.

use std::num::NonZeroUsize;
use std::ops::Range;

use crate::request::{ArrayRequest, DataType, Placement, RequestError};

/// One array of a client: names and lengths of its axes for the whole batch, and how it is cut.
///
/// It holds no memory. It writes its own [`ArrayRequest`], is told the chunks of the response, and says
/// which part of the whole array each chunk is. Until it is told, there is one chunk, the whole array.
///
/// ```
/// use rubie_memory::{DataType, ManagedArray};
///
/// let axes = [("time", 10), ("variable", 3), ("run", 103)];
/// let mut samples = ManagedArray::new("samples", DataType::F64, &axes).chunked_along("run")?;
/// samples.set_chunks(25, 5)?;
/// assert_eq!(samples.chunk_slice(0)?.ranges(), [0..10, 0..3, 0..25]);
/// assert_eq!(samples.chunk_slice(4)?.shape(), [10, 3, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedArray {
    label: String,
    dtype: DataType,
    shape: Vec<usize>,
    axes: Vec<String>,
    chunk_axis: Option<usize>,
    chunk_length: Option<usize>,
    num_chunks: usize,
}

impl ManagedArray {
    /// An array that is whole in every chunk.
    ///
    /// # Arguments
    /// - `label`: what messages call it.
    /// - `axes`: name and length of each axis, the slowest first.
    pub fn new(label: impl Into<String>, dtype: DataType, axes: &[(&str, usize)]) -> Self {
        ManagedArray {
            label: label.into(),
            dtype,
            shape: axes.iter().map(|(_, length)| *length).collect(),
            axes: axes.iter().map(|(name, _)| (*name).to_owned()).collect(),
            chunk_axis: None,
            chunk_length: None,
            num_chunks: 1,
        }
    }

    /// The same array, cut along the axis of this name: its run axis.
    ///
    /// # Errors
    /// No axis has this name.
    pub fn chunked_along(self, axis: &str) -> Result<Self, ChunkError> {
        match self.axes.iter().position(|name| name == axis) {
            Some(found) => Ok(ManagedArray { chunk_axis: Some(found), ..self }),
            None => Err(ChunkError::NoSuchAxis { label: self.label, axis: axis.to_owned(), axes: self.axes }),
        }
    }

    /// The request for this array: with runs if it is cut, without if it is whole in every chunk.
    ///
    /// # Errors
    /// An axis of length zero, more bytes than can be counted.
    pub fn request(&self, placement: Placement) -> Result<ArrayRequest, RequestError> {
        let (label, shape) = (self.label.clone(), self.shape.clone());
        let cut = self.chunk_axis.and_then(|axis| Some((axis, NonZeroUsize::new(*shape.get(axis)?)?)));
        let request = ArrayRequest::without_runs(label, self.dtype, shape)?;
        let request = match cut {
            Some((axis, runs)) => request.cut_along(axis, runs)?,
            None => request,
        };
        Ok(request.placed(placement))
    }

    /// Tells the array how its run axis is cut. Any plan will do that covers every run and leaves no chunk empty.
    ///
    /// # Arguments
    /// - `chunk_length`: runs of each chunk but the last.
    /// - `num_chunks`: number of chunks.
    ///
    /// # Errors
    /// Chunks that leave runs out, or of which one would be empty; the array then keeps what it was told before.
    pub fn set_chunks(&mut self, chunk_length: usize, num_chunks: usize) -> Result<(), ChunkError> {
        let before_last = num_chunks.checked_sub(1).and_then(|chunks| chunks.checked_mul(chunk_length));
        let covers = |runs: usize| {
            before_last.is_some_and(|start| start < runs && start.saturating_add(chunk_length) >= runs)
        };
        let runs = self.chunk_axis.and_then(|axis| self.shape.get(axis).copied());
        if num_chunks == 0 || chunk_length == 0 || !runs.is_none_or(covers) {
            let (label, runs) = (self.label.clone(), runs.unwrap_or(0));
            return Err(ChunkError::DoesNotCover { label, runs, chunk_length, num_chunks });
        }
        self.chunk_length = Some(chunk_length);
        self.num_chunks = num_chunks;
        Ok(())
    }

    /// The part of the whole array that is chunk `index`, counted from 0.
    ///
    /// # Errors
    /// [`ChunkError::NoSuchChunk`].
    pub fn chunk_slice(&self, index: usize) -> Result<ChunkSlice, ChunkError> {
        if index >= self.num_chunks {
            let (label, num_chunks) = (self.label.clone(), self.num_chunks);
            return Err(ChunkError::NoSuchChunk { label, index, num_chunks });
        }
        let mut ranges: Vec<Range<usize>> = self.shape.iter().map(|length| 0..*length).collect();
        if let (Some(axis), Some(length)) = (self.chunk_axis, self.chunk_length)
            && let Some(range) = ranges.get_mut(axis)
        {
            let start = index * length;
            *range = start..range.end.min(start.saturating_add(length));
        }
        Ok(ChunkSlice { ranges, whole: self.shape.clone() })
    }

    /// The slices of all chunks, in the order of the runs.
    pub fn chunk_slices(&self) -> impl Iterator<Item = ChunkSlice> + '_ {
        (0..self.num_chunks).filter_map(|index| self.chunk_slice(index).ok())
    }

    /// What messages call the array.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Type of the elements.
    pub fn dtype(&self) -> DataType {
        self.dtype
    }

    /// Length of each axis, for the whole batch.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Name of each axis.
    pub fn axes(&self) -> &[String] {
        &self.axes
    }

    /// The axis that is cut; `None` for an array that is whole in every chunk.
    pub fn chunk_axis(&self) -> Option<usize> {
        self.chunk_axis
    }

    /// Runs of each chunk but the last; `None` until it is told.
    pub fn chunk_length(&self) -> Option<usize> {
        self.chunk_length
    }

    /// Number of chunks; 1 until it is told.
    pub fn num_chunks(&self) -> usize {
        self.num_chunks
    }
}

/// The part of an array that is one chunk: a range of indices along each axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkSlice {
    ranges: Vec<Range<usize>>,
    whole: Vec<usize>,
}

impl ChunkSlice {
    /// The indices along each axis.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Lengths of the axes of the chunk.
    pub fn shape(&self) -> Vec<usize> {
        self.ranges.iter().map(ExactSizeIterator::len).collect()
    }

    /// Number of elements of the chunk.
    pub fn elements(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).product()
    }

    /// The pieces of the whole array that make up the chunk, in the chunk's order, as ranges of positions in the whole
    /// array with its last axis fastest. Copied one after the other they are the chunk.
    pub fn pieces(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        // All axes after the last that is not taken whole are contiguous with it.
        let cut = self.ranges.iter().zip(&self.whole).rposition(|(range, whole)| range.len() != *whole);
        let cut = cut.unwrap_or(0);
        let within: usize = self.whole.get(cut + 1..).unwrap_or_default().iter().product();
        let range = self.ranges.get(cut).cloned().unwrap_or(0..1);
        let pitch = self.whole.get(cut).copied().unwrap_or(1) * within;
        // At most one axis is cut, so the axes before it are whole.
        let outer: usize = self.whole.get(..cut).unwrap_or_default().iter().product();
        let nothing = range.is_empty() || within == 0;
        let outer = if nothing { 0 } else { outer };
        (0..outer).map(move |i| i * pitch + range.start * within..i * pitch + range.end * within)
    }
}

/// A way to cut an array that it does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// No axis has the name.
    #[error("array `{label}` has no axis `{axis}`; its axes are {}", axes.join(", "))]
    NoSuchAxis {
        /// The array.
        label: String,
        /// The name asked for.
        axis: String,
        /// The names there are.
        axes: Vec<String>,
    },
    /// Chunks that leave runs out, or of which one is empty.
    #[error(
        "array `{label}`: {num_chunks} chunks of {chunk_length} do not cover its {runs} runs with every chunk holding one"
    )]
    DoesNotCover {
        /// The array.
        label: String,
        /// Runs of the whole array.
        runs: usize,
        /// The length it was told.
        chunk_length: usize,
        /// The number it was told.
        num_chunks: usize,
    },
    /// A chunk that the array does not have.
    #[error("array `{label}` has no chunk {index}: it has {num_chunks}, counted from 0")]
    NoSuchChunk {
        /// The array.
        label: String,
        /// The chunk asked for.
        index: usize,
        /// The chunks there are.
        num_chunks: usize,
    },
}
