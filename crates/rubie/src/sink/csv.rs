//! Tables as text.

use std::io::{BufWriter, Write};

use serde_json::{Value, json};

use super::error::SinkError;
use super::part::{PartFile, Start};
use super::table::{Content, Table, status_text};
use super::{Chunk, Layout, Samples, Store, TableForm, Written};

/// Rows are collected into pieces of about this many bytes.
const PIECE: usize = 1 << 16;

struct CsvSink {
    file: BufWriter<PartFile>,
    table: Table,
    /// Texts that recur: `time,` (or `window_start,window_end,`) and, in long form, `variable,`.
    keys: Vec<Vec<u8>>,
    variables: Vec<Vec<u8>>,
    /// Bytes of all text, and of the text of complete chunks.
    bytes: u64,
    complete: u64,
}

/// Opens a table and writes its header.
pub(super) fn open(
    mut file: PartFile,
    table: Table,
    _: &Layout,
    start: &Start,
) -> Result<Box<dyn Store>, SinkError> {
    let header = line(&table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
    let keys = (0..table.keys[0].len()).map(|row| {
        let mut text = Vec::new();
        table.keys.iter().for_each(|key| number(&mut text, key[row], b','));
        text
    });
    let variables = table.variables.iter().map(|name| {
        let mut text = line(&[name]);
        text.pop();
        text.push(b',');
        text
    });
    let (keys, variables) = (keys.collect(), variables.collect());
    let earlier = start.bytes();
    if earlier > 0 {
        file.go_on(earlier).map_err(|source| file.failure(source))?;
    }
    let file = BufWriter::with_capacity(PIECE, file);
    let mut sink = CsvSink { file, table, keys, variables, bytes: earlier, complete: earlier };
    if earlier == 0 {
        sink.put(&header)?;
        sink.complete = sink.bytes;
    }
    Ok(Box::new(sink))
}

/// Fields as a line, quoted where they need it.
fn line(fields: &[&str]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(fields);
    writer.into_inner().unwrap_or_default()
}

impl CsvSink {
    fn put(&mut self, text: &[u8]) -> Result<(), SinkError> {
        self.bytes += text.len() as u64;
        self.file.write_all(text).map_err(|source| self.file.get_ref().failure(source))
    }

    fn write_rows<T: zmij::Float>(&mut self, chunk: &Chunk<'_>, samples: &[T]) -> Result<(), SinkError> {
        let mut text = Vec::with_capacity(2 * PIECE);
        let mut start = Vec::new();
        for run in 0..chunk.runs {
            start.clear();
            start.extend_from_slice(format!("{},", chunk.first_run + run as u64).as_bytes());
            for value in chunk.swept.iter().skip(run).step_by(chunk.runs) {
                number(&mut start, *value, b',');
            }
            if self.table.columns.iter().any(|column| column.content == Content::Status) {
                start.extend_from_slice(format!("{},", status_text(chunk.status[run])).as_bytes());
            }
            let mut samples = samples.iter().skip(run).step_by(chunk.runs);
            for key in &self.keys {
                match self.table.form {
                    TableForm::Wide => {
                        text.extend_from_slice(&start);
                        text.extend_from_slice(key);
                        samples
                            .by_ref()
                            .take(self.variables.len())
                            .for_each(|value| number(&mut text, *value, b','));
                        text.pop();
                        text.push(b'\n');
                    }
                    TableForm::Long => {
                        for (variable, value) in self.variables.iter().zip(samples.by_ref()) {
                            text.extend([&start, key, variable].into_iter().flatten());
                            number(&mut text, *value, b'\n');
                        }
                    }
                }
                if text.len() > PIECE {
                    self.bytes += text.len() as u64;
                    self.file.write_all(&text).map_err(|source| self.file.get_ref().failure(source))?;
                    text.clear();
                }
            }
        }
        self.put(&text)
    }
}

/// A number with the fewest digits that give it back, and what follows it.
fn number<T: zmij::Float>(text: &mut Vec<u8>, value: T, end: u8) {
    text.extend_from_slice(zmij::Buffer::new().format(value).as_bytes());
    text.push(end);
}

impl Store for CsvSink {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        match self.table.kind.numbers(chunk) {
            Samples::F64(samples) => self.write_rows(chunk, samples),
            Samples::F32(samples) => self.write_rows(chunk, samples),
        }?;
        self.complete = self.bytes;
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        self.file.flush().map_err(|source| self.file.get_ref().failure(source))?;
        self.file.get_ref().settle()?;
        Ok(json!({"bytes": self.complete}))
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SinkError> {
        self.file.flush().map_err(|source| self.file.get_ref().failure(source))?;
        let (file, _) = self.file.into_parts();
        file.finish()
    }
}
