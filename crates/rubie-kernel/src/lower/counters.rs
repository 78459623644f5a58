//! Counters as memories of a run: they grow with every attempt and are read where samples are taken.

use rubie_expr::Expr;
use rubie_method::{Memory, StepGraph};
use rubie_output::Counter;

/// A step that counts.
pub(super) struct Counted<'g> {
    pub(super) step: StepGraph<'g>,
    /// The value of each counter since the start of the run.
    pub(super) values: Vec<Expr<'g>>,
    /// Which memories are counts: events, after which the method starts anew, leave them as they are.
    pub(super) counts: Vec<usize>,
}

/// The same step with what these counters need behind its memories.
pub(super) fn counted<'g>(step: &StepGraph<'g>, counters: &[Counter]) -> Counted<'g> {
    let mut step = step.clone();
    let mut counts: Vec<usize> = step.iterations.into_iter().collect();
    if counters.is_empty() {
        return Counted { step, values: Vec::new(), counts };
    }
    let graph = step.dt.graph();
    let zero = graph.constant(0.0);
    let one = |holds: Expr<'g>| holds.select(1.0, zero);
    let outcomes = [("accepted steps", one(step.accepted)), ("rejected steps", one(step.accepted.not()))];
    let [accepted, rejected] = outcomes.map(|(name, more)| {
        let symbol = graph.symbol(name);
        counts.push(step.memory.len());
        step.memory.push(Memory { name: name.to_owned(), symbol, first: zero, next: symbol + more });
        symbol
    });
    let iterations = step.iterations.map_or(zero, |place| step.memory[place].symbol);
    let solves = iterations + (accepted + rejected) * f64::from(step.linear_solves);
    let value = |counter: &Counter| match counter {
        Counter::AcceptedSteps => accepted,
        Counter::RejectedSteps => rejected,
        Counter::NewtonIterations => iterations,
        Counter::LinearSolves => solves,
    };
    Counted { values: counters.iter().map(value).collect(), step, counts }
}
