//! What a user may ask of a solve. Everything here is checked when a [`crate::Solver`] is made.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use rubie_driver::Drivers;
use rubie_method::StepSettings;
use rubie_output::Schedule;
use rubie_program::{Isa, Precision};

use crate::summaries::SummaryOptions;

/// Which backend runs the programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackendChoice {
    /// The fastest that this machine offers.
    #[default]
    Auto,
    /// Machine code; an error where it cannot be had.
    Jit,
    /// The interpreter: portable, the reference for all others.
    Interpreter,
}

/// Where programs run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// Whichever is expected to be done first: GPUs for large sweeps where there are any, else the CPU. The solver of a sweep
    /// ([`Solver::for_sweep`](crate::Solver::for_sweep)) decides by a pilot; [`Solver::new`](crate::Solver::new), which
    /// knows no sweep, takes the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The NVIDIA GPU with this number, counted from 0, or all of them; an error where they cannot be used.
    Cuda(Option<usize>),
}

/// How a model is to be solved: method, tolerances, times, what is saved, with what means.
///
/// ```
/// use rubie::prelude::*;
///
/// let options = SolveOptions { until: 10.0, save: Schedule::Every(0.5), ..SolveOptions::default() };
/// assert_eq!(options.method, "tsit5");
/// ```
#[derive(Clone, Debug)]
pub struct SolveOptions {
    /// Name of the method, any case; [`rubie_method::methods`] lists them. `auto` leaves the choice to a few runs of the sweep
    /// ([`Solver::for_sweep`](crate::Solver::for_sweep)).
    pub method: String,
    /// Tolerances, step sizes, controller, gains.
    pub steps: StepSettings,
    /// Attempted steps after which a run is given up.
    pub max_steps: u64,
    /// Start of the integration.
    pub t0: f64,
    /// End of the integration.
    pub until: f64,
    /// Time from `t0` until recording begins.
    pub settle: f64,
    /// When samples are saved.
    pub save: Schedule,
    /// What is summarised.
    pub summaries: Option<SummaryOptions>,
    /// Names of the saved variables; all states and observables where absent.
    pub keep: Option<Vec<String>>,
    /// Whether samples say how much work the run was since the sample before: accepted and rejected steps, Newton iterations, linear
    /// solves ([`Counter`](rubie_output::Counter)).
    pub counters: bool,
    /// How many events of each run are recorded, the first ones: when, and which. 0 records none.
    pub record_events: usize,
    /// Whether tables in files have a column that says how the run ended.
    pub status: bool,
    /// Values of parameters and initial values that differ from the model's defaults, for all runs.
    pub set: Vec<(String, f64)>,
    /// Samples over time that take the places of parameters.
    pub drivers: Option<Arc<Drivers>>,
    /// Times at which the right-hand side jumps, in any order: steps end just before them and begin anew just after. Where drivers
    /// jump need not be said.
    pub jumps: Vec<f64>,
    /// Floating-point type of the states.
    pub precision: Precision,
    /// Where programs run.
    pub device: DeviceChoice,
    /// Which backend runs the programs, where that is the CPU.
    pub backend: BackendChoice,
    /// The vector instructions to use; the largest set of this machine where absent.
    pub vectors: Option<Isa>,
    /// Threads; as many as the machine has cores where absent.
    pub threads: Option<NonZeroUsize>,
    /// Bytes that the arrays of one chunk may take for each thread when results go to a sink, if the memory allows it. Small chunks
    /// stay in the processor's caches.
    pub chunk_bytes: u64,
    /// The share of the memory free now that the arrays of a solve may take, above 0 and at most 1.
    pub memory_share: f64,
    /// Bytes that the arrays of a solve may take at most, whatever is free.
    pub memory_limit: Option<u64>,
    /// Directory for results in memory that are larger than the memory; without one they are refused. It should be on a
    /// disk: a file system in memory gains nothing.
    pub spill: Option<PathBuf>,
}

impl Default for SolveOptions {
    fn default() -> Self {
        SolveOptions {
            method: "tsit5".to_owned(),
            steps: StepSettings::default(),
            max_steps: 1_000_000,
            t0: 0.0,
            until: 1.0,
            settle: 0.0,
            save: Schedule::Ends,
            summaries: None,
            keep: None,
            counters: false,
            record_events: 0,
            status: false,
            set: Vec::new(),
            drivers: None,
            jumps: Vec::new(),
            precision: Precision::F64,
            device: DeviceChoice::Auto,
            backend: BackendChoice::Auto,
            vectors: None,
            threads: None,
            chunk_bytes: 4 << 20,
            memory_share: 0.5,
            memory_limit: None,
            spill: None,
        }
    }
}

impl SolveOptions {
    /// The same options with a recording that begins `settling_time` after the start and lasts `duration`.
    ///
    /// ```
    /// use rubie::prelude::*;
    ///
    /// let options = SolveOptions { t0: -2.0, ..SolveOptions::default() }.recording(2.0, 10.0);
    /// assert_eq!((options.settle, options.until), (2.0, 10.0));
    /// ```
    pub fn recording(self, settling_time: f64, duration: f64) -> Self {
        SolveOptions { settle: settling_time, until: self.t0 + settling_time + duration, ..self }
    }

    /// Whether the choice of the method is left to a pilot.
    pub fn is_auto(&self) -> bool {
        self.method.trim().eq_ignore_ascii_case("auto")
    }

    /// Whether a sweep decides between this machine's CPU and its GPUs.
    pub fn leaves_device_open(&self) -> bool {
        self.device == DeviceChoice::Auto && rubie_cuda::gpus().is_ok_and(|gpus| !gpus.is_empty())
    }

    /// The number of threads that will be used.
    pub fn thread_count(&self) -> NonZeroUsize {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores)
    }
}
