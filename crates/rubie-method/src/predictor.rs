//! Where Newton's iterations begin: on polynomials through what the last accepted step has left.
//!
//! Source: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, section IV.8 (starting values). Far
//! beyond its nodes a polynomial is worth little, so methods whose nodes are no collocation's take it only up to a ratio of the step
//! sizes ([`largest_ratio`]).

use rubie_expr::Expr;
use rubie_model::System;

use crate::step::Memory;

/// Values at a step's end may be magnified by this in the prediction at most.
const MOST_MAGNIFIED: f64 = 50.0;
/// Ratios of step sizes that are looked at, up to the largest growth of a step.
const RATIOS: u32 = 800;
const RATIO_STEP: f64 = 0.01;

/// A value for each stage and state, of the last accepted step.
pub(crate) struct Past<'g> {
    values: Vec<Vec<Expr<'g>>>,
    names: Vec<String>,
    dt: Expr<'g>,
}

impl<'g> Past<'g> {
    /// Values called `what`, at so many nodes.
    pub(crate) fn new(system: &System<'g>, what: &str, nodes: usize) -> Self {
        let name = |node: usize, state: &str| format!("last.{what}{}.{state}", node + 1);
        let symbols = (0..nodes).map(|node| {
            system.states.iter().map(|state| system.graph.symbol(&name(node, &state.name))).collect()
        });
        let names =
            (0..nodes).flat_map(|node| system.states.iter().map(move |state| name(node, &state.name)));
        Self { values: symbols.collect(), names: names.collect(), dt: system.graph.symbol("last.dt") }
    }

    /// dt / last dt; 0 where there is no last step.
    pub(crate) fn ratio(&self, dt: Expr<'g>) -> Expr<'g> {
        dt / self.dt
    }

    /// For displacements: the polynomial through the start and the stages of the last step, at the stages of this one and counted
    /// from its start, q(1 + c_i dt / last dt) - q(1).
    pub(crate) fn displacements(&self, nodes: &[f64], dt: Expr<'g>) -> Vec<Vec<Expr<'g>>> {
        let one = dt.graph().constant(1.0);
        let ratio = self.ratio(dt);
        // l_j(at), which is 0 at the start and at the other nodes.
        let weight = |j: usize, at: Expr<'g>| product(nodes, j, at, at * (1.0 / nodes[j]));
        let at_stage = |node: &f64| {
            let at = 1.0 + *node * ratio;
            let weights: Vec<_> = (0..nodes.len()).map(|j| weight(j, at) - weight(j, one)).collect();
            self.weighted(&weights)
        };
        nodes.iter().map(at_stage).collect()
    }

    /// For derivatives: the polynomial through those at distinct nodes, at node `node` of this step.
    pub(crate) fn derivatives(&self, nodes: &[f64], node: f64, dt: Expr<'g>) -> Vec<Expr<'g>> {
        let one = dt.graph().constant(1.0);
        let at = 1.0 + node * self.ratio(dt);
        let weights: Vec<_> = (0..nodes.len()).map(|j| product(nodes, j, at, one)).collect();
        self.weighted(&weights)
    }

    fn weighted(&self, weights: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let states = 0..self.values[0].len();
        let sum = |i: usize| {
            let terms = weights.iter().zip(&self.values).map(|(weight, values)| *weight * values[i]);
            terms.reduce(|sum, term| sum + term).expect("at least one node")
        };
        states.map(sum).collect()
    }

    /// What a run remembers: after an accepted attempt these values, by node and state.
    pub(crate) fn memory(&self, values: &[Expr<'g>], dt: Expr<'g>, accepted: Expr<'g>) -> Vec<Memory<'g>> {
        let graph = dt.graph();
        let symbols = self.values.iter().flatten().zip(&self.names).zip(values);
        let mut memory: Vec<_> = symbols
            .map(|((symbol, name), value)| Memory {
                name: name.clone(),
                symbol: *symbol,
                first: graph.constant(0.0),
                next: accepted.select(*value, *symbol),
            })
            .collect();
        memory.push(Memory {
            name: "last_dt".to_owned(),
            symbol: self.dt,
            first: graph.constant(f64::INFINITY),
            next: accepted.select(dt, self.dt),
        });
        memory
    }
}

/// `start` times the factors that make Lagrange's polynomial of node `j` vanish at the others.
fn product<'g>(nodes: &[f64], j: usize, at: Expr<'g>, start: Expr<'g>) -> Expr<'g> {
    let others = nodes.iter().enumerate().filter(|(m, _)| *m != j);
    others.fold(start, |product, (_, node)| product * ((at - *node) * (1.0 / (nodes[j] - node))))
}

/// The largest ratio of a step's size to the last one's at which derivatives may be predicted at nodes `wanted`: the polynomial through
/// those at `nodes` magnifies errors of theirs by [`MOST_MAGNIFIED`] at most. 0 where no ratio is small enough.
pub(crate) fn largest_ratio(nodes: &[f64], wanted: &[f64]) -> f64 {
    let magnified = |at: f64| -> f64 {
        let weight = |j: usize| -> f64 {
            let others = nodes.iter().enumerate().filter(|(m, _)| *m != j);
            others.map(|(_, node)| (at - node) / (nodes[j] - node)).product()
        };
        (0..nodes.len()).map(|j| weight(j).abs()).sum()
    };
    let fits = |ratio: &f64| wanted.iter().all(|node| magnified(1.0 + node * ratio) <= MOST_MAGNIFIED);
    (1..=RATIOS).map(|k| f64::from(k) * RATIO_STEP).take_while(fits).last().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_node_predicts_at_any_ratio_and_many_near_ones_at_few() {
        assert_eq!(largest_ratio(&[0.5], &[0.5]), 8.0);
        // A line through 0 and 1 at 1 + r: weights r and 1 + r.
        assert!((largest_ratio(&[0.0, 1.0], &[1.0]) - 8.0).abs() < 1e-12);
        let near = largest_ratio(&[0.0, 0.1, 0.2, 0.3, 1.0], &[1.0]);
        assert!(near < 0.5, "{near}");
    }
}
