//! The arrays of a chunk.

use std::ops::Range;

use rubie_kernel::Status;

use crate::sink::Chunk;
use crate::solver::Solver;
use crate::sweep::Sweep;
use crate::values::{Numbers, Values};

/// The arrays of one chunk, used again for another.
pub(crate) struct Buffers {
    first_run: u64,
    /// The values of the sweep, then those that drivers need of each run.
    pub(crate) inputs: Numbers<f64>,
    pub(crate) samples: Values,
    pub(crate) summaries: Values,
    pub(crate) events: Numbers<f64>,
    pub(crate) status: Vec<Status>,
    /// The status as sinks take it.
    pub(crate) words: Vec<u32>,
    names: usize,
}

impl Buffers {
    /// Empty arrays for a sweep over so many names.
    pub(crate) fn new(solver: &Solver, names: usize) -> Self {
        Buffers {
            first_run: 0,
            inputs: Numbers::default(),
            samples: Values::empty(solver.options().precision),
            summaries: Values::empty(solver.options().precision),
            events: Numbers::default(),
            status: Vec::new(),
            words: Vec::new(),
            names,
        }
    }

    /// Arrays whose contents are there already.
    pub(crate) fn of_batch(
        inputs: Numbers<f64>,
        samples: Values,
        summaries: Values,
        events: Numbers<f64>,
        status: Vec<Status>,
    ) -> Self {
        let names = inputs.len() / status.len().max(1);
        Buffers { first_run: 0, names, inputs, samples, summaries, events, status, words: Vec::new() }
    }

    /// Makes room for these runs and fills in their inputs.
    pub(crate) fn take(&mut self, solver: &Solver, sweep: &Sweep, range: Range<u64>) {
        let runs = (range.end - range.start) as usize; // the plan has counted them
        self.samples.resize(solver.samples_per_run() * runs);
        self.summaries.resize(solver.summaries_per_run() * runs);
        self.events.resize(solver.event_numbers_per_run() * runs);
        self.events.as_mut().fill(f64::NAN);
        self.take_inputs(solver, sweep, range);
    }

    /// The inputs and the status words alone.
    pub(crate) fn take_inputs(&mut self, solver: &Solver, sweep: &Sweep, range: Range<u64>) {
        let runs = (range.end - range.start) as usize; // the plan has counted them
        self.first_run = range.start;
        let each = solver.each_driven();
        self.inputs.resize((self.names + usize::from(each.is_some())) * runs);
        self.status.resize(runs, Status::SUCCESS);
        let (swept, places) = self.inputs.as_mut().split_at_mut(self.names * runs);
        sweep.fill(range.start, runs, swept);
        if let Some(each) = each {
            each.fill(range.start, places);
        }
    }

    pub(crate) fn chunk(&self) -> Chunk<'_> {
        Chunk {
            first_run: self.first_run,
            runs: self.status.len(),
            swept: &self.inputs[..self.names * self.status.len()],
            samples: self.samples.as_samples(),
            summaries: self.summaries.as_samples(),
            events: &self.events,
            status: &self.words,
        }
    }
}
