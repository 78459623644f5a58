//! Polynomials through states and derivatives at both ends of a step.

use rubie_expr::Expr;

use super::{Attempted, Exports};
use crate::step::Dense;

/// What a quartic polynomial has besides Hermite's cubic one: dt c^2 times a sum of weighted derivatives, with c = theta (1 - theta).
pub(super) struct Bend<'g> {
    /// The weights of the derivatives at the start and at the end.
    pub(super) of_slopes: [f64; 2],
    /// The weight of the mean derivative, (y1 - y0) / dt.
    pub(super) of_mean: f64,
    /// By state, the sum of all others.
    pub(super) others: Vec<Expr<'g>>,
}

/// Hermite's cubic polynomial, of order 3, which every method has:
///
/// y(t + theta dt) = y0 + h (y1 - y0) + dt ((1 - theta) c f0 - theta c f1), h = theta^2 (3 - 2 theta), c = theta (1 - theta),
///
/// or a quartic one, of which the states and the derivatives at the ends are the same.
///
/// Written as weights of what is known of the step, not by powers of theta: there are few of these, the same for all states, and a
/// step with a single sample needs no coefficients first.
///
/// Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., 1993, II.6, where the quartic
/// polynomials of 5th-order methods have this form, too.
pub(super) fn dense<'g>(attempt: &Attempted<'_, 'g>, bend: Option<Bend<'g>>) -> Dense<'g> {
    let graph = attempt.dt.graph();
    let theta = graph.symbol("theta");
    let mut exports = Exports::new(graph);
    let dt = exports.take("dt", attempt.dt);
    let rest = 1.0 - theta;
    let both = theta * rest;
    let reach = dt * both;
    // theta^2 (3 - 2 theta) = theta + c (theta - (1 - theta)).
    let (mut more, mut first, mut last) = (theta - rest, rest, theta);
    if let Some(Bend { of_slopes: [of_first, of_last], of_mean, .. }) = bend {
        more = more + of_mean * both;
        first = first + of_first * both;
        last = last - of_last * both;
    }
    let of_change = theta + both * more;
    let [of_first, of_last, of_bend] = [reach * first, reach * last, reach * both];
    let [slope_at_start, slope_at_end] = (attempt.slopes)();
    let mut states = Vec::with_capacity(attempt.names.len());
    for (i, name) in attempt.names.iter().enumerate() {
        let start = exports.take(&format!("start.{name}"), attempt.start[i]);
        let change = exports.take(&format!("change.{name}"), attempt.end[i] - attempt.start[i]);
        let first = exports.take(&format!("slope_at_start.{name}"), slope_at_start[i]);
        let last = exports.take(&format!("slope_at_end.{name}"), slope_at_end[i]);
        let cubic = start + of_change * change + of_first * first - of_last * last;
        states.push(match &bend {
            Some(bend) => cubic + of_bend * exports.take(&format!("bend.{name}"), bend.others[i]),
            None => cubic,
        });
    }
    exports.dense(theta, states, 3)
}
