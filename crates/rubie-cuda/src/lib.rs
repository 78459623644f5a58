//! RuBIE on NVIDIA GPUs.

mod print;
mod engine;
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
pub use kernel::DeviceKernel;
pub use nvrtc::{Architecture, Binary, Nvrtc, NvrtcError, Usage, candidates, variable};
pub use print::{BLOCK, Source};
