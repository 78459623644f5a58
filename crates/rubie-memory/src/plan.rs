//! The chunk plan: a pure function from requests and a number of bytes.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;

use crate::request::ArrayRequest;

/// How a batch is cut along its run axis.
///
/// Printed, it explains itself: how many chunks, what takes the memory, which array most of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkPlan {
    total_runs: usize,
    chunk_length: usize,
    num_chunks: usize,
    fixed_bytes: u64,
    run_bytes: u64,
    available: u64,
    largest: (String, u64),
}

/// Plans how a batch is cut along its run axis so that each chunk fits into `available` bytes.
///
/// A pure function: it allocates nothing and asks nobody. Arrays that cannot be chunked are set aside first;
/// what is left is divided by the bytes of one run. Chunks are as equal as possible, the last may be shorter.
///
/// # Arguments
/// - `requests`: all arrays that live in this memory at the same time; shapes are those of the whole batch.
/// - `available`: bytes of this memory.
///
/// # Returns
/// The smallest number of chunks that fits, each `chunk_length` runs long but the last.
///
/// # Errors
/// - [`PlanError::NoTotalRuns`]: no request has runs.
/// - [`PlanError::Inconsistent`]: requests differ in their number of runs; the message names the numbers in order.
/// - [`PlanError::FixedDoNotFit`]: the arrays that are whole in every chunk do not fit by themselves.
/// - [`PlanError::OneRunDoesNotFit`]: not even one run fits; says what it needs, what is there, what is largest.
pub fn plan(requests: &[ArrayRequest], available: u64) -> Result<ChunkPlan, PlanError> {
    let total_runs = total_runs(requests)?.get();
    let fixed = requests.iter().filter(|request| request.chunked_axis().is_none());
    let fixed = fixed.map(|request| (request.label(), request.bytes() as u64));
    let (fixed_bytes, run_bytes) = (sum(fixed.clone()), sum(chunked(requests)));
    let Some(rest) = u128::from(available).checked_sub(fixed_bytes) else {
        return Err(PlanError::FixedDoNotFit {
            needed: countable(fixed_bytes),
            available,
            largest: largest(fixed),
        });
    };
    let fitting = rest.checked_div(run_bytes).unwrap_or(u128::MAX).min(total_runs as u128) as usize;
    let largest = largest(chunked(requests));
    if fitting == 0 {
        return Err(PlanError::OneRunDoesNotFit {
            needed: countable(fixed_bytes + run_bytes),
            available,
            largest,
        });
    }
    let num_chunks = total_runs.div_ceil(fitting);
    let chunk_length = total_runs.div_ceil(num_chunks);
    let (fixed_bytes, run_bytes) = (countable(fixed_bytes), countable(run_bytes));
    Ok(ChunkPlan { total_runs, chunk_length, num_chunks, fixed_bytes, run_bytes, available, largest })
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

/// The arrays that are cut, each with its bytes of one run.
fn chunked(requests: &[ArrayRequest]) -> impl Iterator<Item = (&str, u64)> {
    let cut = requests.iter().filter(|request| request.chunked_axis().is_some());
    cut.filter_map(|request| Some((request.label(), (request.bytes() / request.total_runs()?.get()) as u64)))
}

/// Wide enough for any number of arrays that each can be addressed.
fn sum<'a>(arrays: impl Iterator<Item = (&'a str, u64)>) -> u128 {
    arrays.map(|(_, bytes)| u128::from(bytes)).sum()
}

/// For messages about more bytes than there can be.
fn countable(bytes: u128) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Label and bytes of the largest array; of equal ones, the first.
fn largest<'a>(arrays: impl Iterator<Item = (&'a str, u64)>) -> (String, u64) {
    let larger = |a: (&'a str, u64), b: (&'a str, u64)| if b.1 > a.1 { b } else { a };
    let (label, bytes) = arrays.reduce(larger).unwrap_or_default();
    (label.to_owned(), bytes)
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

    /// Bytes that are needed while a full chunk is in memory.
    pub fn chunk_bytes(&self) -> u64 {
        self.fixed_bytes + self.run_bytes * self.chunk_length as u64
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

impl fmt::Display for ChunkPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.total_runs - (self.num_chunks - 1) * self.chunk_length;
        match (self.num_chunks, last == self.chunk_length) {
            (1, _) => writeln!(f, "{} runs in one chunk", self.total_runs)?,
            (chunks, true) => {
                writeln!(f, "{} runs in {chunks} chunks of {}", self.total_runs, self.chunk_length)?;
            }
            (chunks, false) => {
                let length = self.chunk_length;
                writeln!(f, "{} runs in {chunks} chunks of {length}, the last of {last}", self.total_runs)?;
            }
        }
        write!(f, "a chunk takes {} of {}: ", Bytes(self.chunk_bytes()), Bytes(self.available))?;
        write!(f, "{} per run, {} whatever the runs", Bytes(self.run_bytes), Bytes(self.fixed_bytes))?;
        match &self.largest {
            (_, 0) => Ok(()),
            (label, bytes) => write!(f, "\nmost of a run is `{label}`: {}", Bytes(*bytes)),
        }
    }
}

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
        "arrays that cannot be cut into chunks need {}, but only {} are available; the largest is `{}`: {}",
        Bytes(*needed), Bytes(*available), largest.0, Bytes(largest.1)
    )]
    FixedDoNotFit {
        /// Bytes of all of them.
        needed: u64,
        /// Bytes that are there.
        available: u64,
        /// Label and bytes of the largest.
        largest: (String, u64),
    },
    /// Not even one run fits.
    #[error(
        "one run needs {}, but only {} are available; most of a run is `{}`: {}",
        Bytes(*needed), Bytes(*available), largest.0, Bytes(largest.1)
    )]
    OneRunDoesNotFit {
        /// Bytes of one run and of all that is whole in every chunk.
        needed: u64,
        /// Bytes that are there.
        available: u64,
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

/// A number of bytes in the largest unit that leaves at least one whole.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let power = (self.0.max(1).ilog2() / 10) as usize;
        match power.checked_sub(1).and_then(|unit| UNITS.get(unit)) {
            None => write!(f, "{} bytes", self.0),
            Some(unit) => write!(f, "{:.1} {unit}", self.0 as f64 / (1u64 << (10 * power)) as f64),
        }
    }
}
