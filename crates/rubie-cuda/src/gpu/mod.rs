//! NVIDIA's driver through `cudarc`, which loads it when first asked: memory, streams and launches on a GPU.
//!
//! What is here has been checked by the compiler only: it has not run on a GPU yet. All that decides what is computed
//! (the source, the jobs, the parts of a chunk) is outside and is tested on the host.

// A C library is called.
#![allow(unsafe_code)]

mod driver;
mod buffer;
mod memory;
mod module;

pub use driver::{DriverError, Gpu, gpus};
pub use memory::CudaDevice;
pub use module::CudaEngine;
