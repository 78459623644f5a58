//! Which memories there are, and how many bytes of each.

use std::fmt;

use crate::request::Placement;

/// A memory that arrays compete for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Memory {
    /// One memory for all placements, as on a machine that computes on its processor.
    Shared,
    /// The memory of a device that has its own.
    Device,
    /// The memory of the host beside such a device; pinned memory is a part of it.
    Host,
}

/// For messages: ` of device memory`, and nothing where there is only one memory.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Memory::Shared => "",
            Memory::Device => " of device memory",
            Memory::Host => " of host memory",
        })
    }
}

/// Bytes that a plan may use, of each memory there is.
///
/// A plain number of bytes stands for one memory that all placements share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Available {
    /// One memory for all placements.
    Shared(u64),
    /// A device with a memory of its own.
    Apart {
        /// Bytes for [`Placement::Device`].
        device: u64,
        /// Bytes for [`Placement::Host`] and [`Placement::Pinned`] together.
        host: u64,
    },
}

impl From<u64> for Available {
    fn from(bytes: u64) -> Self {
        Available::Shared(bytes)
    }
}

impl Available {
    /// The memory that an array of this placement lives in.
    pub fn memory_of(&self, placement: Placement) -> Memory {
        match (self, placement) {
            (Available::Shared(_), _) => Memory::Shared,
            (Available::Apart { .. }, Placement::Device) => Memory::Device,
            (Available::Apart { .. }, Placement::Host | Placement::Pinned) => Memory::Host,
        }
    }

    /// Each memory with its bytes, that of the device first.
    pub fn memories(&self) -> impl Iterator<Item = (Memory, u64)> + use<> {
        let (first, second) = match *self {
            Available::Shared(bytes) => ((Memory::Shared, bytes), None),
            Available::Apart { device, host } => ((Memory::Device, device), Some((Memory::Host, host))),
        };
        std::iter::once(first).chain(second)
    }

    /// The same memories, each with as many bytes as `bytes` says.
    pub(crate) fn map(self, mut bytes: impl FnMut(Memory, u64) -> u64) -> Self {
        match self {
            Available::Shared(all) => Available::Shared(bytes(Memory::Shared, all)),
            Available::Apart { device, host } => {
                Available::Apart { device: bytes(Memory::Device, device), host: bytes(Memory::Host, host) }
            }
        }
    }

    /// The sum, memory by memory.
    pub(crate) fn plus(self, other: Available) -> Self {
        self.map(|memory, bytes| bytes.saturating_add(other.of(memory)))
    }

    /// The lesser, memory by memory.
    pub(crate) fn at_most(self, other: Available) -> Self {
        self.map(|memory, bytes| bytes.min(other.of(memory)))
    }

    /// Bytes of one memory; none of a memory that is not there.
    pub fn of(&self, memory: Memory) -> u64 {
        self.memories().find(|(name, _)| *name == memory).map_or(0, |(_, bytes)| bytes)
    }
}
