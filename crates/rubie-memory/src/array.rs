//! `Array`: memory with a type and a shape.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::device::{Buffer, DeviceError};
use crate::request::{DataType, Placement};

/// An array of one chunk, in the memory that was asked for. Dropping it frees the memory.
///
/// Elements are in the order of the shape, the last axis fastest. A shorter last chunk uses the beginning
/// of the memory, in the order of its own shape.
#[derive(Debug)]
pub struct Array {
    label: String,
    dtype: DataType,
    shape: Vec<usize>,
    buffer: Box<dyn Buffer>,
    // After the buffer, so that bytes are counted as free only when they are.
    _charge: Charge,
}

impl Array {
    pub(crate) fn new(
        label: &str,
        dtype: DataType,
        shape: Vec<usize>,
        buffer: Box<dyn Buffer>,
        charge: Charge,
    ) -> Self {
        Array { label: label.to_owned(), dtype, shape, buffer, _charge: charge }
    }

    /// What messages call the array.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Type of the elements.
    pub fn dtype(&self) -> DataType {
        self.dtype
    }

    /// Shape of a full chunk.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of bytes.
    pub fn bytes(&self) -> usize {
        self.buffer.bytes()
    }

    /// Where it lives.
    pub fn placement(&self) -> Placement {
        self.buffer.placement()
    }

    /// The memory itself, for copies and kernels.
    pub fn buffer(&self) -> &dyn Buffer {
        &*self.buffer
    }

    /// The memory itself, for copies and kernels.
    pub fn buffer_mut(&mut self) -> &mut dyn Buffer {
        &mut *self.buffer
    }

    /// The elements, of memory that the host can read.
    ///
    /// # Errors
    /// Another type than the array's; memory that the host cannot read.
    pub fn elements<T: Element>(&self) -> Result<&[T], ArrayError> {
        self.check::<T>()?;
        let bytes = self.buffer.host()?;
        bytemuck::try_cast_slice(bytes).map_err(|_| self.misaligned())
    }

    /// The elements, of memory that the host can write.
    ///
    /// # Errors
    /// Another type than the array's; memory that the host cannot write.
    pub fn elements_mut<T: Element>(&mut self) -> Result<&mut [T], ArrayError> {
        self.check::<T>()?;
        let misaligned = self.misaligned();
        let bytes = self.buffer.host_mut()?;
        bytemuck::try_cast_slice_mut(bytes).map_err(|_| misaligned)
    }

    fn check<T: Element>(&self) -> Result<(), ArrayError> {
        match T::DATA_TYPE == self.dtype {
            true => Ok(()),
            false => {
                Err(ArrayError::Type { label: self.label.clone(), holds: self.dtype, asked: T::DATA_TYPE })
            }
        }
    }

    fn misaligned(&self) -> ArrayError {
        ArrayError::Misaligned { label: self.label.clone() }
    }
}

/// A Rust type that an array can hold.
pub trait Element: bytemuck::Pod + private::Sealed {
    /// Its name in requests.
    const DATA_TYPE: DataType;
}

mod private {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty => $name:ident),*) => {$(
        impl private::Sealed for $type {}
        impl Element for $type {
            const DATA_TYPE: DataType = DataType::$name;
        }
    )*};
}

elements!(f32 => F32, f64 => F64, i32 => I32, i64 => I64, u32 => U32, u64 => U64);

/// Why an array's elements cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// Another type than the array's.
    #[error("array `{label}` holds {holds:?}, not {asked:?}")]
    Type {
        /// The array.
        label: String,
        /// What it holds.
        holds: DataType,
        /// What was asked for.
        asked: DataType,
    },
    /// A device that does not align its memory.
    #[error("array `{label}`: the device's memory is not aligned for its elements")]
    Misaligned {
        /// The array.
        label: String,
    },
    /// What the device says.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// The bytes that a client holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<AtomicU64>);

impl Ledger {
    /// Bytes held now.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts bytes until the charge is dropped.
    pub(crate) fn charge(&self, bytes: u64) -> Charge {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Charge { bytes, ledger: self.clone() }
    }
}

/// Bytes on a client's ledger, taken off when dropped.
pub(crate) struct Charge {
    bytes: u64,
    ledger: Ledger,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.ledger.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl fmt::Debug for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes)
    }
}
