//! The cubic Hermite polynomial, which every method has.

use rubie_expr::Expr;

use super::Exports;
use crate::step::Dense;

/// States and derivatives at both ends of a step, and their names.
pub(crate) struct Ends<'a, 'g> {
    pub(crate) names: &'a [&'a str],
    pub(crate) dt: Expr<'g>,
    pub(crate) start: &'a [Expr<'g>],
    pub(crate) end: &'a [Expr<'g>],
    pub(crate) slope_at_start: &'a [Expr<'g>],
    pub(crate) slope_at_end: &'a [Expr<'g>],
}

/// Order 3. Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., II.6.
pub(crate) fn hermite<'g>(ends: &Ends<'_, 'g>) -> Dense<'g> {
    let graph = ends.dt.graph();
    let theta = graph.symbol("theta");
    let mut exports = Exports::new(graph);
    let dt = exports.take("dt", ends.dt);
    let mut states = Vec::with_capacity(ends.names.len());
    for (i, name) in ends.names.iter().enumerate() {
        let start = exports.take(&format!("start.{name}"), ends.start[i]);
        let end = exports.take(&format!("end.{name}"), ends.end[i]);
        let first = dt * exports.take(&format!("slope_at_start.{name}"), ends.slope_at_start[i]);
        let last = dt * exports.take(&format!("slope_at_end.{name}"), ends.slope_at_end[i]);
        let change = end - start;
        let bend = (change - first) - (last - change);
        let quadratic = (change - first) + bend;
        states.push(start + theta * (first + theta * (quadratic - theta * bend)));
    }
    exports.dense(theta, states, 3)
}
