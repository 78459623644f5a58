//! Newton's iteration for stage equations, one program that is repeated until every run has its solution.
//!
//! Unknown is the displacement z = stage state - base of one stage (diagonally implicit methods), or of all stages at once.
//! With the matrix S, 1 / (a dt) or A^-1 / dt, and the mass matrix M, the equations are f(t_i, base_i + z_i) = M sum_j S_ij z_j, and
//! each iteration adds the solution of (S M - J) delta = f - S M z with J and its factors from the start of the step, or with J at the
//! stages themselves.
//!
//! The test for convergence is that of E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996,
//! section IV.8: theta estimates the rate, theta / (1 - theta) times the last correction the error that is left.

use rubie_expr::Expr;
use rubie_model::System;

use crate::apart::Apart;
use crate::bounds::larger;
use crate::controls::NewtonControls;
use crate::interpolant::weighted_sum;
use crate::linear::{entries_at, factored_at};
use crate::sparse_lu::SparseLu;
use crate::step::{Memory, Part, Trouble};

/// The error that is left, in units of Newton's tolerance.
const ERROR_LEFT: f64 = 1e-2;
/// A first correction below this, in the same units, is the last.
const NOTHING_TO_DO: f64 = 1e-5;
/// What the rate decays to in one iteration at least.
const FORGETTING: f64 = 0.3;

/// The stage equations.
pub(crate) struct Equations<'g> {
    /// Time of each stage.
    pub(crate) times: Vec<Expr<'g>>,
    /// By stage and state, what the displacements count from.
    pub(crate) base: Vec<Vec<Expr<'g>>>,
    /// The matrix S.
    pub(crate) shift: Vec<Vec<Expr<'g>>>,
    /// The factors of S M - J.
    pub(crate) factors: Factors<'g>,
    /// What a correction is multiplied with before it is measured.
    pub(crate) measure: Option<Expr<'g>>,
}

/// Where the factors of S M - J come from.
pub(crate) enum Factors<'g> {
    /// J is that of the step's start, for all iterations of an attempt.
    Frozen {
        /// For the unknowns that `transform` leads to.
        lu: SparseLu<'g>,
        /// T and T^-1 of S M - J = T (Lambda M - J) T^-1, where it was factored that way.
        transform: Option<[Vec<Vec<f64>>; 2]>,
    },
    /// J is that of the stages as they are, and each iteration factors anew.
    Exact,
    /// Solved between parts.
    Apart {
        apart: Apart<'g>,
        /// As for `Frozen`.
        transform: Option<[Vec<Vec<f64>>; 2]>,
        /// Whether each iteration factors anew.
        exact: bool,
    },
}

/// The symbols of an iteration.
pub(crate) struct Newton<'g> {
    /// By stage and state, the displacements.
    pub(crate) z: Vec<Vec<Expr<'g>>>,
    /// Above 0 where an iteration is wanted.
    pub(crate) pending: Expr<'g>,
    /// 1 where an equation of this attempt was not solved.
    pub(crate) failed: Expr<'g>,
    /// Iterations of this attempt.
    pub(crate) total: Expr<'g>,
    theta: Expr<'g>,
    last_theta: Expr<'g>,
    correction: Expr<'g>,
    count: Expr<'g>,
    diverged: Expr<'g>,
    iterations: Expr<'g>,
    pub(crate) controls: NewtonControls<'g>,
}

impl<'g> Newton<'g> {
    /// For so many stages at once.
    pub(crate) fn new(system: &System<'g>, stages: usize) -> Self {
        let own = |name: &str| system.graph.symbol(&format!("newton.{name}"));
        let of = |stage: usize| {
            system.states.iter().map(|state| own(&format!("z{}.{}", stage + 1, state.name))).collect()
        };
        Self {
            z: (0..stages).map(of).collect(),
            pending: own("pending"),
            failed: own("failed"),
            total: own("total"),
            theta: own("theta"),
            last_theta: own("last_theta"),
            correction: own("correction"),
            count: own("count"),
            diverged: own("diverged"),
            iterations: own("iterations"),
            controls: NewtonControls::new(system),
        }
    }

    /// What stands before the first equation of an attempt, with these displacements to begin with.
    pub(crate) fn begin(&self, guess: Vec<Vec<Expr<'g>>>) -> Vec<(Expr<'g>, Expr<'g>)> {
        let zero = self.pending.graph().constant(0.0);
        let mut outputs = self.restart(guess, 1.0 + zero);
        outputs.extend([
            (self.failed, zero),
            (self.diverged, zero),
            (self.total, zero),
            (self.theta, self.last_theta),
        ]);
        outputs
    }

