//! When summaries are sampled and where their windows end.

use crate::span::{ScheduleError, Span};
use crate::times::{Grid, intervals};

/// How far a window may be from a whole number of sample intervals, in intervals, and is then moved to it.
const NEAR: f64 = 0.01;

/// How often the metrics look at a run, and over which windows they summarise it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummaryTiming {
    /// Units of time between the samples that metrics see.
    pub sample_every: f64,
    /// Length of a window, a whole multiple of `sample_every`; one window over the whole recording where absent.
    pub summarise_every: Option<f64>,
}

/// The samples that metrics see and the windows they belong to, as formulas.
///
/// Samples are numbered from 0. The start of the recording itself is none: sample i is at `start + (i + 1) * interval`,
/// computed and never accumulated, so that window w covers the time after `window_start(w)` up to and including
/// `window_end(w)` and holds as many samples as every other. Samples that fill no window are not taken.
///
/// ```
/// use rubie_output::{Span, SummaryTiming};
///
/// let timing = SummaryTiming { sample_every: 0.1, summarise_every: Some(0.5) };
/// let schedule = timing.schedule(Span::lasting(0.0, 0.0, 1.2).unwrap()).unwrap();
/// assert_eq!((schedule.windows(), schedule.samples_per_window(), schedule.samples()), (2, 5, 10));
/// assert_eq!(schedule.time(0), Some(0.1));
/// assert_eq!((schedule.window_start(1), schedule.window_end(1)), (Some(0.5), Some(1.0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SummarySchedule {
    grid: Grid,
    samples_per_window: usize,
    window: f64,
    moved: Option<f64>,
    /// Whether there is one window over all of the recording.
    whole: bool,
}

impl SummaryTiming {
    /// The samples and windows of a run over `span`.
    ///
    /// The number of samples is that of the whole intervals in the recorded span, by the same rule as
    /// [`crate::Schedule::Every`]; an incomplete last window is left out. A window within 0.01 sample intervals of a whole number
    /// of them is moved there, which [`SummarySchedule::moved_window`] reports.
    ///
    /// # Errors
    /// Intervals that are not positive or longer than the span; a window that is not longer than the interval, no multiple of
    /// it, or longer than the span.
    pub fn schedule(self, span: Span) -> Result<SummarySchedule, ScheduleError> {
        let interval = self.sample_every;
        let samples = intervals(interval, span)? as usize;
        let grid = |count| Grid { start: span.start, interval, first: 1, count, end: span.end };
        let Some(asked) = self.summarise_every else {
            let window = span.end - span.start;
            return Ok(SummarySchedule {
                grid: grid(samples),
                samples_per_window: samples,
                window,
                moved: None,
                whole: true,
            });
        };
        let samples_per_window = samples_per_window(asked, interval)?;
        let windows = samples / samples_per_window;
        if windows == 0 {
            return Err(ScheduleError::WindowTooLong { window: asked, duration: span.end - span.start });
        }
        let window = samples_per_window as f64 * interval;
        let rounding = 4.0 * f64::EPSILON * window;
        Ok(SummarySchedule {
            grid: grid(windows * samples_per_window),
            samples_per_window,
            window,
            moved: ((asked - window).abs() > rounding).then_some(window),
            whole: false,
        })
    }
}

fn samples_per_window(window: f64, interval: f64) -> Result<usize, ScheduleError> {
    if !window.is_finite() {
        return Err(ScheduleError::NotFinite { what: "length of a summary window", value: window });
    }
    if window <= interval {
        return Err(ScheduleError::WindowTooShort { window, interval });
    }
    let ratio = window / interval;
    let whole = ratio.round();
    if (ratio - whole).abs() > NEAR {
        return Err(ScheduleError::WindowNotMultiple { window, interval });
    }
    if whole < 2.0 {
        return Err(ScheduleError::WindowTooShort { window, interval });
    }
    Ok(whole as usize)
}

impl SummarySchedule {
    /// Number of samples in all windows together, at least 1.
    pub fn samples(&self) -> usize {
        self.grid.count
    }

    /// Number of samples in each window, at least 1.
    pub fn samples_per_window(&self) -> usize {
        self.samples_per_window
    }

    /// Number of windows, at least 1.
    pub fn windows(&self) -> usize {
        self.grid.count / self.samples_per_window
    }

    /// Units of time between samples.
    pub fn interval(&self) -> f64 {
        self.grid.interval
    }

    /// Start of the recording, where accumulators get their first values.
    pub fn start(&self) -> f64 {
        self.grid.start
    }

    /// The length that windows have, if it differs from what was asked for by more than rounding.
    pub fn moved_window(&self) -> Option<f64> {
        self.moved
    }

    /// Time of the sample with this index; `None` after the last.
    pub fn time(&self, sample: usize) -> Option<f64> {
        self.grid.get(sample)
    }

    /// The times of all samples, increasing.
    pub fn times(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        (0..self.samples()).map(|sample| self.grid.get(sample).unwrap_or(self.grid.end))
    }

    /// The window that a sample belongs to.
    pub fn window_of(&self, sample: usize) -> usize {
        sample / self.samples_per_window
    }

