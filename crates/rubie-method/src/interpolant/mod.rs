//! Interpolants: the solution inside an accepted step.
//!
//! Each is a polynomial in theta, written in terms of what is exported from the attempt: cubic and quartic ones as weights of few values,
//! others by Horner's scheme, whose coefficients do not depend on theta, so that a program computes them once per step.

mod collocation;
mod continuous;
mod hermite;
mod stiff;

pub use continuous::Continuous;
pub(crate) use continuous::weighted_sum;
pub use stiff::Stiff;

use rubie_expr::{Expr, Graph};

use crate::implicit_tableau::ImplicitTableau;
use crate::step::{Dense, Export};

/// Where the solution inside a step comes from.
#[derive(Clone, Copy, Debug)]
pub enum Interpolant {
    /// The cubic Hermite polynomial of states and derivatives at the step's ends, of order 3.
    Hermite,
    /// Weights of the method's own, possibly with further stages.
    Continuous(&'static Continuous),
    /// Weights of the method's own that correct the straight line between the step's ends.
    Stiff(&'static Stiff),
    /// The polynomial through the start and the stages of a collocation method, of as many orders as stages.
    Collocation(&'static ImplicitTableau),
}

impl Interpolant {
    /// Order of accuracy q: the error inside one step is O(dt^(q + 1)).
    pub fn order(&self) -> u32 {
        match self {
            Interpolant::Hermite => 3,
            Interpolant::Continuous(weights) => weights.order,
            Interpolant::Stiff(weights) => weights.order,
            Interpolant::Collocation(tableau) => tableau.stages() as u32,
        }
    }

    /// Stages that are evaluated for the interpolant only.
    pub fn extra_stages(&self) -> usize {
        match self {
            Interpolant::Hermite | Interpolant::Stiff(_) | Interpolant::Collocation(_) => 0,
            Interpolant::Continuous(weights) => weights.a.len(),
        }
    }

    /// The solution inside an attempt.
    pub(crate) fn dense<'g>(&self, attempt: &Attempted<'_, 'g>) -> Dense<'g> {
        match self {
            Interpolant::Hermite => hermite::dense(attempt, None),
            Interpolant::Continuous(weights) => weights.dense(attempt),
            Interpolant::Stiff(weights) => weights.dense(attempt),
            Interpolant::Collocation(tableau) => collocation::dense(tableau, attempt),
        }
    }
}

/// What interpolants may take from an attempt.
pub(crate) struct Attempted<'a, 'g> {
    /// Of the states.
    pub(crate) names: &'a [&'a str],
    pub(crate) dt: Expr<'g>,
    /// States at the start.
    pub(crate) start: &'a [Expr<'g>],
    /// States at the end, if the attempt is accepted.
    pub(crate) end: &'a [Expr<'g>],
    /// By stage and state, those of the interpolant included: derivatives k, or the increments U of a Rosenbrock method, or the
    /// displacements z of a fully implicit one.
    pub(crate) stages: &'a [Vec<Expr<'g>>],
    /// The derivatives at both ends.
    pub(crate) slopes: &'a dyn Fn() -> [Vec<Expr<'g>>; 2],
}

/// Collects what an interpolant takes from the attempt, each value under a symbol of its own.
struct Exports<'g> {
    graph: &'g Graph,
    exports: Vec<Export<'g>>,
}

impl<'g> Exports<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self { graph, exports: Vec::new() }
    }

    /// The symbol that stands for `value` in the interpolant.
    fn take(&mut self, name: &str, value: Expr<'g>) -> Expr<'g> {
        let symbol = self.graph.symbol(name);
        self.exports.push(Export { value, symbol });
        symbol
    }

    fn dense(self, theta: Expr<'g>, states: Vec<Expr<'g>>, order: u32) -> Dense<'g> {
        Dense { exports: self.exports, theta, states, order }
    }
}
