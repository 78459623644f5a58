//! Explicit Runge-Kutta methods: from a tableau to a step.

use rubie_expr::Expr;
use rubie_model::System;

use crate::controller::decide;
use crate::controller_kind::ControllerKind;
use crate::controls::Controls;
use crate::error_norm::{finite, norm};
use crate::first_step::first_step;
use crate::interpolant::{Ends, Interpolant, hermite, weighted_sum};
use crate::method::{BuildOptions, ExplicitRungeKutta, Method};
use crate::step::{Dense, Memory, StepGraph};
use crate::tableau::Coefficient;

pub(crate) fn build<'g>(
    method: &Method,
    data: &ExplicitRungeKutta,
    system: &System<'g>,
    options: &BuildOptions,
) -> StepGraph<'g> {
    let dt = system.graph.symbol("dt");
    let fixed = options.controller == ControllerKind::Fixed || !method.adaptive();
    let kind = if fixed { ControllerKind::Fixed } else { options.controller };
    let controls = Controls::new(system, kind);
    let attempt = Attempt::new(data, system, dt, options.dense);

    let finite = finite(&controls, &attempt.new);
    let (accepted, next_dt, mut memory) = match attempt.errors(data) {
        Some(errors) if !fixed => {
            let norm = norm(&controls, finite, &attempt.old, &attempt.new, &errors);
            let decision = decide(kind, &controls, dt, &norm);
            (norm.accepted, decision.next_dt, decision.memory)
        }
        _ => (finite, controls.dt, Vec::new()),
    };
    memory.extend(attempt.memory(system, accepted));
    let first_dt = if fixed { controls.dt } else { first_step(system, &controls, method.control_order()) };
    StepGraph {
        dt,
        parts: Vec::new(),
        next_states: attempt
            .new
            .iter()
            .zip(&attempt.old)
            .map(|(new, old)| accepted.select(*new, *old))
            .collect(),
        next_dt,
        accepted,
        finite,
        troubles: Vec::new(),
        first_dt,
        dense: options.dense.then(|| attempt.dense(method, data, system)),
        fixed,
        controls: controls.list,
        memory,
    }
}

/// The values of one attempt.
struct Attempt<'g> {
    dt: Expr<'g>,
    old: Vec<Expr<'g>>,
    new: Vec<Expr<'g>>,
    /// `k[stage][state]`, those of the interpolant included.
    k: Vec<Vec<Expr<'g>>>,
    /// Whether the derivatives at the end are carried to the next step as its first stage.
    carried: bool,
}

impl<'g> Attempt<'g> {
    fn new(data: &ExplicitRungeKutta, system: &System<'g>, dt: Expr<'g>, dense: bool) -> Self {
        let tableau = data.tableau;
        let extra = match data.interpolant {
            Interpolant::Continuous(weights) if dense => Some(weights),
            _ => None,
        };
        let carried = tableau.fsal() || (dense && extra.is_none_or(|weights| weights.starts_at_end(tableau)));
        let old: Vec<_> = system.states.iter().map(|state| state.symbol).collect();
        let start = if carried {
            system.states.iter().map(|state| system.graph.symbol(&format!("k1.{}", state.name))).collect()
        } else {
            system.derivatives_at(system.time, &old)
        };
        let mut attempt = Self { dt, old, new: Vec::new(), k: vec![start], carried };
        for (row, node) in tableau.a.iter().zip(tableau.c).skip(1) {
            attempt.push_stage(system, row, *node);
        }
        attempt.new = attempt.advanced(tableau.b);
        for (row, node) in extra.iter().flat_map(|weights| weights.a.iter().zip(weights.c)) {
            attempt.push_stage(system, row, *node);
        }
        attempt
    }

    fn push_stage(&mut self, system: &System<'g>, row: &[Coefficient], node: Coefficient) {
        let states = self.advanced(row);
        self.k.push(system.derivatives_at(system.time + node.value * self.dt, &states));
    }

    /// old + dt sum_j weight_j k_j.
    fn advanced(&self, weights: &[Coefficient]) -> Vec<Expr<'g>> {
        let used: Vec<_> = weights.iter().zip(&self.k).filter(|(weight, _)| weight.value != 0.0).collect();
        if let [(weight, k)] = used[..] {
            let reach = weight.value * self.dt;
            return self.old.iter().zip(k).map(|(old, k)| *old + reach * *k).collect();
        }
        let sum = |i: usize| weighted_sum(used.iter().map(|(weight, k)| (weight.value, k[i])));
        let states = self.old.iter().enumerate();
        states.map(|(i, old)| sum(i).map_or(*old, |sum| *old + self.dt * sum)).collect()
    }

    /// The error estimate of every state.
    fn errors(&self, data: &ExplicitRungeKutta) -> Option<Vec<Expr<'g>>> {
        let weights = data.tableau.error_weights()?;
        let error = |i: usize| weighted_sum(weights.iter().zip(&self.k).map(|(weight, k)| (*weight, k[i])));
        let zero = self.dt.graph().constant(0.0);
        Some((0..self.old.len()).map(|i| error(i).map_or(zero, |sum| self.dt * sum)).collect())
    }

    /// The derivatives at the end, the same nodes as the last stage of a method that has them.
    fn slope_at_end(&self, system: &System<'g>) -> Vec<Expr<'g>> {
        system.derivatives_at(system.time + self.dt, &self.new)
    }

    /// The first stage of the next step, where it is carried.
    fn memory(&self, system: &System<'g>, accepted: Expr<'g>) -> Vec<Memory<'g>> {
        if !self.carried {
            return Vec::new();
        }
        let stages = system.states.iter().zip(&self.k[0]).zip(self.slope_at_end(system));
        stages
            .map(|((state, symbol), end)| Memory {
                name: format!("k1.{}", state.name),
                symbol: *symbol,
                first: state.derivative,
                next: accepted.select(end, *symbol),
            })
            .collect()
    }

    fn dense(&self, method: &Method, data: &ExplicitRungeKutta, system: &System<'g>) -> Dense<'g> {
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let dense = match data.interpolant {
            Interpolant::Continuous(weights) => weights.dense(&names, self.dt, &self.old, &self.k),
            Interpolant::Hermite => hermite(&Ends {
                names: &names,
                dt: self.dt,
                start: &self.old,
                end: &self.new,
                slope_at_start: &self.k[0],
                slope_at_end: &self.slope_at_end(system),
            }),
        };
        Dense { order: method.interpolant_order(), ..dense }
    }
}
