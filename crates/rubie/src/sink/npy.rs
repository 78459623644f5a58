//! Samples or summaries as one array in a `.npy` file.

use serde_json::Value;

use super::error::SinkError;
use super::numpy::{element, header};
use super::part::{PartFile, Start};
use super::table::Kind;
use super::{Chunk, Layout, Store, Written};

struct NpySink {
    file: PartFile,
    kind: Kind,
    /// Where the samples begin.
    start: u64,
    /// Bytes of all runs at one time, for one variable.
    row: u64,
}

/// Opens an array of shape (time or window, variable, run) in its final size.
///
/// What an earlier attempt wrote is where it belongs; the header is written again.
pub(super) fn open(mut file: PartFile, layout: &Layout, _: &Start) -> Result<Box<dyn Store>, SinkError> {
    let (kind, [rows, columns]) = match &layout.summaries {
        Some(_) if layout.has_samples() => return one_array(&file),
        _ if layout.events.is_some() => return one_array(&file),
        Some(part) => (Kind::Summaries, [part.windows.len(), part.columns.len()]),
        None => (Kind::Samples, [layout.times.len(), layout.variables.len()]),
    };
    let shape = [rows as u64, columns as u64, layout.runs];
    let (element, width) = element(layout.precision);
    let header = header(element, &shape);
    let (start, row) = (header.len() as u64, layout.runs.saturating_mul(width));
    let bytes = [row, shape[0], shape[1]]
        .into_iter()
        .try_fold(1, u64::checked_mul)
        .and_then(|b| b.checked_add(start));
    let bytes =
        bytes.filter(|bytes| i64::try_from(*bytes).is_ok()).ok_or_else(|| too_large(&file, &shape))?;
    let prepared = file.set_len(bytes).and_then(|()| file.write_at(0, &header));
    prepared.map_err(|source| file.failure(source))?;
    Ok(Box::new(NpySink { file, kind, start, row }))
}

fn one_array(file: &PartFile) -> Result<Box<dyn Store>, SinkError> {
    Err(SinkError::OneArray { path: file.target().to_owned() })
}

/// No file system has files of 2^63 bytes.
pub(super) fn too_large(file: &PartFile, shape: &[u64]) -> SinkError {
    let problem = format!("an array of shape {shape:?} is larger than any file");
    SinkError::Format { path: file.target().to_owned(), problem }
}

impl Store for NpySink {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let numbers = self.kind.numbers(chunk);
        let bytes = numbers.bytes();
        let rows = numbers.len() / chunk.runs.max(1);
        let part = bytes.len() / rows.max(1);
        let first = self.start + chunk.first_run * (part / chunk.runs.max(1)) as u64;
        if part as u64 == self.row {
            return self.file.write_at(first, bytes).map_err(|source| self.file.failure(source));
        }
        for (row, bytes) in bytes.chunks(part.max(1)).enumerate() {
            let place = first + row as u64 * self.row;
            self.file.write_at(place, bytes).map_err(|source| self.file.failure(source))?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        self.file.settle().map(|()| Value::Null)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        self.file.finish()
    }
}
