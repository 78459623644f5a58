//! The chunk plan: a pure function from requests and bytes.

mod error;
mod account;
mod display;

use std::num::NonZeroUsize;
use std::ops::Range;

use crate::available::{Available, Memory};
use crate::request::ArrayRequest;

pub use account::{ArrayBytes, MemoryBytes};
pub use error::PlanError;

/// How a batch is cut along its run axis.
///
/// Printed, it explains itself: how many chunks of what length, what there is and what a chunk takes of it, which
/// array most of it. Printed with `{:#}`, a table of the bytes of each array follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkPlan {
    total_runs: usize,
    chunk_length: usize,
    num_chunks: usize,
    memories: Vec<MemoryBytes>,
    arrays: Vec<ArrayBytes>,
}

/// Plans how a batch is cut along its run axis so that each chunk fits into the `available` bytes.
///
/// A pure function: it allocates nothing and asks nobody. Arrays that cannot be chunked are set aside first;
/// what is left is divided by the bytes of one run. Chunks are as equal as possible, the last may be shorter.
/// Where a device has a memory of its own, the memory that fits the fewest runs decides.
///
/// # Arguments
/// - `requests`: all arrays that live at the same time; shapes are those of the whole batch.
/// - `available`: bytes that may be used, one number where all placements share one memory.
///
/// # Returns
/// The smallest number of chunks that fits, each `chunk_length` runs long but the last.
///
/// # Errors
/// - [`PlanError::NoTotalRuns`]: no request has runs.
/// - [`PlanError::Inconsistent`]: requests differ in their number of runs; the message names the numbers in order.
/// - [`PlanError::FixedDoNotFit`]: the arrays that are whole in every chunk do not fit by themselves.
/// - [`PlanError::OneRunDoesNotFit`]: not even one run fits; says what it needs, what is there, what is largest.
pub fn plan(requests: &[ArrayRequest], available: impl Into<Available>) -> Result<ChunkPlan, PlanError> {
    let available = available.into();
    let total_runs = total_runs(requests)?.get();
    let array = |request| ArrayBytes::new(request, available.memory_of(request.placement()));
    let arrays: Vec<ArrayBytes> = requests.iter().map(array).collect();
    let mut fitting = total_runs;
    let mut memories = Vec::new();
    for (memory, bytes) in available.memories() {
        let (memory, runs) = MemoryBytes::new(memory, bytes, &arrays, total_runs)?;
        fitting = fitting.min(runs);
        memories.push(memory);
    }
    let num_chunks = total_runs.div_ceil(fitting);
    let chunk_length = total_runs.div_ceil(num_chunks);
    Ok(ChunkPlan { total_runs, chunk_length, num_chunks, memories, arrays })
}

/// The number of runs that all requests with runs agree on.
fn total_runs(requests: &[ArrayRequest]) -> Result<NonZeroUsize, PlanError> {
    let mut found: Vec<NonZeroUsize> = Vec::new();
    for runs in requests.iter().filter_map(ArrayRequest::total_runs) {
        if !found.contains(&runs) {
            found.push(runs);
        }
    }
    match found[..] {
        [] => Err(PlanError::NoTotalRuns),
        [runs] => Ok(runs),
        _ => Err(PlanError::Inconsistent { found: found.into_iter().map(NonZeroUsize::get).collect() }),
    }
}

impl ChunkPlan {
    /// Runs of the batch.
    pub fn total_runs(&self) -> usize {
        self.total_runs
    }

    /// Runs of each chunk but the last, which may be shorter.
    pub fn chunk_length(&self) -> usize {
        self.chunk_length
    }

    /// Number of chunks; at least 1.
    pub fn num_chunks(&self) -> usize {
        self.num_chunks
    }

    /// The arrays of the plan, in the order of the requests.
    pub fn arrays(&self) -> &[ArrayBytes] {
        &self.arrays
    }

    /// What is there of each memory and what the arrays take of it.
    pub fn memories(&self) -> &[MemoryBytes] {
        &self.memories
    }

    /// Bytes that are needed while a full chunk is in memory, of all memories together.
    pub fn chunk_bytes(&self) -> u64 {
        self.memories.iter().fold(0, |sum, memory| sum.saturating_add(memory.of_runs(self.chunk_length)))
    }

    /// Bytes that are needed of one memory while a full chunk is in it.
    pub fn bytes_of_chunk(&self, memory: Memory) -> u64 {
        let found = self.memories.iter().find(|bytes| bytes.memory == memory);
        found.map_or(0, |bytes| bytes.of_runs(self.chunk_length))
    }

    /// Bytes that all runs at once would need of one memory, or the most that can be counted.
    pub fn bytes_of_batch(&self, memory: Memory) -> u64 {
        let found = self.memories.iter().find(|bytes| bytes.memory == memory);
        found.map_or(0, |bytes| bytes.of_runs(self.total_runs))
    }

    /// The runs of chunk `index`, counted from 0.
    ///
    /// # Errors
    /// [`PlanError::NoSuchChunk`].
    pub fn chunk(&self, index: usize) -> Result<Range<usize>, PlanError> {
        if index >= self.num_chunks {
            return Err(PlanError::NoSuchChunk { index, num_chunks: self.num_chunks });
        }
        let start = index * self.chunk_length;
        Ok(start..self.total_runs.min(start.saturating_add(self.chunk_length)))
    }

    /// All chunks, in the order of the runs.
    pub fn chunks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        (0..self.num_chunks).filter_map(|index| self.chunk(index).ok())
    }
}
