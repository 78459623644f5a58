//! `ResidentSolution`: the results of a sweep where they were computed, for other libraries to go on with.

use std::sync::Arc;
use std::time::Instant;

use rubie_kernel::{ChunkInputs, KernelError, ResidentResults, ResultNumbers, Status};
use rubie_memory::{Location, Resident};
use rubie_program::Precision;

use crate::buffers::Buffers;
use crate::error::{Error, ErrorKind};
use crate::report::Report;
use crate::run::Monitor;
use crate::sink::{EventPart, Layout};
use crate::solver::Solver;
use crate::sweep::Sweep;
use crate::values::{Numbers, Values};

/// The results of a sweep in the memory of the device that computed them: a GPU's, or the host's where that is the CPU.
#[derive(Debug)]
pub struct ResidentSolution {
    /// Names, units, times and windows.
    pub layout: Layout,
    /// Values of the swept names, of shape (name, run), on the host.
    pub swept: Numbers<f64>,
    /// Samples, of shape (time, variable, run).
    pub samples: ResidentArray,
    /// Summaries, of shape (window, column, run).
    pub summaries: ResidentArray,
    /// Recorded events, of shape (slot, 2, run): when, and which one; NaN in slots that are left.
    pub events: ResidentArray,
    /// How each run ended, on the host.
    pub status: Vec<Status>,
    /// What happened.
    pub report: Report,
}

/// An array of results, run fastest. Copies are the same array; its memory is given back with the last.
#[derive(Clone, Debug)]
pub struct ResidentArray {
    memory: Arc<Resident>,
    precision: Precision,
    shape: [usize; 3],
}

impl ResidentArray {
    fn new(memory: Resident, precision: Precision, shape: [usize; 3]) -> Self {
        ResidentArray { memory: Arc::new(memory), precision, shape }
    }

    /// Where its first element is; valid as long as a copy of the array lives.
    pub fn location(&self) -> Location {
        self.memory.location()
    }

    /// The type of its elements.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Its shape; elements follow one another without gaps, the last axis fastest.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// A copy in the memory of the host.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn to_values(&self) -> Result<Values, Error> {
        let count = self.shape.iter().product();
        let failed = |error| Error::caused(ErrorKind::Backend, error);
        Ok(match self.precision {
            Precision::F32 => {
                let mut values = vec![0f32; count];
                self.memory.download(bytemuck::cast_slice_mut(&mut values)).map_err(failed)?;
                Values::F32(values.into())
            }
            Precision::F64 => {
                let mut values = vec![0f64; count];
                self.memory.download(bytemuck::cast_slice_mut(&mut values)).map_err(failed)?;
                Values::F64(values.into())
            }
        })
    }
}

impl Solver {
    /// [`Solver::solve_watched`] with results that stay in the memory of the device: that of a GPU, the first if there are several, or the
    /// host's where the CPU computes. All runs are in memory at once, their inputs on the host, too.
    ///
    /// # Errors
    /// As for [`Solver::solve_watched`]; [`ErrorKind::Memory`] where the results do not fit the device's memory; [`ErrorKind::Option`]
    /// for counters, which are finished on the host.
    pub fn solve_resident(&self, sweep: &Sweep, monitor: &Monitor) -> Result<ResidentSolution, Error> {
        self.check_sweep(sweep)?;
        if !self.output.counters().is_empty() {
            let message =
                "counters are finished on the host: leave them out where results stay on the device";
            return Err(Error::new(ErrorKind::Option, message));
        }
        let compiled = self.compiled(sweep.names())?;
        let layout = self.layout(sweep);
        let precision = self.options().precision;
        let numbers = ResultNumbers {
            precision,
            samples: self.samples_per_run(),
            summaries: self.summaries_per_run(),
            events: self.event_numbers_per_run(),
        };
        self.check_room(sweep, &numbers)?;
        let mut report = self.report(sweep, &compiled);
        let start = Instant::now();
        let mut buffers = Buffers::new(self, sweep.names().len());
        buffers.take_inputs(self, sweep, 0..sweep.runs());
        let runs = buffers.status.len();
        let inputs = ChunkInputs { runs, values: &buffers.inputs };
        let done = compiled.kernel.run_resident(
            &self.controls(),
            inputs,
            &numbers,
            &mut buffers.status,
            &monitor.watch(),
        );
        let (results, chunk) = done.map_err(|error| match error {
            KernelError::Room { .. } => Error::caused(ErrorKind::Memory, error),
            error => error.into(),
        })?;
        if chunk.interrupted {
            return Err(Error::new(ErrorKind::Interrupted, "the solve was interrupted"));
        }
        report.finish_chunk(self.method(), chunk, &buffers.status);
        report.solve_seconds = start.elapsed().as_secs_f64();
        let ResidentResults { samples, summaries, events } = results;
        let (times, windows) = (layout.times.len(), layout.summaries.as_ref().map_or(0, |s| s.windows.len()));
        let columns = layout.summaries.as_ref().map_or(0, |summaries| summaries.columns.len());
        let slots = layout.events.as_ref().map_or(0, |events: &EventPart| events.slots);
        let variables = layout.variables.len();
        let mut swept = buffers.inputs;
        // What drivers need of each run stands behind the sweep.
        swept.resize(sweep.names().len() * runs);
        Ok(ResidentSolution {
            layout,
            swept,
            samples: ResidentArray::new(samples, precision, [times, variables, runs]),
            summaries: ResidentArray::new(summaries, precision, [windows, columns, runs]),
            events: ResidentArray::new(events, Precision::F64, [slots, 2, runs]),
            status: buffers.status,
            report,
        })
    }
}
