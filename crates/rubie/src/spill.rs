//! Results beyond the memory: in files without a name, which look like memory.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rubie_kernel::Status;
use rubie_program::Precision;

use crate::buffers::Buffers;
use crate::error::Error;
use crate::sink::{Chunk, Layout, Sink, SinkError, Written};
use crate::values::{Numbers, Values};

/// Arrays of a batch in files: each has no name from the start, so that it vanishes however the program ends.
pub(crate) struct Spill {
    folder: PathBuf,
    runs: u64,
    precision: Precision,
    inputs: Spilled,
    samples: Spilled,
    summaries: Spilled,
    events: Spilled,
    status: Vec<Status>,
}

/// An array whose last axis is the run axis.
struct Spilled {
    file: Option<File>,
    rows: usize,
}

impl Spill {
    pub(crate) fn create(folder: &Path, layout: &Layout) -> Result<Spill, SinkError> {
        let array = |rows: usize, width: u64| -> std::io::Result<Spilled> {
            // An empty file cannot be mapped, and holds nothing.
            let bytes = layout.runs.saturating_mul(rows as u64).saturating_mul(width);
            let file = (bytes > 0).then(|| tempfile::tempfile_in(folder)).transpose()?;
            file.iter().try_for_each(|file| file.set_len(bytes))?;
            Ok(Spilled { file, rows })
        };
        let width = match layout.precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        };
        let summaries = layout.summaries.as_ref().map_or(0, |part| part.windows.len() * part.columns.len());
        let arrays = || -> std::io::Result<_> {
            let samples = array(layout.times.len() * layout.variables.len(), width)?;
            let events = array(layout.event_numbers(), 8)?;
            Ok((array(layout.swept.len(), 8)?, samples, array(summaries, width)?, events))
        };
        let path = folder.to_owned();
        let (inputs, samples, summaries, events) =
            arrays().map_err(|source| SinkError::Create { path: path.clone(), source })?;
        let (runs, precision) = (layout.runs, layout.precision);
        Ok(Spill { folder: path, runs, precision, inputs, samples, summaries, events, status: Vec::new() })
    }

    /// Everything that was written.
    pub(crate) fn into_buffers(self) -> Result<Buffers, Error> {
        let precision = self.precision;
        let values = |array: &Spilled| match &array.file {
            Some(file) => Values::of_file(precision, file),
            None => Ok(Values::empty(precision)),
        };
        let arrays = || -> std::io::Result<_> {
            let doubles =
                |array: &Spilled| array.file.as_ref().map_or(Ok(Numbers::default()), Numbers::of_file);
            Ok((
                doubles(&self.inputs)?,
                values(&self.samples)?,
                values(&self.summaries)?,
                doubles(&self.events)?,
            ))
        };
        let (inputs, samples, summaries, events) =
            arrays().map_err(|source| SinkError::Spill { path: self.folder.clone(), source })?;
        Ok(Buffers::of_batch(inputs, samples, summaries, events, self.status))
    }
}

impl Spilled {
    fn write(&mut self, chunk: &Chunk<'_>, runs: u64, bytes: &[u8]) -> std::io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let part = bytes.len() / self.rows;
        let width = (part / chunk.runs.max(1)) as u64;
        for (row, bytes) in bytes.chunks(part.max(1)).enumerate() {
            file.seek(SeekFrom::Start((row as u64 * runs + chunk.first_run) * width))?;
            file.write_all(bytes)?;
        }
        Ok(())
    }
}

impl Sink for Spill {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let written = self
            .inputs
            .write(chunk, self.runs, bytemuck::cast_slice(chunk.swept))
            .and_then(|()| self.samples.write(chunk, self.runs, chunk.samples.bytes()))
            .and_then(|()| self.summaries.write(chunk, self.runs, chunk.summaries.bytes()))
            .and_then(|()| self.events.write(chunk, self.runs, bytemuck::cast_slice(chunk.events)));
        self.status.extend(chunk.status.iter().map(|word| Status(*word)));
        written.map_err(|source| SinkError::Spill { path: self.folder.clone(), source })
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        Ok(Written { path: PathBuf::new(), bytes: 0, summaries: None, events: None })
    }
}
