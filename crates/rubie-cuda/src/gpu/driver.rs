//! Whether there is a driver, and which GPUs it has.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cudarc::driver::{CudaContext, result, sys};
use rubie_memory::DeviceError;

use crate::nvrtc::Architecture;

/// Why no GPU can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// There is no driver.
    #[error("no NVIDIA driver was found (libcuda.so or nvcuda.dll); GPUs are used only with it")]
    Missing,
    /// The driver knows no GPU.
    #[error("the NVIDIA driver finds no GPU")]
    NoGpu,
    /// The GPU asked for is not there.
    #[error("there is no GPU {asked}; this machine has {count}, counted from 0")]
    NoSuchGpu {
        /// Its number.
        asked: usize,
        /// How many there are.
        count: usize,
    },
    /// What the driver says.
    #[error("the NVIDIA driver: {0}")]
    Failed(String),
}

impl From<result::DriverError> for DriverError {
    fn from(error: result::DriverError) -> Self {
        let text = error.error_string().map(|text| text.to_string_lossy().into_owned());
        DriverError::Failed(text.unwrap_or_else(|_| format!("{error:?}")))
    }
}

/// A GPU as reports name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Gpu {
    /// Its number, from 0.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What it executes.
    pub architecture: Architecture,
    /// Bytes of its memory.
    pub memory: u64,
    /// Bytes of it that are free.
    pub free: u64,
    /// How many multiprocessors it has.
    pub multiprocessors: u32,
    /// Their clock in Hz.
    pub clock: f64,
}

impl Gpu {
    /// Operations of f64 per second, a multiply-add counted as two.
    ///
    /// # Source
    /// CUDA C++ Programming Guide, table of throughputs of arithmetic instructions by compute capability.
    pub fn operations_f64(&self) -> f64 {
        let per_clock = match (self.architecture.major, self.architecture.minor) {
            (6 | 7, 0) | (8, 0) => 32.0,
            (9 | 10, 0) => 64.0,
            _ => 2.0,
        };
        2.0 * per_clock * f64::from(self.multiprocessors) * self.clock
    }

    /// Operations of f32 per second, a multiply-add counted as two; source as for [`Gpu::operations_f64`].
    pub fn operations_f32(&self) -> f64 {
        let per_clock = match (self.architecture.major, self.architecture.minor) {
            (..=7, _) | (8, 0) => 64.0,
            _ => 128.0,
        };
        2.0 * per_clock * f64::from(self.multiprocessors) * self.clock
    }
}

/// All GPUs of this machine.
///
/// # Errors
/// [`DriverError`] where there is no driver or no GPU.
pub fn gpus() -> Result<Vec<Gpu>, DriverError> {
    let count = count()?;
    (0..count).map(|number| guarded(|| describe(number, &*context(number)?))).collect()
}

fn describe(number: usize, context: &CudaContext) -> Result<Gpu, DriverError> {
    let (major, minor) = context.compute_capability()?;
    let (free, total) = context.mem_get_info()?;
    use sys::CUdevice_attribute::{CU_DEVICE_ATTRIBUTE_CLOCK_RATE, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT};
    Ok(Gpu {
        number,
        name: context.name()?,
        architecture: Architecture { major, minor },
        memory: total as u64,
        free: free as u64,
        multiprocessors: context.attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?.unsigned_abs(),
        clock: 1e3 * f64::from(context.attribute(CU_DEVICE_ATTRIBUTE_CLOCK_RATE)?),
    })
}

fn count() -> Result<usize, DriverError> {
    // SAFETY: looks for the library, and loads it if it is there.
    if !unsafe { sys::is_culib_present() } {
        return Err(DriverError::Missing);
    }
    let count = guarded(|| {
        result::init()?;
        Ok(CudaContext::device_count()?)
    })?;
    match usize::try_from(count) {
        Ok(0) | Err(_) => Err(DriverError::NoGpu),
        Ok(count) => Ok(count),
    }
}

fn context(number: usize) -> Result<Arc<CudaContext>, DriverError> {
    Ok(CudaContext::new(number)?)
}

/// Opens a GPU.
pub(super) fn open(number: usize) -> Result<(Arc<CudaContext>, Gpu), DriverError> {
    let count = count()?;
    if number >= count {
        return Err(DriverError::NoSuchGpu { asked: number, count });
    }
    guarded(|| {
        let context = context(number)?;
        // Everything here runs on one stream each and is ordered by events of its own.
        // SAFETY: no slices of cudarc's are used, so none can be freed too early.
        unsafe { context.disable_event_tracking() };
        let gpu = describe(number, &context)?;
        Ok((context, gpu))
    })
}

/// The bindings panic where a driver is too old to have a function; that is an error like others.
fn guarded<R>(work: impl FnOnce() -> Result<R, DriverError>) -> Result<R, DriverError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(DriverError::Failed("it lacks a function that is needed; install a newer driver".to_owned()))
    })
}

/// What the driver says, as an error of a device.
pub(super) fn failed(device: &str, error: result::DriverError) -> DeviceError {
    DeviceError::Failed { device: device.to_owned(), message: DriverError::from(error).to_string() }
}
