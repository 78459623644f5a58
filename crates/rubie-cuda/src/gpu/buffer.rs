//! Memory of a GPU, and of the host for transfers.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use cudarc::driver::{CudaEvent, CudaStream, result, sys};
use rubie_memory::{Buffer, DeviceError, Location, Placement};

use super::driver::failed;

/// Memory of a GPU, or of the host for transfers.
#[derive(Debug)]
pub(super) struct CudaBuffer {
    place: Place,
    bytes: usize,
    stream: Arc<CudaStream>,
    /// Whether other libraries may have work with it.
    lent: bool,
    /// Behind the last copy that uses memory of the host.
    last_use: Mutex<Option<Arc<CudaEvent>>>,
}

/// Where a buffer is.
#[derive(Debug)]
pub(super) enum Place {
    /// On the GPU; allocated and freed in the order of the stream where the driver can.
    Device { address: sys::CUdeviceptr, in_order: bool },
    /// On the host, reached by the GPU itself.
    Pinned(*mut c_void),
    /// On the host, in whole words for alignment.
    Host(Vec<u64>),
}

// SAFETY: the pointer is to memory of the host that belongs to this buffer alone; every change is through `&mut`, or by copies
// that `wait` waits for.
unsafe impl Send for CudaBuffer {}
// SAFETY: as above.
unsafe impl Sync for CudaBuffer {}

impl CudaBuffer {
    pub(super) fn new(place: Place, bytes: usize, stream: Arc<CudaStream>) -> Self {
        CudaBuffer { place, bytes, stream, lent: false, last_use: Mutex::default() }
    }

    /// Where it is on the GPU.
    pub(super) fn address(&self) -> Option<sys::CUdeviceptr> {
        match self.place {
            Place::Device { address, .. } => Some(address),
            _ => None,
        }
    }

    /// Where it is on the host; null for memory of the GPU.
    pub(super) fn pointer(&self) -> *const c_void {
        match &self.place {
            Place::Device { .. } => std::ptr::null(),
            Place::Pinned(pointer) => *pointer,
            Place::Host(words) => words.as_ptr().cast(),
        }
    }

    pub(super) fn note(&self, event: &Arc<CudaEvent>) {
        let mut last = self.last_use.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *last = Some(Arc::clone(event));
    }

    /// Waits for copies that use the memory.
    fn wait(&self) -> Result<(), DeviceError> {
        let last = self.last_use.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        last.map_or(Ok(()), |event| event.synchronize()).map_err(|error| failed("GPU", error))
    }
}

impl Buffer for CudaBuffer {
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn placement(&self) -> Placement {
        match self.place {
            Place::Device { .. } => Placement::Device,
            Place::Pinned(_) => Placement::Pinned,
            Place::Host(_) => Placement::Host,
        }
    }

    fn host(&self) -> Result<&[u8], DeviceError> {
        if self.address().is_some() {
            return Err(DeviceError::NotOnHost);
        }
        self.wait()?;
        // SAFETY: so many bytes of the host's belong to the buffer, and no copy writes them any more.
        Ok(unsafe { std::slice::from_raw_parts(self.pointer().cast(), self.bytes) })
    }

    fn host_mut(&mut self) -> Result<&mut [u8], DeviceError> {
        if self.address().is_some() {
            return Err(DeviceError::NotOnHost);
        }
        self.wait()?;
        let pointer = match &mut self.place {
            Place::Host(words) => words.as_mut_ptr().cast(),
            _ => self.pointer().cast_mut().cast(),
        };
        // SAFETY: as above, and borrowed mutably.
        Ok(unsafe { std::slice::from_raw_parts_mut(pointer, self.bytes) })
    }

    fn lend(&mut self) -> Result<Location, DeviceError> {
        self.lent = true;
        let (device, address) = match self.address() {
            Some(address) => (Some(self.stream.context().ordinal()), address as usize),
            None => (None, self.host_mut()?.as_mut_ptr().expose_provenance()),
        };
        Ok(Location { device, address })
    }
}

impl Drop for CudaBuffer {
    fn drop(&mut self) {
        let waited = self.wait();
        let context = self.stream.context();
        let others = if self.lent { context.synchronize() } else { Ok(()) };
        let freed = context.bind_to_thread().and_then(|()| match self.place {
            // SAFETY: allocated on this stream, freed once, behind all work queued on it.
            Place::Device { address, in_order: true } => unsafe {
                result::free_async(address, self.stream.cu_stream())
            },
            Place::Device { address, in_order: false } => {
                self.stream.synchronize()?;
                // SAFETY: no work uses it any more.
                unsafe { result::free_sync(address) }
            }
            // SAFETY: allocated by `malloc_host`, and no copy uses it any more.
            Place::Pinned(pointer) => unsafe { result::free_host(pointer) },
            Place::Host(_) => Ok(()),
        });
        // There is nobody to tell; what the device refuses now it refuses at the next call, too.
        let _ = (waited, others, freed);
    }
}
