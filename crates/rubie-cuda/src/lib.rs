//! RuBIE on NVIDIA GPUs.

mod print;
mod engine;
mod slot;
mod kernel;

pub use engine::{Engine, Job, Uniforms};
pub use kernel::DeviceKernel;
pub use print::{BLOCK, Source};
