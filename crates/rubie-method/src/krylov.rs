//! Linear systems solved by iteration, without their matrix: by bi-conjugate gradients, or along the residual.
//!
//! Sources: H. A. van der Vorst, Bi-CGSTAB, SIAM J. Sci. Stat. Comput. 13 (1992) 631-644; minimal residuals and steepest descent: Y. Saad,
//! Iterative Methods for Sparse Linear Systems, 2nd ed. 2003, section 5.3. All on the system A = G D^-1 W G^-1 with a diagonal D and the
//! weights G = 1 / (atol + rtol |y|): all numbers are in units of the tolerances. D is the diagonal of W, or of its part without J. A is
//! multiplied from the right by I + (I - A) + .. + (I - A)^p, which comes close to its inverse where J is small beside D; the residual is
//! that of A. Products of W with a vector are derivatives along it.

use rubie_expr::{Differentiator, Expr, substitute};
use rubie_model::System;

use crate::controls::KrylovControls;
use crate::linear::Entries;
use crate::method::{BuildOptions, LinearSolver, Preconditioner, Preconditioning};
use crate::step::Part;

/// The symbols of an iteration.
#[derive(Clone)]
pub(crate) struct Krylov<'g> {
    pub(crate) controls: KrylovControls<'g>,
    solver: LinearSolver,
    preconditioning: Preconditioning,
    /// By unknown: 1 / weight, and weight / diagonal.
    unit: Vec<Expr<'g>>,
    scale: Vec<Expr<'g>>,
    /// The size of a state at the start, by unknown.
    start: Vec<Expr<'g>>,
    /// W times a direction, in symbols of the direction.
    direction: Vec<Expr<'g>>,
    product: Vec<Expr<'g>>,
    x: Vec<Expr<'g>>,
    r: Vec<Expr<'g>>,
    shadow: Vec<Expr<'g>>,
    p: Vec<Expr<'g>>,
    v: Vec<Expr<'g>>,
    rho: Expr<'g>,
    alpha: Expr<'g>,
    omega: Expr<'g>,
    count: Expr<'g>,
    pending: Expr<'g>,
    failed: Expr<'g>,
    /// 1 where an iteration of this attempt has failed.
    pub(crate) trouble: Expr<'g>,
}