    /// What stands before a further equation of the attempt.
    pub(crate) fn next(&self, guess: Vec<Vec<Expr<'g>>>) -> Vec<(Expr<'g>, Expr<'g>)> {
        self.restart(guess, 1.0 - self.failed)
    }

    fn restart(&self, guess: Vec<Vec<Expr<'g>>>, pending: Expr<'g>) -> Vec<(Expr<'g>, Expr<'g>)> {
        let zero = pending.graph().constant(0.0);
        let z = self.z.iter().flatten().copied().zip(guess.into_iter().flatten());
        z.chain([(self.pending, pending), (self.count, zero), (self.correction, zero)]).collect()
    }

    /// One iteration: the last of the parts repeats those before.
    pub(crate) fn iterate(&self, system: &System<'g>, equations: &Equations<'g>) -> Vec<Part<'g>> {
        let stages: Vec<Vec<_>> = equations
            .base
            .iter()
            .zip(&self.z)
            .map(|(base, z)| base.iter().zip(z).map(|(base, z)| *base + *z).collect())
            .collect();
        let residual = self.residual(system, equations, &stages);
        match &equations.factors {
            Factors::Frozen { lu, transform } => {
                let delta = transformed(transform.as_ref(), &residual, |right| solved(system, lu, right));
                vec![self.update(system, equations, &stages, delta)]
            }
            Factors::Exact => {
                let lu = factored_at(system, &equations.shifts(), &equations.times, &stages);
                vec![self.update(system, equations, &stages, solved(system, &lu, &residual))]
            }
            Factors::Apart { apart, transform, exact } => {
                let mut first = Part::once("residual", Vec::new());
                if *exact && apart.krylov.is_none() {
                    let entries = entries_at(system, &equations.shifts(), &equations.times, &stages);
                    first.outputs.extend(apart.entries(&entries));
                    first.calls.extend(apart.factor());
                }
                let delta = transformed(transform.as_ref(), &residual, |right| {
                    first.outputs.extend(apart.right(right.concat()));
                    first.calls.extend(apart.solve(&apart.solution));
                    by_stage(system, &apart.solution)
                });
                let mut parts = vec![first];
                parts.extend(apart.parts(&apart.solution));
                parts.push(Part { with: parts.len(), ..self.update(system, equations, &stages, delta) });
                parts
            }
        }
    }

    /// The part of an iteration that adds corrections to the displacements, and says whether there must be more.
    fn update(
        &self,
        system: &System<'g>,
        equations: &Equations<'g>,
        stages: &[Vec<Expr<'g>>],
        delta: Vec<Vec<Expr<'g>>>,
    ) -> Part<'g> {
        let graph = system.graph;
        let start = system.state_symbols();
        let squares = delta.iter().zip(stages).flat_map(|(delta, states)| {
            delta.iter().enumerate().map(|(i, delta)| {
                let size = larger(states[i].abs(), start[i].abs());
                let ratio = *delta / (self.controls.atol[i] + self.controls.rtol[i] * size);
                ratio * ratio
            })
        });
        let sum = squares.reduce(|sum, square| sum + square).unwrap_or(graph.constant(0.0));
        let mean = (sum * (1.0 / (delta.len() * start.len()).max(1) as f64)).sqrt();
        let size = equations.measure.map_or(mean, |measure| mean * measure);

        let active = self.pending.gt(0.0);
        let follows = self.count.gt(0.0);
        let finite = size.lt(f64::INFINITY);
        let theta = follows.select(larger(size / self.correction, FORGETTING * self.theta), self.theta);
        let contracts = theta.lt(1.0);
        let small = (theta * size).lt(ERROR_LEFT * (1.0 - theta));
        let nothing = follows.not().and(size.lt(NOTHING_TO_DO));
        let settled = follows.and(contracts.not()).and(size.le(1.0));
        let done = finite.and(contracts.and(small).or(nothing).or(settled));
        let count = self.count + 1.0;
        let gives_up = finite.not().or(done.not().and(count.ge(self.controls.max_iterations)));
        let diverges = follows.and(theta.gt(2.0)).and(size.gt(1.0)).or(finite.not());

        let number = |holds: Expr<'g>| holds.select(1.0, graph.constant(0.0));
        let moves = active.and(finite);
        let z = self.z.iter().flatten().zip(delta.into_iter().flatten());
        let mut outputs: Vec<_> = z.map(|(z, delta)| (*z, moves.select(*z + delta, *z))).collect();
        outputs.extend([
            (self.pending, number(active.and(done.or(gives_up).not()))),
            (self.failed, number(active.and(gives_up).or(self.failed.gt(0.0)))),
            (self.diverged, number(active.and(diverges).or(self.diverged.gt(0.0)))),
            (self.total, active.select(self.total + 1.0, self.total)),
            (self.count, active.select(count, self.count)),
            (self.theta, moves.select(theta, self.theta)),
            (self.correction, moves.select(size, self.correction)),
        ]);
        Part { pending: Some(self.pending), ..Part::once("iterate", outputs) }
    }

    /// f - S M z, by stage.
    fn residual(
        &self,
        system: &System<'g>,
        equations: &Equations<'g>,
        stages: &[Vec<Expr<'g>>],
    ) -> Vec<Vec<Expr<'g>>> {
        let size = system.states.len();
        stages
            .iter()
            .enumerate()
            .map(|(stage, states)| {
                let rates = system.derivatives_at(equations.times[stage], states);
                let zero = system.graph.constant(0.0);
                let z = |i: usize| {
                    let terms = equations.shift[stage].iter().zip(&self.z).map(|(shift, z)| *shift * z[i]);
                    terms.reduce(|sum, term| sum + term).unwrap_or(zero)
                };
                let z: Vec<_> = (0..size).map(z).collect();
                rates.into_iter().zip(system.mass_times(&z)).map(|(rate, z)| rate - z).collect()
            })
            .collect()
    }

    /// What a run remembers: the rate of convergence, and the iterations of all attempts, which come last.
    pub(crate) fn memory(&self) -> Vec<Memory<'g>> {
        let graph = self.pending.graph();
        let theta = self.failed.gt(0.0).select(1.0, self.theta);
        let memory = |name: &str, symbol, first, next| Memory { name: name.to_owned(), symbol, first, next };
        vec![
            memory("newton_theta", self.last_theta, graph.constant(1.0), theta),
            memory("newton_iterations", self.iterations, graph.constant(0.0), self.iterations + self.total),
        ]
    }

    pub(crate) fn troubles(&self) -> Vec<(Trouble, Expr<'g>)> {
        let failed = self.failed.gt(0.0);
        vec![
            (Trouble::NewtonIterations, failed),
            (Trouble::NewtonDivergence, failed.and(self.diverged.gt(0.0))),
        ]
    }
}

