//! A file as a sink: holds chunks to their contract, cuts them into the blocks of the format, notes what is finished.

use std::path::PathBuf;

use super::blocks::Blocks;
use super::error::SinkError;
use super::journal::Journal;
use super::{Chunk, Layout, Sink, Store, Written};

/// Passes on chunks that fit the layout and come in run order; finishes only when all runs are there.
pub(super) struct Checked {
    /// Absent once it is finished.
    store: Option<Box<dyn Store>>,
    layout: Layout,
    blocks: Option<Blocks>,
    kept: Option<Kept>,
    next_run: u64,
    /// Runs that the store has.
    stored: u64,
    failed: bool,
}

/// What makes that an unfinished file can be gone on with.
pub(super) struct Kept {
    pub(super) journal: Journal,
    /// The unfinished files, to be removed where they hold nothing.
    pub(super) parts: Vec<PathBuf>,
}

impl Checked {
    /// A sink that begins with run `first_run`.
    pub(super) fn new(
        store: Box<dyn Store>,
        layout: Layout,
        in_blocks: bool,
        kept: Option<Kept>,
        first_run: u64,
    ) -> Self {
        let blocks = in_blocks.then(|| Blocks::new(&layout, first_run));
        Checked {
            store: Some(store),
            layout,
            blocks,
            kept,
            next_run: first_run,
            stored: first_run,
            failed: false,
        }
    }

    fn pass_on(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let Some(store) = &mut self.store else { return Ok(()) };
        let stored = &mut self.stored;
        let mut write = |chunk: &Chunk<'_>| {
            store.write(chunk)?;
            *stored = chunk.first_run + chunk.runs as u64;
            Ok(())
        };
        match &mut self.blocks {
            Some(blocks) => blocks.push(chunk, write),
            None => write(chunk),
        }
    }

    /// Notes in the journal what the store has.
    fn note(&mut self) -> Result<(), SinkError> {
        if let (Some(kept), Some(store)) = (&mut self.kept, &mut self.store)
            && kept.journal.runs() < self.stored
        {
            let state = store.settle()?;
            kept.journal.note(self.stored, &state)?;
        }
        Ok(())
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
            ("numbers of events", chunk.events.len(), layout.event_numbers()),
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
        let mut written = self.pass_on(chunk);
        if written.is_ok() && self.kept.as_ref().is_some_and(|kept| kept.journal.is_due()) {
            written = self.note();
        }
        written.inspect_err(|_| self.failed = true)?;
        self.next_run += chunk.runs as u64;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SinkError> {
        if self.failed || self.next_run < self.layout.runs {
            return Err(SinkError::Incomplete { found: self.next_run, expected: self.layout.runs });
        }
        // All runs are noted before any file gets its name, so that a program killed in between can go on.
        self.note()?;
        let written = match self.store.take() {
            Some(store) => store.finish()?,
            None => Written::file(PathBuf::new(), 0),
        };
        if let Some(kept) = self.kept.take() {
            kept.journal.remove();
        }
        Ok(written)
    }

    fn finished_runs(&self) -> u64 {
        self.stored
    }

    fn buffer_bytes(&self) -> u64 {
        self.blocks.as_ref().map_or(0, |_| self.layout.block_bytes())
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        // What the store has is worth keeping even if it failed at last; where nothing can be noted, the journal
        // still tells of what was noted before.
        let _ = self.note();
        self.store = None;
        if let Some(kept) = self.kept.take().filter(|kept| kept.journal.runs() == 0) {
            for part in &kept.parts {
                let _ =
                    if part.is_dir() { std::fs::remove_dir_all(part) } else { std::fs::remove_file(part) };
            }
            kept.journal.remove();
        }
    }
}