impl<'g> Krylov<'g> {
    /// For blocks S_ij M - delta_ij J, with J at the system's own time and states or at those of stages. `controls` are those of
    /// another system of the same step, where there is one.
    pub(crate) fn new(
        system: &System<'g>,
        shift: &[Vec<Option<Expr<'g>>>],
        at: Option<(&[Expr<'g>], &[Vec<Expr<'g>>])>,
        controls: Option<&KrylovControls<'g>>,
        options: &BuildOptions,
    ) -> Self {
        let size = system.states.len();
        let own = |name: &str| system.graph.symbol(&format!("krylov.{name}"));
        let vector = |name: &str| -> Vec<_> { (0..shift.len() * size).map(|_| own(name)).collect() };
        let conjugate = options.linear_solver == LinearSolver::BiCgStab;
        let memory = |name: &str| if conjugate { vector(name) } else { Vec::new() };
        let direction = vector("direction");
        let mut rates = Differentiator::new(&system.derivatives());
        let zero = system.graph.constant(0.0);
        let blocks: Vec<&[Expr<'g>]> = direction.chunks(size.max(1)).collect();
        let product = shift.iter().enumerate().flat_map(|(block, row)| {
            let along: Vec<_> =
                system.state_symbols().into_iter().zip(blocks[block].iter().copied()).collect();
            let mut derivatives = vec![zero; size];
            for (i, value) in rates.along(&along) {
                derivatives[i] = value;
            }
            if let Some((times, stages)) = at {
                derivatives = system.at(&derivatives, times[block], &stages[block]);
            }
            let sums = (0..size).map(|i| {
                let terms = row.iter().zip(&blocks).filter_map(|(shift, block)| Some((*shift)? * block[i]));
                terms.reduce(|sum, term| sum + term).unwrap_or(zero)
            });
            let moved = system.mass_times(&sums.collect::<Vec<_>>());
            moved.into_iter().zip(derivatives).map(|(moved, rate)| moved - rate).collect::<Vec<_>>()
        });
        Self {
            controls: controls.cloned().unwrap_or_else(|| KrylovControls::new(system)),
            solver: options.linear_solver,
            preconditioning: options.preconditioning,
            unit: vector("unit"),
            scale: vector("scale"),
            start: shift.iter().flat_map(|_| system.state_symbols()).collect(),
            product: product.collect(),
            x: vector("x"),
            r: vector("r"),
            shadow: memory("shadow"),
            p: memory("p"),
            v: memory("v"),
            rho: own("rho"),
            alpha: own("alpha"),
            omega: own("omega"),
            count: own("count"),
            pending: own("pending"),
            failed: own("failed"),
            trouble: own("trouble"),
            direction,
        }
    }

    /// What stands before the first system of an attempt, for matrices with these entries.
    pub(crate) fn prepare(&self, entries: &Entries<'g>) -> Vec<(Expr<'g>, Expr<'g>)> {
        let zero = self.rho.graph().constant(0.0);
        let states = self.controls.atol.len().max(1);
        let diagonal = match self.preconditioning.kind {
            Preconditioner::Jacobi => {
                let mut diagonal = vec![zero; self.x.len()];
                for (i, _, value) in entries.list.iter().filter(|(i, j, _)| i == j) {
                    diagonal[*i] = *value;
                }
                diagonal
            }
            Preconditioner::Neumann | Preconditioner::None => {
                entries.shifts.iter().map(|shift| shift.unwrap_or(zero)).collect()
            }
        };
        let mut outputs = Vec::new();
        for (i, diagonal) in diagonal.into_iter().enumerate() {
            let (atol, rtol) = (self.controls.atol[i % states], self.controls.rtol[i % states]);
            let unit = atol + rtol * self.start[i].abs();
            let diagonal = diagonal.abs().gt(0.0).select(diagonal, 1.0 + zero);
            outputs.extend([(self.unit[i], unit), (self.scale[i], 1.0 / (unit * diagonal))]);
        }
        outputs
    }

    /// That nothing has failed in an attempt so far.
    pub(crate) fn begin(&self) -> (Expr<'g>, Expr<'g>) {
        (self.trouble, self.rho.graph().constant(0.0))
    }

    /// What stands before a system with this right-hand side.
    pub(crate) fn right(&self, right: impl IntoIterator<Item = Expr<'g>>) -> Vec<(Expr<'g>, Expr<'g>)> {
        let (zero, one) = (self.rho.graph().constant(0.0), self.rho.graph().constant(1.0));
        let scaled: Vec<_> =
            right.into_iter().zip(&self.scale).map(|(right, scale)| right * *scale).collect();
        let pending = self.small(dot(&scaled, &scaled)).select(zero, one);
        let mut outputs: Vec<_> = self.r.iter().chain(&self.shadow).copied().zip(scaled.repeat(2)).collect();
        outputs.extend([&self.x, &self.p, &self.v].into_iter().flatten().map(|symbol| (*symbol, zero)));
        if self.solver == LinearSolver::BiCgStab {
            outputs.extend([self.rho, self.alpha, self.omega].map(|symbol| (symbol, one)));
        }
        outputs.extend([(self.count, zero), (self.failed, zero), (self.pending, pending)]);
        outputs
    }

    /// Whether a residual with this sum of squares is small enough.
    fn small(&self, squares: Expr<'g>) -> Expr<'g> {
        let tolerance = self.controls.tolerance;
        (squares * (1.0 / self.x.len().max(1) as f64)).le(tolerance * tolerance)
    }

    /// (I + (I - A) + .. + (I - A)^p) times a vector.
    fn preconditioned(&self, vector: &[Expr<'g>]) -> Vec<Expr<'g>> {
        (0..self.preconditioning.order).fold(vector.to_vec(), |sum, _| {
            let moved = self.times(&sum);
            let rest = sum.iter().zip(moved).map(|(sum, moved)| *sum - moved);
            vector.iter().zip(rest).map(|(value, rest)| *value + rest).collect()
        })
    }

    /// A times a vector.
    fn times(&self, vector: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let along = self.direction.iter().zip(vector).zip(&self.unit);
        let along: Vec<_> = along.map(|((symbol, value), unit)| (*symbol, *value * *unit)).collect();
        let product = substitute(&self.product, &along);
        product.into_iter().zip(&self.scale).map(|(value, scale)| value * *scale).collect()
    }

    /// The iteration, and what leaves its solution in these symbols: not a number where there is none.
    pub(crate) fn solve(&self, solution: &[Expr<'g>]) -> Vec<Part<'g>> {
        let graph = self.rho.graph();
        let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
        let next = match self.solver {
            LinearSolver::BiCgStab => self.conjugate(),
            _ => self.along_residual(),
        };
        let active = self.pending.gt(0.0);
        let squares = dot(&next.r, &next.r);
        let done = self.small(squares);
        let count = self.count + 1.0;
        let exhausted = count.ge(self.controls.max_iterations);
        let gives_up = squares.lt(f64::INFINITY).not().or(done.not().and(exhausted));
        let number = |holds: Expr<'g>| holds.select(one, zero);
        let kept = |symbol: &Expr<'g>, value: Expr<'g>| (*symbol, active.select(value, *symbol));
        let mut outputs = Vec::new();
        for (symbols, values) in [(&self.x, next.x), (&self.r, next.r)] {
            outputs.extend(symbols.iter().zip(values).map(|(symbol, value)| kept(symbol, value)));
        }
        outputs.extend(next.memory.iter().map(|(symbol, value)| kept(symbol, *value)));
        outputs.extend([
            kept(&self.count, count),
            kept(&self.failed, number(gives_up)),
            (self.trouble, number(active.and(gives_up).or(self.trouble.gt(0.0)))),
            (self.pending, number(active.and(done.or(gives_up).not()))),
        ]);
        let iterate = Part { pending: Some(self.pending), ..Part::once("krylov", outputs) };
        let nothing = graph.constant(f64::NAN);
        let failed = self.failed.gt(0.0);
        let values = self.x.iter().zip(&self.unit).map(|(x, unit)| failed.select(nothing, *x * *unit));
        vec![iterate, Part::once("solution", solution.iter().copied().zip(values).collect())]
    }

    /// An iteration of the stabilised method of bi-conjugate gradients.
    fn conjugate(&self) -> Next<'g> {
        let zero = self.rho.graph().constant(0.0);
        let rho = dot(&self.shadow, &self.r);
        let beta = (rho / self.rho) * (self.alpha / self.omega);
        let p = plus(&self.r, beta, &plus(&self.p, -self.omega, &self.v));
        let along_p = self.preconditioned(&p);
        let v = self.times(&along_p);
        let alpha = rho / dot(&self.shadow, &v);
        let s = plus(&self.r, -alpha, &v);
        let along_s = self.preconditioned(&s);
        let t = self.times(&along_s);
        let length = dot(&t, &t);
        let omega = length.gt(0.0).select(dot(&t, &s) / length, zero);
        let x = plus(&plus(&self.x, alpha, &along_p), omega, &along_s);
        let r = plus(&s, -omega, &t);
        let mut memory: Vec<_> = self.p.iter().copied().zip(p).collect();
        memory.extend(self.v.iter().copied().zip(v));
        memory.extend([(self.rho, rho), (self.alpha, alpha), (self.omega, omega)]);
        Next { x, r, memory }
    }

    /// An iteration along the preconditioned residual, as far as the residual becomes least, or at right angles to that direction.
    fn along_residual(&self) -> Next<'g> {
        let along = self.preconditioned(&self.r);
        let moved = self.times(&along);
        let against = if self.solver == LinearSolver::SteepestDescent { &along } else { &moved };
        let far = dot(&self.r, against) / dot(&moved, against);
        let x = plus(&self.x, far, &along);
        Next { x, r: plus(&self.r, -far, &moved), memory: Vec::new() }
    }
}

/// What an iteration leaves: solution, residual and what the next one needs beside.
struct Next<'g> {
    x: Vec<Expr<'g>>,
    r: Vec<Expr<'g>>,
    memory: Vec<(Expr<'g>, Expr<'g>)>,
}

fn plus<'g>(a: &[Expr<'g>], factor: Expr<'g>, b: &[Expr<'g>]) -> Vec<Expr<'g>> {
    a.iter().zip(b).map(|(a, b)| *a + factor * *b).collect()
}

fn dot<'g>(a: &[Expr<'g>], b: &[Expr<'g>]) -> Expr<'g> {
    let products = a.iter().zip(b).map(|(a, b)| *a * *b);
    products.reduce(|sum, product| sum + product).expect("there are unknowns")
}
