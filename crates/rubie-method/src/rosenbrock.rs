//! Rosenbrock-W methods: from a tableau to a step with one Jacobian and one factorisation.

use rubie_expr::Expr;
use rubie_model::System;

use crate::assemble::{Attempt, slope_at_start};
use crate::interpolant::{Interpolant, weighted_sum};
use crate::linear::factored;
use crate::method::{BuildOptions, Method, RosenbrockW};
use crate::step::StepGraph;
use crate::tableau::Coefficient;

pub(crate) fn build<'g>(
    method: &Method,
    data: &RosenbrockW,
    system: &System<'g>,
    options: &BuildOptions,
) -> StepGraph<'g> {
    let tableau = data.tableau;
    let hermite = matches!(data.interpolant, Interpolant::Hermite);
    // With a mass matrix the last right-hand side is not yet a derivative.
    let carried = (tableau.fsal() && system.mass.is_none()) || (options.dense && hermite);
    let slope = slope_at_start(system, carried);
    let dt = system.graph.symbol("dt");
    let per_step = 1.0 / dt;
    let lu = factored(system, &[vec![Some(per_step * (1.0 / tableau.gamma.value))]]);
    // gamma_i dt df/dt, without the part of the stage.
    let by_time: Vec<_> =
        system.time_derivatives().into_iter().map(|rate| nonzero(rate).map(|r| dt * r)).collect();

    let mut increments = Increments::new(system.state_symbols());
    for stage in 0..tableau.stages() {
        let states = increments.advanced(tableau.a[stage]);
        let rates = match stage {
            0 if system.mass.is_none() => slope.clone(),
            0 => system.derivatives(),
            _ => system.derivatives_at(system.time + tableau.c[stage].value * dt, &states),
        };
        let coupled = increments.coupled(system, tableau.coupling[stage]);
        let right = rates.into_iter().enumerate().map(|(i, rate)| {
            let rate = nonzero(coupled[i]).map_or(rate, |sum| plus(rate, per_step * sum));
            match (by_time[i], tableau.time_weights[stage].value) {
                (Some(by_time), weight) if weight != 0.0 => plus(rate, weight * by_time),
                _ => rate,
            }
        });
        increments.u.push(lu.solve(&right.collect::<Vec<_>>()));
    }
    let new = increments.advanced(tableau.b);
    let zero = system.graph.constant(0.0);
    let errors = tableau.error_weights().map(|weights| {
        let error = |i| increments.sum(weights.iter().copied(), i).unwrap_or(zero);
        let errors: Vec<_> = (0..new.len()).map(error).collect();
        if !data.smooth {
            return errors;
        }
        // (M - gamma dt J)^-1 M of the estimate.
        let shift = per_step * (1.0 / tableau.gamma.value);
        let scaled: Vec<_> = errors.into_iter().map(|error| shift * error).collect();
        lu.solve(&system.mass_times(&scaled))
    });
    let old = system.state_symbols();
    let linear_solves = tableau.stages() as u32 + u32::from(data.smooth && errors.is_some());
    let step = Attempt {
        dt,
        old,
        new,
        errors,
        slope,
        carried,
        stages: increments.u,
        iterated: None,
        singular: lu.singular(),
    }
    .assemble(method, system, options);
    StepGraph { linear_solves, ..step }
}

/// The stages so far, and the states that were formed of them.
struct Increments<'g> {
    /// `u[stage][state]`.
    u: Vec<Vec<Expr<'g>>>,
    /// Weights without trailing zeros, and the states they lead to; first those at the start.
    formed: Vec<(Vec<f64>, Vec<Expr<'g>>)>,
}

impl<'g> Increments<'g> {
    fn new(old: Vec<Expr<'g>>) -> Self {
        Self { u: Vec::new(), formed: vec![(Vec::new(), old)] }
    }

    /// old + sum_j weight_j U_j. Rows of stiffly accurate methods continue earlier ones: what these have in common is
    /// computed once.
    fn advanced(&mut self, row: &[Coefficient]) -> Vec<Expr<'g>> {
        let row: Vec<f64> = row.iter().map(|number| number.value).collect();
        let missing = |weights: &[f64]| -> Option<Vec<(f64, usize)>> {
            let weight = |j: usize| weights.get(j).copied().unwrap_or(0.0);
            let fits = (0..row.len().max(weights.len()))
                .all(|j| weight(j) == 0.0 || row.get(j).is_some_and(|own| *own == weight(j)));
            let rest = row.iter().enumerate().filter(|(j, own)| **own != weight(*j));
            fits.then(|| rest.map(|(j, own)| (*own, j)).collect())
        };
        let candidates = self.formed.iter().filter_map(|(weights, states)| Some((missing(weights)?, states)));
        let (rest, base) =
            candidates.min_by_key(|(rest, _)| rest.len()).expect("the states at the start fit");
        let states: Vec<_> = base
            .iter()
            .enumerate()
            .map(|(i, base)| rest.iter().fold(*base, |state, (weight, j)| state + *weight * self.u[*j][i]))
            .collect();
        self.formed.push((row, states.clone()));
        states
    }

    /// M sum_j weight_j U_j, for every equation.
    fn coupled(&self, system: &System<'g>, row: &[Coefficient]) -> Vec<Expr<'g>> {
        let zero = system.graph.constant(0.0);
        let weights = || row.iter().map(|number| number.value);
        let sums = (0..system.states.len()).map(|i| self.sum(weights(), i).unwrap_or(zero));
        system.mass_times(&sums.collect::<Vec<_>>())
    }

    /// sum_j weight_j U_j of one state.
    fn sum(&self, weights: impl Iterator<Item = f64>, state: usize) -> Option<Expr<'g>> {
        weighted_sum(weights.zip(&self.u).map(|(weight, u)| (weight, u[state])))
    }
}

fn nonzero(value: Expr<'_>) -> Option<Expr<'_>> {
    (value.as_constant() != Some(0.0)).then_some(value)
}

fn plus<'g>(sum: Expr<'g>, term: Expr<'g>) -> Expr<'g> {
    nonzero(sum).map_or(term, |sum| sum + term)
}
