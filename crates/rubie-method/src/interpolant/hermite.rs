//! The cubic Hermite polynomial, which every method has.

use super::{Attempted, Exports};
use crate::step::Dense;

/// Order 3. Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., II.6.
pub(super) fn dense<'g>(attempt: &Attempted<'_, 'g>) -> Dense<'g> {
    let graph = attempt.dt.graph();
    let theta = graph.symbol("theta");
    let mut exports = Exports::new(graph);
    let dt = exports.take("dt", attempt.dt);
    let [slope_at_start, slope_at_end] = (attempt.slopes)();
    let mut states = Vec::with_capacity(attempt.names.len());
    for (i, name) in attempt.names.iter().enumerate() {
        let start = exports.take(&format!("start.{name}"), attempt.start[i]);
        let end = exports.take(&format!("end.{name}"), attempt.end[i]);
        let first = dt * exports.take(&format!("slope_at_start.{name}"), slope_at_start[i]);
        let last = dt * exports.take(&format!("slope_at_end.{name}"), slope_at_end[i]);
        let change = end - start;
        let bend = (change - first) - (last - change);
        let quadratic = (change - first) + bend;
        states.push(start + theta * (first + theta * (quadratic - theta * bend)));
    }
    exports.dense(theta, states, 3)
}
