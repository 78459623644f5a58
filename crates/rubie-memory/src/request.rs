//! `ArrayRequest`: all that the planner needs to know about one array.

use std::fmt;
use std::num::NonZeroUsize;

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed.
    I64,
    /// 32 bits, unsigned.
    U32,
    /// 64 bits, unsigned.
    U64,
}

impl DataType {
    /// Bytes of one element.
    pub const fn bytes(self) -> usize {
        match self {
            DataType::F32 | DataType::I32 | DataType::U32 => 4,
            DataType::F64 | DataType::I64 | DataType::U64 => 8,
        }
    }
}

/// The memory an array lives in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Ordinary memory of the host.
    #[default]
    Host,
    /// Memory of the host that a device can read and write directly.
    Pinned,
    /// Memory of the device.
    Device,
}

/// For messages: `device`, `pinned` or `host`.
impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Placement::Host => "host",
            Placement::Pinned => "pinned",
            Placement::Device => "device",
        })
    }
}

/// A complete specification of one array: the planner never asks for more.
///
/// The shape is that of the whole batch. An array with runs has an axis as long as the number of runs, the last
/// unless [`ArrayRequest::chunk_axis`] says otherwise; chunks are cut along it. An array without runs, or one
/// that is [`ArrayRequest::unchunkable`], is there as a whole in every chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayRequest {
    label: String,
    dtype: DataType,
    shape: Vec<usize>,
    chunk_axis: Option<usize>,
    unchunkable: bool,
    total_runs: Option<NonZeroUsize>,
    placement: Placement,
    bytes: usize,
}

impl ArrayRequest {
    /// An array whose last axis is the run axis.
    ///
    /// # Errors
    /// An axis of length zero, a last axis that is not `total_runs` long, more bytes than can be counted.
    pub fn with_runs(
        label: impl Into<String>,
        dtype: DataType,
        shape: Vec<usize>,
        total_runs: NonZeroUsize,
    ) -> Result<Self, RequestError> {
        let request = Self::without_runs(label, dtype, shape)?;
        let last = request.shape.len().saturating_sub(1);
        request.cut_along(last, total_runs)
    }

    /// The same array with runs along an axis.
    ///
    /// # Errors
    /// No such axis; an axis that is not `total_runs` long.
    pub fn cut_along(self, axis: usize, total_runs: NonZeroUsize) -> Result<Self, RequestError> {
        ArrayRequest { total_runs: Some(total_runs), ..self }.chunk_axis(axis)
    }

    /// An array that has no run axis, such as a table of coefficients.
    ///
    /// # Errors
    /// An axis of length zero, more bytes than can be counted.
    pub fn without_runs(
        label: impl Into<String>,
        dtype: DataType,
        shape: Vec<usize>,
    ) -> Result<Self, RequestError> {
        let label = label.into();
        if let Some(axis) = shape.iter().position(|length| *length == 0) {
            return Err(RequestError::EmptyAxis { label, axis, shape });
        }
        let bytes = shape.iter().try_fold(dtype.bytes(), |bytes, length| bytes.checked_mul(*length));
        let Some(bytes) = bytes else { return Err(RequestError::TooLarge { label, shape }) };
        Ok(ArrayRequest {
            label,
            dtype,
            shape,
            chunk_axis: None,
            unchunkable: false,
            total_runs: None,
            placement: Placement::default(),
            bytes,
        })
    }

    /// The same array with another axis as its run axis.
    ///
    /// # Errors
    /// No such axis; an axis that is not as long as the number of runs; an array without runs.
    pub fn chunk_axis(self, axis: usize) -> Result<Self, RequestError> {
        let Some(total_runs) = self.total_runs else {
            return Err(RequestError::NoRuns { label: self.label });
        };
        match self.shape.get(axis) {
            Some(length) if *length == total_runs.get() => {
                Ok(ArrayRequest { chunk_axis: Some(axis), ..self })
            }
            _ => Err(RequestError::RunAxis { label: self.label, axis, shape: self.shape, total_runs }),
        }
    }

    /// The same array, whole in every chunk.
    #[must_use]
    pub fn unchunkable(self) -> Self {
        ArrayRequest { unchunkable: true, ..self }
    }

    /// The same array in another memory.
    #[must_use]
    pub fn placed(self, placement: Placement) -> Self {
        ArrayRequest { placement, ..self }
    }

    /// What messages call the array.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Type of the elements.
    pub fn dtype(&self) -> DataType {
        self.dtype
    }

    /// Length of each axis, for the whole batch; none is zero.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The axis that chunks are cut along; `None` where the array is whole in every chunk.
    pub fn chunked_axis(&self) -> Option<usize> {
        self.chunk_axis.filter(|_| !self.unchunkable)
    }

    /// Number of runs of the batch; `None` for an array without runs.
    pub fn total_runs(&self) -> Option<NonZeroUsize> {
        self.total_runs
    }

    /// The memory it shall live in.
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// Bytes of the whole array.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Shape of the array while a chunk of `runs` runs is in memory.
    pub fn chunked_shape(&self, runs: usize) -> Vec<usize> {
        let mut shape = self.shape.clone();
        if let Some(length) = self.chunked_axis().and_then(|axis| shape.get_mut(axis)) {
            *length = runs.min(*length);
        }
        shape
    }

    /// Bytes of the array while a chunk of `runs` runs is in memory.
    pub fn chunked_bytes(&self, runs: usize) -> usize {
        match (self.chunked_axis(), self.total_runs) {
            (Some(_), Some(total)) => self.bytes / total * runs.min(total.get()),
            _ => self.bytes,
        }
    }
}

/// A request that specifies no array.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// An axis has length zero.
    #[error(
        "array `{label}`: axis {axis} of shape {shape:?} has length 0; leave out an array that holds nothing"
    )]
    EmptyAxis {
        /// The array.
        label: String,
        /// The first such axis.
        axis: usize,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// More bytes than an address can count.
    #[error("array `{label}`: shape {shape:?} has more bytes than this machine can address")]
    TooLarge {
        /// The array.
        label: String,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// The run axis does not exist or has another length.
    #[error("array `{label}`: axis {axis} of shape {shape:?} must be the run axis, {total_runs} long")]
    RunAxis {
        /// The array.
        label: String,
        /// The axis named.
        axis: usize,
        /// The shape asked for.
        shape: Vec<usize>,
        /// Number of runs.
        total_runs: NonZeroUsize,
    },
    /// A run axis for an array without runs.
    #[error("array `{label}` has no runs, so it has no axis to cut along; build it with a number of runs")]
    NoRuns {
        /// The array.
        label: String,
    },
}
