//! Counters: how much work a run was, saved beside its variables.

/// What is counted. A sample holds what was counted since the sample before it, the first one since the start of the run; of
/// samples inside one step, the first has the counts of that step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Steps that were accepted.
    AcceptedSteps,
    /// Steps that were tried in vain.
    RejectedSteps,
    /// Newton iterations of all stages of all attempts; none for methods without iterations.
    NewtonIterations,
    /// Systems of linear equations that were solved in all attempts; none for explicit methods. An iteration of a fully implicit
    /// method, which solves for all stages at once, counts as one.
    LinearSolves,
}

impl Counter {
    /// All of them, in the order in which they are saved.
    pub const ALL: [Counter; 4] =
        [Counter::AcceptedSteps, Counter::RejectedSteps, Counter::NewtonIterations, Counter::LinearSolves];

    /// Name of the column.
    pub fn name(self) -> &'static str {
        match self {
            Counter::AcceptedSteps => "accepted_steps",
            Counter::RejectedSteps => "rejected_steps",
            Counter::NewtonIterations => "newton_iterations",
            Counter::LinearSolves => "linear_solves",
        }
    }
}
