//! Splines through samples: a linear map that is factored once for all drivers and runs.
//!
//! A spline of order k is made of polynomials of degree k that join with k - 1 continuous derivatives. For odd k they join at the
//! samples, for even k midway between them: with knots at the samples, even orders oscillate or have no solution. The
//! coefficients of its B-splines solve a band matrix: the spline goes through all samples, and floor(k/2) derivatives vanish at
//! either end or, without a knot there, as many knots are left out.
//!
//! # Source
//! C. de Boor, A Practical Guide to Splines, revised edition 2001, chapters IV (end conditions) and XIII (interpolation of any
//! order; knots midway between samples for even ones).

use crate::axis::TimeAxis;
use crate::band::Band;
use crate::basis::{basis, interval};
use crate::error::DriverError;
use crate::options::{Boundary, DriverOptions, Outside};
use crate::pieces::Pieces;

/// What turns samples at the times of an axis into polynomials.
#[derive(Clone, Debug)]
pub struct Fit {
    pub(crate) options: DriverOptions,
    pub(crate) pieces: Pieces,
    /// Number of samples that a driver has, without those that a ramp adds.
    samples: usize,
    /// Absent for steps, which need none.
    splines: Option<Splines>,
}

#[derive(Clone, Debug)]
struct Splines {
    knots: Vec<f64>,
    /// For a periodic spline, the number of B-splines and which of them starts at the first knot.
    cycle: Option<Cycle>,
    band: Band,
    /// Number of equations.
    size: usize,
    /// The equation that the first sample stands in, and all others: conditions at the start come between them.
    skipped: usize,
}

#[derive(Clone, Copy, Debug)]
struct Cycle {
    length: usize,
    shift: usize,
}

impl Cycle {
    /// Where an unknown or an equation of a circle stands in a line: neighbours stay near, 0, -1, 1, -2, 2 and so on.
    fn folded(self, number: usize) -> usize {
        let number = number % self.length;
        if 2 * number < self.length { 2 * number } else { 2 * (self.length - number) - 1 }
    }
}

impl Fit {
    /// Prepares splines through samples at the times of `axis`.
    ///
    /// # Errors
    /// An order above 5, fewer samples than the order and one more, a periodic boundary without wrapping, times too uneven
    /// for the order.
    pub fn new(axis: &TimeAxis, options: DriverOptions) -> Result<Fit, DriverError> {
        options.check(axis.len())?;
        let samples = axis.len();
        let axis = if options.outside == Outside::Ramp { axis.extended() } else { axis.clone() };
        let pieces = Pieces { axis, order: options.order };
        let splines = match options.order {
            0 => None,
            _ => Some(Splines::new(&pieces, options.boundary()).ok_or(DriverError::Singular(options.order))?),
        };
        Ok(Fit { options, pieces, samples, splines })
    }

    /// How samples are joined.
    pub fn options(&self) -> DriverOptions {
        self.options
    }

    /// Times of the samples, with those that a ramp adds.
    pub fn axis(&self) -> &TimeAxis {
        &self.pieces.axis
    }

    /// Number of polynomials of a driver.
    pub fn pieces(&self) -> usize {
        self.pieces.count()
    }

    /// The polynomials through the samples of a driver: for each piece `order + 1` coefficients, constant first, in the distance from
    /// the piece's origin in mean intervals. The name is for messages.
    ///
    /// # Errors
    /// Not as many samples as times, samples that are not finite, ends that differ where the boundary is periodic.
    pub fn polynomials(&self, name: &str, samples: &[f64]) -> Result<Vec<f64>, DriverError> {
        self.check(name, samples)?;
        let mut values = samples.to_vec();
        if self.options.outside == Outside::Ramp {
            values.insert(0, 0.0);
            values.push(0.0);
        }
        Ok(match &self.splines {
            None => values,
            Some(splines) => splines.polynomials(&self.pieces, &values),
        })
    }

    fn check(&self, name: &str, samples: &[f64]) -> Result<(), DriverError> {
        let name = || name.to_owned();
        if samples.len() != self.samples {
            return Err(DriverError::Length { name: name(), samples: samples.len(), times: self.samples });
        }
        if let Some(place) = samples.iter().position(|sample| !sample.is_finite()) {
            return Err(DriverError::NotFinite { name: name(), place, value: samples[place] });
        }
        let size = samples.iter().fold(0.0, |size: f64, sample| size.max(sample.abs()));
        let (first, last) = (samples[0], samples[samples.len() - 1]);
        // As near as measured samples can be told apart.
        if self.options.boundary() == Boundary::Periodic
            && self.options.order > 0
            && (first - last).abs() > 1e-5 * size
        {
            return Err(DriverError::NotPeriodic { name: name(), first, last });
        }
        Ok(())
    }
}

