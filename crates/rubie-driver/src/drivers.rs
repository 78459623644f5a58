//! `Drivers`: sampled functions of time with one axis, fitted.

use std::num::NonZeroUsize;

use crate::axis::TimeAxis;
use crate::error::DriverError;
use crate::fit::Fit;
use crate::options::{Boundary, DriverOptions, Outside};

/// Functions of time through samples, all at the times of one axis and joined in one way.
///
/// ```
/// use rubie_driver::{DriverOptions, Drivers, TimeAxis};
///
/// let axis = TimeAxis::regular(0.0, 0.25, 5).unwrap();
/// let beat = [0.0, 1.0, 0.0, -1.0, 0.0];
/// let drivers = Drivers::new(&axis, &[("beat", &beat)], DriverOptions::default()).unwrap();
/// assert_eq!(drivers.value(0, 0.25), 1.0);
/// assert!((drivers.value(0, 7.125) - 11.0 / 16.0).abs() < 1e-14); // wraps: as at 0.125
/// assert!(drivers.derivative(0, 0.25, 1).abs() < 1e-14);
/// ```
#[derive(Clone, Debug)]
pub struct Drivers {
    names: Vec<String>,
    fit: Fit,
    coefficients: Vec<f64>,
    /// Number of runs, where each has samples of its own.
    runs: Option<NonZeroUsize>,
}

impl Drivers {
    /// Fits all drivers, given by name and samples.
    ///
    /// # Errors
    /// No driver, a name given twice, samples that do not fit the axis or the options; see [`Fit::new`] and [`Fit::polynomials`].
    pub fn new<N: AsRef<str>, S: AsRef<[f64]>>(
        axis: &TimeAxis,
        drivers: &[(N, S)],
        options: DriverOptions,
    ) -> Result<Drivers, DriverError> {
        Drivers::fitted(axis, drivers, None, options)
    }

    /// Fits drivers that are different for each run of a batch: the samples of a driver are those of run 0, then those of run 1, and
    /// so on, all at the times of the axis.
    ///
    /// ```
    /// use rubie_driver::{DriverOptions, Drivers, TimeAxis};
    ///
    /// let axis = TimeAxis::regular(0.0, 1.0, 3).unwrap();
    /// let options = DriverOptions::default().order(1);
    /// let runs = std::num::NonZeroUsize::new(2).unwrap();
    /// let drivers = Drivers::each(&axis, &[("u", [0.0, 1.0, 0.0, 0.0, 5.0, 0.0])], runs, options).unwrap();
    /// assert_eq!([0, 1].map(|run| drivers.value_of(run, 0, 0.5)), [0.5, 2.5]);
    /// ```
    ///
    /// # Errors
    /// As for [`Drivers::new`].
    pub fn each<N: AsRef<str>, S: AsRef<[f64]>>(
        axis: &TimeAxis,
        drivers: &[(N, S)],
        runs: NonZeroUsize,
        options: DriverOptions,
    ) -> Result<Drivers, DriverError> {
        Drivers::fitted(axis, drivers, Some(runs), options)
    }

    fn fitted<N: AsRef<str>, S: AsRef<[f64]>>(
        axis: &TimeAxis,
        drivers: &[(N, S)],
        runs: Option<NonZeroUsize>,
        options: DriverOptions,
    ) -> Result<Drivers, DriverError> {
        let names: Vec<String> = drivers.iter().map(|(name, _)| name.as_ref().to_owned()).collect();
        if names.is_empty() {
            return Err(DriverError::NoDrivers);
        }
        if let Some(place) = (1..names.len()).find(|&place| names[..place].contains(&names[place])) {
            return Err(DriverError::Twice(names[place].clone()));
        }
        let fit = Fit::new(axis, options)?;
        let count = runs.map_or(1, NonZeroUsize::get);
        let entries = fit.pieces() * drivers.len() * (options.order + 1);
        let mut coefficients = vec![0.0; count * entries];
        for (place, (name, samples)) in drivers.iter().enumerate() {
            let (name, samples, times) = (name.as_ref(), samples.as_ref(), axis.len());
            if samples.len() != count * times {
                let (name, samples) = (name.to_owned(), samples.len());
                return Err(match runs {
                    None => DriverError::Length { name, samples, times },
                    Some(_) => DriverError::LengthOfAll { name, samples, times, runs: count },
                });
            }
            for (samples, of_run) in samples.chunks_exact(times).zip(coefficients.chunks_exact_mut(entries)) {
                let polynomials = fit.polynomials(name, samples)?;
                interleave(of_run, &polynomials, place, drivers.len(), options.order + 1);
            }
        }
        Ok(Drivers { names, fit, coefficients, runs })
    }

