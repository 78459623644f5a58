//! Diagonally implicit Runge-Kutta methods: from a tableau to a step whose stages are solved one after the other.

use rubie_expr::Expr;
use rubie_model::System;

use crate::apart::Apart;
use crate::assemble::{Attempt, Iterated, slope_at_start};
use crate::implicit_tableau::ImplicitTableau;
use crate::interpolant::weighted_sum;
use crate::krylov::Krylov;
use crate::linear::{entries, entries_at, factored, factored_at, slopes_at};
use crate::method::{BuildOptions, DiagonallyImplicit, LinearSolver, Method, NewtonJacobian, Start};
use crate::newton::{Equations, Factors, Newton};
use crate::predictor::{Past, largest_ratio};
use crate::sparse_lu::SparseLu;
use crate::step::{Part, StepGraph};
use crate::tableau::Coefficient;

pub(crate) fn build<'g>(
    method: &Method,
    data: &DiagonallyImplicit,
    system: &System<'g>,
    options: &BuildOptions,
) -> StepGraph<'g> {
    let tableau = data.tableau;
    let carried = tableau.stiffly_accurate() || options.dense;
    let mut stages = Stages::new(system, slope_at_start(system, carried), data, options);
    for stage in 0..tableau.stages() {
        let node = tableau.c[stage].value;
        let base = stages.advanced(tableau.a[stage].get(..stage).unwrap_or_default());
        match tableau.diagonal(stage) {
            0.0 => stages.explicit(node, &base),
            diagonal => stages.implicit(diagonal, node, base),
        }
    }
    let (k, stage_end) = (stages.k.clone(), stages.end.clone());
    let new = match stage_end {
        Some(end) if tableau.stiffly_accurate() => end,
        _ => stages.advanced(tableau.b),
    };
    let zero = system.graph.constant(0.0);
    let mut errors = tableau.error_weights().map(|weights| {
        let sum = |i: usize| weighted_sum(weights.iter().copied().zip(k.iter().map(|k| k[i])));
        (0..new.len()).map(|i| sum(i).map_or(zero, |sum| stages.dt * sum)).collect::<Vec<_>>()
    });
    let filtered = data.smooth || system.mass.is_some();
    if filtered {
        // (M - gamma dt J)^-1 M of the estimate: what is left of it in algebraic equations is 0.
        let scaled = |errors: Vec<Expr<'g>>| {
            let errors: Vec<_> = errors.into_iter().map(|error| stages.shift * error).collect();
            system.mass_times(&errors)
        };
        errors = match (&stages.apart, errors) {
            (Some(_), Some(errors)) => Some(stages.solved_at_end(scaled(errors))),
            (_, errors) => {
                errors.map(|errors| stages.factors().map_or(errors.clone(), |lu| lu.solve(&scaled(errors))))
            }
        };
    }
    let slope_at_end = k.last().filter(|_| tableau.stiffly_accurate()).cloned();
    let Stages { dt, slope, parts, newton, solves, past, lu, apart, newton_jacobian, .. } = stages;
    let iterated = Some(Iterated { parts, newton, solves, slope_at_end });
    let linear_solves = u32::from(filtered && errors.is_some());
    // Of exact matrices there are many, and those of runs without need of more iterations are made again with others.
    let frozen = apart.as_ref().filter(|_| newton_jacobian == NewtonJacobian::Frozen);
    let singular = lu.as_ref().and_then(SparseLu::singular).or(frozen.and_then(Apart::singular));
    let derivatives = k.clone();
    let old = system.state_symbols();
    let mut graph = Attempt { dt, old, new, errors, slope, carried, stages: k, iterated, singular }
        .assemble(method, system, options);
    graph.linear_solves = linear_solves;
    if let Some(apart) = apart {
        apart.complete(&mut graph);
    }
    if let Some(Prediction { past, stages, .. }) = past {
        let values: Vec<_> = stages.iter().flat_map(|stage| derivatives[*stage].clone()).collect();
        // Before the others, so that the count of iterations stays the last.
        let memory = past.memory(&values, dt, graph.accepted);
        graph.iterations = graph.iterations.map(|place| place + memory.len());
        graph.memory.splice(0..0, memory);
    }
    graph
}

/// Derivatives of the last step from which those of this one are predicted.
struct Prediction<'g> {
    past: Past<'g>,
    /// Stages with distinct nodes: the last of those that share one.
    stages: Vec<usize>,
    nodes: Vec<f64>,
    /// The ratio of step sizes up to which they are.
    largest_ratio: f64,
}

