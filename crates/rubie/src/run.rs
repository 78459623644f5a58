//! The chunk loop: inputs in, kernel, results out, for every chunk of a batch.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use rubie_kernel::{ChunkInputs, ChunkOutputs, ChunkReport, Status, Watch};
use rubie_memory::ChunkPlan;
use rubie_method::Method;
use rubie_program::Precision;

use crate::buffers::Buffers;
use crate::error::{Error, ErrorKind};
use crate::memory::IN_FLIGHT;
use crate::pipeline;
use crate::report::Report;
use crate::sink::Sink;
use crate::solution::Solution;
use crate::solver::{Compiled, Solver};
use crate::spill::Spill;
use crate::sweep::Sweep;

/// How a caller watches a solve and stops it.
#[derive(Debug, Default)]
pub struct Monitor {
    /// Set it to stop: the solve ends with [`ErrorKind::Interrupted`]. It also is set when a sink fails.
    pub interrupt: AtomicBool,
    /// Runs finished so far.
    pub finished_runs: AtomicU64,
}

impl Monitor {
    pub(crate) fn watch(&self) -> Watch<'_> {
        Watch { interrupt: &self.interrupt, finished_runs: &self.finished_runs }
    }
}

impl Solver {
    /// Solves all runs of a sweep and keeps the results in memory.
    ///
    /// # Errors
    /// Names that the model has not; results that do not fit the memory that may be used, where no directory is named
    /// that they could go to ([`SolveOptions::spill`](crate::SolveOptions::spill)).
    pub fn solve(&self, sweep: &Sweep) -> Result<Solution, Error> {
        self.solve_watched(sweep, &Monitor::default())
    }

    /// [`Solver::solve`], watched and stopped from another thread through `monitor`.
    ///
    /// # Errors
    /// As for [`Solver::solve`], and [`ErrorKind::Interrupted`].
    pub fn solve_watched(&self, sweep: &Sweep, monitor: &Monitor) -> Result<Solution, Error> {
        self.check_sweep(sweep)?;
        let compiled = self.compiled(sweep.names())?;
        let plan = self.plan_in_memory(sweep)?;
        if plan.num_chunks() > 1 {
            return self.solve_spilling(sweep, &plan, monitor);
        }
        let mut report = self.report(sweep, &compiled);
        let start = Instant::now();
        let mut buffers = Buffers::new(self, sweep.names().len());
        buffers.take(self, sweep, 0..sweep.runs());
        let chunk = self.run_chunk(&compiled, &mut buffers, monitor)?;
        report.finish_chunk(self.method(), chunk, &buffers.status);
        report.solve_seconds = start.elapsed().as_secs_f64();
        Ok(Solution::new(self, sweep, buffers, report))
    }

    /// Keeps the results in files that vanish with them, because the memory is too small.
    fn solve_spilling(&self, sweep: &Sweep, plan: &ChunkPlan, monitor: &Monitor) -> Result<Solution, Error> {
        let Some(folder) = &self.options().spill else {
            let message = format!(
                "the results of {} runs do not fit the memory that may be used; write them to a file, \
                 which is done in pieces, save less of each run, or name a directory where they can go \
                 (`spill`)\n{plan}",
                sweep.runs()
            );
            return Err(Error::new(ErrorKind::Memory, message));
        };
        let mut sink = Spill::create(folder, &self.layout(sweep))?;
        let report = self.pass_to(&mut sink, sweep, monitor)?;
        Ok(Solution::new(self, sweep, sink.into_buffers()?, report))
    }

    /// Solves a sweep chunk by chunk and hands each to `sink` in the order of the runs, so that the memory needed
    /// does not grow with the batch. While a chunk is computed, the one before is written.
    ///
    /// A sink that already has the first runs ([`Sink::finished_runs`]) gets the others.
    ///
    /// # Errors
    /// As for [`Solver::solve_watched`], and what the sink reports; chunks finished before have been written then. A
    /// sink that was not finished leaves no file, unless it is one that [goes on](crate::sink::create_resumable).
    pub fn solve_into(
        &self,
        sweep: &Sweep,
        mut sink: Box<dyn Sink>,
        monitor: &Monitor,
    ) -> Result<Report, Error> {
        self.check_sweep(sweep)?;
        self.compiled(sweep.names())?;
        let start = Instant::now();
        let mut report = self.pass_to(&mut *sink, sweep, monitor)?;
        let written = sink.finish()?;
        report.solve_seconds = start.elapsed().as_secs_f64();
        report.summaries = written.summaries;
        report.events = written.events;
        report.output = Some(written.path).filter(|path| !path.as_os_str().is_empty());
        Ok(report)
    }

