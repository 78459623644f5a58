//! What a device must offer: its memory, streams, and buffers.
//!
//! Everything is ordered by streams. Work on one stream runs in the order it was queued, streams run beside each
//! other, and a call may return before its work is done. [`Buffer::host`] and dropping a buffer wait for, or are
//! queued behind, the work that uses it; so nothing that can be written with these traits reads memory too early or
//! frees it too soon. A caller that wants the type behind a trait, to launch a kernel on a device's own buffers
//! or to wait for another stream's event, finds it by `&dyn Any`.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::available::Available;
use crate::bytes::Bytes;
use crate::request::Placement;

/// A device that computes, and its memories.
pub trait Device: fmt::Debug + Send + Sync {
    /// What messages call the device.
    fn name(&self) -> String;

    /// Bytes of each memory now.
    ///
    /// # Errors
    /// The device does not answer.
    fn memory(&self) -> Result<MemoryInfo, DeviceError>;

    /// A new stream, never one that others use.
    ///
    /// # Errors
    /// The device has none left or does not answer.
    fn stream(&self) -> Result<Arc<dyn Stream>, DeviceError>;
}

/// Bytes of a device's memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryInfo {
    /// All bytes.
    pub total: Available,
    /// Bytes that can be allocated now; what the device must keep for itself is not among them.
    pub free: Available,
}

/// A queue of work that runs in order.
pub trait Stream: Any + fmt::Debug + Send + Sync {
    /// Memory filled with zeros, in the order of the stream: work queued on this stream afterwards may use it.
    /// Dropping the buffer frees it, again in the order of the stream.
    ///
    /// # Errors
    /// [`DeviceError::OutOfMemory`], or the device does not answer.
    fn allocate(&self, placement: Placement, bytes: usize) -> Result<Box<dyn Buffer>, DeviceError>;

    /// Copies `from` into `to`, from byte `at` on. Returns when `from` may be changed.
    ///
    /// # Errors
    /// Bytes beyond the buffer's end, or the device does not answer.
    fn upload(&self, from: &[u8], to: &mut dyn Buffer, at: usize) -> Result<(), DeviceError>;

    /// Copies `from`, from byte `at` on, into `to`. Returns when `to` is filled.
    ///
    /// # Errors
    /// Bytes beyond the buffer's end, or the device does not answer.
    fn download(&self, from: &dyn Buffer, at: usize, to: &mut [u8]) -> Result<(), DeviceError>;

    /// Queues a copy of `bytes` bytes of a buffer, from byte `from_at` on, to byte `to_at` and on of another. May return
    /// before it is done, so that copies to and from pinned memory overlap with computation.
    ///
    /// # Errors
    /// Bytes beyond an end, or the device does not answer.
    fn copy(
        &self,
        from: &dyn Buffer,
        from_at: usize,
        to: &mut dyn Buffer,
        to_at: usize,
        bytes: usize,
    ) -> Result<(), DeviceError>;

    /// An event that happens when all work queued so far is done.
    ///
    /// # Errors
    /// The device does not answer.
    fn mark(&self) -> Result<Arc<dyn Event>, DeviceError>;

    /// Work queued from now on waits for the event, which may be of another stream of the device. Without better
    /// means the caller waits.
    ///
    /// # Errors
    /// The work before the event failed.
    fn wait_for(&self, event: &dyn Event) -> Result<(), DeviceError> {
        event.wait()
    }

    /// Waits until all work queued so far is done; freed memory can then be allocated again.
    ///
    /// # Errors
    /// Work failed.
    fn synchronize(&self) -> Result<(), DeviceError>;
}

/// A point in the work of a stream.
pub trait Event: Any + fmt::Debug + Send + Sync {
    /// Whether the work before it is done; a failure counts as done.
    fn is_done(&self) -> bool;

    /// Waits until the work before it is done.
    ///
    /// # Errors
    /// The work failed.
    fn wait(&self) -> Result<(), DeviceError>;

    /// How long after `earlier`, an event of the same device, it happened; both must have happened. `None` where
    /// the device keeps no time, and for events of other devices.
    fn since(&self, earlier: &dyn Event) -> Option<Duration>;
}

/// Memory that a stream allocated.
pub trait Buffer: Any + fmt::Debug + Send + Sync {
    /// Number of bytes.
    fn bytes(&self) -> usize;

    /// Where it lives.
    fn placement(&self) -> Placement;

    /// The bytes, when work that writes them is done; aligned for elements of 8 bytes.
    ///
    /// # Errors
    /// [`DeviceError::NotOnHost`] for memory that the host cannot read.
    fn host(&self) -> Result<&[u8], DeviceError>;

    /// The bytes, when work that uses them is done; aligned for elements of 8 bytes.
    ///
    /// # Errors
    /// [`DeviceError::NotOnHost`] for memory that the host cannot write.
    fn host_mut(&mut self) -> Result<&mut [u8], DeviceError>;

    /// Lets other libraries work with the memory, in streams that nobody here knows: from now on freeing it waits for all work of the
    /// device. Says where they find it.
    ///
    /// # Errors
    /// [`DeviceError::NotOnHost`] for memory that has no address.
    fn lend(&mut self) -> Result<Location, DeviceError>;
}

/// Where other libraries find memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The number that CUDA gives the device; none for the host.
    pub device: Option<usize>,
    /// The address there.
    pub address: usize,
}

/// What can go wrong on a device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is not enough memory.
    #[error("{} of {placement} memory were asked for, {} are free", Bytes(*asked), Bytes(*free))]
    OutOfMemory {
        /// Where.
        placement: Placement,
        /// Bytes asked for.
        asked: u64,
        /// Bytes that are there.
        free: u64,
    },
    /// The host cannot read or write the memory.
    #[error("the host cannot reach device memory; copy it to an array of the host first")]
    NotOnHost,
    /// A copy beyond the end of a buffer.
    #[error("a copy of {bytes} bytes at {at} ends beyond a buffer of {length}")]
    OutOfBounds {
        /// The first byte.
        at: usize,
        /// Number of bytes.
        bytes: usize,
        /// Bytes of the buffer.
        length: usize,
    },
    /// What the device itself says.
    #[error("{device}: {message}")]
    Failed {
        /// Its name.
        device: String,
        /// Its words.
        message: String,
    },
}
