//! The caller's arrays as bytes, whatever their precision.

use std::ops::Range;

use bytemuck::cast_slice_mut;
use rubie_kernel::{KernelError, SamplesMut};
use rubie_program::Precision;

/// The arrays of a whole chunk: samples, summaries, status words, as rows of one element per run.
pub(crate) struct Outputs<'a> {
    arrays: [&'a mut [u8]; 3],
    element_bytes: [usize; 3],
    runs: usize,
}

impl<'a> Outputs<'a> {
    /// Samples and summaries in a precision, and status words.
    pub(crate) fn new(arrays: [&'a mut [u8]; 3], precision: Precision, runs: usize) -> Self {
        let real = real_bytes(precision);
        Outputs { arrays, element_bytes: [real, real, size_of::<u32>()], runs }
    }

    /// Puts the rows of a part where they belong.
    pub(crate) fn take(&mut self, results: [&[u8]; 3], part: Range<usize>) {
        for ((array, size), result) in self.arrays.iter_mut().zip(self.element_bytes).zip(results) {
            let rows = array.chunks_exact_mut(self.runs * size).zip(result.chunks_exact(part.len() * size));
            for (row, result) in rows {
                row[part.start * size..part.end * size].copy_from_slice(result);
            }
        }
    }
}

/// The bytes of an array, and how many numbers they are.
///
/// # Errors
/// [`KernelError::Precision`] if they are not of this precision.
pub(crate) fn bytes_of(
    room: SamplesMut<'_>,
    precision: Precision,
) -> Result<(&mut [u8], usize), KernelError> {
    match (room, precision) {
        (SamplesMut::F32(numbers), Precision::F32) => {
            let count = numbers.len();
            Ok((cast_slice_mut(numbers), count))
        }
        (SamplesMut::F64(numbers), Precision::F64) => {
            let count = numbers.len();
            Ok((cast_slice_mut(numbers), count))
        }
        _ => Err(KernelError::Precision),
    }
}

/// Bytes of a number.
pub(crate) fn real_bytes(precision: Precision) -> usize {
    match precision {
        Precision::F32 => size_of::<f32>(),
        Precision::F64 => size_of::<f64>(),
    }
}
