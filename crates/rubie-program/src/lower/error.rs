//! What can be wrong with a lowering.

use rubie_expr::Op;
use thiserror::Error;

use super::plan::Place;
use crate::program::ProgramError;
use crate::rate::Rate;

/// Why something cannot be lowered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoweringError {
    /// An expression contains a symbol that has no port.
    #[error("the phase `{phase}` uses the symbol `{symbol}`, which has no port")]
    NoPort {
        /// Name of the phase.
        phase: &'static str,
        /// Name of the symbol.
        symbol: String,
    },
    /// A port is given for an expression that is no symbol, or twice for the same symbol.
    #[error("port {index} is for `{expression}`, which {mistake}")]
    Port {
        /// Which port.
        index: usize,
        /// What it is for.
        expression: String,
        /// What is wrong with it.
        mistake: &'static str,
    },
    /// A port or an output is at a place that is reserved for the lowering.
    #[error(
        "{what} is at {place:?}, but rows from {first_row} and uniforms from {first_uniform} on belong to the lowering"
    )]
    Reserved {
        /// The port or output.
        what: String,
        /// Its place.
        place: Place,
        /// First row of the lowering's own.
        first_row: u32,
        /// First uniform of the lowering's own.
        first_uniform: u32,
    },
    /// Two outputs of a phase are at the same place, or one is in a uniform outside of the home of
    /// [`Rate::Solve`].
    #[error("the phase `{phase}` cannot write to {place:?}: {mistake}")]
    Output {
        /// Name of the phase.
        phase: &'static str,
        /// Place of the output.
        place: Place,
        /// What is wrong with it.
        mistake: &'static str,
    },
    /// A home that does not exist, is of another rate, or is for a rate that has no places to pass values.
    #[error("phase {phase} cannot be the home of {rate:?}: {mistake}")]
    Home {
        /// The rate.
        rate: Rate,
        /// Index of the phase.
        phase: usize,
        /// What is wrong with it.
        mistake: &'static str,
    },
    /// An operation that no instructions are known for.
    #[error("no instructions are known for the operation `{}`", .0.name())]
    Operation(Op),
    /// A program that does not hold together: a mistake in the lowering.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A program that does not compute its outputs: a mistake in the lowering.
    #[error("the program `{program}` was lowered wrongly: {mistake}")]
    Wrong {
        /// Name of the program.
        program: String,
        /// What is wrong with it.
        mistake: String,
    },
}
