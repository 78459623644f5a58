//! Rosenbrock-W methods: from a tableau to a step with one Jacobian and one factorisation.

use rubie_expr::Expr;
use rubie_model::System;

use crate::apart::Apart;
use crate::assemble::{Attempt, slope_at_start};
use crate::interpolant::{Interpolant, weighted_sum};
use crate::krylov::Krylov;
use crate::linear::{Entries, entries, factored};
use crate::method::{BuildOptions, LinearSolver, Method, RosenbrockW};
use crate::sparse_lu::SparseLu;
use crate::step::{Call, Part, StepGraph};
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
    let shift = [vec![Some(per_step * (1.0 / tableau.gamma.value))]];
    let mut solver = match options.linear_solver {
        LinearSolver::Sparse => Solver::Sparse(factored(system, &shift)),
        LinearSolver::Dense => {
            let entries = entries(system, &shift);
            let apart = Apart::new(system, 0, &entries, &[vec![0]]);
            Solver::Apart(Box::new(StageParts::new(system, &entries, apart)))
        }
        _ => {
            let entries = entries(system, &shift);
            let krylov = Krylov::new(system, &shift, None, None, options);
            let apart = Apart::iterated(system, &entries, krylov);
            Solver::Apart(Box::new(StageParts::new(system, &entries, apart)))
        }
    };
    // gamma_i dt df/dt, without the part of the stage.
    let by_time = system.time_derivatives().into_iter().map(|rate| nonzero(rate).map(|r| dt * r)).collect();
    let by_time = solver.kept(by_time);

    let mut increments = Increments::new(system.state_symbols());
    for stage in 0..tableau.stages() {
        let states = increments.advanced(tableau.a[stage]);
        let time = || match stage {
            0 => system.time,
            _ => system.time + tableau.c[stage].value * dt,
        };
        let coupled = increments.coupled(system, tableau.coupling[stage]);
        let rest = |rate: Option<Expr<'g>>, i: usize| {
            let rate = nonzero(coupled[i])
                .map(|sum| per_step * sum)
                .map_or(rate, |sum| Some(rate.map_or(sum, |rate| plus(rate, sum))));
            match (by_time[i], tableau.time_weights[stage].value) {
                (Some(by_time), weight) if weight != 0.0 => {
                    let term = weight * by_time;
                    Some(rate.map_or(term, |rate| plus(rate, term)))
                }
                _ => rate,
            }
        };
        let known = (stage == 0 && system.mass.is_none()).then_some(&slope);
        increments.u.push(match &mut solver {
            Solver::Sparse(lu) => {
                let rates = match known {
                    Some(slope) => slope.clone(),
                    None if stage == 0 => system.derivatives(),
                    None => system.derivatives_at(time(), &states),
                };
                let right =
                    rates.into_iter().enumerate().map(|(i, rate)| rest(Some(rate), i).unwrap_or(rate));
                lu.solve(&right.collect::<Vec<_>>())
            }
            Solver::Apart(parts) => {
                let zero = system.graph.constant(0.0);
                let rest: Vec<_> = (0..states.len()).map(|i| rest(None, i).unwrap_or(zero)).collect();
                parts.stage(time(), states, rest, known.filter(|_| carried))
            }
        });
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
        let scaled = system.mass_times(&scaled);
        match &mut solver {
            Solver::Sparse(lu) => lu.solve(&scaled),
            Solver::Apart(parts) => parts.solve("smooth", scaled),
        }
    });
    let (singular, parts, apart) = match solver {
        Solver::Sparse(lu) => (lu.singular(), Vec::new(), None),
        Solver::Apart(own) => (own.apart.singular(), own.parts, Some(own.apart)),
    };
    let old = system.state_symbols();
    let linear_solves = tableau.stages() as u32 + u32::from(data.smooth && errors.is_some());
    let step =
        Attempt { dt, old, new, errors, slope, carried, stages: increments.u, iterated: None, singular }
            .assemble(method, system, options);
    let mut graph = StepGraph { linear_solves, parts, ..step };
    if let Some(apart) = apart {
        apart.complete(&mut graph);
    }
    graph
}

