//! The times of samples.

use crate::error::DriverError;

/// When samples were taken: evenly, or at times of their own. At least two, increasing.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeAxis {
    start: f64,
    interval: f64,
    count: usize,
    /// Times in mean intervals after the start; `None` where they are the whole numbers.
    uneven: Option<Vec<f64>>,
}

impl TimeAxis {
    /// Sample i is at `start + i * interval`.
    ///
    /// # Errors
    /// A start that is not finite, an interval that is not positive, fewer than two samples, times too large to be told apart.
    pub fn regular(start: f64, interval: f64, count: usize) -> Result<TimeAxis, DriverError> {
        if !start.is_finite() {
            return Err(DriverError::Time { place: 0, value: start });
        }
        if !interval.is_finite() || interval <= 0.0 {
            return Err(DriverError::Interval(interval));
        }
        let axis = TimeAxis { start, interval, count, uneven: None };
        axis.counted()?;
        let (previous, next) = (axis.time(count - 2), axis.time(count - 1));
        if !next.is_finite() {
            return Err(DriverError::Time { place: count - 1, value: next });
        }
        if start + interval <= start || next <= previous {
            return Err(DriverError::NotIncreasing { place: count - 1, previous, next });
        }
        Ok(axis)
    }

    /// Samples at the given times. Times that are even but for rounding make a regular axis.
    ///
    /// # Errors
    /// Fewer than two times, times that are not finite or do not increase.
    pub fn listed(times: &[f64]) -> Result<TimeAxis, DriverError> {
        for (place, &value) in times.iter().enumerate() {
            if !value.is_finite() {
                return Err(DriverError::Time { place, value });
            }
        }
        for (place, pair) in times.windows(2).enumerate() {
            let [previous, next] = [pair[0], pair[1]];
            if next <= previous {
                return Err(DriverError::NotIncreasing { place: place + 1, previous, next });
            }
        }
        let count = times.len();
        let (start, end) = match times {
            [start, .., end] => (*start, *end),
            _ => return Err(DriverError::TooFew { order: 0, needed: 2, samples: count }),
        };
        let interval = (end - start) / (count - 1) as f64;
        let rounding = 4.0 * f64::EPSILON * start.abs().max(end.abs());
        let even = |(i, time): (usize, &f64)| (time - (start + i as f64 * interval)).abs() <= rounding;
        let uneven = || times.iter().map(|time| (time - start) / interval).collect();
        let uneven = if times.iter().enumerate().all(even) { None } else { Some(uneven()) };
        Ok(TimeAxis { start, interval, count, uneven })
    }

    fn counted(&self) -> Result<(), DriverError> {
        match self.count {
            0 | 1 => Err(DriverError::TooFew { order: 0, needed: 2, samples: self.count }),
            _ => Ok(()),
        }
    }

    /// One more time before the first and after the last, as far away as their neighbours.
    pub(crate) fn extended(&self) -> TimeAxis {
        let count = self.count + 2;
        let Some(places) = &self.uneven else {
            return TimeAxis { start: self.start - self.interval, count, ..self.clone() };
        };
        let times = places.iter().map(|place| self.start + place * self.interval);
        let before = 2.0 * self.start - self.time(1);
        let after = 2.0 * self.time(self.count - 1) - self.time(self.count - 2);
        let times: Vec<f64> = [before].into_iter().chain(times).chain([after]).collect();
        let interval = (after - before) / (count - 1) as f64;
        let places = times.iter().map(|time| (time - before) / interval).collect();
        TimeAxis { start: before, interval, count, uneven: Some(places) }
    }

    /// Time of the first sample.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Mean interval between samples.
    pub fn interval(&self) -> f64 {
        self.interval
    }

    /// Number of samples, at least 2.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether sample i is at `start + i * interval`.
    pub fn is_regular(&self) -> bool {
        self.uneven.is_none()
    }

    /// Time of a sample.
    pub fn time(&self, sample: usize) -> f64 {
        self.start + self.place(sample) * self.interval
    }

    /// Time of a sample in mean intervals after the start: sample 0 is at 0, the last at `len() - 1`.
    pub(crate) fn place(&self, sample: usize) -> f64 {
        self.uneven.as_ref().map_or(sample as f64, |places| places[sample])
    }

    /// The place of the last sample.
    pub(crate) fn span(&self) -> f64 {
        self.place(self.count - 1)
    }

    /// How far rounding may carry the place of a time, where numbers have this machine epsilon.
    pub(crate) fn slack(&self, epsilon: f64) -> f64 {
        let size = self.start.abs().max(self.time(self.count - 1).abs()) / self.interval;
        4.0 * epsilon * (size + self.span())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_lists_are_regular() {
        let times: Vec<f64> = (0..1000).map(|i| 3.0 + f64::from(i) * 0.1).collect();
        assert!(TimeAxis::listed(&times).unwrap().is_regular());
        assert!(!TimeAxis::listed(&[0.0, 1.0, 2.5]).unwrap().is_regular());
    }

    #[test]
    fn extended_by_the_intervals_at_the_ends() {
        let axis = TimeAxis::listed(&[0.0, 1.0, 4.0]).unwrap().extended();
        let times: Vec<f64> = (0..5).map(|i| axis.time(i)).collect();
        for (time, expected) in times.iter().zip([-1.0, 0.0, 1.0, 4.0, 7.0]) {
            assert!((time - expected).abs() < 1e-15, "{times:?}");
        }
    }

    #[test]
    fn mistakes_are_explained() {
        let message = |times: &[f64]| TimeAxis::listed(times).unwrap_err().to_string();
        assert!(message(&[0.0, 1.0, 1.0]).contains("time 2 is 1 after 1"));
        assert!(message(&[0.0]).contains("at least 2 samples, there are 1"));
        assert!(message(&[0.0, f64::NAN]).contains("time 1 of the samples is NaN"));
        let message = |start, interval| TimeAxis::regular(start, interval, 5).unwrap_err().to_string();
        assert!(message(0.0, 0.0).contains("positive"));
        assert!(message(1e20, 1.0).contains("must increase"));
    }
}
