//! When samples are taken: the rules that turn "every 0.1" into times.

/// Which samples of a run are saved.
///
/// Times are the same for all runs. Sample k of [`Schedule::Every`] is at `start + k * interval`, computed
/// and never accumulated; samples are taken through the method's interpolant, so that no schedule
/// changes the steps of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// The state at the end of the run.
    Final,
    /// The first and the last point.
    Ends,
    /// The first point and then one every so many units of time.
    Every(f64),
    /// At the given times, in increasing order.
    At(Vec<f64>),
}

/// The span of a run and the part of it that is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Start of the integration.
    pub t0: f64,
    /// Start of the recording: `t0` plus the settling time.
    pub start: f64,
    /// End of the run.
    pub end: f64,
}

/// Why times do not make a schedule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScheduleError {
    /// A time is NaN or infinite.
    #[error("the {what} must be a finite number: {value}")]
    NotFinite {
        /// Which of the times.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// The run would end before it starts.
    #[error("the end of the run must lie after its start: until {end}, t0 {t0}")]
    EndNotAfterStart {
        /// Start of the run.
        t0: f64,
        /// End of the run.
        end: f64,
    },
    /// The settling time is negative or leaves nothing to record.
    #[error(
        "the settling time must be at least 0 and shorter than the run: settle {settle}, the run lasts {duration}"
    )]
    Settling {
        /// What was given.
        settle: f64,
        /// Length of the run.
        duration: f64,
    },
    /// The interval is not positive.
    #[error("the interval between samples must be positive: {0}")]
    IntervalNotPositive(f64),
    /// The interval is longer than what is recorded.
    #[error("the interval between samples ({interval}) is longer than the recorded span ({duration})")]
    IntervalTooLong {
        /// What was given.
        interval: f64,
        /// Length of the recorded span.
        duration: f64,
    },
    /// More samples than can be counted sensibly.
    #[error("{0:.3e} samples per run are more than can be kept; take a longer interval")]
    TooMany(f64),
    /// No times at all.
    #[error("the list of save times is empty")]
    NoTimes,
    /// The list goes back in time or repeats a time.
    #[error("save times must increase: {next} follows {previous}")]
    NotIncreasing {
        /// The earlier entry.
        previous: f64,
        /// The entry after it.
        next: f64,
    },
    /// A time outside what is recorded.
    #[error("the save time {time} lies outside the recorded span, {start} to {end}")]
    Outside {
        /// What was given.
        time: f64,
        /// Start of the recorded span.
        start: f64,
        /// End of the recorded span.
        end: f64,
    },
}

/// The largest number of samples per run: beyond it an interval is a slip of the keyboard.
const MOST_SAMPLES: f64 = 1e9;

impl Span {
    /// A run from `t0` to `end` that is recorded after `settle` units of time.
    ///
    /// # Errors
    /// Times that are not finite, an end that is not after the start, a settling time that is negative or
    /// as long as the run.
    pub fn new(t0: f64, end: f64, settle: f64) -> Result<Span, ScheduleError> {
        for (what, value) in [("start of the run", t0), ("end of the run", end), ("settling time", settle)] {
            if !value.is_finite() {
                return Err(ScheduleError::NotFinite { what, value });
            }
        }
        if end <= t0 {
            return Err(ScheduleError::EndNotAfterStart { t0, end });
        }
        let start = t0 + settle;
        if settle < 0.0 || start >= end {
            return Err(ScheduleError::Settling { settle, duration: end - t0 });
        }
        Ok(Span { t0, start, end })
    }
}

impl Schedule {
    /// The times of the samples of a run over `span`, increasing, all within `span.start ..= span.end`.
    ///
    /// An interval that does not divide the span leaves the rest unsaved: 0 to 1 every 0.3 gives 0, 0.3, 0.6, 0.9.
    /// A quotient that misses a whole number by rounding only (a few units in the last place) counts as that number.
    ///
    /// # Errors
    /// Intervals that are not positive or longer than the span, lists that are empty, unordered or outside the span.
    pub fn times(&self, span: Span) -> Result<Vec<f64>, ScheduleError> {
        match self {
            Schedule::Final => Ok(vec![span.end]),
            Schedule::Ends => Ok(vec![span.start, span.end]),
            Schedule::Every(interval) => every(*interval, span),
            Schedule::At(times) => listed(times, span),
        }
    }
}

fn every(interval: f64, span: Span) -> Result<Vec<f64>, ScheduleError> {
    if !interval.is_finite() {
        return Err(ScheduleError::NotFinite { what: "interval between samples", value: interval });
    }
    if interval <= 0.0 {
        return Err(ScheduleError::IntervalNotPositive(interval));
    }
    let duration = span.end - span.start;
    let quotient = duration / interval;
    let count = (quotient + (4.0 * f64::EPSILON * quotient).min(0.49)).floor();
    if count < 1.0 {
        return Err(ScheduleError::IntervalTooLong { interval, duration });
    }
    if count > MOST_SAMPLES {
        return Err(ScheduleError::TooMany(count));
    }
    Ok((0..=count as u64).map(|k| (span.start + k as f64 * interval).min(span.end)).collect())
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
