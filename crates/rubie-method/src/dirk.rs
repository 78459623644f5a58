//! Diagonally implicit Runge-Kutta methods: from a tableau to a step whose stages are solved one after the other.

use rubie_expr::Expr;
use rubie_model::System;

use crate::assemble::{Attempt, Iterated, slope_at_start};
use crate::interpolant::weighted_sum;
use crate::method::{BuildOptions, DiagonallyImplicit, Method, Start};
use crate::newton::{Equations, Newton, factored};
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
    let mut stages = Stages::new(system, slope_at_start(system, carried));
    for stage in 0..tableau.stages() {
        let node = tableau.c[stage].value;
        let base = stages.advanced(tableau.a[stage].get(..stage).unwrap_or_default());
        match tableau.diagonal(stage) {
            0.0 => stages.explicit(node, &base),
            diagonal => stages.implicit(diagonal, node, base, data.start),
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
    if data.smooth {
        // (I - gamma dt J)^-1 of the estimate.
        let scaled =
            |errors: Vec<Expr<'g>>| errors.into_iter().map(|error| stages.shift * error).collect::<Vec<_>>();
        errors =
            errors.map(|errors| stages.lu.as_ref().map_or(errors.clone(), |lu| lu.solve(&scaled(errors))));
    }
    let slope_at_end = k.last().filter(|_| tableau.stiffly_accurate()).cloned();
    let Stages { dt, slope, parts, newton, solves, .. } = stages;
    let iterated = Some(Iterated { parts, newton, solves, slope_at_end });
    let linear_solves = u32::from(data.smooth && errors.is_some());
    let step = Attempt { dt, old: system.state_symbols(), new, errors, slope, carried, stages: k, iterated }
        .assemble(method, system, options);
    StepGraph { linear_solves, ..step }
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
    /// gamma of the factors.
    diagonal: f64,
    /// How many stages have symbols or need none.
    kept: usize,
}

impl<'a, 'g> Stages<'a, 'g> {
    fn new(system: &'a System<'g>, slope: Vec<Expr<'g>>) -> Self {
        let symbol = |name: &str| system.graph.symbol(name);
        let base = system.states.iter().map(|state| symbol(&format!("newton.base.{}", state.name)));
        Self {
            system,
            dt: symbol("dt"),
            slope,
            k: Vec::new(),
            end: None,
            parts: Vec::new(),
            newton: Newton::new(system, 1),
            solves: 0,
            shift: symbol("newton.shift"),
            time: symbol("newton.time"),
            base: base.collect(),
            lu: None,
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
            false => self.system.derivatives_at(self.system.time + node * self.dt, base),
        };
        self.k.push(k);
    }

    /// A part that makes the equation of the stage, and one that solves it.
    fn implicit(&mut self, diagonal: f64, node: f64, base: Vec<Expr<'g>>, start: Start) {
        let reach = diagonal * self.dt;
        let near = match start {
            Start::Zero if self.k.is_empty() => None,
            _ => Some(self.k.last().unwrap_or(&self.slope)),
        };
        let zero = self.system.graph.constant(0.0);
        let guess = near.map_or(vec![zero; base.len()], |k| k.iter().map(|k| reach * *k).collect());
        let first = self.solves == 0;
        let mut outputs = if first { self.newton.begin(vec![guess]) } else { self.newton.next(vec![guess]) };
        outputs.extend(self.keep());
        if self.diagonal != diagonal {
            self.diagonal = diagonal;
            let shift = 1.0 / reach;
            let lu = factored(self.system, &[vec![Some(shift)]]);
            let factors = lu.values();
            let symbol = |i: usize| self.system.graph.symbol(&format!("newton.lu.{i}"));
            let known = self.lu.as_ref().map(SparseLu::values);
            let symbols = known.unwrap_or_else(|| (0..factors.len()).map(symbol).collect());
            self.lu = Some(lu.with_values(&symbols));
            outputs.push((self.shift, shift));
            outputs.extend(symbols.into_iter().zip(factors));
        }
        outputs.push((self.time, self.system.time + node * self.dt));
        outputs.extend(self.base.iter().copied().zip(base));
        self.parts.push(Part { name: if first { "prepare" } else { "next stage" }, outputs, pending: None });
        let Some(lu) = self.lu.clone() else { return };
        let equations = Equations {
            times: vec![self.time],
            base: vec![self.base.clone()],
            shift: vec![vec![self.shift]],
            lu,
            transform: None,
            measure: Some(self.shift * self.dt),
        };
        self.parts.push(self.newton.iterate(self.system, &equations));
        self.solves += 1;
        let z = &self.newton.z[0];
        self.k.push(z.iter().map(|z| self.shift * *z).collect());
        self.end = Some(self.base.iter().zip(z).map(|(base, z)| *base + *z).collect());
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
