//! Why there is no plan.

use crate::available::Memory;
use crate::bytes::Bytes;

/// Why a batch cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No request has runs.
    #[error(
        "No total_runs found in allocation requests. At least one request must specify total_runs for chunking."
    )]
    NoTotalRuns,
    /// Requests differ in their number of runs.
    #[error("Inconsistent total_runs in requests: found {{{}}}", list(found))]
    Inconsistent {
        /// The numbers, in the order of the requests, each once.
        found: Vec<usize>,
    },
    /// The arrays that are whole in every chunk do not fit by themselves.
    #[error(
        "arrays that cannot be cut into chunks need {}, but only {}{memory} are available; the largest is `{}`: {}",
        Bytes(*needed), Bytes(*available), largest.0, Bytes(largest.1)
    )]
    FixedDoNotFit {
        /// Bytes of all of them.
        needed: u64,
        /// Bytes that are there.
        available: u64,
        /// The memory that is too small.
        memory: Memory,
        /// Label and bytes of the largest.
        largest: (String, u64),
    },
    /// Not even one run fits.
    #[error(
        "one run needs {}, but only {}{memory} are available; most of a run is `{}`: {}",
        Bytes(*needed), Bytes(*available), largest.0, Bytes(largest.1)
    )]
    OneRunDoesNotFit {
        /// Bytes of one run and of all that is whole in every chunk.
        needed: u64,
        /// Bytes that are there.
        available: u64,
        /// The memory that is too small.
        memory: Memory,
        /// Label and bytes per run of the largest array.
        largest: (String, u64),
    },
    /// A chunk that the plan does not have.
    #[error("there is no chunk {index}: the plan has {num_chunks}, counted from 0")]
    NoSuchChunk {
        /// The chunk asked for.
        index: usize,
        /// The chunks there are.
        num_chunks: usize,
    },
}

fn list(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}
