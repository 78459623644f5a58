//! The backend: print, look into the cache, compile, load.

use std::sync::OnceLock;

use rubie_kernel::{Backend, BackendError, ChunkSize, Kernel, KernelSpec};

use crate::cache::Cache;
use crate::gpu::{CudaDevice, CudaEngine, DriverError, gpus};
use crate::kernel::{Allowance, DeviceKernel};
use crate::nvrtc::{Architecture, Nvrtc, NvrtcError, options};
use crate::print::Source;

/// The size of a chunk for each GPU. Results travel far longer than a GPU computes, so arrays of the host should be few and used
/// again: memory that is touched for the first time costs more than all else. Every thread should have a few runs, and at the end of a
/// chunk, where threads have nothing more to take, others should have done much.
const CHUNK: ChunkSize = ChunkSize { bytes: 64 << 20, runs: 1024 };

/// The environment variable that says how many parts of a chunk are under way at a time, for measurements.
const IN_FLIGHT_VARIABLE: &str = "RUBIE_PARTS_IN_FLIGHT";

/// Kernels on one GPU, or on several that share every chunk. The compiler is looked for at the first kernel; compiled kernels are
/// kept on disk.
#[derive(Debug)]
pub struct CudaBackend {
    devices: Vec<CudaDevice>,
    allowance: Allowance,
    nvrtc: OnceLock<Result<Nvrtc, NvrtcError>>,
    cache: Option<Cache>,
}

impl CudaBackend {
    /// The GPU with this number, counted from 0.
    ///
    /// # Errors
    /// [`DriverError`] where there is no driver or no such GPU.
    pub fn open(number: usize) -> Result<Self, DriverError> {
        Ok(CudaBackend::of(vec![CudaDevice::open(number)?]))
    }

    /// All GPUs that the driver shows.
    ///
    /// # Errors
    /// [`DriverError`] where there is no driver or no GPU.
    pub fn open_all() -> Result<Self, DriverError> {
        let devices = gpus()?.into_iter().map(|gpu| CudaDevice::open(gpu.number));
        Ok(CudaBackend::of(devices.collect::<Result<_, _>>()?))
    }

    fn of(devices: Vec<CudaDevice>) -> Self {
        let (allowance, nvrtc, cache) = (Allowance::default(), OnceLock::new(), Cache::of_user());
        CudaBackend { devices, allowance, nvrtc, cache }
    }

    /// The same within an allowance of memory on each GPU.
    #[must_use]
    pub fn within(mut self, allowance: Allowance) -> Self {
        let given = std::env::var(IN_FLIGHT_VARIABLE).ok().and_then(|words| words.parse().ok());
        self.allowance = Allowance { in_flight: given.unwrap_or(allowance.in_flight), ..allowance };
        self
    }

    /// The GPUs.
    pub fn devices(&self) -> &[CudaDevice] {
        &self.devices
    }

    /// Machine code for a GPU, from the disk or the compiler.
    fn binary(&self, source: &Source, gpu: Architecture) -> Result<Vec<u8>, NvrtcError> {
        let nvrtc = self.nvrtc.get_or_init(Nvrtc::load).as_ref().map_err(Clone::clone)?;
        let architecture = best(gpu, nvrtc.architectures());
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
        let name = |device: &CudaDevice| format!("{}, {}", device.gpu().name, device.gpu().architecture);
        let mut names: Vec<String> = self.devices.iter().map(name).collect();
        let count = names.len();
        names.dedup();
        match (count, &names[..]) {
            (2.., [same]) => format!("cuda ({count} x {same})"),
            _ => format!("cuda ({})", names.join("; ")),
        }
    }

    fn chunk_size(&self) -> Option<ChunkSize> {
        let multiprocessors: u32 = self.devices.iter().map(|device| device.gpu().multiprocessors).sum();
        let bytes = CHUNK.bytes * self.devices.len() as u64;
        Some(ChunkSize { bytes, runs: CHUNK.runs * u64::from(multiprocessors) })
    }

    fn compile(&self, spec: &KernelSpec) -> Result<Box<dyn Kernel>, BackendError> {
        let source = Source::print(spec);
        let mut engines = Vec::with_capacity(self.devices.len());
        for device in &self.devices {
            let cubin = self.binary(&source, device.gpu().architecture);
            let cubin = cubin.map_err(|error| refused(error.to_string()))?;
            engines.push(CudaEngine::load(device, &cubin).map_err(|error| refused(error.to_string()))?);
        }
        let mut engines = engines.into_iter();
        let first = engines.next().ok_or_else(|| refused(DriverError::NoGpu.to_string()))?;
        let kernel = DeviceKernel::new(first, spec, source)?;
        Ok(Box::new(kernel.sharing(engines).within(self.allowance)))
    }
}

fn refused(reason: String) -> BackendError {
    BackendError::Unavailable { backend: "cuda".to_owned(), reason }
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
