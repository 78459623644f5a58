//! Explicit Runge-Kutta methods: from a tableau to a step.

use rubie_expr::Expr;
use rubie_model::System;

use crate::assemble::{Attempt, slope_at_start};
use crate::controller_kind::ControllerKind;
use crate::interpolant::{Interpolant, weighted_sum};
use crate::linear::slopes_at;
use crate::method::{BuildOptions, ExplicitRungeKutta, Method};
use crate::step::StepGraph;
use crate::tableau::{Coefficient, equal};

pub(crate) fn build<'g>(
    method: &Method,
    data: &ExplicitRungeKutta,
    system: &System<'g>,
    options: &BuildOptions,
) -> StepGraph<'g> {
    let tableau = data.tableau;
    let extra = match data.interpolant {
        Interpolant::Continuous(weights) if options.dense => Some(weights),
        _ => None,
    };
    let carried =
        tableau.fsal() || (options.dense && extra.is_none_or(|weights| weights.starts_at_end(tableau)));
    let mut stages = Stages {
        dt: system.graph.symbol("dt"),
        old: system.state_symbols(),
        solution: tableau.b,
        fixed: tableau.error_weights().is_none() || options.controller == ControllerKind::Fixed,
        k: vec![slope_at_start(system, carried)],
    };
    for (row, node) in tableau.a.iter().zip(tableau.c).skip(1) {
        stages.push(system, row, *node);
    }
    let new = stages.advanced(tableau.b);
    for (row, node) in extra.iter().flat_map(|weights| weights.a.iter().zip(weights.c)) {
        stages.push(system, row, *node);
    }
    let errors = tableau.error_weights().map(|weights| stages.errors(&weights));
    let Stages { dt, old, k, .. } = stages;
    Attempt { dt, old, new, errors, slope: k[0].clone(), carried, stages: k, iterated: None, singular: None }
        .assemble(method, system, options)
}

/// The stages so far.
struct Stages<'g> {
    dt: Expr<'g>,
    old: Vec<Expr<'g>>,
    /// The weights of the solution.
    solution: &'static [Coefficient],
    /// Whether the step size is one number for all runs: then it belongs into the coefficients.
    fixed: bool,
    /// `k[stage][state]`, those of the interpolant included.
    k: Vec<Vec<Expr<'g>>>,
}

impl<'g> Stages<'g> {
    fn push(&mut self, system: &System<'g>, row: &[Coefficient], node: Coefficient) {
        let is_solution = self.solution.get(..row.len()).is_some_and(|solution| equal(row, solution));
        let states = if is_solution { self.advanced(row) } else { self.reached(row) };
        self.k.push(slopes_at(system, system.time + node.value * self.dt, &states));
    }

    /// old + dt sum_j weight_j k_j.
    fn advanced(&self, weights: &[Coefficient]) -> Vec<Expr<'g>> {
        let used: Vec<_> = weights.iter().zip(&self.k).filter(|(weight, _)| weight.value != 0.0).collect();
        if let [(weight, k)] = used[..] {
            let reach = weight.value * self.dt;
            return self.old.iter().zip(k).map(|(old, k)| *old + reach * *k).collect();
        }
        if self.fixed {
            let reach: Vec<_> = used.iter().map(|(weight, _)| weight.value * self.dt).collect();
            let advance = |old: Expr<'g>, i: usize| {
                reach.iter().zip(&used).fold(old, |sum, (reach, (_, k))| sum + *reach * k[i])
            };
            return self.old.iter().enumerate().map(|(i, old)| advance(*old, i)).collect();
        }
        let sum = |i: usize| weighted_sum(used.iter().map(|(weight, k)| (weight.value, k[i])));
        let states = self.old.iter().enumerate();
        states.map(|(i, old)| sum(i).map_or(*old, |sum| *old + self.dt * sum)).collect()
    }

    /// The same for the argument of the next stage. What it takes from the last stage is added last, in one operation, as everything else
    /// is known while that stage is computed. This rounds the argument once more, which the solution should not be.
    fn reached(&self, weights: &[Coefficient]) -> Vec<Expr<'g>> {
        let last = weights.iter().zip(&self.k).rposition(|(weight, _)| weight.value != 0.0);
        match last {
            Some(last) if !self.fixed && last > 0 => {
                let reach = weights[last].value * self.dt;
                let before = self.advanced(&weights[..last]);
                before.iter().zip(&self.k[last]).map(|(before, k)| *before + reach * *k).collect()
            }
            _ => self.advanced(weights),
        }
    }

    /// dt sum_j weight_j k_j for every state.
    fn errors(&self, weights: &[f64]) -> Vec<Expr<'g>> {
        let error = |i: usize| weighted_sum(weights.iter().zip(&self.k).map(|(weight, k)| (*weight, k[i])));
        let zero = self.dt.graph().constant(0.0);
        (0..self.old.len()).map(|i| error(i).map_or(zero, |sum| self.dt * sum)).collect()
    }
}
