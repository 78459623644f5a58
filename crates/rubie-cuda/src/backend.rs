//! The backend: print, look into the cache, compile, load.

use std::sync::OnceLock;

use rubie_kernel::{Backend, BackendError, Kernel, KernelSpec};

use crate::cache::Cache;
use crate::gpu::{CudaDevice, CudaEngine, DriverError};
use crate::kernel::DeviceKernel;
use crate::nvrtc::{Architecture, Nvrtc, NvrtcError, options};
use crate::print::Source;

/// Kernels on one GPU. The compiler is looked for at the first kernel; compiled kernels are kept on disk.
#[derive(Debug)]
pub struct CudaBackend {
    device: CudaDevice,
    nvrtc: OnceLock<Result<Nvrtc, NvrtcError>>,
    cache: Option<Cache>,
}

impl CudaBackend {
    /// The GPU with this number, counted from 0.
    ///
    /// # Errors
    /// [`DriverError`] where there is no driver or no such GPU.
    pub fn open(number: usize) -> Result<Self, DriverError> {
        let device = CudaDevice::open(number)?;
        Ok(CudaBackend { device, nvrtc: OnceLock::new(), cache: Cache::of_user() })
    }

    /// The GPU.
    pub fn device(&self) -> &CudaDevice {
        &self.device
    }

    fn binary(&self, source: &Source) -> Result<Vec<u8>, NvrtcError> {
        let nvrtc = self.nvrtc.get_or_init(Nvrtc::load).as_ref().map_err(Clone::clone)?;
        let architecture = best(self.device.gpu().architecture, nvrtc.architectures());
        let key = key(source, architecture, nvrtc);
        if let Some(cubin) = self.cache.as_ref().and_then(|cache| cache.get(&key)) {
            return Ok(cubin);
        }
        let cubin = nvrtc.compile(&source.text, architecture)?.cubin;
        if let Some(cache) = &self.cache {
            // A cache that cannot be written costs time, nothing else.
            let _ = cache.put(&key, &cubin);
        }
        Ok(cubin)
    }
}

impl Backend for CudaBackend {
    fn description(&self) -> String {
        let gpu = self.device.gpu();
        format!("cuda ({}, {})", gpu.name, gpu.architecture)
    }

    fn compile(&self, spec: &KernelSpec) -> Result<Box<dyn Kernel>, BackendError> {
        let refused = |reason: String| BackendError::Unavailable { backend: "cuda".to_owned(), reason };
        let source = Source::print(spec);
        let cubin = self.binary(&source).map_err(|error| refused(error.to_string()))?;
        let engine = CudaEngine::load(&self.device, &cubin).map_err(|error| refused(error.to_string()))?;
        Ok(Box::new(DeviceKernel::new(engine, spec, source)?))
    }
}

/// All that decides what the compiler makes.
fn key(source: &Source, architecture: Architecture, nvrtc: &Nvrtc) -> String {
    format!("{architecture}\nNVRTC {}\n{}\n{}", nvrtc.version(), options(), source.text)
}

/// The architecture to compile for: machine code runs on GPUs of its own major number and of no smaller minor number. The
/// GPU's own where there is none, so that the compiler says that it does not know it.
fn best(gpu: Architecture, known: &[Architecture]) -> Architecture {
    let runs = |known: &&Architecture| known.major == gpu.major && known.minor <= gpu.minor;
    known.iter().filter(runs).max().copied().unwrap_or(gpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_for_the_nearest_architecture_that_runs() {
        let known =
            [(7, 5), (8, 0), (8, 6), (9, 0), (10, 0)].map(|(major, minor)| Architecture { major, minor });
        let best = |major, minor| best(Architecture { major, minor }, &known).number();
        assert_eq!([best(8, 6), best(8, 9), best(8, 5), best(9, 0), best(12, 0)], [86, 86, 80, 90, 120]);
    }
}
