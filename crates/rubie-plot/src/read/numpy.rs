//! Arrays in NumPy's format.
//!
//! # Source
//! NumPy enhancement proposal 1, "A simple file format for NumPy arrays".

/// An array.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) elements: Elements,
}

/// The elements of an array, in C order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Elements {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl Array {
    pub(super) fn numbers(self) -> Option<Vec<f64>> {
        match self.elements {
            Elements::Numbers(numbers) => Some(numbers),
            Elements::Texts(_) => None,
        }
    }

    pub(super) fn texts(self) -> Option<Vec<String>> {
        match self.elements {
            Elements::Texts(texts) => Some(texts),
            Elements::Numbers(_) => None,
        }
    }
}

/// The array that a `.npy` file holds; `None` for what is no array of numbers or text in C order.
pub(super) fn array(bytes: &[u8]) -> Option<Array> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (length, start) = match rest.first()? {
        1 => (usize::from(u16::from_le_bytes(rest.get(2..4)?.try_into().ok()?)), 4),
        _ => (u32::from_le_bytes(rest.get(2..6)?.try_into().ok()?) as usize, 6),
    };
    let header = std::str::from_utf8(rest.get(start..start + length)?).ok()?;
    let data = rest.get(start + length..)?;
    if !after(header, "'fortran_order':")?.starts_with("False") {
        return None;
    }
    let kind = after(header, "'descr':")?.strip_prefix('\'')?.split('\'').next()?;
    let shape = after(header, "'shape':")?.strip_prefix('(')?.split(')').next()?;
    let lengths = shape.split(',').map(str::trim).filter(|length| !length.is_empty());
    let shape: Vec<usize> = lengths.map(|length| length.parse().ok()).collect::<Option<_>>()?;
    let count = shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length))?;
    let elements = elements(kind, data)?;
    let found = match &elements {
        Elements::Numbers(numbers) => numbers.len(),
        Elements::Texts(texts) => texts.len(),
    };
    (found == count).then_some(Array { shape, elements })
}

fn after<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    Some(header.split_once(key)?.1.trim_start())
}

/// Little-endian elements: `<f8`, `<f4`, `<u4`, `<U12`.
pub(super) fn elements(kind: &str, data: &[u8]) -> Option<Elements> {
    if let Some(width) = kind.strip_prefix("<U") {
        let width: usize = width.parse().ok().filter(|width| *width > 0)?;
        let text = |bytes: &[u8]| -> String {
            let characters = bytes.chunks_exact(4).filter_map(|c| c.try_into().ok()).map(u32::from_le_bytes);
            characters.take_while(|c| *c != 0).filter_map(char::from_u32).collect()
        };
        return Some(Elements::Texts(data.chunks_exact(4 * width).map(text).collect()));
    }
    let numbers = match kind {
        "<f8" => of(data, f64::from_le_bytes),
        "<f4" => of(data, |bytes| f64::from(f32::from_le_bytes(bytes))),
        "<u4" => of(data, |bytes| f64::from(u32::from_le_bytes(bytes))),
        _ => return None,
    };
    Some(Elements::Numbers(numbers))
}

fn of<const N: usize>(data: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    data.chunks_exact(N).filter_map(|bytes| bytes.try_into().ok()).map(number).collect()
}
