//! The host as a device: ordinary memory with a limit, work done at once.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::available::Available;
use crate::device::{Buffer, Device, DeviceError, Event, Location, MemoryInfo, Stream};
use crate::request::Placement;

/// The memory of the host, all placements in one, up to a limit.
#[derive(Clone, Debug)]
pub struct HostDevice {
    usage: Arc<Usage>,
}

impl HostDevice {
    /// The host with `limit` bytes to allocate from.
    pub fn new(limit: u64) -> Self {
        HostDevice { usage: Arc::new(Usage { limit: AtomicU64::new(limit), used: AtomicU64::new(0) }) }
    }

    /// Changes the limit. What is allocated already stays, even beyond it.
    pub fn set_limit(&self, limit: u64) {
        self.usage.limit.store(limit, Ordering::Relaxed);
    }

    /// Bytes that are allocated now.
    pub fn used(&self) -> u64 {
        self.usage.used.load(Ordering::Relaxed)
    }
}

impl Device for HostDevice {
    fn name(&self) -> String {
        "host".to_owned()
    }

    fn memory(&self) -> Result<MemoryInfo, DeviceError> {
        let total = self.usage.limit.load(Ordering::Relaxed);
        Ok(MemoryInfo { total: Available::Shared(total), free: Available::Shared(self.usage.free()) })
    }

    fn stream(&self) -> Result<Arc<dyn Stream>, DeviceError> {
        Ok(Arc::new(HostStream { usage: Arc::clone(&self.usage) }))
    }
}

#[derive(Debug)]
struct Usage {
    limit: AtomicU64,
    used: AtomicU64,
}

impl Usage {
    fn free(&self) -> u64 {
        self.limit.load(Ordering::Relaxed).saturating_sub(self.used.load(Ordering::Relaxed))
    }

    /// Counts `bytes` as used if they are within the limit.
    fn reserve(self: &Arc<Self>, bytes: u64) -> Option<Reserved> {
        let limit = self.limit.load(Ordering::Relaxed);
        let with = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).ok()?;
        Some(Reserved { bytes, usage: Arc::clone(self) })
    }
}

/// Bytes that count as used until it is dropped.
#[derive(Debug)]
struct Reserved {
    bytes: u64,
    usage: Arc<Usage>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.usage.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct HostStream {
    usage: Arc<Usage>,
}

impl Stream for HostStream {
    fn allocate(&self, placement: Placement, bytes: usize) -> Result<Box<dyn Buffer>, DeviceError> {
        let asked = bytes as u64;
        let none = || DeviceError::OutOfMemory { placement, asked, free: self.usage.free() };
        let reserved = self.usage.reserve(asked).ok_or_else(none)?;
        // Zeroed by the system, page by page when it is first written.
        let count = bytes.div_ceil(size_of::<u64>());
        let words = bytemuck::try_zeroed_slice_box(count).map_err(|()| none())?;
        Ok(Box::new(HostBuffer { words, bytes, placement, _reserved: reserved }))
    }

    fn upload(&self, from: &[u8], to: &mut dyn Buffer, at: usize) -> Result<(), DeviceError> {
        let length = to.bytes();
        let part = to.host_mut()?.get_mut(at..).and_then(|rest| rest.get_mut(..from.len()));
        let part = part.ok_or(DeviceError::OutOfBounds { at, bytes: from.len(), length })?;
        part.copy_from_slice(from);
        Ok(())
    }

    fn download(&self, from: &dyn Buffer, at: usize, to: &mut [u8]) -> Result<(), DeviceError> {
        let part = from.host()?.get(at..).and_then(|rest| rest.get(..to.len()));
        let outside = DeviceError::OutOfBounds { at, bytes: to.len(), length: from.bytes() };
        to.copy_from_slice(part.ok_or(outside)?);
        Ok(())
    }

    fn copy(
        &self,
        from: &dyn Buffer,
        from_at: usize,
        to: &mut dyn Buffer,
        to_at: usize,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        let outside = DeviceError::OutOfBounds { at: from_at, bytes, length: from.bytes() };
        let part = from.host()?.get(from_at..).and_then(|rest| rest.get(..bytes));
        self.upload(part.ok_or(outside)?, to, to_at)
    }

    fn mark(&self) -> Result<Arc<dyn Event>, DeviceError> {
        Ok(Arc::new(HostEvent(Instant::now())))
    }

    fn synchronize(&self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// All work of the host's streams is done when its call returns.
#[derive(Debug)]
struct HostEvent(Instant);

impl Event for HostEvent {
    fn is_done(&self) -> bool {
        true
    }

    fn wait(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn since(&self, earlier: &dyn Event) -> Option<Duration> {
        let any: &dyn Any = earlier;
        any.downcast_ref::<HostEvent>().map(|earlier| self.0.saturating_duration_since(earlier.0))
    }
}

/// Words, so that the bytes are aligned for every type of element.
#[derive(Debug)]
struct HostBuffer {
    words: Box<[u64]>,
    bytes: usize,
    placement: Placement,
    _reserved: Reserved,
}

impl Buffer for HostBuffer {
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn host(&self) -> Result<&[u8], DeviceError> {
        let all: &[u8] = bytemuck::cast_slice(&self.words);
        all.get(..self.bytes).ok_or(DeviceError::NotOnHost)
    }

    fn host_mut(&mut self) -> Result<&mut [u8], DeviceError> {
        let all: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        all.get_mut(..self.bytes).ok_or(DeviceError::NotOnHost)
    }

    fn lend(&mut self) -> Result<Location, DeviceError> {
        Ok(Location { device: None, address: self.words.as_mut_ptr().expose_provenance() })
    }
}
