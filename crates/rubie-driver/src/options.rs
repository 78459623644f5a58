//! How samples are joined, and what a driver is before the first and after the last of them.

use std::str::FromStr;

use crate::error::DriverError;

/// What holds at the ends, where samples alone leave a spline free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// Second, third ... derivatives vanish, as many at either end as are free.
    Natural,
    /// First, second ... derivatives vanish, as many at either end as are free.
    Clamped,
    /// The end goes on as the start, with all derivatives of a spline.
    Periodic,
    /// The pieces next to the ends are one polynomial.
    NotAKnot,
}

impl FromStr for Boundary {
    type Err = DriverError;

    fn from_str(text: &str) -> Result<Boundary, DriverError> {
        match text.trim().to_lowercase().replace(['_', ' '], "-").as_str() {
            "natural" => Ok(Boundary::Natural),
            "clamped" => Ok(Boundary::Clamped),
            "periodic" => Ok(Boundary::Periodic),
            "not-a-knot" => Ok(Boundary::NotAKnot),
            _ => Err(DriverError::Boundary(text.to_owned())),
        }
    }
}

/// What a driver is before its first and after its last sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outside {
    /// The samples again, shifted by whole periods; the period is the time from the first sample to the last.
    Wrap,
    /// 0, with a jump at the ends.
    Zero,
    /// 0, reached within one more interval at either end: samples of 0 are added there.
    Ramp,
    /// The first or the last value.
    Hold,
}

/// How samples become a function of time.
///
/// ```
/// use rubie_driver::{Boundary, DriverOptions, Outside};
///
/// let options = DriverOptions::default();
/// assert_eq!((options.order, options.boundary(), options.outside), (3, Boundary::Periodic, Outside::Wrap));
/// let once = DriverOptions::once(None);
/// assert_eq!((once.boundary(), once.outside), (Boundary::Clamped, Outside::Ramp));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DriverOptions {
    /// Degree of the polynomials, 0 to 5: 0 holds every sample until the next, 1 is linear, 3 a cubic spline.
    pub order: usize,
    /// What holds at the ends; where absent, periodic for [`Outside::Wrap`] and clamped for all else.
    pub boundary: Option<Boundary>,
    /// What is before the first and after the last sample.
    pub outside: Outside,
}

impl Default for DriverOptions {
    /// A periodic cubic spline.
    fn default() -> Self {
        DriverOptions { order: 3, boundary: None, outside: Outside::Wrap }
    }
}

impl DriverOptions {
    /// The largest order.
    pub const HIGHEST_ORDER: usize = 5;

    /// Samples that do not wrap: a cubic spline that is 0 outside, after a ramp where the boundary is clamped (the default) and
    /// at once where it is another.
    pub fn once(boundary: Option<Boundary>) -> DriverOptions {
        let clamped = boundary.is_none_or(|boundary| boundary == Boundary::Clamped);
        let outside = if clamped { Outside::Ramp } else { Outside::Zero };
        DriverOptions { order: 3, boundary, outside }
    }

    /// The same with polynomials of another degree.
    pub fn order(self, order: usize) -> DriverOptions {
        DriverOptions { order, ..self }
    }

    /// What holds at the ends.
    pub fn boundary(&self) -> Boundary {
        let usual = if self.outside == Outside::Wrap { Boundary::Periodic } else { Boundary::Clamped };
        self.boundary.unwrap_or(usual)
    }

    /// # Errors
    /// An order above the highest, too few samples for it, a periodic boundary without wrapping.
    pub(crate) fn check(&self, samples: usize) -> Result<(), DriverError> {
        let order = self.order;
        if order > Self::HIGHEST_ORDER {
            return Err(DriverError::Order(order));
        }
        let needed = order + 1;
        if samples < needed.max(2) {
            return Err(DriverError::TooFew { order, needed: needed.max(2), samples });
        }
        if self.boundary() == Boundary::Periodic && self.outside != Outside::Wrap {
            return Err(DriverError::PeriodicWithoutWrap);
        }
        Ok(())
    }
}
