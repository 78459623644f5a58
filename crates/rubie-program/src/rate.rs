//! How often the value of an expression can change.

/// How often a value changes, from seldom to often; that of an expression is the highest of its parts.
///
/// A value that changes less often than the program that needs it is computed in the program of its own rate
/// and kept, see [`crate::Lowering::homes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rate {
    /// Once per solve: what all runs share.
    Solve,
    /// Once per run.
    Run,
    /// Once per attempted step.
    Attempt,
    /// Once per step in which there are samples: what the interpolant is made of.
    Dense,
    /// Once per sample.
    Sample,
}

impl Rate {
    /// Every rate, from seldom to often.
    pub const ALL: [Rate; 5] = [Rate::Solve, Rate::Run, Rate::Attempt, Rate::Dense, Rate::Sample];
}
