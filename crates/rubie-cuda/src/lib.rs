//! RuBIE on NVIDIA GPUs.

mod print;
mod engine;
mod slot;
mod kernel;
mod nvrtc;

pub use engine::{Engine, Job, Uniforms};
pub use kernel::DeviceKernel;
pub use nvrtc::{Architecture, Binary, Nvrtc, NvrtcError, Usage, candidates, variable};
pub use print::{BLOCK, Source};
