//! Interpolants: the solution inside an accepted step.
//!
//! Each is a polynomial in theta whose coefficients depend only on what is exported from the attempt, so a program
//! computes the coefficients once per step and evaluates one Horner scheme per sample.

mod continuous;
mod hermite;

pub use continuous::Continuous;
pub(crate) use continuous::weighted_sum;
pub(crate) use hermite::{Ends, hermite};

use rubie_expr::{Expr, Graph};

use crate::step::{Dense, Export};

/// Where the solution inside a step comes from.
#[derive(Clone, Copy, Debug)]
pub enum Interpolant {
    /// The cubic Hermite polynomial of states and derivatives at the step's ends, of order 3.
    Hermite,
    /// Weights of the method's own, possibly with further stages.
    Continuous(&'static Continuous),
}

impl Interpolant {
    /// Order of accuracy q: the error inside one step is O(dt^(q + 1)).
    pub fn order(&self) -> u32 {
        match self {
            Interpolant::Hermite => 3,
            Interpolant::Continuous(weights) => weights.order,
        }
    }

    /// Stages that are evaluated for the interpolant only.
    pub fn extra_stages(&self) -> usize {
        match self {
            Interpolant::Hermite => 0,
            Interpolant::Continuous(weights) => weights.a.len(),
        }
    }
}

/// Collects what an interpolant takes from the attempt, each value under a symbol of its own.
pub(crate) struct Exports<'g> {
    graph: &'g Graph,
    exports: Vec<Export<'g>>,
}

impl<'g> Exports<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        Self { graph, exports: Vec::new() }
    }

    /// The symbol that stands for `value` in the interpolant.
    pub(crate) fn take(&mut self, name: &str, value: Expr<'g>) -> Expr<'g> {
        let symbol = self.graph.symbol(name);
        self.exports.push(Export { value, symbol });
        symbol
    }

    pub(crate) fn dense(self, theta: Expr<'g>, states: Vec<Expr<'g>>, order: u32) -> Dense<'g> {
        Dense { exports: self.exports, theta, states, order }
    }
}