    /// Whether a window is complete after this sample.
    pub fn ends_window(&self, sample: usize) -> bool {
        (sample + 1).is_multiple_of(self.samples_per_window)
    }

    /// The time that a window begins after; `None` after the last window.
    pub fn window_start(&self, window: usize) -> Option<f64> {
        if window >= self.windows() {
            return None;
        }
        match window.checked_sub(1) {
            None => Some(self.grid.start),
            Some(before) => self.window_end(before),
        }
    }

    /// The time that a window ends with: that of its last sample, or the end of the run where the one window covers all of
    /// it; `None` after the last window.
    pub fn window_end(&self, window: usize) -> Option<f64> {
        if window >= self.windows() {
            return None;
        }
        if self.whole {
            return Some(self.grid.end);
        }
        self.time((window + 1) * self.samples_per_window - 1)
    }

    /// How far a run must go for its summaries: to the end of the last window.
    pub fn end(&self) -> f64 {
        self.window_end(self.windows() - 1).unwrap_or(self.grid.end)
    }

    /// Length of a window.
    pub fn window(&self) -> f64 {
        self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(every: f64, window: Option<f64>, span: [f64; 3]) -> Result<SummarySchedule, ScheduleError> {
        let [t0, settle, duration] = span;
        let timing = SummaryTiming { sample_every: every, summarise_every: window };
        timing.schedule(Span::lasting(t0, settle, duration)?)
    }

    #[test]
    fn the_start_is_no_sample_with_or_without_settling() {
        let plain = schedule(0.25, None, [0.0, 0.0, 1.0]).unwrap();
        assert_eq!(plain.times().collect::<Vec<_>>(), [0.25, 0.5, 0.75, 1.0]);
        let settled = schedule(0.25, None, [-3.0, 2.0, 1.0]).unwrap();
        assert_eq!(settled.times().collect::<Vec<_>>(), [-0.75, -0.5, -0.25, 0.0]);
        assert_eq!(settled.start(), -1.0);
    }

    #[test]
    fn an_incomplete_last_window_is_left_out() {
        let s = schedule(0.1, Some(0.3), [0.0, 0.0, 1.0]).unwrap();
        assert_eq!((s.samples_per_window(), s.windows(), s.samples()), (3, 3, 9));
        assert_eq!(s.end(), 9.0 * 0.1);
        let windows: Vec<usize> = (0..s.samples()).map(|i| s.window_of(i)).collect();
        assert_eq!(windows, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
        let ends: Vec<usize> = (0..s.samples()).filter(|&i| s.ends_window(i)).collect();
        assert_eq!(ends, [2, 5, 8]);
        assert_eq!(s.window_end(3), None);
        assert_eq!(s.time(9), None);
    }

    #[test]
    fn one_window_covers_the_whole_run() {
        let s = schedule(0.3, None, [0.0, 0.0, 1.0]).unwrap();
        assert_eq!((s.samples_per_window(), s.windows()), (3, 1));
        assert_eq!((s.window_start(0), s.window_end(0), s.end()), (Some(0.0), Some(1.0), 1.0));
    }

    #[test]
    fn windows_share_their_ends_to_the_last_bit() {
        let s = schedule(0.1, Some(0.7), [0.3, 0.1, 100.0]).unwrap();
        assert!((1..s.windows()).all(|w| s.window_start(w) == s.window_end(w - 1)));
        assert!(s.times().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_million_samples_are_a_formula() {
        let s = schedule(1e-6, Some(1e-3), [0.0, 0.0, 1.0]).unwrap();
        assert_eq!((s.samples(), s.windows()), (1_000_000, 1000));
        assert_eq!(s.time(999_999), Some(1.0));
    }

    #[test]
    fn a_window_is_a_whole_number_of_intervals() {
        let near = schedule(0.1, Some(0.3005), [0.0, 0.0, 1.0]).unwrap();
        assert_eq!(near.samples_per_window(), 3);
        assert!((near.moved_window().unwrap() - 0.3).abs() < 1e-15);
        assert_eq!(schedule(0.1, Some(0.3), [0.0, 0.0, 1.0]).unwrap().moved_window(), None);
        let message = |every, window| schedule(every, window, [0.0, 0.0, 1.0]).unwrap_err().to_string();
        assert!(message(0.1, Some(0.25)).ends_with("take 0.2 or 0.3"), "{}", message(0.1, Some(0.25)));
        assert!(message(0.1, Some(0.13)).ends_with("take 0.2 or 0.3"));
        assert!(message(0.1, Some(0.1)).contains("longer than the interval"));
        assert!(message(0.1, Some(0.05)).contains("longer than the interval"));
        assert!(message(0.1, Some(2.0)).contains("longer than the recorded span"));
        assert!(message(2.0, None).contains("longer than the recorded span"));
        assert!(message(0.0, None).contains("positive"));
        assert!(message(0.1, Some(f64::INFINITY)).contains("finite"));
    }

    #[test]
    fn durations_are_checked() {
        let message = |span| schedule(0.1, None, span).unwrap_err().to_string();
        assert!(message([0.0, 0.0, 0.0]).contains("duration"));
        assert!(message([0.0, -1.0, 1.0]).contains("settling"));
        assert!(message([1e20, 0.0, 1.0]).contains("after its start"));
    }
}
