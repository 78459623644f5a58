//! The times of samples: a formula where they are regular, a list where they are not.

use crate::span::{ScheduleError, Span};

/// The largest number of samples per run: beyond it an interval is a slip of the keyboard.
const MOST_SAMPLES: f64 = 1e9;

/// Evenly spaced times that are computed, never accumulated and never stored.
///
/// Time `i` (from 0) is `start + (first + i) * interval`, but never beyond `end`. Two grids of equal interval and start therefore
/// agree on every time to the last bit, whatever was counted before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Where multiples of the interval are counted from.
    pub start: f64,
    /// Distance of neighbours, positive.
    pub interval: f64,
    /// The multiple that the first time is: 0 for times that begin at `start`, 1 for those that begin one interval later.
    pub first: u64,
    /// Number of times.
    pub count: usize,
    /// No time is beyond this one: rounding may not carry a sample out of the run.
    pub end: f64,
}

impl Grid {
    /// The time with this index; `None` after the last.
    pub fn get(&self, index: usize) -> Option<f64> {
        let multiple = || (self.first + index as u64) as f64;
        (index < self.count).then(|| (self.start + multiple() * self.interval).min(self.end))
    }
}

/// The times of the samples of a run, increasing.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleTimes {
    /// By a formula.
    Regular(Grid),
    /// As a list.
    Listed(Vec<f64>),
}

impl SampleTimes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            SampleTimes::Regular(grid) => grid.count,
            SampleTimes::Listed(times) => times.len(),
        }
    }

    /// The time of sample `index`; `None` after the last.
    pub fn get(&self, index: usize) -> Option<f64> {
        match self {
            SampleTimes::Regular(grid) => grid.get(index),
            SampleTimes::Listed(times) => times.get(index).copied(),
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// How many whole intervals the recorded span holds, at least one.
///
/// `floor(q + min(allowance, 0.49))` for the quotient q, where the allowance is 4 eps q and what the rounding of the span's two
/// ends can take from q: a quotient that misses a whole number by rounding only counts as that number.
pub(crate) fn intervals(interval: f64, span: Span) -> Result<u64, ScheduleError> {
    if !interval.is_finite() {
        return Err(ScheduleError::NotFinite { what: "interval between samples", value: interval });
    }
    if interval <= 0.0 {
        return Err(ScheduleError::IntervalNotPositive(interval));
    }
    let duration = span.end - span.start;
    let quotient = duration / interval;
    let ends = (span.start.abs() + span.end.abs()) / interval;
    let allowance = f64::EPSILON * (4.0 * quotient + ends);
    let count = (quotient + allowance.min(0.49)).floor();
    if count < 1.0 {
        return Err(ScheduleError::IntervalTooLong { interval, duration });
    }
    if count > MOST_SAMPLES {
        return Err(ScheduleError::TooMany(count));
    }
    Ok(count as u64)
}