impl<'g> Prediction<'g> {
    fn new(system: &System<'g>, tableau: &ImplicitTableau) -> Self {
        let node = |stage: usize| tableau.c[stage].value;
        let stages = 0..tableau.stages();
        let last = |stage: &usize| !(*stage + 1..tableau.stages()).any(|later| node(later) == node(*stage));
        let distinct: Vec<usize> = stages.clone().filter(last).collect();
        let nodes: Vec<f64> = distinct.iter().map(|stage| node(*stage)).collect();
        let wanted: Vec<f64> = stages.filter(|stage| tableau.diagonal(*stage) != 0.0).map(node).collect();
        let largest_ratio = largest_ratio(&nodes, &wanted);
        Self { past: Past::new(system, "k", distinct.len()), stages: distinct, nodes, largest_ratio }
    }

    /// The derivative at a stage: predicted, or `else_`.
    fn derivative(&self, node: f64, dt: Expr<'g>, else_: Vec<Expr<'g>>) -> Vec<Expr<'g>> {
        let ratio = self.past.ratio(dt);
        let near = ratio.gt(0.0).and(ratio.le(self.largest_ratio));
        let predicted = self.past.derivatives(&self.nodes, node, dt);
        predicted.into_iter().zip(else_).map(|(k, else_)| near.select(k, else_)).collect()
    }
}

/// The stages so far.
struct Stages<'a, 'g> {
    system: &'a System<'g>,
    dt: Expr<'g>,
    slope: Vec<Expr<'g>>,
    /// `k[stage][state]`.
    k: Vec<Vec<Expr<'g>>>,
    /// The state of the last stage.
    end: Option<Vec<Expr<'g>>>,
    parts: Vec<Part<'g>>,
    newton: Newton<'g>,
    solves: usize,
    /// The symbols of 1 / (gamma dt), the stage's time and base, and the factors.
    shift: Expr<'g>,
    time: Expr<'g>,
    base: Vec<Expr<'g>>,
    lu: Option<SparseLu<'g>>,
    /// Solved between parts, in place of `lu`.
    apart: Option<Apart<'g>>,
    start: Start,
    newton_jacobian: NewtonJacobian,
    past: Option<Prediction<'g>>,
    /// gamma of the factors.
    diagonal: f64,
    /// How many stages have symbols or need none.
    kept: usize,
}

impl<'a, 'g> Stages<'a, 'g> {
    fn new(
        system: &'a System<'g>,
        slope: Vec<Expr<'g>>,
        data: &DiagonallyImplicit,
        options: &BuildOptions,
    ) -> Self {
        let symbol = |name: &str| system.graph.symbol(name);
        let (dt, newton) = (symbol("dt"), Newton::new(system, 1));
        let (shift, time) = (symbol("newton.shift"), symbol("newton.time"));
        let base = system.states.iter().map(|state| symbol(&format!("newton.base.{}", state.name)));
        let base: Vec<_> = base.collect();
        let matrix = [vec![Some(shift)]];
        let apart = match options.linear_solver {
            LinearSolver::Sparse => None,
            LinearSolver::Dense => Some(Apart::new(system, 0, &entries(system, &matrix), &[vec![0]])),
            _ => {
                let stage = base.iter().zip(&newton.z[0]).map(|(base, z)| *base + *z).collect();
                let (times, stages) = ([time], [stage]);
                let at = (data.newton == NewtonJacobian::Exact).then_some((&times[..], &stages[..]));
                let krylov = Krylov::new(system, &matrix, at, None, options);
                Some(Apart::iterated(system, &entries(system, &matrix), krylov))
            }
        };
        Self {
            system,
            dt,
            slope,
            k: Vec::new(),
            end: None,
            parts: Vec::new(),
            newton,
            solves: 0,
            shift,
            time,
            base,
            lu: None,
            apart,
            start: data.start,
            newton_jacobian: data.newton,
            past: data.predict.then(|| Prediction::new(system, data.tableau)),
            diagonal: 0.0,
            kept: 0,
        }
    }

