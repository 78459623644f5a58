//! Holds all sinks to their contract, so that none has to check chunks itself.

use super::error::SinkError;
use super::{Chunk, Layout, Sink, Written};

/// Passes on chunks that fit the layout and come in run order; finishes only when all runs are there.
pub(super) struct Checked {
    sink: Box<dyn Sink>,
    layout: Layout,
    next_run: u64,
    failed: bool,
}

impl Checked {
    pub(super) fn new(sink: Box<dyn Sink>, layout: Layout) -> Self {
        Checked { sink, layout, next_run: 0, failed: false }
    }

    fn check(&self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let layout = &self.layout;
        if chunk.first_run != self.next_run {
            return wrong(format!(
                "it starts with run {}, but run {} is next",
                chunk.first_run, self.next_run
            ));
        }
        if chunk.runs as u64 > layout.runs - self.next_run {
            let left = layout.runs - self.next_run;
            return wrong(format!("it has {} runs, but only {left} are left", chunk.runs));
        }
        if chunk.samples.precision() != layout.precision {
            let (found, expected) = (chunk.samples.precision(), layout.precision);
            return wrong(format!("its samples are {found:?}, not {expected:?}"));
        }
        let summaries = layout.summaries.as_ref().map_or(0, |part| part.windows.len() * part.columns.len());
        if summaries > 0 && chunk.summaries.precision() != layout.precision {
            let (found, expected) = (chunk.summaries.precision(), layout.precision);
            return wrong(format!("its summaries are {found:?}, not {expected:?}"));
        }
        let lengths = [
            ("swept values", chunk.swept.len(), layout.swept.len()),
            ("samples", chunk.samples.len(), layout.times.len() * layout.variables.len()),
            ("summaries", chunk.summaries.len(), summaries),
            ("status words", chunk.status.len(), 1),
        ];
        match lengths.iter().find(|(_, found, per_run)| per_run.checked_mul(chunk.runs) != Some(*found)) {
            Some((what, found, per_run)) => {
                wrong(format!("it has {found} {what}, but {} runs need {per_run} each", chunk.runs))
            }
            None => Ok(()),
        }
    }
}

fn wrong(problem: String) -> Result<(), SinkError> {
    Err(SinkError::Chunk { problem })
}

impl Sink for Checked {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.check(chunk)?;
        self.sink.write(chunk).inspect_err(|_| self.failed = true)?;
        self.next_run += chunk.runs as u64;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        if self.failed || self.next_run < self.layout.runs {
            return Err(SinkError::Incomplete { found: self.next_run, expected: self.layout.runs });
        }
        self.sink.finish()
    }
}
