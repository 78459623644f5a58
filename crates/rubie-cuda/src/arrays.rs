//! The caller's arrays as bytes, whatever their precision, cut into parts.

use std::ops::Range;

use bytemuck::cast_slice_mut;
use rubie_kernel::{KernelError, SamplesMut};
use rubie_program::Precision;

/// Arrays of results: samples, summaries, events, status words.
pub(crate) const RESULTS: usize = 4;

/// Consecutive runs of a chunk that are computed together, and where their results go.
pub(crate) struct Part<'a> {
    pub(crate) runs: Range<usize>,
    /// The rows of each array: the bytes that belong to these runs.
    rows: [Vec<&'a mut [u8]>; RESULTS],
}

impl Part<'_> {
    /// Bytes of an array's results.
    pub(crate) fn bytes(&self, array: usize) -> usize {
        self.rows[array].iter().map(|row| row.len()).sum()
    }

    /// Puts results where they belong: bytes of an array that has the part's rows one after the other, from byte `at` on.
    pub(crate) fn take(&mut self, array: usize, at: usize, mut results: &[u8]) {
        let Some(row_bytes) = self.rows[array].first().map(|row| row.len()) else { return };
        let mut skip = at % row_bytes;
        for row in &mut self.rows[array][at / row_bytes..] {
            let count = results.len().min(row_bytes - skip);
            row[skip..skip + count].copy_from_slice(&results[..count]);
            results = &results[count..];
            skip = 0;
            if results.is_empty() {
                break;
            }
        }
    }
}

/// Cuts the arrays of a chunk of `runs` runs (samples, summaries, events, status words) into parts of `length` runs.
pub(crate) fn parts<'a>(
    arrays: [&'a mut [u8]; RESULTS],
    element_bytes: [usize; RESULTS],
    runs: usize,
    length: usize,
) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = (0..runs)
        .step_by(length)
        .map(|first| Part { runs: first..runs.min(first + length), rows: Default::default() })
        .collect();
    for (array, (bytes, size)) in arrays.into_iter().zip(element_bytes).enumerate() {
        for row in bytes.chunks_exact_mut(runs * size) {
            for (part, piece) in parts.iter_mut().zip(row.chunks_mut(length * size)) {
                part.rows[array].push(piece);
            }
        }
    }
    parts
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_part_goes_where_it_belongs() {
        let runs = 7;
        let [mut samples, mut summaries, mut status] = [vec![0u8; 3 * 2 * runs], vec![], vec![0u8; runs]];
        let arrays = [&mut samples[..], &mut summaries[..], &mut [], &mut status[..]];
        for mut part in parts(arrays, [2, 2, 8, 1], runs, 3) {
            assert_eq!(part.bytes(0), 3 * 2 * part.runs.len());
            assert_eq!(part.bytes(1), 0);
            // What a device would hold: row after row of the part's runs.
            let held: Vec<u8> = (0..3)
                .flat_map(|row| {
                    part.runs.clone().flat_map(move |run| [(10 * row + run) as u8, 100 + row as u8])
                })
                .collect();
            // In pieces that end anywhere.
            for (i, piece) in held.chunks(5).enumerate() {
                part.take(0, 5 * i, piece);
            }
            let words: Vec<u8> = part.runs.clone().map(|run| run as u8).collect();
            part.take(3, 0, &words);
            part.take(1, 0, &[]);
        }
        for row in 0..3 {
            for run in 0..runs {
                assert_eq!(samples[2 * (row * runs + run)..][..2], [(10 * row + run) as u8, 100 + row as u8]);
            }
        }
        assert_eq!(status, [0, 1, 2, 3, 4, 5, 6]);
    }
}
