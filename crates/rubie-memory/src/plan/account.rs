//! What arrays and memories contribute to a plan.

use super::PlanError;
use crate::available::Memory;
use crate::bytes::countable;
use crate::request::{ArrayRequest, Placement};

/// The bytes of one array in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayBytes {
    /// What messages call the array.
    pub label: String,
    /// Where it was asked to live.
    pub placement: Placement,
    /// The memory that it takes.
    pub memory: Memory,
    /// Bytes of each run; 0 for an array that is whole in every chunk.
    pub per_run: u64,
    /// Bytes whatever the number of runs; 0 for an array that is cut.
    pub fixed: u64,
}

impl ArrayBytes {
    pub(super) fn new(request: &ArrayRequest, memory: Memory) -> Self {
        let bytes = request.chunked_bytes(1) as u64;
        let (per_run, fixed) = if request.chunked_axis().is_some() { (bytes, 0) } else { (0, bytes) };
        ArrayBytes {
            label: request.label().to_owned(),
            placement: request.placement(),
            memory,
            per_run,
            fixed,
        }
    }

    /// Bytes while `runs` runs are in memory; all there can be where they are more than can be counted.
    pub fn of_runs(&self, runs: usize) -> u64 {
        self.per_run.saturating_mul(runs as u64).saturating_add(self.fixed)
    }
}

/// What a plan takes of one memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryBytes {
    /// The memory.
    pub memory: Memory,
    /// Bytes the plan may use.
    pub available: u64,
    /// Bytes of each run, of all arrays.
    pub per_run: u64,
    /// Bytes whatever the number of runs, of all arrays.
    pub fixed: u64,
}

impl MemoryBytes {
    /// Adds up the arrays of one memory.
    ///
    /// # Returns
    /// The sums, and how many runs fit: at least 1, at most `total_runs`.
    pub(super) fn new(
        memory: Memory,
        available: u64,
        arrays: &[ArrayBytes],
        total_runs: usize,
    ) -> Result<(Self, usize), PlanError> {
        let here = || arrays.iter().filter(move |array| array.memory == memory);
        let fixed: u128 = here().map(|array| u128::from(array.fixed)).sum();
        let per_run: u128 = here().map(|array| u128::from(array.per_run)).sum();
        let Some(rest) = u128::from(available).checked_sub(fixed) else {
            let largest = largest(here().map(|array| (array, array.fixed)));
            return Err(PlanError::FixedDoNotFit { needed: countable(fixed), available, memory, largest });
        };
        let fitting = rest.checked_div(per_run).unwrap_or(u128::MAX).min(total_runs as u128) as usize;
        if fitting == 0 {
            let largest = largest(here().map(|array| (array, array.per_run)));
            let needed = countable(fixed + per_run);
            return Err(PlanError::OneRunDoesNotFit { needed, available, memory, largest });
        }
        Ok((MemoryBytes { memory, available, per_run: countable(per_run), fixed: countable(fixed) }, fitting))
    }

    /// Bytes while `runs` runs are in memory; all there can be where they are more than can be counted.
    pub fn of_runs(&self, runs: usize) -> u64 {
        self.per_run.saturating_mul(runs as u64).saturating_add(self.fixed)
    }
}

/// Label and bytes of the largest array; of equal ones, the first.
pub(super) fn largest<'a>(arrays: impl Iterator<Item = (&'a ArrayBytes, u64)>) -> (String, u64) {
    let larger = |a: (&'a ArrayBytes, u64), b: (&'a ArrayBytes, u64)| if b.1 > a.1 { b } else { a };
    arrays.reduce(larger).map(|(array, bytes)| (array.label.clone(), bytes)).unwrap_or_default()
}