    /// old + dt sum_j weight_j k_j.
    fn advanced(&self, weights: &[Coefficient]) -> Vec<Expr<'g>> {
        let weights = || weights.iter().map(|weight| weight.value);
        let sum = |i: usize| weighted_sum(weights().zip(self.k.iter().map(|k| k[i])));
        let old = self.system.state_symbols();
        old.into_iter().enumerate().map(|(i, old)| sum(i).map_or(old, |sum| old + self.dt * sum)).collect()
    }

    fn explicit(&mut self, node: f64, base: &[Expr<'g>]) {
        let first = self.k.is_empty() && node == 0.0;
        let k = match first {
            true => self.slope.clone(),
            false => slopes_at(self.system, self.system.time + node * self.dt, base),
        };
        self.k.push(k);
    }

    /// A part that makes the equation of the stage, and one that solves it.
    fn implicit(&mut self, diagonal: f64, node: f64, base: Vec<Expr<'g>>) {
        let reach = diagonal * self.dt;
        let near = match self.start {
            Start::Zero if self.k.is_empty() => vec![self.system.graph.constant(0.0); base.len()],
            _ => self.k.last().unwrap_or(&self.slope).clone(),
        };
        let k = match &self.past {
            Some(past) => past.derivative(node, self.dt, near),
            None => near,
        };
        let guess = k.into_iter().map(|k| reach * k).collect();
        let first = self.solves == 0;
        let mut outputs = if first { self.newton.begin(vec![guess]) } else { self.newton.next(vec![guess]) };
        outputs.extend(self.keep());
        let mut calls = Vec::new();
        outputs.extend(self.apart.as_ref().filter(|_| first).and_then(Apart::begin));
        if self.diagonal != diagonal {
            self.diagonal = diagonal;
            let shift = 1.0 / reach;
            outputs.push((self.shift, shift));
            match (&self.apart, self.newton_jacobian) {
                (Some(apart), newton) if newton == NewtonJacobian::Frozen || apart.krylov.is_some() => {
                    outputs.extend(apart.entries(&entries(self.system, &[vec![Some(shift)]])));
                    calls = apart.factor();
                }
                (None, NewtonJacobian::Frozen) => outputs.extend(self.freeze(shift)),
                _ => {}
            }
        }
        outputs.push((self.time, self.system.time + node * self.dt));
        outputs.extend(self.base.iter().copied().zip(base));
        let name = if first { "prepare" } else { "next stage" };
        self.parts.push(Part { calls, ..Part::once(name, outputs) });
        let exact = self.newton_jacobian == NewtonJacobian::Exact;
        let factors = match (self.lu.clone(), self.apart.clone()) {
            (_, Some(apart)) => Factors::Apart { apart, transform: None, exact },
            (Some(lu), None) => Factors::Frozen { lu, transform: None },
            (None, None) => Factors::Exact,
        };
        let equations = Equations {
            times: vec![self.time],
            base: vec![self.base.clone()],
            shift: vec![vec![self.shift]],
            factors,
            measure: Some(self.shift * self.dt),
        };
        self.parts.extend(self.newton.iterate(self.system, &equations));
        self.solves += 1;
        let z = &self.newton.z[0];
        self.k.push(z.iter().map(|z| self.shift * *z).collect());
        self.end = Some(self.base.iter().zip(z).map(|(base, z)| *base + *z).collect());
    }

    /// Factors with J at the start, under symbols.
    fn freeze(&mut self, shift: Expr<'g>) -> Vec<(Expr<'g>, Expr<'g>)> {
        let lu = factored(self.system, &[vec![Some(shift)]]);
        let factors = lu.values();
        let symbol = |i: usize| self.system.graph.symbol(&format!("newton.lu.{i}"));
        let known = self.lu.as_ref().map(SparseLu::values);
        let symbols = known.unwrap_or_else(|| (0..factors.len()).map(symbol).collect());
        self.lu = Some(lu.with_values(&symbols));
        symbols.into_iter().zip(factors).collect()
    }

    /// The factors for an error estimate: those of the iteration, or with J at the last stage that was solved for.
    fn factors(&self) -> Option<SparseLu<'g>> {
        let at_end =
            || Some(factored_at(self.system, &[vec![Some(self.shift)]], &[self.time], &[self.end.clone()?]));
        self.lu.clone().or_else(at_end)
    }

    /// The same between parts: what is left of `right`, as symbols.
    fn solved_at_end(&mut self, right: Vec<Expr<'g>>) -> Vec<Expr<'g>> {
        let (Some(apart), Some(end)) = (&self.apart, &self.end) else { return right };
        let mut part = Part::once("smooth", apart.right(right));
        if self.newton_jacobian == NewtonJacobian::Exact && apart.krylov.is_none() {
            let at_end =
                entries_at(self.system, &[vec![Some(self.shift)]], &[self.time], std::slice::from_ref(end));
            part.outputs.extend(apart.entries(&at_end));
            part.calls.extend(apart.factor());
        }
        let symbol =
            |state: &rubie_model::State<'g>| self.system.graph.symbol(&format!("smooth.{}", state.name));
        let smooth: Vec<_> = self.system.states.iter().map(symbol).collect();
        part.calls.extend(apart.solve(&smooth));
        self.parts.push(part);
        self.parts.extend(apart.parts(&smooth));
        smooth
    }

    /// Symbols for the stages that have none yet, for those of the next equation take their place.
    fn keep(&mut self) -> Vec<(Expr<'g>, Expr<'g>)> {
        let mut outputs = Vec::new();
        for stage in self.kept..self.k.len() {
            if stage == 0
                && self.k[0] == self.slope
                && self.slope.iter().all(|slope| slope.as_symbol().is_some())
            {
                continue;
            }
            for (state, k) in self.system.states.iter().zip(&mut self.k[stage]) {
                let symbol = self.system.graph.symbol(&format!("k{}.{}", stage + 1, state.name));
                outputs.push((symbol, std::mem::replace(k, symbol)));
            }
        }
        self.kept = self.k.len();
        outputs
    }
}
