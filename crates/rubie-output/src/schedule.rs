//! When samples are saved: the rules that turn "every 0.1" into times.

use crate::span::{ScheduleError, Span};
use crate::times::{Grid, SampleTimes, intervals};

/// Which samples of a run are saved.
///
/// Times are the same for all runs. Sample k of [`Schedule::Every`] is at `start + k * interval`, computed
/// and never accumulated; samples are taken through the method's interpolant, so that no schedule
/// changes the steps of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// No samples: only summaries are wanted.
    Never,
    /// The state at the end of the run.
    Final,
    /// The first and the last point.
    Ends,
    /// The first point and then one every so many units of time.
    Every(f64),
    /// At the given times, in increasing order.
    At(Vec<f64>),
}

impl Schedule {
    /// The times of the samples of a run over `span`, increasing, all within `span.start ..= span.end`.
    ///
    /// An interval that does not divide the span leaves the rest unsaved: 0 to 1 every 0.3 gives 0, 0.3, 0.6, 0.9.
    /// A quotient that misses a whole number by rounding only (a few units in the last place) counts as that number.
    /// [`Schedule::Every`] gives a formula, whatever the number of samples; the others give a list.
    ///
    /// # Errors
    /// Intervals that are not positive or longer than the span, lists that are empty, unordered or outside the span.
    pub fn sample_times(&self, span: Span) -> Result<SampleTimes, ScheduleError> {
        Ok(match self {
            Schedule::Never => SampleTimes::Listed(Vec::new()),
            Schedule::Final => SampleTimes::Listed(vec![span.end]),
            Schedule::Ends => SampleTimes::Listed(vec![span.start, span.end]),
            Schedule::Every(interval) => SampleTimes::Regular(every(*interval, span)?),
            Schedule::At(times) => SampleTimes::Listed(listed(times, span)?),
        })
    }

    /// The times of [`Schedule::sample_times`] as a list.
    ///
    /// # Errors
    /// As there.
    pub fn times(&self, span: Span) -> Result<Vec<f64>, ScheduleError> {
        Ok(self.sample_times(span)?.iter().collect())
    }
}

fn every(interval: f64, span: Span) -> Result<Grid, ScheduleError> {
    let count = intervals(interval, span)? as usize + 1;
    Ok(Grid { start: span.start, interval, first: 0, count, end: span.end })
}

fn listed(times: &[f64], span: Span) -> Result<Vec<f64>, ScheduleError> {
    if times.is_empty() {
        return Err(ScheduleError::NoTimes);
    }
    for &time in times {
        if !time.is_finite() {
            return Err(ScheduleError::NotFinite { what: "save time", value: time });
        }
        if time < span.start || time > span.end {
            return Err(ScheduleError::Outside { time, start: span.start, end: span.end });
        }
    }
    for pair in times.windows(2) {
        if pair[1] <= pair[0] {
            return Err(ScheduleError::NotIncreasing { previous: pair[0], next: pair[1] });
        }
    }
    Ok(times.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(schedule: Schedule, t0: f64, end: f64, settle: f64) -> Result<Vec<f64>, ScheduleError> {
        schedule.times(Span::new(t0, end, settle)?)
    }

    #[test]
    fn an_interval_that_does_not_divide_leaves_the_rest() {
        assert_eq!(times(Schedule::Every(0.25), 0.0, 1.0, 0.0).unwrap(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        let saved = times(Schedule::Every(0.3), 0.0, 1.0, 0.0).unwrap();
        assert_eq!(saved, [0.0, 0.3, 0.6, 0.3 * 3.0]);
    }

    #[test]
    fn rounding_does_not_lose_the_last_sample() {
        for (interval, end, count) in [(0.1, 0.7, 8), (0.1, 0.3, 4), (0.7, 4.9, 8), (1e-3, 1.0, 1001)] {
            let saved = times(Schedule::Every(interval), 0.0, end, 0.0).unwrap();
            assert_eq!(saved.len(), count, "every {interval} until {end}");
            assert!(saved.iter().all(|&t| t <= end));
        }
        for t0 in [1e6, -1e9, 3.3e4] {
            let span = Span::lasting(t0, 0.0, 0.7).unwrap();
            let saved = Schedule::Every(0.1).times(span).unwrap();
            assert_eq!(saved.len(), 8, "from {t0}");
            assert!(saved[7] <= span.end);
        }
    }

    #[test]
    fn settling_moves_the_first_sample() {
        assert_eq!(times(Schedule::Every(1.0), -1.0, 3.0, 2.0).unwrap(), [1.0, 2.0, 3.0]);
        assert_eq!(times(Schedule::Ends, 0.0, 3.0, 2.0).unwrap(), [2.0, 3.0]);
        assert_eq!(times(Schedule::Final, 0.0, 3.0, 2.0).unwrap(), [3.0]);
    }

    #[test]
    fn wrong_times_are_refused_with_the_reason() {
        let message = |schedule, t0, end, settle| times(schedule, t0, end, settle).unwrap_err().to_string();
        assert!(message(Schedule::Final, 1.0, 1.0, 0.0).contains("until 1, t0 1"));
        assert!(message(Schedule::Final, 0.0, f64::NAN, 0.0).contains("finite"));
        assert!(message(Schedule::Final, 0.0, 1.0, 1.0).contains("settle 1"));
        assert!(message(Schedule::Every(0.0), 0.0, 1.0, 0.0).contains("positive"));
        assert!(message(Schedule::Every(2.0), 0.0, 1.0, 0.0).contains("longer"));
        assert!(message(Schedule::Every(1e-300), 0.0, 1.0, 0.0).contains("more than"));
        assert!(message(Schedule::At(vec![]), 0.0, 1.0, 0.0).contains("empty"));
        assert!(message(Schedule::At(vec![0.5, 0.5]), 0.0, 1.0, 0.0).contains("0.5 follows 0.5"));
        assert!(message(Schedule::At(vec![0.5, 2.0]), 0.0, 1.0, 0.0).contains("outside"));
    }
}
