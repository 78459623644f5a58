//! A unit of work: consecutive runs of a chunk that one thread computes, and the part of the outputs
//! that belongs to them.

use std::ops::Range;

use rubie_program::{Element, expect_write};

use crate::backend::ChunkInputs;
use crate::status::Status;

/// Runs of a unit at most: enough that lanes are seldom empty, few enough that threads share evenly.
const MOST_RUNS: usize = 4096;

/// The runs of one unit, and where their results go.
pub(super) struct Unit<'a, T> {
    /// Runs of the chunk.
    pub(super) runs: Range<usize>,
    /// One slice per (time, variable), as long as the unit.
    pub(super) samples: Vec<&'a mut [T]>,
    /// One slice per (window, column), as long as the unit.
    pub(super) summaries: Vec<&'a mut [T]>,
    /// Of each slot, when and which: two slices, as long as the unit; empty where events are not recorded.
    pub(super) events: Vec<&'a mut [f64]>,
    /// How many events of each run have slots; empty where events are not recorded.
    recorded: Vec<usize>,
    /// One word per run.
    pub(super) status: &'a mut [Status],
}

impl<T: Element> Unit<'_, T> {
    /// Writes a sample of the run `run` (counted from the start of the unit) into the rows of the samples from `first` on: the time's
    /// index times the number of variables.
    #[inline(always)]
    pub(super) fn write(&mut self, run: usize, first: usize, values: impl ExactSizeIterator<Item = T>) {
        let count = values.len();
        let (rows, next) = self.samples[first..].split_at_mut(count);
        rows.iter_mut().zip(values).for_each(|(row, value)| row[run] = value);
        // The run's next sample goes to other lines, far apart: without this, all that is written later would have to wait for them.
        next.iter().take(count).for_each(|row| expect_write(&row[run]));
    }

    /// Writes a variable's values at the start of runs, of `run` and those behind it.
    pub(super) fn write_first(&mut self, run: usize, variable: usize, values: &[T]) {
        self.samples[variable][run..][..values.len()].copy_from_slice(values);
    }

    /// Whether events are recorded.
    pub(super) fn records_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Writes down an event of the run `run` (counted from the start of the unit); says whether a slot was left.
    pub(super) fn record_event(&mut self, run: usize, time: f64, event: usize) -> bool {
        let slot = 2 * self.recorded[run];
        let Some([when, which]) = self.events.get_mut(slot..slot + 2) else { return false };
        (when[run], which[run]) = (time, event as f64);
        self.recorded[run] += 1;
        true
    }

    /// Marks a run as failed: rows of the samples and of the summaries are NaN from the given ones on.
    pub(super) fn fail(&mut self, run: usize, [sample, summary]: [usize; 2], status: Status) {
        self.status[run] = status;
        for row in self.samples[sample..].iter_mut().chain(&mut self.summaries[summary..]) {
            row[run] = T::from_f64(f64::NAN);
        }
    }
}

/// Cuts a chunk into units for `threads` threads of blocks of `lanes` lanes.
pub(super) fn units<'a, T>(
    inputs: ChunkInputs<'_>,
    [samples, summaries]: [&'a mut [T]; 2],
    status: &'a mut [Status],
    threads: usize,
    lanes: usize,
) -> Vec<Unit<'a, T>> {
    let runs = inputs.runs;
    let length = unit_length(runs, threads, lanes);
    let mut units: Vec<Unit<'a, T>> = Vec::with_capacity(runs.div_ceil(length));
    for (i, status) in status.chunks_mut(length).enumerate() {
        let first = i * length;
        let runs = first..first + status.len();
        let (samples, summaries, events, recorded) = Default::default();
        units.push(Unit { runs, samples, summaries, events, recorded, status });
    }
    for row in samples.chunks_mut(runs) {
        for (unit, part) in units.iter_mut().zip(row.chunks_mut(length)) {
            unit.samples.push(part);
        }
    }
    for row in summaries.chunks_mut(runs) {
        for (unit, part) in units.iter_mut().zip(row.chunks_mut(length)) {
            unit.summaries.push(part);
        }
    }
    units
}

/// Hands out the room for events, of shape (slot, 2, run).
pub(super) fn give_events<'a, T>(units: &mut [Unit<'a, T>], events: &'a mut [f64], runs: usize) {
    if events.is_empty() {
        return;
    }
    for mut row in events.chunks_mut(runs) {
        for unit in units.iter_mut() {
            let (own, rest) = row.split_at_mut(unit.runs.len());
            unit.recorded.resize(own.len(), 0);
            unit.events.push(own);
            row = rest;
        }
    }
}

/// Several units per thread where that leaves each lane many runs (a unit ends with lanes running empty),
/// else one, in whole blocks of lanes.
fn unit_length(runs: usize, threads: usize, lanes: usize) -> usize {
    let fine = runs.div_ceil(threads.saturating_mul(4).max(1));
    let coarse = runs.div_ceil(threads.max(1));
    let share = if fine >= 16 * lanes { fine } else { coarse };
    share.clamp(1, MOST_RUNS).next_multiple_of(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_cover_the_chunk_once_and_in_order() {
        for (runs, threads, lanes) in [(1, 1, 64), (103, 2, 8), (5000, 7, 64), (100_000, 2, 64)] {
            let mut samples: Vec<f64> = (0..3 * runs).map(|i| i as f64).collect();
            let mut summaries = samples[..2 * runs].to_vec();
            let mut status = vec![Status::SUCCESS; runs];
            let inputs = ChunkInputs { runs, values: &[] };
            let units = units(inputs, [&mut samples, &mut summaries], &mut status, threads, lanes);
            let mut next = 0;
            for unit in &units {
                assert_eq!(unit.runs.start, next);
                assert_eq!(unit.status.len(), unit.runs.len());
                assert_eq!((unit.samples.len(), unit.summaries.len()), (3, 2));
                assert_eq!(unit.summaries[1][0], (runs + next) as f64);
                assert_eq!(unit.samples[2][0], (2 * runs + next) as f64);
                next = unit.runs.end;
            }
            assert_eq!(next, runs);
        }
    }
}
