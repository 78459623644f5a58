//! RuBIE, the Rust Batch Integration Engine: one system of ordinary differential equations, very many runs.
//!
//! A *run* is one set of initial values and parameter values. You give a model as equations, say which names vary and
//! how, and get arrays or files back: fast, to the tolerance asked for, the same to the last bit whatever the
//! batch, the number of threads or the order of the runs.
//!
//! ```
//! use rubie::prelude::*;
//!
//! let model = Model::parse("lotka_volterra", "
//!     state rabbits = 10, foxes = 5
//!     param alpha = 1.1, beta = 0.4, delta = 0.1, gamma = 0.4
//!     rabbits' = alpha*rabbits - beta*rabbits*foxes
//!     foxes'   = delta*rabbits*foxes - gamma*foxes
//! ")?;
//! let options = SolveOptions { until: 20.0, save: Schedule::Every(1.0), ..SolveOptions::default() };
//! let solver = Solver::new(&model, &options)?;
//!
//! let sweep = Sweep::product(vec![Axis::parse("alpha", "0.8:1.4:100", 0)?])?;
//! let solution = solver.solve(&sweep)?;
//!
//! assert_eq!(solution.runs(), 100);
//! assert_eq!(solution.times().len(), 21);
//! let foxes = solution.series("foxes", 42).unwrap();
//! assert!(solution.status()[42].is_success() && foxes.iter().all(|f| f.is_finite()));
//! # Ok::<(), Error>(())
//! ```
//!
//! | step | module |
//! |---|---|
//! | a model: text or builder | [`Model`] |
//! | what varies, and how | [`sweep`] |
//! | method, tolerances, times, what is saved | [`options`] |
//! | checking, compiling | [`solver`] |
//! | which method, where that is left open | [`choice`] |
//! | the arrays of a batch, and the memory they live in | [`arrays`] |
//! | computing, chunk by chunk | [`run`] |
//! | results in memory | [`solution`] |
//! | results in files | [`sink`] |

pub mod sweep;
pub mod identity;
pub mod sink;
pub mod machine;
pub mod gpu;
mod values;
pub mod error;
pub mod arrays;
pub mod summaries;
pub mod options;
mod backend;
mod driven;
pub mod choice;
pub mod report;
pub mod solver;
mod memory;
mod buffers;
mod spill;
mod pipeline;
pub mod solution;
pub mod run;
pub mod resident;
mod device;
mod pilot;
pub mod prelude;

pub use choice::{Choice, Trial};
pub use driven::drivers_from_file;
pub use error::{Error, ErrorKind};
pub use identity::Identity;
pub use options::{BackendChoice, DeviceChoice, SolveOptions};
pub use report::Report;
pub use resident::{ResidentArray, ResidentSolution};
pub use run::Monitor;
pub use solution::{Solution, SolutionArrays};
pub use solver::Solver;
pub use summaries::SummaryOptions;
pub use sweep::{Axis, Sweep};
pub use values::{Numbers, Values};

pub use rubie_driver::{Boundary, DriverError, DriverOptions, Drivers, Outside, TimeAxis};
pub use rubie_expr::{Graph, depends_on};
pub use rubie_kernel::{KernelSpec, Status};
pub use rubie_memory::Location;
pub use rubie_method::{
    ConsistentValues, ControllerKind, Filter, LinearSolver, Method, NewtonJacobian, Preconditioner,
    StepSettings, Tolerance, UnknownConsistentValues, find as find_method, methods,
};
pub use rubie_model::{Change, Diagnostics, Event, Model, Quantity, Role, System, Trigger, UnknownName};
pub use rubie_output::{Counter, Schedule, SummaryTiming, metrics};
pub use rubie_program::{Isa, Precision};
