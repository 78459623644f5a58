//! NVIDIA's driver through `cudarc`, which loads it when first asked: memory, streams and launches on a GPU.
//!
//! All that decides what is computed (the source, the jobs, the parts of a chunk) is outside and is tested on the host; what is
//! here is tested by `tests/gpu.rs` where there is a GPU.

// A C library is called.
#![allow(unsafe_code)]

mod driver;
mod buffer;
mod memory;
mod module;

pub use driver::{DriverError, Gpu, gpus};
pub use memory::CudaDevice;
pub use module::CudaEngine;
