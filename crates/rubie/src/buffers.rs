//! The arrays of a chunk.

use rubie_kernel::Status;

use crate::solver::Solver;
use crate::values::Values;

/// The arrays of one chunk, used again for the next.
pub(crate) struct Buffers {
    pub(crate) inputs: Vec<f64>,
    pub(crate) samples: Values,
    pub(crate) summaries: Values,
    pub(crate) status: Vec<Status>,
}

impl Buffers {
    pub(crate) fn new(solver: &Solver, inputs: usize, runs: usize) -> Self {
        let mut buffers = Buffers {
            inputs: Vec::new(),
            samples: Values::empty(solver.options().precision),
            summaries: Values::empty(solver.options().precision),
            status: Vec::new(),
        };
        buffers.resize(solver, inputs, runs);
        buffers
    }

    pub(crate) fn resize(&mut self, solver: &Solver, inputs: usize, runs: usize) {
        self.inputs.resize(inputs * runs, 0.0);
        self.samples.resize(solver.samples_per_run() * runs);
        self.summaries.resize(solver.summaries_per_run() * runs);
        self.status.resize(runs, Status::SUCCESS);
    }
}
