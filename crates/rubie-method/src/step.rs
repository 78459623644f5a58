//! `StepGraph`: one attempted step of a method, as expressions.

use rubie_expr::Expr;

/// Something a run remembers from one attempt to the next: the derivative at the start of the step (FSAL), the
/// controller's history.
#[derive(Clone, Debug)]
pub struct Memory<'g> {
    /// What it is, for listings.
    pub name: String,
    /// The symbol that stands for its value during an attempt.
    pub symbol: Expr<'g>,
    /// Its value before the first attempt, in terms of time, states (at the start of the run), parameters and controls.
    pub first: Expr<'g>,
    /// Its value after the attempt (unchanged where the attempt is rejected and the memory belongs to accepted steps).
    pub next: Expr<'g>,
}

/// A value of the attempt that the interpolant needs afterwards.
#[derive(Clone, Debug)]
pub struct Export<'g> {
    /// The value, in terms of the attempt's symbols.
    pub value: Expr<'g>,
    /// The symbol that stands for it in [`Dense::states`].
    pub symbol: Expr<'g>,
}

/// The solution inside an accepted step, at t + theta dt.
#[derive(Clone, Debug)]
pub struct Dense<'g> {
    /// What is taken from the attempt.
    pub exports: Vec<Export<'g>>,
    /// The symbol of theta, in [0, 1].
    pub theta: Expr<'g>,
    /// The states at theta, in terms of theta and the exports' symbols only.
    pub states: Vec<Expr<'g>>,
    /// Order of accuracy of the interpolant.
    pub order: u32,
}

/// A part of an attempt that comes before its end, for methods whose attempt is not one straight line (a stage equation is
/// solved by iteration).
#[derive(Clone, Debug, PartialEq)]
pub struct Part<'g> {
    /// What it does, for listings.
    pub name: &'static str,
    /// Symbols and the values that they stand for after the part, in terms of the step's symbols and those of parts (with the
    /// values before the part).
    pub outputs: Vec<(Expr<'g>, Expr<'g>)>,
    /// What is done afterwards with what the part has left, in this order.
    pub calls: Vec<Call<'g>>,
    /// The symbol (one of those in `outputs`) whose value after the part says that it must run again: a number above 0. The
    /// values of a run that does not ask for it must not change when the part is repeated for the sake of others.
    pub pending: Option<Expr<'g>>,
    /// How many of the parts before it are repeated with it.
    pub with: usize,
}

impl<'g> Part<'g> {
    /// A part that runs once, with nothing to be done afterwards.
    pub fn once(name: &'static str, outputs: Vec<(Expr<'g>, Expr<'g>)>) -> Self {
        Part { name, outputs, calls: Vec::new(), pending: None, with: 0 }
    }
}

/// What is not written as expressions: it has loops.
#[derive(Clone, Debug, PartialEq)]
pub enum Call<'g> {
    /// Factors a matrix by elimination with pivots, and says whether it has no inverse.
    Factor {
        /// Its place in [`StepGraph::matrices`].
        matrix: usize,
    },
    /// Solves with the factors of a matrix.
    Solve {
        /// Its place in [`StepGraph::matrices`].
        matrix: usize,
        /// The symbols of the right-hand side.
        right: Vec<Expr<'g>>,
        /// The symbols that stand for the solution from there on.
        solution: Vec<Expr<'g>>,
    },
}

/// A matrix that is factored by a [`Call`].
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<'g> {
    /// Rows, as many as columns.
    pub size: usize,
    /// Row, column and symbol of the entries; all others are 0.
    pub entries: Vec<(usize, usize, Expr<'g>)>,
    /// The symbol that is 1 after [`Call::Factor`] where there is no inverse, else 0.
    pub singular: Expr<'g>,
}

/// What comes before the first step of a run with algebraic equations, and after sudden changes. Its outputs may be states, too: they are the initial values
/// from there on.
#[derive(Clone, Debug, PartialEq)]
pub struct Initialisation<'g> {
    /// The symbol that is above 0 for the runs it concerns; whoever begins gives it its value.
    pub wanted: Expr<'g>,
    /// Once.
    pub begin: Part<'g>,
    /// Repeated while [`Initialisation::pending`] is above 0.
    pub iterate: Part<'g>,
    /// The symbol that says so.
    pub pending: Expr<'g>,
    /// The symbol that is 1 afterwards where no consistent values were found; the states are then as they were.
    pub failed: Expr<'g>,
}

/// What can be wrong with an attempt, beside states that are not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// A stage equation was not solved within the allowed number of iterations.
    NewtonIterations,
    /// The iteration for a stage equation moved away from a solution.
    NewtonDivergence,
    /// A pivot of a linear system vanished.
    SingularMatrix,
    /// A linear system was not solved within the allowed number of iterations.
    LinearIterations,
}

/// One attempted step as expressions in terms of the system's symbols (time, states, parameters: the values at the
/// start of the step), [`StepGraph::dt`], the controls and the memories.
#[derive(Clone, Debug)]
pub struct StepGraph<'g> {
    /// The symbol of the step size of this attempt.
    pub dt: Expr<'g>,
    /// What comes before the first step, where the system has algebraic equations.
    pub initialisation: Option<Initialisation<'g>>,
    /// What comes before the values below are computed, in this order; equal parts are compiled once.
    pub parts: Vec<Part<'g>>,
    /// The matrices that parts call for factors of.
    pub matrices: Vec<Matrix<'g>>,
    /// Symbols of the numbers that steer the method (tolerances, gains, limits), the same for all runs and never
    /// compiled in. [`crate::Method::control_values`] gives their values in the same order.
    pub controls: Vec<Expr<'g>>,
    /// What a run remembers between attempts.
    pub memory: Vec<Memory<'g>>,
    /// Which of these counts the iterations of all attempts, where stages are solved by iteration.
    pub iterations: Option<usize>,
    /// Systems of linear equations that are solved in an attempt, those of iterations not counted.
    pub linear_solves: u32,
    /// The states after the attempt: new ones where accepted, else unchanged. With a fixed step always new ones: a run whose
    /// step was not accepted has ended.
    pub next_states: Vec<Expr<'g>>,
    /// The step size to try next.
    pub next_dt: Expr<'g>,
    /// Whether the attempt was accepted (a truth value). With a fixed step: whether all new states are finite.
    pub accepted: Expr<'g>,
    /// Whether all new states are finite numbers (a truth value); tells why an attempt was rejected.
    pub finite: Expr<'g>,
    /// What else may be wrong with the attempt (truth values).
    pub troubles: Vec<(Trouble, Expr<'g>)>,
    /// The size of the first step, in terms of time, states, parameters (at the start of the run) and controls.
    pub first_dt: Expr<'g>,
    /// The interpolant, if it was asked for.
    pub dense: Option<Dense<'g>>,
    /// Whether every step has the same size (then times are t0 + k dt, never accumulated).
    pub fixed: bool,
}
