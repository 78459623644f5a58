//! What can be wrong with step settings.

use crate::controller_kind::ControllerKind;

/// Why step settings cannot be used with a method. Every message says what, where, and what would be right.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A value out of its range, or not a number.
    #[error("`{option}` is {value}: it must be {allowed}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// What was given.
        value: f64,
        /// The range in words.
        allowed: &'static str,
    },
    /// Per-state tolerances of another number than states.
    #[error(
        "`{option}` has {given} values for {states} states: give one value for all or one for each state"
    )]
    ToleranceCount {
        /// `atol` or `rtol`.
        option: &'static str,
        /// Number of values given.
        given: usize,
        /// Number of states.
        states: usize,
    },
    /// Both tolerances of a state are 0.
    #[error("`atol` and `rtol` are both 0 for state number {}: at least one must be positive", state + 1)]
    NoTolerance {
        /// Index of the first such state.
        state: usize,
    },
    /// Algebraic equations and a method that is not for them.
    #[error(
        "`{method}` cannot solve the algebraic equations of this model: use a Rosenbrock method such as `rodas5p`, or an implicit \
         Runge-Kutta method such as `radau_iia_5` or `kvaerno5`"
    )]
    CannotSolve {
        /// The method.
        method: &'static str,
    },
    /// Linear systems that are too large for the way in which they would be solved.
    #[error(
        "for this model of {states} states, whose equations depend on too many states each, the linear systems of `{method}` are too large \
         for the factors that they would be solved by: leave out `linear_solver`, or take `bicgstab`, which has none; where the model has a \
         mass matrix and that is refused as well, use a method without linear systems, such as `tsit5`"
    )]
    TooLarge {
        /// The method.
        method: &'static str,
        /// Number of states.
        states: usize,
    },
    /// A choice of how linear systems are solved for a method that has none.
    #[error(
        "`linear_solver` has no meaning for `{method}`, which solves no linear systems: leave it out, or take an implicit method such as \
         `rodas5p` or `kvaerno5`"
    )]
    NoLinearSystem {
        /// The method.
        method: &'static str,
    },
    /// A Neumann series of a system with a mass matrix.
    #[error(
        "the preconditioner `neumann` is for systems y' = f(t, y) only, and this model has a mass matrix or algebraic equations: use `jacobi`"
    )]
    NoNeumann,
    /// A fixed step without its size.
    #[error("`{method}` with a fixed step needs `dt`: give the step size, for example dt = 0.01")]
    StepMissing {
        /// The method.
        method: &'static str,
    },
    /// An adaptive controller on a method that cannot estimate its error.
    #[error(
        "`{method}` has no error estimate, so step controller `{controller}` cannot adapt its step: use `fixed` with a `dt`, or \
         a method with an error estimate such as `tsit5`"
    )]
    NoErrorEstimate {
        /// The method.
        method: &'static str,
        /// The controller asked for.
        controller: ControllerKind,
    },
    /// `dt_max` below `dt_min`.
    #[error("`dt_max` is {dt_max}, below `dt_min` = {dt_min}: it must be at least `dt_min`")]
    LimitsCrossed {
        /// Least step size.
        dt_min: f64,
        /// Largest step size.
        dt_max: f64,
    },
    /// The first step outside the limits.
    #[error("`dt` is {dt}: it must lie between `dt_min` = {dt_min} and `dt_max` = {dt_max}")]
    StepOutsideLimits {
        /// The first step.
        dt: f64,
        /// Least step size.
        dt_min: f64,
        /// Largest step size.
        dt_max: f64,
    },
    /// A gain or filter that the named controller does not have.
    #[error(
        "`{option}` has no place in step controller `{controller}`: use `{least}`, or leave out one of both"
    )]
    NotCarried {
        /// The option.
        option: &'static str,
        /// The controller asked for.
        controller: ControllerKind,
        /// The smallest controller that has it.
        least: ControllerKind,
    },
    /// A choice about an iteration that the method has not.
    #[error(
        "`{option}` has no meaning for `{method}`, which solves no equations by iteration: leave it out, or take a diagonally or \
         fully implicit method such as `kvaerno5` or `radau_iia_5`"
    )]
    NoIteration {
        /// The method.
        method: &'static str,
        /// The option.
        option: &'static str,
    },
    /// An error estimate that cannot be smoothed.
    #[error(
        "`{method}` has no error estimate with a linear system to smooth it by: leave out `smooth_error`, or take an adaptive implicit \
         method such as `rodas5p`, `kvaerno5` or `radau_iia_5`"
    )]
    NotSmoothed {
        /// The method.
        method: &'static str,
    },
    /// A filter and a gain at once.
    #[error("`filter` sets all gains, but `{gain}` is given too: leave out one of both")]
    FilterAndGain {
        /// The gain.
        gain: &'static str,
    },
}
