//! The polynomial that a collocation method solves for.

use super::{Attempted, Exports};
use crate::implicit_tableau::ImplicitTableau;
use crate::step::Dense;

/// The polynomial of degree s through the start of a step and its s stages, which meets the differential equation at the nodes:
/// y(t + theta dt) = y0 + sum_j l_j(theta) z_j, with the displacements z of the stages and Lagrange's polynomials l over 0 and the
/// nodes. Of order s; at the step's end it is the method's solution, of higher order.
///
/// Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., 1993, section II.7.
pub(super) fn dense<'g>(tableau: &ImplicitTableau, attempt: &Attempted<'_, 'g>) -> Dense<'g> {
    let graph = attempt.dt.graph();
    let theta = graph.symbol("theta");
    let mut exports = Exports::new(graph);
    let powers = powers(tableau);
    let mut states = Vec::with_capacity(attempt.names.len());
    for (i, name) in attempt.names.iter().enumerate() {
        let start = exports.take(&format!("start.{name}"), attempt.start[i]);
        let z: Vec<_> = (attempt.stages.iter().enumerate())
            .map(|(stage, z)| exports.take(&format!("z{}.{name}", stage + 1), z[i]))
            .collect();
        // Horner's scheme; its coefficients do not depend on theta.
        let higher = powers.iter().rev().fold(None, |higher, weights| {
            let terms = weights.iter().zip(&z).map(|(weight, z)| *weight * *z);
            let own = terms.reduce(|sum, term| sum + term)?;
            Some(higher.map_or(own, |higher| own + theta * higher))
        });
        states.push(higher.map_or(start, |higher| start + theta * higher));
    }
    exports.dense(theta, states, tableau.stages() as u32)
}

/// The coefficients of theta, theta^2, .. in l_1, l_2, ..: `powers[power - 1][stage]`.
fn powers(tableau: &ImplicitTableau) -> Vec<Vec<f64>> {
    let nodes: Vec<f64> = tableau.c.iter().map(|node| node.value).collect();
    let of_stage = |j: usize| {
        // theta / c_j times (theta - c_m) / (c_j - c_m) for all others, multiplied out.
        let mut polynomial = vec![1.0 / nodes[j]];
        for (_, node) in nodes.iter().enumerate().filter(|(m, _)| *m != j) {
            let scale = 1.0 / (nodes[j] - node);
            let below = std::iter::once(0.0).chain(polynomial.iter().copied());
            let same = polynomial.iter().copied().chain([0.0]);
            polynomial = below.zip(same).map(|(below, same)| scale * (below - node * same)).collect();
        }
        polynomial
    };
    let stages: Vec<_> = (0..nodes.len()).map(of_stage).collect();
    (0..nodes.len()).map(|power| stages.iter().map(|polynomial| polynomial[power]).collect()).collect()
}
