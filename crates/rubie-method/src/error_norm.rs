//! The size of the error estimate against the tolerances.

use rubie_expr::{Expr, Graph};

use crate::approximate::log2;
use crate::bounds::{larger, smaller};
use crate::controls::Controls;

/// Above this the norm says only "far too large"; also what a norm that is not finite counts as.
const LARGEST: f64 = 1e16;
/// Below this the norm says only "no error", and counts as this.
const SMALLEST: f64 = 1e-30;

/// What an attempt goes by.
pub(crate) struct Norm<'g> {
    /// Whether the mean square is at most 1 and all new states are finite.
    pub(crate) accepted: Expr<'g>,
    /// Whether there is no error to speak of.
    pub(crate) vanishes: Expr<'g>,
    /// log2 of the mean square, bounded to about -100 and 53.
    pub(crate) log2: Expr<'g>,
}

/// Judges an attempt: E = mean over states of (error / (atol + rtol max(|old|, |new|)))^2, accepted where E <= 1.
pub(crate) fn norm<'g>(
    controls: &Controls<'g>,
    finite: Expr<'g>,
    old: &[Expr<'g>],
    new: &[Expr<'g>],
    errors: &[Expr<'g>],
) -> Norm<'g> {
    let squares = errors.iter().enumerate().map(|(i, error)| {
        // The old state is a number; a new one that is none is taken.
        let size = larger(old[i].abs(), new[i].abs());
        let ratio = *error / (controls.atol[i] + controls.rtol[i] * size);
        ratio * ratio
    });
    let sum = squares.reduce(|sum, square| sum + square).unwrap_or(controls.dt.graph().constant(0.0));
    let mean = sum * (1.0 / errors.len().max(1) as f64);
    // An infinite new state makes its tolerance infinite and its ratio 0, so it is looked for separately.
    let bounded = finite.select(smaller(mean, LARGEST), LARGEST);
    let log2 = log2(larger(bounded, SMALLEST));
    Norm { accepted: bounded.le(1.0), vanishes: bounded.le(SMALLEST), log2 }
}

/// Whether all values are finite, by their sum: it is not when a term is not.
pub fn all_finite<'g>(graph: &'g Graph, values: &[Expr<'g>]) -> Expr<'g> {
    match values.iter().copied().reduce(|sum, value| sum + value) {
        Some(sum) => sum.abs().lt(f64::INFINITY),
        None => graph.truth(true),
    }
}
