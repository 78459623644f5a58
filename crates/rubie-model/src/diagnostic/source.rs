//! A source text with its name, and places in it.

use std::ops::Range;

/// A range of bytes of the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// From the start of this span to the end of a later one.
    pub(crate) fn to(self, later: Span) -> Self {
        Self { start: self.start, end: later.end }
    }

    /// As a range for slicing the source.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A source text and the starts of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    line_starts: Vec<u32>,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let mut line_starts = vec![0];
        let bytes = text.as_bytes();
        for (place, byte) in bytes.iter().enumerate() {
            let lone_return = *byte == b'\r' && bytes.get(place + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                line_starts.push(place as u32 + 1);
            }
        }
        Self { name: name.to_owned(), text: text.to_owned(), line_starts }
    }

    /// Index of the line, from 0, that a byte is in.
    pub(crate) fn line_index(&self, byte: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Line and column, both from 1, the column in characters.
    pub(crate) fn position(&self, byte: u32) -> (usize, usize) {
        let line = self.line_index(byte);
        let start = self.line_starts[line] as usize;
        let before = self.text.get(start..byte as usize).unwrap_or("");
        (line + 1, before.chars().count() + 1)
    }

    /// The bytes of a line without its end.
    pub(crate) fn line(&self, index: usize) -> Range<usize> {
        let start = self.line_starts[index] as usize;
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + text.len()
    }

    /// The text of a span.
    pub(crate) fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }
}