impl<'g> Equations<'g> {
    /// The matrix S, of which all entries count.
    fn shifts(&self) -> Vec<Vec<Option<Expr<'g>>>> {
        self.shift.iter().map(|row| row.iter().copied().map(Some).collect()).collect()
    }
}

/// T solve(T^-1 values), where the matrix was factored that way.
fn transformed<'g>(
    transform: Option<&[Vec<Vec<f64>>; 2]>,
    values: &[Vec<Expr<'g>>],
    solve: impl FnOnce(&[Vec<Expr<'g>>]) -> Vec<Vec<Expr<'g>>>,
) -> Vec<Vec<Expr<'g>>> {
    let turned = |rows: &[Vec<f64>], values: &[Vec<Expr<'g>>]| -> Vec<Vec<Expr<'g>>> {
        rows.iter().map(|row| combined(row, values)).collect()
    };
    match transform {
        Some([to, from]) => turned(to, &solve(&turned(from, values))),
        None => solve(values),
    }
}

fn solved<'g>(system: &System<'g>, lu: &SparseLu<'g>, right: &[Vec<Expr<'g>>]) -> Vec<Vec<Expr<'g>>> {
    by_stage(system, &lu.solve(&right.concat()))
}

fn by_stage<'g>(system: &System<'g>, unknowns: &[Expr<'g>]) -> Vec<Vec<Expr<'g>>> {
    unknowns.chunks(system.states.len().max(1)).map(<[_]>::to_vec).collect()
}

/// sum_j weight_j values_j of every state.
pub(crate) fn combined<'g>(weights: &[f64], values: &[Vec<Expr<'g>>]) -> Vec<Expr<'g>> {
    let zero = |values: &Vec<Expr<'g>>| values[0].graph().constant(0.0);
    let size = values.first().map_or(0, Vec::len);
    let sum =
        |i: usize| weighted_sum(weights.iter().zip(values).map(|(weight, values)| (*weight, values[i])));
    (0..size).map(|i| sum(i).unwrap_or_else(|| zero(&values[0]))).collect()
}
