//! Consistent initial values: those of algebraic equations are checked, or computed by Newton's iteration with damping.

use std::fmt;
use std::str::FromStr;

use rubie_expr::{Expr, Jacobian};
use rubie_model::System;

use crate::controls::ConsistentControls;
use crate::sparse_lu::SparseLu;
use crate::step::{Initialisation, Part};

/// Accepted steps of the iteration at most.
const MOST_ITERATIONS: f64 = 50.0;
/// Halvings of one step of it at most.
const MOST_HALVINGS: f64 = 12.0;
/// A last correction is this small in units of the tolerances.
const SETTLED: f64 = 1e-3;

/// What is done about initial values of a system with algebraic equations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConsistentValues {
    /// They are changed so that the algebraic equations hold, while M y stays as it is: differential states keep their values
    /// (P. N. Brown, A. C. Hindmarsh, L. R. Petzold, SIAM J. Sci. Comput. 19 (1998) 1495-1512).
    #[default]
    Brown,
    /// They become the solution of one step of the implicit Euler method, of the size `dt`: all of them may change (L. F. Shampine,
    /// Appl. Numer. Math. 41 (2002) 291-304, uses such a step).
    Shampine,
    /// They are left as they are; runs that a correction by Newton's method would change by more than the tolerances fail.
    Check,
    /// They are left as they are.
    None,
}

impl ConsistentValues {
    /// All of them.
    pub const ALL: [ConsistentValues; 4] = [Self::Brown, Self::Shampine, Self::Check, Self::None];

    /// The word for users.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brown => "brown",
            Self::Shampine => "shampine",
            Self::Check => "check",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ConsistentValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ConsistentValues {
    type Err = UnknownConsistentValues;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name.trim()));
        known.ok_or_else(|| UnknownConsistentValues(name.to_owned()))
    }
}

/// A word that says nothing about initial values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown way to treat initial values `{0}`: brown, shampine, check or none")]
pub struct UnknownConsistentValues(String);

/// Size of the step for [`ConsistentValues::Shampine`] where no `dt` is given.
pub(crate) const SHAMPINE_STEP: f64 = 1e-6;

/// What comes before a run's first step. Nothing without algebraic equations.
///
/// Unknown is Y with M (Y - y0) = h f(Y), h = 0 for `brown`, in the rows of M, and 0 = g(Y) in the others. Each iteration looks at
/// base + factor direction: where the residual's 2-norm has fallen (or is the first), that is the new base and Newton's direction from
/// there the new one; else the factor is halved.
pub(crate) fn initialisation<'g>(
    system: &System<'g>,
    how: ConsistentValues,
) -> Option<(Initialisation<'g>, ConsistentControls<'g>)> {
    if how == ConsistentValues::None || !system.has_algebraic() {
        return None;
    }
    let controls = ConsistentControls::new(system);
    let iteration = Iteration::new(system);
    let graph = system.graph;
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let start = system.state_symbols();
    let own = |name: &str| graph.symbol(&format!("consistent.{name}"));
    let vector = |name: &str| -> Vec<_> {
        system.states.iter().map(|state| own(&format!("{name}.{}", state.name))).collect()
    };
    let (base, direction) = (vector("base"), vector("direction"));
    let [wanted, factor, norm, size, count, halvings, pending, failed] =
        ["wanted", "factor", "norm", "size", "count", "halvings", "pending", "failed"].map(own);

    let mut outputs: Vec<_> = base.iter().copied().zip(start.iter().copied()).collect();
    outputs.extend(direction.iter().map(|symbol| (*symbol, zero)));
    let infinite = graph.constant(f64::INFINITY);
    outputs.extend([(factor, one), (norm, infinite), (size, infinite), (count, zero), (halvings, zero)]);
    outputs.extend([(pending, wanted), (failed, wanted.gt(0.0).select(zero, failed))]);
    let begin = Part::once("begin consistent", outputs);

    let trial: Vec<_> = base.iter().zip(&direction).map(|(base, d)| *base + factor * *d).collect();
    let step = (how == ConsistentValues::Shampine).then_some(controls.step);
    let (residual, newton) = iteration.at(system, &trial, &start, step);
    let squares = residual.iter().map(|value| *value * *value);
    let now = squares.reduce(|sum, square| sum + square).unwrap_or(zero);
    let scaled = newton.iter().enumerate().map(|(i, value)| {
        let ratio = *value / (controls.atol[i] + controls.rtol[i] * trial[i].abs());
        ratio * ratio
    });
    let sum = scaled.reduce(|sum, square| sum + square).unwrap_or(zero);
    let change = (sum * (1.0 / start.len().max(1) as f64)).sqrt();

    let active = pending.gt(0.0);
    let number = |holds: Expr<'g>| holds.select(one, zero);
    if how == ConsistentValues::Check {
        let outputs = vec![(failed, number(active.and(change.lt(1.0).not()))), (pending, zero)];
        let iterate = Part { pending: Some(pending), ..Part::once("consistent", outputs) };
        return Some((Initialisation { wanted, begin, iterate, pending, failed }, controls));
    }
    let better = now.lt(norm);
    let done = better.and(change.lt(SETTLED));
    let exhausted = better.not().and(halvings.ge(MOST_HALVINGS));
    // The residual is rounding: it cannot fall any further.
    let rounding = exhausted.and(size.lt(1.0));
    let again = count + number(better);
    let gives_up = exhausted.and(rounding.not()).or(again.ge(MOST_ITERATIONS).and(done.not()));
    let goes_on = done.or(exhausted).or(gives_up).not();
    let mut outputs = Vec::new();
    for i in 0..start.len() {
        let found = done.select(trial[i] + newton[i], rounding.select(base[i], start[i]));
        outputs.push((start[i], active.select(found, start[i])));
        let moved = active.and(better);
        outputs.push((base[i], moved.select(trial[i], base[i])));
        outputs.push((direction[i], moved.select(newton[i], direction[i])));
    }
    let kept = |symbol: Expr<'g>, value: Expr<'g>| (symbol, active.select(value, symbol));
    outputs.extend([
        kept(factor, better.select(one, 0.5 * factor)),
        kept(norm, better.select(now, norm)),
        kept(size, better.select(change, size)),
        kept(count, again),
        kept(halvings, better.select(zero, halvings + 1.0)),
        kept(failed, number(gives_up)),
        (pending, number(active.and(goes_on))),
    ]);
    let iterate = Part { pending: Some(pending), ..Part::once("consistent", outputs) };
    Some((Initialisation { wanted, begin, iterate, pending, failed }, controls))
}

