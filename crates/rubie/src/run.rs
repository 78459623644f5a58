//! The chunk loop: inputs in, kernel, results out, for every chunk of a batch.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use rubie_kernel::{ChunkInputs, ChunkOutputs, ChunkReport, Status, Watch};
use rubie_memory::{ArrayRequest, ChunkPlan, DataType};
use rubie_program::Precision;

use crate::buffers::Buffers;
use crate::error::{Error, ErrorKind};
use crate::report::Report;
use crate::sink::{Chunk, Sink};
use crate::solution::Solution;
use crate::solver::{Compiled, Solver};
use crate::summaries::Summaries;
use crate::sweep::Sweep;

/// How a caller watches a solve and stops it.
#[derive(Debug, Default)]
pub struct Monitor {
    /// Set it to stop: the solve ends with [`ErrorKind::Interrupted`].
    pub interrupt: AtomicBool,
    /// Runs finished so far.
    pub finished_runs: AtomicU64,
}

impl Monitor {
    fn watch(&self) -> Watch<'_> {
        Watch { interrupt: &self.interrupt, finished_runs: &self.finished_runs }
    }
}

/// Runs per chunk at least, where the arrays of so many fit into the free memory: fewer leave lanes empty.
const FEWEST_RUNS: u64 = 1024;

impl Solver {
    /// Solves all runs of a sweep and keeps the results in memory.
    ///
    /// # Errors
    /// Names that the model has not; results that do not fit the memory that is free.
    pub fn solve(&self, sweep: &Sweep) -> Result<Solution, Error> {
        self.solve_watched(sweep, &Monitor::default())
    }

    /// [`Solver::solve`], watched and stopped from another thread through `monitor`.
    ///
    /// # Errors
    /// As for [`Solver::solve`], and [`ErrorKind::Interrupted`].
    pub fn solve_watched(&self, sweep: &Sweep, monitor: &Monitor) -> Result<Solution, Error> {
        let compiled = self.compiled(sweep.names())?;
        let runs = self.in_memory(sweep)?;
        let mut report = self.report(sweep, &compiled);
        let start = Instant::now();
        let mut buffers = Buffers::new(self, sweep.names().len(), runs);
        sweep.fill(0, runs, &mut buffers.inputs);
        let chunk = self.run_chunk(&compiled, &mut buffers, runs, monitor)?;
        report.finish_chunk(chunk, &buffers.status);
        report.solve_seconds = start.elapsed().as_secs_f64();
        Ok(Solution::new(self, sweep, buffers, report))
    }

    /// Solves a sweep chunk by chunk and hands each to `sink` in the order of the runs, so that the memory needed
    /// does not grow with the batch.
    ///
    /// # Errors
    /// As for [`Solver::solve_watched`], and what the sink reports. A sink that was not finished leaves no file.
    pub fn solve_into(
        &self,
        sweep: &Sweep,
        mut sink: Box<dyn Sink>,
        monitor: &Monitor,
    ) -> Result<Report, Error> {
        let compiled = self.compiled(sweep.names())?;
        let plan = self.plan(sweep)?;
        let mut report = self.report(sweep, &compiled);
        let start = Instant::now();
        let mut buffers = Buffers::new(self, sweep.names().len(), plan.chunk_length());
        for i in 0..plan.num_chunks() {
            let range = plan.chunk(i)?;
            let runs = range.len();
            buffers.resize(self, sweep.names().len(), runs);
            sweep.fill(range.start as u64, runs, &mut buffers.inputs);
            let chunk = self.run_chunk(&compiled, &mut buffers, runs, monitor)?;
            report.finish_chunk(chunk, &buffers.status);
            let status: &[Status] = &buffers.status;
            sink.write(&Chunk {
                first_run: range.start as u64,
                runs,
                swept: &buffers.inputs,
                samples: buffers.samples.as_samples(),
                summaries: buffers.summaries.as_samples(),
                status: &status.iter().map(|word| word.0).collect::<Vec<u32>>(),
            })?;
        }
        let written = sink.finish()?;
        report.solve_seconds = start.elapsed().as_secs_f64();
        report.summaries = written.summaries;
        report.output = Some(written.path).filter(|path| !path.as_os_str().is_empty());
        Ok(report)
    }