    /// Names, in the order of [`Drivers::coefficients`].
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What the samples were fitted with.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// Number of runs, where each has samples of its own.
    pub fn runs(&self) -> Option<NonZeroUsize> {
        self.runs
    }

    /// The polynomials, of one run after the other where each has its own: for each piece and driver `order + 1` numbers, constant first, as in [`Fit::polynomials`].
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// Entries of the table for each run, or for all where they share them.
    pub fn entries(&self) -> usize {
        self.fit.pieces() * self.names.len() * (self.fit.options().order + 1)
    }

    /// Whether some value or slope changes at once somewhere: samples that hold, straight lines, or ends that do not meet what is outside.
    pub fn has_jumps(&self) -> bool {
        let options = self.fit.options();
        let ends = match options.outside {
            Outside::Wrap => options.boundary() != Boundary::Periodic,
            Outside::Zero => true,
            Outside::Ramp | Outside::Hold => false,
        };
        options.order <= 1 || ends
    }

    /// The value of a driver at a time; of run 0 where runs have their own.
    pub fn value(&self, driver: usize, time: f64) -> f64 {
        self.derivative(driver, time, 0)
    }

    /// The value of a driver of a run at a time.
    ///
    /// # Panics
    /// If there are fewer runs.
    pub fn value_of(&self, run: usize, driver: usize, time: f64) -> f64 {
        self.evaluate(run, driver, time, 0)
    }

    /// A derivative of a driver by time; from the right where it jumps at a knot. Outside of samples that do not wrap it is 0. Of run 0
    /// where runs have their own.
    pub fn derivative(&self, driver: usize, time: f64, number: usize) -> f64 {
        self.evaluate(0, driver, time, number)
    }

    fn evaluate(&self, run: usize, driver: usize, time: f64, number: usize) -> f64 {
        let pieces = &self.fit.pieces;
        let (axis, order) = (&pieces.axis, pieces.order);
        let span = axis.span();
        let place = (time - axis.start()) / axis.interval();
        let slack = axis.slack(f64::EPSILON);
        let inside = (-slack..=span + slack).contains(&place);
        let place = match self.fit.options.outside {
            Outside::Wrap => place - span * (place / span).floor(),
            Outside::Hold if number == 0 => place.clamp(0.0, span),
            _ if inside => place,
            _ => return 0.0,
        };
        // A step is where its sample is, even if rounding puts the time a little before.
        let piece = pieces.at(if order == 0 { place + slack } else { place });
        let from = self.entries() * run + (piece * self.names.len() + driver) * (order + 1);
        let distance = place - pieces.origin(piece);
        let falling = |power: usize| (power - number + 1..=power).map(|n| n as f64).product::<f64>();
        let sum = (number..=order)
            .rev()
            .fold(0.0, |sum, power| sum * distance + falling(power) * self.coefficients[from + power]);
        sum / axis.interval().powi(number as i32)
    }

    /// The first time after `time` where a derivative jumps, if there is one: of the given number or below. A spline of order k has
    /// jumps in derivative k at its knots, and in all of them at its ends unless it is periodic.
    ///
    /// Steps that end there keep a method's order; whether that is worth while depends on both orders.
    pub fn next_jump(&self, time: f64, derivative: usize) -> Option<f64> {
        let pieces = &self.fit.pieces;
        let axis = &pieces.axis;
        let period = axis.span() * axis.interval();
        let wraps = self.fit.options.outside == Outside::Wrap;
        let first = if wraps { ((time - axis.start()) / period).floor() } else { 0.0 };
        let at = |turn: f64, place: f64| axis.start() + (turn * axis.span() + place) * axis.interval();
        let knots = derivative >= pieces.order;
        for turn in 0..if wraps { 3 } else { 1 } {
            let turn = first + f64::from(turn);
            let begin =
                if knots { pieces.at((time - at(turn, 0.0)) / axis.interval()) } else { pieces.count() };
            let inner = (begin..pieces.count()).map(|piece| pieces.begin(piece));
            let ends = [0.0].into_iter().chain(inner).chain([axis.span()]);
            if let Some(jump) = ends.map(|place| at(turn, place)).find(|jump| *jump > time) {
                return Some(jump);
            }
        }
        None
    }
}

/// Puts the polynomials of one driver among those of all.
fn interleave(all: &mut [f64], polynomials: &[f64], driver: usize, drivers: usize, width: usize) {
    for (piece, polynomial) in polynomials.chunks_exact(width).enumerate() {
        let from = (piece * drivers + driver) * width;
        all[from..from + width].copy_from_slice(polynomial);
    }
}