    /// Solves the runs that `sink` has not, and passes them on.
    fn pass_to(&self, sink: &mut dyn Sink, sweep: &Sweep, monitor: &Monitor) -> Result<Report, Error> {
        self.check_sweep(sweep)?;
        let compiled = self.compiled(sweep.names())?;
        let length = self.plan(sweep, sink.buffer_bytes())?.chunk_length() as u64;
        let mut report = self.report(sweep, &compiled);
        report.resumed_runs = sink.finished_runs();
        monitor.finished_runs.fetch_add(report.resumed_runs, Relaxed);
        let start = Instant::now();
        let mut next = report.resumed_runs;
        let items = (0..IN_FLIGHT).map(|_| Buffers::new(self, sweep.names().len())).collect();
        pipeline::run(
            items,
            |buffers: &mut Buffers| {
                let range = next..sweep.runs().min(next + length);
                next = range.end;
                buffers.take(self, sweep, range.clone());
                Ok(!range.is_empty())
            },
            |buffers| {
                let chunk = self.run_chunk(&compiled, buffers, monitor)?;
                report.finish_chunk(self.method(), chunk, &buffers.status);
                Ok(())
            },
            |buffers| {
                let written = sink.write(&buffers.chunk()).map_err(Error::from);
                // What is being computed has nowhere to go.
                written.inspect_err(|_| monitor.interrupt.store(true, Relaxed))
            },
        )?;
        report.solve_seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }

    fn run_chunk(
        &self,
        compiled: &Compiled,
        buffers: &mut Buffers,
        monitor: &Monitor,
    ) -> Result<ChunkReport, Error> {
        let interrupted = || Error::new(ErrorKind::Interrupted, "the solve was interrupted");
        // A kernel looks at it now and then; short chunks may be over before.
        if monitor.interrupt.load(Relaxed) {
            return Err(interrupted());
        }
        let inputs = ChunkInputs { runs: buffers.status.len(), values: &buffers.inputs };
        let outputs = ChunkOutputs {
            samples: buffers.samples.as_samples_mut(),
            summaries: buffers.summaries.as_samples_mut(),
            events: buffers.events.as_mut(),
            status: &mut buffers.status,
        };
        let report = compiled.kernel.run(&self.controls(), inputs, outputs, &monitor.watch())?;
        let (variables, width) = (self.output.variables().len(), self.output.width());
        buffers.samples.count_from_sample_to_sample(variables..width, width, buffers.status.len());
        buffers.words.clear();
        buffers.words.extend(buffers.status.iter().map(|word| word.0));
        if report.interrupted {
            return Err(interrupted());
        }
        Ok(report)
    }

    pub(crate) fn report(&self, sweep: &Sweep, compiled: &Compiled) -> Report {
        Report {
            runs: sweep.runs(),
            threads: self.options().thread_count().get(),
            backend: self.backend(),
            method: self.method().name.to_owned(),
            linear_solver: self.linear_solver.map(|solver| solver.name()),
            device: self.device.clone(),
            choice: self.choice().cloned(),
            precision: match self.options().precision {
                Precision::F32 => "f32",
                Precision::F64 => "f64",
            },
            chunks: 0,
            compile_seconds: compiled.seconds,
            solve_seconds: 0.0,
            device_seconds: 0.0,
            accepted_steps: 0,
            rejected_steps: 0,
            newton_iterations: 0,
            jacobians: 0,
            failed: Default::default(),
            failed_runs: 0,
            output: None,
            summaries: None,
            events: None,
            unrecorded_events: 0,
            resumed_runs: 0,
        }
    }
}

impl Report {
    pub(crate) fn finish_chunk(&mut self, method: &Method, chunk: ChunkReport, status: &[Status]) {
        self.chunks += 1;
        self.accepted_steps += chunk.accepted_steps;
        self.rejected_steps += chunk.rejected_steps;
        self.newton_iterations += chunk.newton_iterations;
        let attempts = chunk.accepted_steps + chunk.rejected_steps;
        self.jacobians += method.jacobians(attempts, chunk.newton_iterations);
        self.unrecorded_events += chunk.unrecorded_events;
        self.device_seconds += chunk.device_time.as_secs_f64();
        self.count_failures(status);
    }
}
