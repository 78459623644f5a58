//! A kernel's machine code on a GPU, and its launches.

use std::any::Any;
use std::ffi::{CString, c_void};
use std::sync::Arc;

use cudarc::driver::{CudaContext, result, sys};
use rubie_memory::{Buffer, Device, DeviceError, Stream};

use super::buffer::CudaBuffer;
use super::memory::{CudaDevice, CudaQueue};
use crate::engine::{Engine, Job, Uniforms};
use crate::print::BLOCK;

/// A kernel loaded into a GPU.
#[derive(Debug)]
pub struct CudaEngine {
    device: CudaDevice,
    module: Module,
    function: sys::CUfunction,
    threads: usize,
}

// SAFETY: a function's handle may be used by any thread that the context is bound to.
unsafe impl Send for CudaEngine {}
// SAFETY: as above.
unsafe impl Sync for CudaEngine {}

/// Unloads what it loaded.
#[derive(Debug)]
struct Module {
    context: Arc<CudaContext>,
    module: sys::CUmodule,
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: loaded in this context and unloaded once; launches are done when kernels return.
        let _ = self.context.bind_to_thread().and_then(|()| unsafe { result::module::unload(self.module) });
    }
}

impl CudaEngine {
    /// Loads machine code that NVRTC made of a printed kernel.
    ///
    /// # Errors
    /// The driver refuses it.
    pub fn load(device: &CudaDevice, cubin: &[u8]) -> Result<Self, DeviceError> {
        let failed = |error| device.failed(error);
        let context = Arc::clone(&device.context);
        context.bind_to_thread().map_err(failed)?;
        // SAFETY: the bytes are a cubin, whose length stands in itself.
        let module = unsafe { result::module::load_data(cubin.as_ptr().cast()) }.map_err(failed)?;
        let module = Module { context, module };
        let name = CString::from(c"rubie_run");
        // SAFETY: the module is loaded.
        let function = unsafe { result::module::get_function(module.module, name) }.map_err(failed)?;
        // SAFETY: the function is of a module that stays loaded.
        let blocks =
            unsafe { result::occupancy::max_active_block_per_multiprocessor(function, BLOCK as i32, 0) };
        let processors = sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
        let processors = device.context.attribute(processors).map_err(failed)?;
        let blocks = (blocks.map_err(failed)? * processors).max(1);
        let threads = blocks as usize * BLOCK as usize;
        Ok(CudaEngine { device: device.clone(), module, function, threads })
    }
}

impl Engine for CudaEngine {
    fn device(&self) -> &dyn Device {
        &self.device
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn address(&self, buffer: &mut dyn Buffer) -> Result<u64, DeviceError> {
        let any: &dyn Any = buffer;
        let address = any.downcast_ref::<CudaBuffer>().and_then(CudaBuffer::address);
        address.ok_or_else(|| DeviceError::Failed {
            device: self.device.name(),
            message: "a buffer that is not in the GPU's memory".to_owned(),
        })
    }

    fn launch(&self, stream: &dyn Stream, job: &Job, uniforms: Uniforms<'_>) -> Result<(), DeviceError> {
        let any: &dyn Any = stream;
        let queue = any.downcast_ref::<CudaQueue>().ok_or_else(|| DeviceError::Failed {
            device: self.device.name(),
            message: "a stream of another device".to_owned(),
        })?;
        let failed = |error| self.device.failed(error);
        let second: *const c_void = match &uniforms {
            Uniforms::Value(bytes) => bytes.as_ptr().cast(),
            Uniforms::Address(at) => std::ptr::from_ref(at).cast(),
        };
        let mut arguments = [std::ptr::from_ref(job).cast_mut().cast(), second.cast_mut()];
        let blocks = u32::try_from(job.threads.div_ceil(u64::from(BLOCK))).unwrap_or(u32::MAX);
        self.module.context.bind_to_thread().map_err(failed)?;
        // SAFETY: the arguments are as the printed entry point declares them and are read before the call returns; the job's
        // addresses are of buffers as large as it says, on this stream.
        unsafe {
            result::launch_kernel(
                self.function,
                (blocks, 1, 1),
                (BLOCK, 1, 1),
                0,
                queue.stream.cu_stream(),
                &mut arguments,
            )
        }
        .map_err(failed)
    }
}
