//! Interpolants of stiffly accurate Rosenbrock methods.

use super::{Attempted, Exports, weighted_sum};
use crate::step::Dense;
use crate::tableau::Coefficient;

/// A polynomial through both ends of the step:
/// y(t + theta dt) = (1 - theta) y0 + theta (y1 + (1 - theta) (D1 + theta (D2 + theta D3 ..))), D_r = sum_i h_ri U_i,
/// with the increments U of the stages.
///
/// Source: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, section IV.7, and their code RODAS.
#[derive(Clone, Copy, Debug)]
pub struct Stiff {
    /// Order of accuracy.
    pub order: u32,
    /// Row r has the weights h_r1, h_r2, .. of the stages; trailing zeros may be left out.
    pub h: &'static [&'static [Coefficient]],
}

impl Stiff {
    pub(super) fn dense<'g>(&self, attempt: &Attempted<'_, 'g>) -> Dense<'g> {
        let graph = attempt.dt.graph();
        let theta = graph.symbol("theta");
        let mut exports = Exports::new(graph);
        let mut states = Vec::with_capacity(attempt.names.len());
        for (i, name) in attempt.names.iter().enumerate() {
            let start = exports.take(&format!("start.{name}"), attempt.start[i]);
            let end = exports.take(&format!("end.{name}"), attempt.end[i]);
            let used = |stage: &usize| self.h.iter().any(|row| weight(row, *stage) != 0.0);
            let stages = (0..attempt.stages.len()).filter(used);
            let increments: Vec<_> = stages
                .map(|stage| {
                    (stage, exports.take(&format!("u{}.{name}", stage + 1), attempt.stages[stage][i]))
                })
                .collect();
            let bend = self.h.iter().rev().fold(None, |higher, row| {
                let own = weighted_sum(increments.iter().map(|(stage, u)| (weight(row, *stage), *u)));
                match (own, higher) {
                    (Some(own), Some(higher)) => Some(own + theta * higher),
                    (own, None) => own,
                    (None, Some(higher)) => Some(theta * higher),
                }
            });
            let change = end - start;
            states.push(start + theta * bend.map_or(change, |bend| change + (1.0 - theta) * bend));
        }
        exports.dense(theta, states, self.order)
    }
}

fn weight(row: &[Coefficient], stage: usize) -> f64 {
    row.get(stage).map_or(0.0, |number| number.value)
}
