//! `Resident`: memory of a device that stays there, for other libraries to work with.

use std::fmt;
use std::sync::Arc;

use crate::device::{Buffer, Device, DeviceError, Location, Stream};
use crate::request::Placement;

/// Memory of a device whose contents are to stay there. Other libraries may be told where it is, and may use it until it is dropped.
pub struct Resident {
    buffer: Box<dyn Buffer>,
    location: Location,
    stream: Arc<dyn Stream>,
}

impl fmt::Debug for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resident").field("location", &self.location).field("bytes", &self.bytes()).finish()
    }
}

impl Resident {
    /// So many bytes of zeros, there when this returns.
    ///
    /// # Errors
    /// [`DeviceError::OutOfMemory`], or the device does not answer.
    pub fn new(device: &dyn Device, bytes: usize) -> Result<Self, DeviceError> {
        let stream = device.stream()?;
        let mut buffer = stream.allocate(Placement::Device, bytes)?;
        stream.synchronize()?;
        let location = buffer.lend()?;
        Ok(Resident { buffer, location, stream })
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Number of bytes.
    pub fn bytes(&self) -> usize {
        self.buffer.bytes()
    }

    /// The bytes, where the host can write them.
    ///
    /// # Errors
    /// [`DeviceError::NotOnHost`] for memory of a device apart.
    pub fn host_mut(&mut self) -> Result<&mut [u8], DeviceError> {
        self.buffer.host_mut()
    }

    /// Copies all of it into `to`, which is as long.
    ///
    /// # Errors
    /// `to` is longer, or the device does not answer.
    pub fn download(&self, to: &mut [u8]) -> Result<(), DeviceError> {
        self.stream.download(&*self.buffer, 0, to)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::HostDevice;

    #[test]
    fn memory_of_the_host_is_where_it_says() {
        let device = HostDevice::new(100);
        let mut resident = Resident::new(&device, 24).unwrap();
        let room = resident.host_mut().unwrap();
        room.copy_from_slice(&[7; 24]);
        let location = Location { device: None, address: room.as_mut_ptr().expose_provenance() };
        assert_eq!(resident.location(), location);
        let mut copy = [0; 24];
        resident.download(&mut copy).unwrap();
        assert_eq!(copy, [7; 24]);
        assert_eq!(device.used(), 24);
        drop(resident);
        assert_eq!(device.used(), 0);
        assert!(matches!(Resident::new(&device, 101), Err(DeviceError::OutOfMemory { .. })));
    }
}