impl Splines {
    fn new(pieces: &Pieces, boundary: Boundary) -> Option<Splines> {
        if boundary == Boundary::Periodic { Self::periodic(pieces) } else { Self::open(pieces, boundary) }
    }

    fn open(pieces: &Pieces, boundary: Boundary) -> Option<Splines> {
        let (order, span, samples) = (pieces.order, pieces.axis.span(), pieces.axis.len());
        let free = order / 2;
        let left_out = if boundary == Boundary::NotAKnot { free } else { 0 };
        let inner = (1 + left_out..pieces.count() - left_out).map(|piece| pieces.begin(piece));
        let mut knots = vec![0.0; order + 1];
        knots.extend(inner);
        knots.extend(std::iter::repeat_n(span, order + 1));

        let row = |place: f64, derivative: usize| {
            let at = interval(&knots, order, place);
            let values = basis(&knots, order, at, place, derivative);
            (0..=order).map(|k| (at - order + k, values[k])).filter(|entry| entry.1 != 0.0).collect()
        };
        let derivatives = match boundary {
            Boundary::NotAKnot | Boundary::Periodic => 0..0,
            Boundary::Clamped => 1..1 + free,
            Boundary::Natural => 2..2 + free,
        };
        let mut rows: Vec<Vec<(usize, f64)>> = vec![row(0.0, 0)];
        rows.extend(derivatives.clone().map(|derivative| row(0.0, derivative)));
        rows.extend((1..samples - 1).map(|sample| row(pieces.axis.place(sample), 0)));
        rows.extend(derivatives.clone().map(|derivative| row(span, derivative)));
        rows.push(row(span, 0));
        let band = Band::factor(&rows)?;
        Some(Splines { size: rows.len(), knots, cycle: None, band, skipped: derivatives.len() })
    }

    fn periodic(pieces: &Pieces) -> Option<Splines> {
        let (order, span) = (pieces.order, pieces.axis.span());
        let length = pieces.axis.len() - 1;
        // Knots in a period: where pieces begin, but for even orders not at the first sample.
        let offset = usize::from(pieces.centred());
        let knot = |number: isize| {
            let length = length as isize;
            let (turn, place) = (number.div_euclid(length), number.rem_euclid(length));
            pieces.begin(place as usize + offset) + turn as f64 * span
        };
        let reach = order as isize + 2;
        let knots: Vec<f64> = (-reach..=length as isize + reach).map(knot).collect();
        // B-splines are numbered so that those about sample i have numbers about i.
        let shift = 2 * length - (order + 2).div_ceil(2) % length;
        let cycle = Cycle { length, shift };
        let mut rows = vec![Vec::new(); length];
        for sample in 0..length {
            let place = pieces.axis.place(sample);
            let at = interval(&knots, order, place);
            let values = basis(&knots, order, at, place, 0);
            let entries = (0..=order).filter(|k| values[*k] != 0.0);
            rows[cycle.folded(sample)] =
                entries.map(|k| (cycle.folded(at - order + k + shift), values[k])).collect();
        }
        let band = Band::factor(&rows)?;
        Some(Splines { knots, cycle: Some(cycle), band, size: length, skipped: 0 })
    }

    fn polynomials(&self, pieces: &Pieces, values: &[f64]) -> Vec<f64> {
        let solution = self.solution(values);
        let order = pieces.order;
        let mut polynomials = Vec::with_capacity(pieces.count() * (order + 1));
        for piece in 0..pieces.count() {
            // The last piece of a closed circle is its first.
            let piece = if self.cycle.is_some_and(|cycle| piece == cycle.length) { 0 } else { piece };
            let origin = pieces.origin(piece);
            let at = interval(&self.knots, order, origin);
            let mut factorial = 1.0;
            for power in 0..=order {
                factorial *= power.max(1) as f64;
                let local = basis(&self.knots, order, at, origin, power);
                let sum: f64 = (0..=order).map(|k| local[k] * solution[self.unknown(at - order + k)]).sum();
                polynomials.push(sum / factorial);
            }
        }
        polynomials
    }

    /// The factors of the B-splines.
    fn solution(&self, values: &[f64]) -> Vec<f64> {
        let mut right = vec![0.0; self.size];
        let last = values.len() - 1;
        match self.cycle {
            Some(cycle) => {
                for (sample, value) in values[..last].iter().enumerate() {
                    right[cycle.folded(sample)] = *value;
                }
            }
            None => {
                right[0] = values[0];
                right[1 + self.skipped..last + self.skipped].copy_from_slice(&values[1..last]);
                right[self.size - 1] = values[last];
            }
        }
        self.band.solve(&mut right);
        right
    }

    /// Where the factor of a B-spline stands in the solution.
    fn unknown(&self, spline: usize) -> usize {
        self.cycle.map_or(spline, |cycle| cycle.folded(spline + cycle.shift))
    }
}