/// How the stages' linear systems are solved.
enum Solver<'a, 'g> {
    Sparse(SparseLu<'g>),
    Apart(Box<StageParts<'a, 'g>>),
}

impl<'g> Solver<'_, 'g> {
    /// Values that every stage takes: computed once where stages are parts.
    fn kept(&mut self, values: Vec<Option<Expr<'g>>>) -> Vec<Option<Expr<'g>>> {
        match self {
            Solver::Sparse(_) => values,
            Solver::Apart(parts) => {
                let kept = values.into_iter().map(|value| Some(parts.kept(value?))).collect();
                parts.close("prepare");
                kept
            }
        }
    }
}

/// Stages as parts of an attempt, with linear systems solved between them. One program computes the right-hand sides of all of them.
struct StageParts<'a, 'g> {
    system: &'a System<'g>,
    apart: Apart<'g>,
    parts: Vec<Part<'g>>,
    /// What stands in the next part, and what follows it.
    outputs: Vec<(Expr<'g>, Expr<'g>)>,
    calls: Vec<Call<'g>>,
    /// Time and states of a stage, and what is added to its rates.
    time: Expr<'g>,
    states: Vec<Expr<'g>>,
    rest: Vec<Expr<'g>>,
    /// The right-hand side of a stage in these.
    right: Vec<Expr<'g>>,
    solves: usize,
}

impl<'a, 'g> StageParts<'a, 'g> {
    fn new(system: &'a System<'g>, entries: &Entries<'g>, apart: Apart<'g>) -> Self {
        let time = system.graph.symbol("stage.time");
        let of = |what: &str| -> Vec<_> {
            system.states.iter().map(|state| system.graph.symbol(&format!("{what}.{}", state.name))).collect()
        };
        let (states, rest) = (of("stage"), of("stage.rest"));
        let rates = system.derivatives_at(time, &states);
        let right = rates.into_iter().zip(&rest).map(|(rate, rest)| rate + *rest).collect();
        let (mut outputs, calls) = (apart.entries(entries), apart.factor());
        outputs.extend(apart.begin());
        Self { system, parts: Vec::new(), outputs, calls, time, states, rest, right, solves: 0, apart }
    }

    /// A symbol for a value that later parts take as well.
    fn kept(&mut self, value: Expr<'g>) -> Expr<'g> {
        let symbol = self.system.graph.symbol("kept");
        self.outputs.push((symbol, value));
        symbol
    }

    /// The solution for a stage; `rates` where these are known.
    fn stage(
        &mut self,
        time: Expr<'g>,
        states: Vec<Expr<'g>>,
        rest: Vec<Expr<'g>>,
        rates: Option<&Vec<Expr<'g>>>,
    ) -> Vec<Expr<'g>> {
        if let Some(rates) = rates {
            let right = rates.iter().zip(rest).map(|(rate, rest)| plus(rest, *rate));
            return self.solve("stage", right.collect());
        }
        self.outputs.push((self.time, time));
        self.outputs.extend(self.states.iter().copied().zip(states));
        self.outputs.extend(self.rest.iter().copied().zip(rest));
        self.close("stage");
        self.solve("rates", self.right.clone())
    }

    /// A part that leaves a right-hand side, and the symbols of the solution.
    fn solve(&mut self, name: &'static str, right: Vec<Expr<'g>>) -> Vec<Expr<'g>> {
        self.solves += 1;
        let named = |state: &rubie_model::State<'g>| format!("u{}.{}", self.solves, state.name);
        let solution: Vec<_> =
            self.system.states.iter().map(|state| self.system.graph.symbol(&named(state))).collect();
        self.outputs.extend(self.apart.right(right));
        self.calls.extend(self.apart.solve(&solution));
        self.close(name);
        self.parts.extend(self.apart.parts(&solution));
        solution
    }

    fn close(&mut self, name: &'static str) {
        let (outputs, calls) = (std::mem::take(&mut self.outputs), std::mem::take(&mut self.calls));
        self.parts.push(Part { calls, ..Part::once(name, outputs) });
    }
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
