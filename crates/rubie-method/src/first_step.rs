//! The size of the first step.

use rubie_expr::Expr;
use rubie_model::System;

use crate::approximate::{exp2, log2};
use crate::controls::Controls;
use crate::linear::{slopes, slopes_at};

/// Norms beyond this say only "huge", and one that is not a number counts as this.
const HUGE: f64 = 1e30;

/// The first step of E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section
/// II.4 (p. 169), for a control order `order`, or the step size the user gave; within the limits.
///
/// Always finite and positive (with positive limits), also where f(y0) is 0 or not finite.
pub(crate) fn first_step<'g>(system: &System<'g>, controls: &Controls<'g>, order: u32) -> Expr<'g> {
    let states: Vec<_> = system.states.iter().map(|state| state.symbol).collect();
    let f0 = slopes(system);
    let tolerances: Vec<_> =
        states.iter().enumerate().map(|(i, y)| controls.atol[i] + controls.rtol[i] * y.abs()).collect();
    if states.is_empty() {
        return controls.dt.gt(0.0).select(controls.dt, controls.dt_max);
    }
    let size = |values: &[Expr<'g>]| rms(values, &tolerances);
    let (d0, d1) = (size(&states), size(&f0));

    // Explicit Euler moves y by a hundredth of its size ...
    let tells = |d: Expr<'g>| d.gt(1e-5).and(d.lt(HUGE));
    let h0 = tells(d0).and(tells(d1)).select(0.01 * (d0 / d1), 1e-6);
    // ... which estimates the second derivative.
    let y1: Vec<_> = states.iter().zip(&f0).map(|(y, f)| *y + h0 * *f).collect();
    let f1 = slopes_at(system, system.time + h0, &y1);
    let changes: Vec<_> = f1.iter().zip(&f0).map(|(f1, f0)| *f1 - *f0).collect();
    let d2 = size(&changes) / h0;

    // h1^(order + 1) max(d1, d2) = 0.01
    let largest = d1.max(d2);
    let bounded = largest.le(HUGE).select(largest, HUGE).max(1e-15);
    let h1 = exp2((0.01f64.log2() - log2(bounded)) * (1.0 / f64::from(order + 1)));
    let h1 = largest.le(1e-15).select((h0 * 1e-3).max(1e-6), h1);
    let chosen = (100.0 * h0).min(h1);
    controls.limited(controls.dt.gt(0.0).select(controls.dt, chosen))
}

/// Root of the mean square of values over tolerances.
fn rms<'g>(values: &[Expr<'g>], tolerances: &[Expr<'g>]) -> Expr<'g> {
    let graph = values[0].graph();
    let squares = values.iter().zip(tolerances).map(|(value, tolerance)| {
        let ratio = *value / *tolerance;
        ratio * ratio
    });
    let sum = squares.reduce(|sum, square| sum + square).unwrap_or(graph.constant(0.0));
    (sum * (1.0 / values.len() as f64)).sqrt()
}
