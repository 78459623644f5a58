//! The words of the command line, as typed: checked in form only.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Solve one system of ordinary differential equations for very many runs.
#[derive(Debug, Parser)]
#[command(name = "rubie", version, about, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Solve a model for all runs of a sweep and write the results to a file
    Solve(Box<SolveArguments>),
    /// Read a model and print what was understood: roles, counts, sparsity of the Jacobian
    Check(CheckArguments),
    /// Draw a file with results: trajectories with quantile bands, heat maps, scatter plots
    Plot(PlotArguments),
    /// Print what this machine offers: instruction set, cores, memory, methods
    Info,
    /// List the kernels that were compiled for GPUs and are kept on disk
    Cache(CacheArguments),
}

/// How sweeps over several names are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Grid {
    /// Every combination, the last name fastest
    Product,
    /// First with first, second with second
    Zip,
}

/// Floating-point type of the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionName {
    /// IEEE binary32
    F32,
    /// IEEE binary64
    F64,
}

/// What executes programs on the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendName {
    /// Whatever is fastest here
    Auto,
    /// Machine code
    Jit,
    /// The portable interpreter
    Interpreter,
}

/// Sets of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Vectors {
    /// The largest set of this processor
    Auto,
    /// 64 bytes wide
    Avx512,
    /// 32 bytes wide
    Avx2,
    /// What every processor has (interpreter only)
    Portable,
}

/// What samples over time are outside of their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriverOutside {
    /// The same again; the last sample is the first of the next round
    Wrap,
    /// 0, reached within one interval
    Ramp,
    /// 0 at once
    Zero,
    /// The first and the last sample
    Hold,
}

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// It is
    On,
    /// It is not
    Off,
}

/// Shape of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// One row per run and time, a column per variable
    Wide,
    /// One row per run, time and variable
    Long,
}

