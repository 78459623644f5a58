//! A GPU, its streams and events as `rubie-memory` wants them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use cudarc::driver::{CudaContext, CudaEvent, CudaStream, result, sys};
use rubie_memory::{Available, Buffer, Device, DeviceError, Event, MemoryInfo, Placement, Stream};

use super::buffer::{CudaBuffer, Place};
use super::driver::{DriverError, Gpu, failed, open};

/// Bytes of a GPU's memory that others shall find: the driver's own needs, and the display's.
const SPARE: u64 = 256 << 20;

/// A GPU.
#[derive(Clone, Debug)]
pub struct CudaDevice {
    pub(super) context: Arc<CudaContext>,
    gpu: Gpu,
}

impl CudaDevice {
    /// Opens the GPU with this number.
    ///
    /// # Errors
    /// [`DriverError`] where there is no driver or no such GPU.
    pub fn open(number: usize) -> Result<Self, DriverError> {
        let (context, gpu) = open(number)?;
        Ok(CudaDevice { context, gpu })
    }

    /// What it is.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    pub(super) fn failed(&self, error: result::DriverError) -> DeviceError {
        failed(&self.gpu.name, error)
    }
}

impl Device for CudaDevice {
    fn name(&self) -> String {
        self.gpu.name.clone()
    }

    fn memory(&self) -> Result<MemoryInfo, DeviceError> {
        let (free, total) = self.context.mem_get_info().map_err(|error| self.failed(error))?;
        let host = host_memory();
        Ok(MemoryInfo {
            total: Available::Apart { device: total as u64, host },
            free: Available::Apart { device: (free as u64).saturating_sub(SPARE), host },
        })
    }

    fn stream(&self) -> Result<Arc<dyn Stream>, DeviceError> {
        let stream = self.context.new_stream().map_err(|error| self.failed(error))?;
        Ok(Arc::new(CudaQueue { stream, device: self.gpu.name.clone() }))
    }
}

/// Bytes of pinned and ordinary memory for staging: a bounded part of what a machine with a GPU has, as pinned memory is taken from
/// all other programs.
fn host_memory() -> u64 {
    4 << 30
}

/// A stream of a GPU.
#[derive(Debug)]
pub(super) struct CudaQueue {
    pub(super) stream: Arc<CudaStream>,
    device: String,
}

impl CudaQueue {
    fn failed(&self, error: result::DriverError) -> DeviceError {
        failed(&self.device, error)
    }

    fn bind(&self) -> Result<(), DeviceError> {
        self.stream.context().bind_to_thread().map_err(|error| self.failed(error))
    }

    fn own<'a>(&self, buffer: &'a dyn Buffer) -> Result<&'a CudaBuffer, DeviceError> {
        let any: &dyn Any = buffer;
        any.downcast_ref().ok_or_else(|| self.foreign())
    }

    fn foreign(&self) -> DeviceError {
        DeviceError::Failed { device: self.device.clone(), message: "a buffer of another device".to_owned() }
    }

    /// An event behind all work queued so far; waiting for it does not keep a core busy.
    fn event(&self) -> Result<Arc<CudaEvent>, DeviceError> {
        let flags = sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC;
        Ok(Arc::new(self.stream.record_event(Some(flags)).map_err(|error| self.failed(error))?))
    }
}

impl Stream for CudaQueue {
    fn allocate(&self, placement: Placement, bytes: usize) -> Result<Box<dyn Buffer>, DeviceError> {
        self.bind()?;
        let none = |error: result::DriverError| match error.0 {
            sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => {
                let free = self.stream.context().mem_get_info().map_or(0, |(free, _)| free as u64);
                DeviceError::OutOfMemory { placement, asked: bytes as u64, free }
            }
            _ => self.failed(error),
        };
        let room = bytes.max(1);
        let place = match placement {
            Placement::Device => {
                let stream = self.stream.cu_stream();
                let in_order = self.stream.context().has_async_alloc();
                // SAFETY: the stream is alive; the memory is filled before anything reads it.
                let address = unsafe {
                    let address = match in_order {
                        true => result::malloc_async(stream, room),
                        false => result::malloc_sync(room),
                    };
                    let address = address.map_err(none)?;
                    result::memset_d8_async(address, 0, room, stream).map_err(|error| self.failed(error))?;
                    address
                };
                Place::Device { address, in_order }
            }
            Placement::Pinned => {
                // Not write-combined: the host reads results from it.
                // SAFETY: the memory is filled before anything reads it.
                let pointer = unsafe {
                    let pointer = result::malloc_host(room, 0).map_err(none)?;
                    pointer.cast::<u8>().write_bytes(0, room);
                    pointer
                };
                Place::Pinned(pointer)
            }
            Placement::Host => Place::Host(vec![0; bytes.div_ceil(size_of::<u64>())]),
        };
        Ok(Box::new(CudaBuffer::new(place, bytes, Arc::clone(&self.stream))))
    }