    fn run_chunk(
        &self,
        compiled: &Compiled,
        buffers: &mut Buffers,
        runs: usize,
        monitor: &Monitor,
    ) -> Result<ChunkReport, Error> {
        let inputs = ChunkInputs { runs, values: &buffers.inputs };
        let outputs = ChunkOutputs {
            samples: buffers.samples.as_samples_mut(),
            summaries: buffers.summaries.as_samples_mut(),
            status: &mut buffers.status,
        };
        let report = compiled.kernel.run(&self.controls(), inputs, outputs, &monitor.watch())?;
        if report.interrupted {
            return Err(Error::new(ErrorKind::Interrupted, "the solve was interrupted"));
        }
        Ok(report)
    }

    fn requests(&self, sweep: &Sweep) -> Result<Vec<ArrayRequest>, Error> {
        let runs = usize::try_from(sweep.runs())
            .ok()
            .and_then(NonZeroUsize::new)
            .ok_or_else(|| Error::new(ErrorKind::Sweep, "this machine cannot count that many runs"))?;
        let request = |label, dtype, shape: Vec<usize>| ArrayRequest::with_runs(label, dtype, shape, runs);
        let dtype = match self.options().precision {
            Precision::F32 => DataType::F32,
            Precision::F64 => DataType::F64,
        };
        let mut requests = vec![request("status", DataType::U32, vec![runs.get()])?];
        if !self.times.is_empty() {
            let variables = self.output.variables().len();
            requests.push(request("samples", dtype, vec![self.times.len(), variables, runs.get()])?);
        }
        if let Some(Summaries { part, .. }) = &self.summaries {
            let shape = vec![part.windows.len(), part.columns.len(), runs.get()];
            requests.push(request("summaries", dtype, shape)?);
        }
        if !sweep.names().is_empty() {
            requests.push(request("inputs", DataType::F64, vec![sweep.names().len(), runs.get()])?);
        }
        Ok(requests)
    }

    /// Cuts the batch into chunks for a sink.
    pub(crate) fn plan(&self, sweep: &Sweep) -> Result<ChunkPlan, Error> {
        let per_run =
            8 * (self.samples_per_run() + self.summaries_per_run() + sweep.names().len() + 1) as u64;
        let wanted = self.options().chunk_bytes.max(per_run.saturating_mul(FEWEST_RUNS));
        Ok(rubie_memory::plan(&self.requests(sweep)?, wanted.min(free_memory() / 2))?)
    }

    /// The number of runs, if the results of all of them fit the free memory.
    fn in_memory(&self, sweep: &Sweep) -> Result<usize, Error> {
        let plan = rubie_memory::plan(&self.requests(sweep)?, free_memory())?;
        if plan.num_chunks() > 1 {
            let message = format!(
                "the results of {} runs do not fit the free memory at once; write them to a file, which \
                 is done in pieces, or save less of each run\n{plan}",
                sweep.runs()
            );
            return Err(Error::new(ErrorKind::Memory, message));
        }
        Ok(plan.chunk_length())
    }

    fn report(&self, sweep: &Sweep, compiled: &Compiled) -> Report {
        Report {
            runs: sweep.runs(),
            threads: self.options().thread_count().get(),
            backend: self.backend(),
            method: self.method_name().to_owned(),
            precision: match self.options().precision {
                Precision::F32 => "f32",
                Precision::F64 => "f64",
            },
            chunks: 0,
            compile_seconds: compiled.seconds,
            solve_seconds: 0.0,
            accepted_steps: 0,
            rejected_steps: 0,
            failed: Default::default(),
            failed_runs: 0,
            output: None,
            summaries: None,
        }
    }
}

impl Report {
    fn finish_chunk(&mut self, chunk: ChunkReport, status: &[Status]) {
        self.chunks += 1;
        self.accepted_steps += chunk.accepted_steps;
        self.rejected_steps += chunk.rejected_steps;
        self.count_failures(status);
    }
}

/// Bytes of memory that are free now, or a cautious guess where the system does not say.
pub(crate) fn free_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    match system.available_memory() {
        0 => 1 << 30,
        free => free,
    }
}
