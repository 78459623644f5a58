//! Everything that a program which solves sweeps usually needs: `use rubie::prelude::*`.

pub use crate::error::{Error, ErrorKind};
pub use crate::options::{BackendChoice, DeviceChoice, SolveOptions};
pub use crate::report::Report;
pub use crate::solution::Solution;
pub use crate::solver::Solver;
pub use crate::summaries::SummaryOptions;
pub use crate::sweep::{Axis, Sweep};
pub use crate::values::Values;
pub use rubie_kernel::Status;
pub use rubie_method::{
    ConsistentValues, ControllerKind, Filter, LinearSolver, NewtonJacobian, Preconditioner, StepSettings,
    Tolerance,
};
pub use rubie_model::{Diagnostics, Model};
pub use rubie_output::{Schedule, SummaryTiming};
pub use rubie_program::{Isa, Precision};
