//! GPUs of this machine, the compiler for them, and the kernels that were compiled earlier.

pub use rubie_cuda::{Cache, DriverError, Entry, Gpu, Nvrtc, NvrtcError, gpus};
