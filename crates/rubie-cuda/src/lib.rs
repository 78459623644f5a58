//! RuBIE on NVIDIA GPUs: the same [`KernelSpec`](rubie_kernel::KernelSpec) that the CPU runs, printed as CUDA C, compiled by NVRTC when
//! it is first needed, and run in chunks.
//!
//! - [`Source::print`] turns a spec into text. A thread computes one run at a time; the rows that the programs share are
//!   registers; a thread whose run has ended takes the next from a counter, so that a warp does not wait for its slowest run.
//! - [`Nvrtc`] finds NVIDIA's compiler in a CUDA toolkit or among Python packages and makes machine code of the text; it needs no
//!   GPU. [`Cache`] keeps that on disk.
//! - [`DeviceKernel`] runs chunks: it cuts them into parts that fit the memory of its devices and keeps some under way. What it asks of a
//!   device is the trait [`Engine`]; [`CudaEngine`] is a GPU, and in the tests of this crate the host is one, too: its C++ compiler
//!   compiles the text, and the results are those of the interpreter to the last bit.
//! - [`CudaBackend`] puts these together. Nothing is linked: where there is no driver or no compiler, errors say what to install.
//!
//! The source of a kernel for x' = -k x:
//!
//! ```
//! use rubie_cuda::Source;
//! use rubie_expr::Graph;
//! use rubie_kernel::{Input, Inputs, KernelSpec, Recording};
//! use rubie_method::{BuildOptions, StepSettings};
//! use rubie_model::Model;
//! use rubie_output::OutputGraph;
//! use rubie_program::Precision;
//!
//! let model = Model::parse("decay", "param k = 1\nstate x = 1\nx' = -k*x").unwrap();
//! let graph = Graph::new();
//! let system = model.system(&graph);
//! let method = rubie_method::find("tsit5").unwrap();
//! let controller = method.controller(&StepSettings::default()).unwrap();
//! let step = method.build(&system, &BuildOptions { controller, dense: false });
//! let output = OutputGraph::all(&system);
//! let inputs = Inputs { varying: vec![Input::Parameter(0)], fixed_initials: vec![] };
//! let spec =
//!     KernelSpec::lower(&system, &step, &Recording::samples(&output), &inputs, Precision::F64).unwrap();
//!
//! let source = Source::print(&spec);
//! assert!(source.text.contains("extern \"C\" __global__ void"));
//! // A run that is put aside between launches is a few words of memory.
//! assert!(source.saved_words < 20);
//! ```

mod print;

mod engine;

mod arrays;

mod slot;

mod kernel;

mod nvrtc;

mod cache;

mod gpu;

mod backend;

pub use backend::CudaBackend;
pub use cache::{Cache, Entry, FOLDER_VARIABLE};
pub use engine::{Engine, Job, Uniforms};
pub use gpu::{CudaDevice, CudaEngine, DriverError, Gpu, gpus};
pub use kernel::{Allowance, DeviceKernel};
pub use nvrtc::{Architecture, Binary, Nvrtc, NvrtcError, Usage, candidates, variable};
pub use print::{BLOCK, Source};
