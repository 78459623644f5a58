//! Chunks of any length in, blocks of one length out: what a file is like must not depend on the memory of the machine.

use super::{Chunk, Layout, Samples, SinkError};

/// Bytes that a block has about.
const BLOCK: u64 = 8 << 20;

/// The block that is being put together.
pub(super) struct Blocks {
    length: usize,
    total: u64,
    first_run: u64,
    /// Runs of this block, and how many of them are there.
    runs: usize,
    filled: usize,
    swept: Vec<f64>,
    samples: Rows,
    summaries: Rows,
    events: Vec<f64>,
    status: Vec<u32>,
}

enum Rows {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Layout {
    /// Bytes of one run.
    fn bytes_per_run(&self) -> u64 {
        let summaries = self.summaries.as_ref().map_or(0, |part| part.windows.len() * part.columns.len());
        let numbers = self.times.len() * self.variables.len() + summaries + self.event_numbers();
        8 * (numbers + self.swept.len() + 1) as u64
    }

    /// Runs of a block: it depends on the layout alone.
    pub(super) fn block_runs(&self) -> u64 {
        (BLOCK / self.bytes_per_run()).clamp(1, self.runs.max(1))
    }

    /// Bytes that a block takes in memory, and again while it is written.
    pub(super) fn block_bytes(&self) -> u64 {
        2 * self.block_runs() * self.bytes_per_run()
    }
}

impl Blocks {
    /// Blocks from run `first_run` on, which one begins with.
    pub(super) fn new(layout: &Layout, first_run: u64) -> Self {
        let rows = |empty: Samples<'_>| match empty {
            Samples::F32(_) => Rows::F32(Vec::new()),
            Samples::F64(_) => Rows::F64(Vec::new()),
        };
        let empty = match layout.precision {
            rubie_program::Precision::F32 => Samples::F32(&[]),
            rubie_program::Precision::F64 => Samples::F64(&[]),
        };
        Blocks {
            length: layout.block_runs() as usize,
            total: layout.runs,
            first_run,
            runs: 0,
            filled: 0,
            swept: Vec::new(),
            samples: rows(empty),
            summaries: rows(empty),
            events: Vec::new(),
            status: Vec::new(),
        }
    }

    /// Adds the runs of a chunk and hands on each block that is full; the last may be shorter.
    pub(super) fn push(
        &mut self,
        chunk: &Chunk<'_>,
        mut write: impl FnMut(&Chunk<'_>) -> Result<(), SinkError>,
    ) -> Result<(), SinkError> {
        let mut taken = 0;
        while taken < chunk.runs {
            if self.filled == 0 {
                self.runs = (self.length as u64).min(self.total - self.first_run) as usize;
            }
            let from = Window { stride: chunk.runs, at: taken };
            let to = Window { stride: self.runs, at: self.filled };
            let runs = (chunk.runs - taken).min(self.runs - self.filled);
            copy(&mut self.swept, to, chunk.swept, from, runs);
            copy(&mut self.status, to, chunk.status, from, runs);
            self.samples.copy(to, chunk.samples, from, runs);
            self.summaries.copy(to, chunk.summaries, from, runs);
            copy(&mut self.events, to, chunk.events, from, runs);
            taken += runs;
            self.filled += runs;
            if self.filled == self.runs {
                write(&self.block())?;
                self.first_run += self.runs as u64;
                self.filled = 0;
            }
        }
        Ok(())
    }

    fn block(&self) -> Chunk<'_> {
        Chunk {
            first_run: self.first_run,
            runs: self.runs,
            swept: &self.swept,
            samples: self.samples.all(),
            summaries: self.summaries.all(),
            events: &self.events,
            status: &self.status,
        }
    }
}

impl Rows {
    fn copy(&mut self, to: Window, source: Samples<'_>, from: Window, runs: usize) {
        match (self, source) {
            (Rows::F32(rows), Samples::F32(source)) => copy(rows, to, source, from, runs),
            (Rows::F64(rows), Samples::F64(source)) => copy(rows, to, source, from, runs),
            // Chunks of another type have been refused, unless they are empty.
            _ => {}
        }
    }

    fn all(&self) -> Samples<'_> {
        match self {
            Rows::F32(rows) => Samples::F32(rows),
            Rows::F64(rows) => Samples::F64(rows),
        }
    }
}

/// Runs of an array of shape (row, run): `stride` runs per row, those from `at` on are meant.
#[derive(Clone, Copy)]
struct Window {
    stride: usize,
    at: usize,
}

fn copy<T: Copy + Default>(target: &mut Vec<T>, to: Window, source: &[T], from: Window, runs: usize) {
    target.resize(source.len() / from.stride * to.stride, T::default());
    for (target, source) in target.chunks_mut(to.stride).zip(source.chunks(from.stride)) {
        target[to.at..to.at + runs].copy_from_slice(&source[from.at..from.at + runs]);
    }
}
