//! The span of a run, and why times can be wrong.

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
    /// The recorded duration is not positive.
    #[error("the duration of the recording must be positive: {0}")]
    DurationNotPositive(f64),
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
    /// A window of summaries that holds no more than one sample.
    #[error("a summary window ({window}) must be longer than the interval between its samples ({interval})")]
    WindowTooShort {
        /// Length of a window.
        window: f64,
        /// Interval between the samples.
        interval: f64,
    },
    /// A window of summaries that is no multiple of the interval between samples.
    #[error(
        "a summary window ({window}) must be a whole number of sample intervals ({interval}): take {} or {}",
        multiple(*interval, (window / interval).floor().max(2.0)),
        multiple(*interval, (window / interval).ceil().max(3.0))
    )]
    WindowNotMultiple {
        /// Length of a window.
        window: f64,
        /// Interval between the samples.
        interval: f64,
    },
    /// A window of summaries that does not fit into what is recorded.
    #[error("a summary window ({window}) is longer than the recorded span ({duration})")]
    WindowTooLong {
        /// Length of a window.
        window: f64,
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

    /// A run from `t0` that settles for `settle` units of time and is then recorded for `duration`.
    ///
    /// ```
    /// # use rubie_output::Span;
    /// let span = Span::lasting(1.0, 2.0, 10.0).unwrap();
    /// assert_eq!((span.t0, span.start, span.end), (1.0, 3.0, 13.0));
    /// ```
    ///
    /// # Errors
    /// A duration that is not positive, a settling time that is negative, times that are not finite.
    pub fn lasting(t0: f64, settle: f64, duration: f64) -> Result<Span, ScheduleError> {
        for (what, value) in [("start of the run", t0), ("settling time", settle), ("duration", duration)] {
            if !value.is_finite() {
                return Err(ScheduleError::NotFinite { what, value });
            }
        }
        if duration <= 0.0 {
            return Err(ScheduleError::DurationNotPositive(duration));
        }
        if settle < 0.0 {
            return Err(ScheduleError::Settling { settle, duration });
        }
        let start = t0 + settle;
        let span = Span { t0, start, end: start + duration };
        let moves = span.end > span.start && span.end.is_finite();
        if moves { Ok(span) } else { Err(ScheduleError::EndNotAfterStart { t0: start, end: span.end }) }
    }
}

/// A multiple of an interval as people write it: 0.3, not 0.30000000000000004.
fn multiple(interval: f64, times: f64) -> f64 {
    format!("{:.14e}", interval * times).parse().unwrap_or(interval * times)
}