/// The equations, at the system's own states.
struct Iteration<'g> {
    jacobian: Jacobian<'g>,
}

impl<'g> Iteration<'g> {
    fn new(system: &System<'g>) -> Self {
        Iteration { jacobian: system.jacobian() }
    }

    /// The residual at `trial`, and Newton's correction there; `step` is h.
    fn at(
        &self,
        system: &System<'g>,
        trial: &[Expr<'g>],
        start: &[Expr<'g>],
        step: Option<Expr<'g>>,
    ) -> (Vec<Expr<'g>>, Vec<Expr<'g>>) {
        let moved: Vec<_> = trial.iter().zip(start).map(|(trial, start)| *trial - *start).collect();
        let moved = system.mass_times(&moved);
        let rates = system.derivatives_at(system.time, trial);
        let zero = system.graph.constant(0.0);
        let (mut places, mut values) = (Vec::new(), Vec::new());
        let mut residual = Vec::with_capacity(trial.len());
        for (i, rate) in rates.into_iter().enumerate() {
            let own = self.jacobian.row(i);
            let mass = system.mass.iter().flat_map(|mass| mass.rows[i].iter().copied());
            if system.is_algebraic(i) {
                residual.push(-rate);
                own.iter().for_each(|entry| {
                    places.push((i, entry.column));
                    values.push(entry.value);
                });
                continue;
            }
            let mut row: std::collections::BTreeMap<usize, Expr<'g>> = mass.collect();
            match step {
                // M (Y - y0) stays 0: the first direction keeps to it, and so do sums of them.
                None => residual.push(zero),
                Some(step) => {
                    residual.push(step * rate - moved[i]);
                    for entry in own {
                        let known = row.get(&entry.column).copied().unwrap_or(zero);
                        row.insert(entry.column, known - step * entry.value);
                    }
                }
            }
            for (column, value) in row {
                places.push((i, column));
                values.push(value);
            }
        }
        let values = system.at(&values, system.time, trial);
        let entries: Vec<_> = places.into_iter().zip(values).map(|((i, j), value)| (i, j, value)).collect();
        let solution = SparseLu::new(trial.len(), &entries, |_| false).solve(&residual);
        (residual, solution)
    }
}
