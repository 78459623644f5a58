//! Arrays in NumPy's format.
//!
//! # Source
//! NumPy enhancement proposal 1, "A simple file format for NumPy arrays", versions 1.0 and 2.0.

use rubie_program::Precision;

use super::Samples;

/// The bytes before an array's elements, a multiple of 64.
///
/// `kind` is the type letter and the bytes of an element, such as `f8`; elements are in C order and the machine's byte order.
pub(super) fn header(kind: &str, shape: &[u64]) -> Vec<u8> {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    let lengths: String = shape.iter().map(|length| format!("{length},")).collect();
    let text = format!("{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // Magic string, version, a length of 2 bytes; the text, blanks, a line end. Four axes at most: never 2^16 bytes.
    let length = (10 + text.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(length as u16).to_le_bytes());
    bytes.extend_from_slice(format!("{text:<width$}\n", width = length - 1).as_bytes());
    bytes
}

/// An array of numbers with one axis, as a file.
pub(super) fn numbers(values: &[f64]) -> Vec<u8> {
    let mut bytes = header("f8", &[values.len() as u64]);
    bytes.extend_from_slice(bytemuck::cast_slice(values));
    bytes
}

/// An array of texts with one axis, as a file: each is as long as the longest, filled with zeros.
pub(super) fn texts<'a>(values: impl Iterator<Item = &'a str> + Clone) -> Vec<u8> {
    let width = values.clone().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
    let mut bytes = header(&format!("U{width}"), &[values.clone().count() as u64]);
    for text in values {
        let characters = text.chars().map(u32::from).chain(std::iter::repeat(0));
        bytes.extend(characters.take(width).flat_map(u32::to_ne_bytes));
    }
    bytes
}

/// Type and bytes of samples.
pub(super) fn element(precision: Precision) -> (&'static str, u64) {
    match precision {
        Precision::F32 => ("f4", 4),
        Precision::F64 => ("f8", 8),
    }
}

impl Samples<'_> {
    /// The samples as they lie in memory.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Samples::F32(values) => bytemuck::cast_slice(values),
            Samples::F64(values) => bytemuck::cast_slice(values),
        }
    }
}