/// Form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// Lines for people
    Text,
    /// One JSON object
    Json,
}

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct SolveArguments {
    /// The model file
    pub(crate) model: PathBuf,

    /// Give a parameter or an initial value another value for all runs
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Runs")]
    pub(crate) set: Vec<String>,

    /// Sweep a parameter or an initial value: 0:21:1000 (even), log:1e-3:1e3:1000, 1,2,5, uniform:0:1:1000,
    /// normal:0:1:1000, sobol:0:1:1024
    #[arg(long, value_name = "NAME=SPEC", help_heading = "Runs")]
    pub(crate) sweep: Vec<String>,

    /// How sweeps over several names are combined
    #[arg(long, value_enum, default_value = "product", help_heading = "Runs")]
    pub(crate) grid: Grid,

    /// Take runs from a table: one row per run, a column per parameter or initial value (.csv, .tsv, .parquet)
    #[arg(long, value_name = "FILE", conflicts_with = "sweep", help_heading = "Runs")]
    pub(crate) samples: Option<PathBuf>,

    /// Seed of random and Sobol sweeps
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Runs")]
    pub(crate) seed: u64,

    /// Take parameters that change with time from a table: a column `time`, and one for each parameter (.csv, .tsv, .parquet)
    #[arg(long, value_name = "FILE", help_heading = "Drivers")]
    pub(crate) drivers: Option<PathBuf>,

    /// How samples of drivers are joined: 0 holds each until the next, 1 is linear, 2 to 5 are splines
    #[arg(long, value_name = "N", default_value_t = 3, requires = "drivers", help_heading = "Drivers")]
    pub(crate) driver_order: usize,

    /// What drivers are before the first and after the last sample
    #[arg(long, value_enum, default_value = "wrap", requires = "drivers", help_heading = "Drivers")]
    pub(crate) driver_outside: DriverOutside,

    /// What holds at the ends of splines: periodic, clamped, natural or not-a-knot; by default periodic if samples wrap, else clamped
    #[arg(long, value_name = "NAME", requires = "drivers", help_heading = "Drivers")]
    pub(crate) driver_boundary: Option<String>,

    /// Times at which the equations jump: steps end just before and begin anew just after. Where drivers jump is known
    #[arg(
        long,
        value_name = "T",
        value_delimiter = ',',
        allow_negative_numbers = true,
        help_heading = "Drivers"
    )]
    pub(crate) jumps: Vec<f64>,

    /// Start of the integration
    #[arg(
        long,
        value_name = "T",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        help_heading = "Time"
    )]
    pub(crate) t0: f64,

    /// End of the integration
    #[arg(
        long,
        value_name = "T",
        allow_negative_numbers = true,
        required_unless_present = "duration",
        help_heading = "Time"
    )]
    pub(crate) until: Option<f64>,

    /// Length of the recording, instead of --until: the run ends at t0 + settling time + duration
    #[arg(
        long,
        value_name = "T",
        allow_negative_numbers = true,
        conflicts_with = "until",
        help_heading = "Time"
    )]
    pub(crate) duration: Option<f64>,

    /// Time from t0 until recording begins
    #[arg(
        long,
        alias = "settling-time",
        value_name = "T",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        help_heading = "Time"
    )]
    pub(crate) settle: f64,

    /// Name of the method, such as tsit5, vern9, rodas5p; `rubie info` lists them; auto lets a few runs of the sweep decide
    #[arg(long, value_name = "NAME", default_value = "tsit5", help_heading = "Method")]
    pub(crate) method: String,

    /// Step-size controller: fixed, i, pi, pid or gustafsson; by default the method's own
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(crate) controller: Option<String>,

    /// Relative tolerance: one number, or x=1e-6,y=1e-9 for states by name
    #[arg(long, value_name = "R", help_heading = "Method")]
    pub(crate) rtol: Option<String>,

    /// Absolute tolerance: one number, or x=1e-6,y=1e-9 for states by name
    #[arg(long, value_name = "A", help_heading = "Method")]
    pub(crate) atol: Option<String>,

    /// Step size of a fixed-step method, first step of an adaptive one
    #[arg(long, value_name = "DT", allow_negative_numbers = true, help_heading = "Method")]
    pub(crate) dt: Option<f64>,

    /// Smallest step of an adaptive method
    #[arg(long, value_name = "DT", allow_negative_numbers = true, help_heading = "Method")]
    pub(crate) dt_min: Option<f64>,

    /// Largest step of an adaptive method
    #[arg(long, value_name = "DT", allow_negative_numbers = true, help_heading = "Method")]
    pub(crate) dt_max: Option<f64>,

    /// Relative tolerance of the equations of implicit stages; by default that of the step
    #[arg(long, value_name = "R", allow_negative_numbers = true, help_heading = "Method")]
    pub(crate) newton_rtol: Option<f64>,

    /// Absolute tolerance of the equations of implicit stages; by default that of the step
    #[arg(long, value_name = "A", allow_negative_numbers = true, help_heading = "Method")]
    pub(crate) newton_atol: Option<f64>,

    /// Iterations after which an implicit step is tried again with a smaller size [default: 8]
    #[arg(long, value_name = "N", help_heading = "Method")]
    pub(crate) newton_max_iters: Option<u32>,

    /// Initial values where there are algebraic equations: brown (those of differential states stay), shampine (all may change),
    /// check (runs that do not fit fail) or none [default: brown]
    #[arg(long, value_name = "HOW", help_heading = "Method")]
    pub(crate) dae_initialisation: Option<String>,
    /// Iterations per system of equations beyond which the controller gustafsson takes smaller steps [default: 5]
    #[arg(long, value_name = "N", help_heading = "Method")]
    pub(crate) newton_target_iters: Option<u32>,

    /// Jacobian matrix of the iteration: frozen (that of the step's start) or exact (that of each iteration); by default the
    /// method's own
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(crate) newton: Option<String>,

    /// How linear systems are solved: sparse (unrolled factors), dense (factors in loops, with pivots); bicgstab,
    /// minimal_residual or steepest_descent (iterations without a matrix); or auto (by their size) [default: auto]
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(crate) linear_solver: Option<String>,

    /// Iterations after which an iteration without a matrix gives a linear system up [default: 100]
    #[arg(long, value_name = "N", help_heading = "Method")]
    pub(crate) krylov_max_iters: Option<u32>,

    /// The residual at which such an iteration ends, in units of the tolerances [default: 1e-3]
    #[arg(long, value_name = "X", help_heading = "Method")]
    pub(crate) krylov_tolerance: Option<f64>,

    /// What speeds up such iterations: jacobi (the diagonal), neumann (a few terms of the series of the inverse) or none
    /// [default: jacobi]
    #[arg(long, value_name = "NAME", help_heading = "Method")]
    pub(crate) preconditioner: Option<String>,

    /// Order of the preconditioner: 0 to 2 for jacobi [default: 0], 1 or 2 for neumann [default: 2]
    #[arg(long, value_name = "N", help_heading = "Method")]
    pub(crate) preconditioner_order: Option<u32>,

    /// Whether iterations begin where the last step's stages lead to; by default as suits the method
    #[arg(long, value_enum, value_name = "ON|OFF", help_heading = "Method")]
    pub(crate) predict_stages: Option<Switch>,

    /// Whether the error estimate is freed of stiff components by another linear solve; by default as suits the method
    #[arg(long, value_enum, value_name = "ON|OFF", help_heading = "Method")]
    pub(crate) smooth_error: Option<Switch>,

    /// Published gains of the step-size controller: basic, pi42, pi33, pi34, h211pi or h312pid
    #[arg(long, value_name = "NAME", help_heading = "Steering of the step size")]
    pub(crate) filter: Option<String>,

    /// Gain on the error of the step
    #[arg(long, value_name = "G", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) integral_gain: Option<f64>,

    /// Gain on its change since the last step; without a named controller it asks for pi
    #[arg(long, value_name = "G", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) proportional_gain: Option<f64>,

    /// Gain on the change of that change; without a named controller it asks for pid
    #[arg(long, value_name = "G", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) derivative_gain: Option<f64>,

    /// Factor on every step size that is predicted [default: 0.9]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) safety: Option<f64>,

    /// Least factor from one step size to the next [default: 0.2]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) min_step_shrink: Option<f64>,

    /// Largest factor from one step size to the next [default: 8 or 10, as suits the method]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) max_step_growth: Option<f64>,

    /// After an accepted step, factors from this to --deadband-max leave the step size as it is [default: 1, none do]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) deadband_min: Option<f64>,

    /// See --deadband-min [default: 1]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Steering of the step size")]
    pub(crate) deadband_max: Option<f64>,

    /// Attempted steps after which a run is given up
    #[arg(long, value_name = "N", default_value_t = 1_000_000, help_heading = "Method")]
    pub(crate) max_steps: u64,

    /// Floating-point type of the states (time is always f64)
    #[arg(long, value_enum, default_value = "f64", help_heading = "Method")]
    pub(crate) precision: PrecisionName,

    /// Save a sample every so many units of time
    #[arg(
        long,
        value_name = "DT",
        allow_negative_numbers = true,
        conflicts_with = "save",
        help_heading = "Output"
    )]
    pub(crate) save_every: Option<f64>,

    /// Save `final`, `ends` (first and last), `none`, or at the given times, such as 1,2.5,10; by default `ends`, or `none`
    /// with --summary
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, help_heading = "Output")]
    pub(crate) save: Option<String>,

    /// Names of the states and auxiliaries to save; by default all states and observables
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Output")]
    pub(crate) keep: Option<Vec<String>>,

    /// Also save what each sample took since the one before: accepted and rejected steps, Newton iterations, linear solves
    #[arg(long, help_heading = "Output")]
    pub(crate) counters: bool,

    /// Add a column to tables that says how the run ended: success, step_too_small, ...
    #[arg(long, help_heading = "Output")]
    pub(crate) status: bool,

    /// Record the first N events of each run: when, and which
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) record_events: Option<NonZeroUsize>,

    /// Summarise each run by these metrics, such as mean,max,peaks[3]; `rubie info` lists them
    #[arg(long, value_name = "METRICS", value_delimiter = ',', help_heading = "Summaries")]
    pub(crate) summary: Option<Vec<String>>,

    /// Time between the samples that metrics see; by default a hundredth of the recorded span or of the window
    #[arg(
        long,
        value_name = "DT",
        allow_negative_numbers = true,
        requires = "summary",
        help_heading = "Summaries"
    )]
    pub(crate) sample_summaries_every: Option<f64>,

    /// Length of the windows that are summarised apart; by default one over the whole recording
    #[arg(
        long,
        value_name = "DT",
        allow_negative_numbers = true,
        requires = "summary",
        help_heading = "Summaries"
    )]
    pub(crate) summarise_every: Option<f64>,

    /// Names of the states and auxiliaries to summarise; by default all states and observables
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "summary",
        help_heading = "Summaries"
    )]
    pub(crate) summarise: Option<Vec<String>>,

    /// File for the results: .parquet, .csv, .npy, .npz or .zarr
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,

    /// Go on with the file that an earlier attempt left unfinished; without one, begin
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) resume: bool,

    /// Throw away what an earlier attempt left unfinished
    #[arg(long, requires = "out", conflicts_with = "resume", help_heading = "Output")]
    pub(crate) restart: bool,

    /// Shape of the table in a .parquet or .csv file
    #[arg(long, value_enum, default_value = "wide", help_heading = "Output")]
    pub(crate) table: Table,

    /// Form of the report on standard output
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub(crate) report: ReportForm,

    /// No progress bar and no text report
    #[arg(long, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Where programs run: cpu; cuda, all NVIDIA GPUs that CUDA_VISIBLE_DEVICES shows, or cuda:N, one of them; auto takes GPUs for
    /// sweeps that are large enough, and the report says why
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = crate::choices::device, help_heading = "Machine")]
    pub(crate) device: rubie::DeviceChoice,

    /// What executes programs on the CPU
    #[arg(long, value_enum, default_value = "auto", help_heading = "Machine")]
    pub(crate) backend: BackendName,

    /// Vector instructions to use; all give the same results
    #[arg(long, value_enum, default_value = "auto", help_heading = "Machine")]
    pub(crate) vectors: Vectors,

    /// Threads; by default one per core
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Most memory for arrays, such as 4GiB or 500MB; the program itself takes some tens of MiB more
    #[arg(long, value_name = "SIZE", help_heading = "Machine")]
    pub(crate) memory_limit: Option<String>,

    /// Share of the free memory of the device (on a CPU: of this machine) that arrays may take
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.5,
        allow_negative_numbers = true,
        help_heading = "Machine"
    )]
    pub(crate) device_memory_fraction: f64,

    /// Say on standard error, before solving, what memory is needed and there, and how many chunks of what length follow
    #[arg(long, help_heading = "Machine")]
    pub(crate) explain_memory: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The model file
    pub(crate) model: PathBuf,

    /// Also print the programs that a solve would run
    #[arg(long)]
    pub(crate) listing: bool,

    /// Also print the machine code of a program that a solve would run: attempt (one step), initial, start, .., or all
    #[arg(
        long,
        value_name = "PROGRAM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "attempt"
    )]
    pub(crate) assembly: Option<String>,

    /// Method of the programs
    #[arg(long, value_name = "NAME", default_value = "tsit5")]
    pub(crate) method: String,

    /// Its step-size controller: fixed, i, pi, pid or gustafsson; by default the method's own
    #[arg(long, value_name = "NAME")]
    pub(crate) controller: Option<String>,

    /// Names that a sweep would vary: what depends on no other is computed once, not in every step
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) sweep: Vec<String>,

    /// Floating-point type of the programs
    #[arg(long, value_enum, default_value = "f64")]
    pub(crate) precision: PrecisionName,

    /// What shall execute the programs
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) backend: BackendName,

    /// Vector instructions of the machine code
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) vectors: Vectors,
}

/// Kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlotKind {
    /// Variables over time: up to six runs one by one, more as median and bands
    Trajectories,
    /// A number of each run over two swept names, as colours
    Heatmap,
    /// A number of each run over one swept name
    Scatter,
}

#[derive(Debug, Args)]
pub(crate) struct PlotArguments {
    /// The file with results: .parquet, .csv, .npz or .zarr
    pub(crate) file: PathBuf,

    /// File for the picture: .png or .svg; without one, a quick look in the terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Kind of the picture; by default what suits the file
    #[arg(long, value_enum)]
    pub(crate) kind: Option<PlotKind>,

    /// Names of the variables or summaries, a panel each; by default the first six
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) keep: Option<Vec<String>>,

    /// Swept name along the horizontal axis; by default the first
    #[arg(long, value_name = "NAME")]
    pub(crate) x: Option<String>,

    /// Swept name along the vertical axis of a heat map; by default the first other
    #[arg(long, value_name = "NAME")]
    pub(crate) y: Option<String>,

    /// Time that heat maps and scatter plots look at: the nearest sample, or the window around it; by default the last
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) at: Option<f64>,

    /// Take summaries, where the file has samples too
    #[arg(long)]
    pub(crate) summaries: bool,

    /// Parts of the runs that bands hold, between 0 and 1
    #[arg(long, value_name = "PARTS", value_delimiter = ',', default_value = "0.5,0.9")]
    pub(crate) bands: Vec<f64>,

    /// Title of the picture
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CacheArguments {
    /// Remove all of them
    #[arg(long)]
    pub(crate) clear: bool,
}

const EXAMPLES: &str = "\
Examples:
  rubie solve lorenz.model --sweep rho=0:21:100000 --until 1 --save final --out lorenz.parquet
  rubie solve lorenz.model --set sigma=16 --until 40 --save-every 0.01 --out attractor.csv
  rubie solve seir.model --sweep beta=uniform:0.1:0.5:10000 --sweep gamma=uniform:0.05:0.2:10000 \\
      --seed 7 --until 180 --save-every 1 --keep I --out epidemics.npz";