    fn upload(&self, from: &[u8], to: &mut dyn Buffer, at: usize) -> Result<(), DeviceError> {
        let length = to.bytes();
        let outside = DeviceError::OutOfBounds { at, bytes: from.len(), length };
        if at.checked_add(from.len()).is_none_or(|end| end > length) {
            return Err(outside);
        }
        if let Ok(host) = to.host_mut() {
            host[at..at + from.len()].copy_from_slice(from);
            return Ok(());
        }
        let address = self.own(to)?.address().ok_or(DeviceError::NotOnHost)? + at as u64;
        self.bind()?;
        // SAFETY: the bytes lie inside the buffer, and `from` lives until the copy is done.
        unsafe { result::memcpy_htod_async(address, from, self.stream.cu_stream()) }
            .map_err(|error| self.failed(error))?;
        self.synchronize()
    }

    fn download(&self, from: &dyn Buffer, at: usize, to: &mut [u8]) -> Result<(), DeviceError> {
        let length = from.bytes();
        if at.checked_add(to.len()).is_none_or(|end| end > length) {
            return Err(DeviceError::OutOfBounds { at, bytes: to.len(), length });
        }
        if let Ok(host) = from.host() {
            to.copy_from_slice(&host[at..at + to.len()]);
            return Ok(());
        }
        let address = self.own(from)?.address().ok_or(DeviceError::NotOnHost)? + at as u64;
        self.bind()?;
        // SAFETY: the bytes lie inside the buffer, and `to` lives until the copy is done.
        unsafe { result::memcpy_dtoh_async(to, address, self.stream.cu_stream()) }
            .map_err(|error| self.failed(error))?;
        self.synchronize()
    }

    fn copy(
        &self,
        from: &dyn Buffer,
        from_at: usize,
        to: &mut dyn Buffer,
        to_at: usize,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        for (at, length) in [(from_at, from.bytes()), (to_at, to.bytes())] {
            if at.checked_add(bytes).is_none_or(|end| end > length) {
                return Err(DeviceError::OutOfBounds { at, bytes, length });
            }
        }
        if bytes == 0 {
            return Ok(());
        }
        let (source, target) = (self.own(from)?, self.own(to)?);
        self.bind()?;
        let stream = self.stream.cu_stream();
        let (from_offset, to_offset) = (from_at as u64, to_at as u64);
        match (source.address(), target.address()) {
            // SAFETY: both have that many bytes there; what frees host memory waits for the event noted below.
            (Some(from), Some(to)) => unsafe {
                result::memcpy_dtod_async(to + to_offset, from + from_offset, bytes, stream)
            },
            // SAFETY: as above.
            (Some(from), None) => unsafe {
                let to = target.pointer().cast::<u8>().add(to_at);
                sys::cuMemcpyDtoHAsync_v2(to.cast_mut().cast(), from + from_offset, bytes, stream).result()
            },
            // SAFETY: as above.
            (None, Some(to)) => unsafe {
                let from = source.pointer().cast::<u8>().add(from_at);
                sys::cuMemcpyHtoDAsync_v2(to + to_offset, from.cast(), bytes, stream).result()
            },
            (None, None) => {
                self.synchronize()?;
                return self.upload(&source.host()?[from_at..from_at + bytes], to, to_at);
            }
        }
        .map_err(|error| self.failed(error))?;
        let event = self.event()?;
        source.note(&event);
        target.note(&event);
        Ok(())
    }

    fn mark(&self) -> Result<Arc<dyn Event>, DeviceError> {
        Ok(Arc::new(CudaMark { event: self.event()?, device: self.device.clone() }))
    }

    fn wait_for(&self, event: &dyn Event) -> Result<(), DeviceError> {
        let any: &dyn Any = event;
        match any.downcast_ref::<CudaMark>() {
            Some(mark) => self.stream.wait(&mark.event).map_err(|error| self.failed(error)),
            None => event.wait(),
        }
    }

    fn synchronize(&self) -> Result<(), DeviceError> {
        self.stream.synchronize().map_err(|error| self.failed(error))
    }
}

/// A point in a stream.
#[derive(Debug)]
struct CudaMark {
    event: Arc<CudaEvent>,
    device: String,
}

impl Event for CudaMark {
    fn is_done(&self) -> bool {
        // A failure counts as done.
        self.event.try_is_complete().unwrap_or(true)
    }

    fn wait(&self) -> Result<(), DeviceError> {
        self.event.synchronize().map_err(|error| failed(&self.device, error))
    }

    fn since(&self, earlier: &dyn Event) -> Option<Duration> {
        let any: &dyn Any = earlier;
        let milliseconds = any.downcast_ref::<CudaMark>()?.event.elapsed_ms(&self.event).ok()?;
        Some(Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) * 1e-3))
    }
}
