//! The waist of RuBIE: everything above is turned into one plain value, and everything below sees only that.
//!
//! Above stand mathematics: a system of equations, one attempted step of a method, what is to be saved. A
//! [`KernelSpec`] is what remains of them: straight-line [`Programs`] over rows of lanes, and the [`Layout`] that says which
//! row means what. A [`Backend`] compiles a spec into a [`Kernel`], and a kernel runs chunks of runs: inputs in, samples
//! and a [`Status`] per run out.
//!
//! [`CpuBackend`] is the backend for CPU threads, whatever executes programs (an interpreter, machine code).
//!
//! Ten runs of x' = -k x with k from 1 to 10:
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::sync::atomic::{AtomicBool, AtomicU64};
//!
//! use rubie_expr::Graph;
//! use rubie_kernel::*;
//! use rubie_method::{BuildOptions, StepSettings};
//! use rubie_model::Model;
//! use rubie_output::OutputGraph;
//! use rubie_program::{INTERPRETER, Isa, Precision};
//!
//! let model = Model::parse("decay", "param k = 1\nstate x = 1\nx' = -k*x").unwrap();
//! let graph = Graph::new();
//! let system = model.system(&graph);
//! let settings = StepSettings::default();
//! let method = rubie_method::find("tsit5").unwrap();
//! let controller = method.controller(&settings).unwrap();
//! let step = method.build(&system, &BuildOptions { controller, dense: false, ..Default::default() });
//!
//! let inputs = Inputs { varying: vec![Input::Parameter(0)], fixed_initials: vec![] };
//! let output = OutputGraph::all(&system);
//! let recording = Recording::samples(&output);
//! let spec = KernelSpec::lower(&system, &step, &recording, &inputs, Precision::F64).unwrap();
//! let backend = CpuBackend::new("interpreter", &INTERPRETER, Isa::detect());
//! let kernel = backend.compile(&spec).unwrap();
//!
//! let controls = Controls {
//!     t0: 0.0,
//!     end: 1.0,
//!     sample_times: vec![1.0],
//!     summaries: None,
//!     max_attempts: 1000,
//!     dt_min: 0.0,
//!     controls: method.control_values(&settings, 1).unwrap(),
//!     parameters: vec![1.0],
//!     initials: vec![],
//!     table: [].into(),
//!     threads: NonZeroUsize::MIN,
//! };
//! let k: Vec<f64> = (1..=10).map(f64::from).collect();
//! let mut samples = vec![0.0; 10];
//! let mut status = vec![Status::SUCCESS; 10];
//! let report = kernel.run(
//!     &controls,
//!     ChunkInputs { runs: 10, values: &k },
//!     ChunkOutputs {
//!         samples: SamplesMut::F64(&mut samples),
//!         summaries: SamplesMut::F64(&mut []),
//!         events: &mut [],
//!         status: &mut status,
//!     },
//!     &Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) },
//! ).unwrap();
//! assert!(status.iter().all(|status| status.is_success()));
//! assert!((samples[4] - (-5f64).exp()).abs() < 1e-5);
//! assert!(report.accepted_steps > 10);
//! ```

mod status;
mod layout;
mod clock;
mod spec;
mod lower;
mod backend;
pub mod begin;
mod cpu;
pub mod conformance;

pub use backend::{
    Backend, BackendError, ChunkInputs, ChunkOutputs, ChunkReport, ChunkSize, Controls, Kernel, KernelError,
    ResidentResults, ResultNumbers, SamplesMut, SummaryControls, Watch,
};
pub use clock::{ClockPrograms, EventClockPrograms, SummaryClockPrograms, event};
pub use cpu::CpuBackend;
pub use layout::{ClockLayout, EventExchange, Input, Inputs, Layout, SummaryClockLayout, SummaryLayout};
pub use lower::Recording;
pub use spec::{
    AttemptPart, Call, ConditionPrograms, InitialisationPrograms, KernelSpec, Programs, StridePrograms,
    SummaryPrograms,
};
pub use status::{Status, StatusFlag};
