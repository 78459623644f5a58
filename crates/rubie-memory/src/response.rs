//! `ArrayResponse`: what a client gets for its requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::array::Array;
use crate::available::Available;
use crate::device::Stream;
use crate::plan::ChunkPlan;

/// The arrays of one client and the chunks that they are for.
///
/// A client of the group that queued nothing gets a response without arrays, which tells it the chunks.
#[derive(Debug)]
pub struct ArrayResponse {
    /// The arrays by their labels, each as large as a full chunk needs.
    pub arrays: BTreeMap<String, Array>,
    /// Number of chunks.
    pub chunks: usize,
    /// Runs of each chunk but the last, which may be shorter.
    pub chunk_length: usize,
    /// Shape of each array while a full chunk is in memory.
    pub chunked_shapes: BTreeMap<String, Vec<usize>>,
    /// The plan of the whole group, which explains itself when printed.
    pub plan: Arc<ChunkPlan>,
    /// The stream of the group, on which the arrays were allocated.
    pub stream: Arc<dyn Stream>,
}

impl ArrayResponse {
    /// Bytes of all arrays.
    pub fn bytes(&self) -> u64 {
        self.arrays.values().map(|array| array.bytes() as u64).sum()
    }

    /// Bytes of all arrays in each of these memories.
    pub(crate) fn bytes_in(&self, memories: Available) -> Available {
        memories.map(|memory, _| {
            let here = self.arrays.values().filter(|array| memories.memory_of(array.placement()) == memory);
            here.map(|array| array.bytes() as u64).sum()
        })
    }
}
