//! A kernel on a device: chunks are cut into parts that fit its memory, two of them under way at a time.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use bytemuck::{Pod, cast_slice, cast_slice_mut};
use rubie_kernel::{
    BackendError, ChunkInputs, ChunkOutputs, ChunkReport, Controls, Kernel, KernelError, KernelSpec, Watch,
    begin,
};
use rubie_memory::{ArrayRequest, Available, Buffer, DataType, DeviceError, Placement, plan};
use rubie_program::{Element, Executor, ExecutorOptions, Interpreter, Isa, Precision};

use crate::arrays::{Outputs, bytes_of, real_bytes};
use crate::engine::{Engine, Job};
use crate::print::Source;
use crate::slot::{Progress, Shape, Slot};

/// Parts under way at a time: one computes while results of the other travel.
const SLOTS: usize = 2;

/// A part has at least so many runs per thread of the device, where a chunk has them.
const RUNS_PER_THREAD: usize = 4;

/// A [`KernelSpec`] that an [`Engine`] runs.
#[derive(Debug)]
pub struct DeviceKernel<E> {
    engine: E,
    spec: KernelSpec,
    source: Source,
    solve: Solve,
}

/// The solve program, which the host runs once per chunk.
enum Solve {
    F32(Interpreter<f32>),
    F64(Interpreter<f64>),
}

impl std::fmt::Debug for Solve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Solve")
    }
}

impl<E: Engine> DeviceKernel<E> {
    /// A kernel from the engine that was made of its source.
    ///
    /// # Errors
    /// [`BackendError`] if the host cannot run the solve program.
    pub fn new(engine: E, spec: &KernelSpec, source: Source) -> Result<Self, BackendError> {
        let options = ExecutorOptions { isa: Isa::Portable };
        let program = &spec.programs.solve;
        let refused = |error: rubie_program::ExecutorError| BackendError::Program {
            backend: "cuda".to_owned(),
            program: program.name().to_owned(),
            reason: error.to_string(),
        };
        let solve = match spec.precision {
            Precision::F32 => Solve::F32(Interpreter::prepare(program, &options).map_err(refused)?),
            Precision::F64 => Solve::F64(Interpreter::prepare(program, &options).map_err(refused)?),
        };
        Ok(DeviceKernel { engine, spec: spec.clone(), source, solve })
    }

    /// The uniforms as the source lays them out: address and length of the table, those of a clock apart, the programs'.
    fn uniforms(&self, controls: &Controls, table: u64) -> Vec<u8> {
        let apart = self.spec.clock.is_some();
        let given = begin::given(controls, apart);
        let limits = if apart { begin::limits(controls) } else { Vec::new() };
        let mut clock = vec![0.0; self.source.clock_uniforms.max(1)];
        clock[..limits.len()].copy_from_slice(&limits);
        let programs = match &self.solve {
            Solve::F32(solve) => self.programs_uniforms(solve, &given, &single(&controls.table)),
            Solve::F64(solve) => self.programs_uniforms(solve, &given, &controls.table),
        };
        let mut bytes = table.to_ne_bytes().to_vec();
        bytes.extend((controls.table.len() as f64).to_ne_bytes());
        bytes.extend(cast_slice::<f64, u8>(&clock));
        bytes.extend(programs);
        bytes.resize(self.source.uniform_bytes(self.spec.precision), 0);
        bytes
    }

    fn programs_uniforms<T: Element + Pod>(
        &self,
        solve: &Interpreter<T>,
        given: &[f64],
        table: &[T],
    ) -> Vec<u8> {
        let layout = &self.spec.layout;
        let outputs = &self.spec.solve_outputs;
        let uniforms = begin::uniforms(solve, given, table.into(), outputs, [layout.rows, layout.uniforms]);
        let values: Vec<T> = (0..layout.uniforms).map(|uniform| uniforms.get(uniform)).collect();
        cast_slice(&values).to_vec()
    }

    /// The table on the device, where there is one.
    fn table(&self, table: &[f64]) -> Result<Option<Box<dyn Buffer>>, DeviceError> {
        if table.is_empty() {
            return Ok(None);
        }
        let rounded: Vec<f32>;
        let bytes: &[u8] = match self.spec.precision {
            Precision::F32 => {
                rounded = single(table);
                cast_slice(&rounded)
            }
            Precision::F64 => cast_slice(table),
        };
        let stream = self.engine.device().stream()?;
        let mut buffer = stream.allocate(Placement::Device, bytes.len())?;
        stream.upload(bytes, &mut *buffer, 0)?;
        stream.synchronize()?;
        Ok(Some(buffer))
    }

    /// What all parts have in common.
    fn job(&self, controls: &Controls, rows: [usize; 3]) -> Job {
        let first = begin::First::new(controls);
        let summary = first.summaries.as_ref();
        Job {
            sample_rows: rows[1] as u64,
            summary_rows: rows[2] as u64,
            t0: first.time,
            first_sample: first.sample,
            first_summary: summary.map_or(f64::INFINITY, |summary| summary.time),
            first_index: summary.map_or(0.0, |summary| summary.index),
            first_left: summary.map_or(0.0, |summary| summary.left),
            ..Job::default()
        }
    }

    /// The parts of a chunk of so many runs, equally long but for the last.
    fn parts(&self, runs: usize, shape: &Shape<'_>) -> Result<VecDeque<Range<usize>>, KernelError> {
        let failed = |error: &dyn std::fmt::Display| KernelError::Device(error.to_string());
        let Some(total) = NonZeroUsize::new(runs) else { return Ok(VecDeque::new()) };
        let real = match self.spec.precision {
            Precision::F32 => DataType::F32,
            Precision::F64 => DataType::F64,
        };
        let [inputs, samples, summaries] = shape.rows;
        let arrays = [
            ("inputs", DataType::F64, inputs),
            ("samples", real, samples),
            ("summaries", real, summaries),
            ("status", DataType::U32, 1),
        ];
        let saved = shape.saved_words * self.engine.threads();
        let mut requests = Vec::new();
        for _ in 0..SLOTS {
            let words = ArrayRequest::without_runs("unfinished runs", DataType::U64, vec![saved]);
            requests.push(words.map_err(|error| failed(&error))?);
            for (label, dtype, rows) in arrays.into_iter().filter(|(_, _, rows)| *rows > 0) {
                for placement in [Placement::Device, Placement::Pinned] {
                    let request = ArrayRequest::with_runs(label, dtype, vec![rows, runs], total);
                    requests.push(request.map_err(|error| failed(&error))?.placed(placement));
                }
            }
        }
        let free = self.engine.device().memory().map_err(|error| failed(&error))?.free;
        let plan = plan(&requests, most(free)).map_err(|error| failed(&error))?;
        let fine = runs.div_ceil(2 * SLOTS).max(RUNS_PER_THREAD * self.engine.threads());
        let length = plan.chunk_length().min(fine);
        Ok((0..runs).step_by(length).map(|first| first..runs.min(first + length)).collect())
    }

    fn compute(
        &self,
        shape: &Shape<'_>,
        inputs: ChunkInputs<'_>,
        outputs: &mut Outputs<'_>,
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError> {
        let mut parts = self.parts(inputs.runs, shape)?;
        let length = parts.front().map_or(0, Range::len);
        let mut slots = Vec::new();
        for _ in 0..SLOTS.min(parts.len()) {
            slots.push(Slot::new(&self.engine, shape, length).map_err(failed)?);
        }
        let mut report = ChunkReport::default();
        loop {
            for slot in &mut slots {
                if slot.is_idle()
                    && let Some(part) = parts.pop_front()
                {
                    slot.begin(&self.engine, shape, (inputs.values, inputs.runs), part).map_err(failed)?;
                }
            }
            if slots.iter().all(Slot::is_idle) {
                return Ok(report);
            }
            for slot in &mut slots {
                match slot.proceed(&self.engine, shape).map_err(failed)? {
                    None => {}
                    Some(Progress::Running(finished)) => {
                        watch.finished_runs.fetch_add(finished, Relaxed);
                    }
                    Some(Progress::Done(finished, part, runs)) => {
                        watch.finished_runs.fetch_add(finished, Relaxed);
                        report.add(part);
                        outputs.take(slot.results().map_err(failed)?, runs);
                    }
                }
            }
            if watch.interrupt.load(Relaxed) {
                slots.iter_mut().for_each(Slot::abandon);
                report.interrupted = true;
                return Ok(report);
            }
        }
    }
}

impl<E: Engine> Kernel for DeviceKernel<E> {
    fn run(
        &self,
        controls: &Controls,
        inputs: ChunkInputs<'_>,
        outputs: ChunkOutputs<'_>,
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError> {
        let precision = self.spec.precision;
        let ChunkOutputs { samples, summaries, events, status } = outputs;
        if !events.is_empty() {
            return Err(KernelError::Events);
        }
        let (samples, sample_count) = bytes_of(samples, precision)?;
        let (summaries, summary_count) = bytes_of(summaries, precision)?;
        let (layout, has_dense) = (&self.spec.layout, self.spec.programs.dense.is_some());
        begin::check(layout, has_dense, controls, inputs, [sample_count, summary_count, status.len()])?;
        if inputs.runs == 0 {
            return Ok(ChunkReport::default());
        }
        let rows = [layout.inputs.len(), sample_count / inputs.runs, summary_count / inputs.runs];
        let mut words = vec![0u32; inputs.runs];
        let mut table = self.table(&controls.table).map_err(failed)?;
        let address = table.as_mut().map(|table| self.engine.address(&mut **table)).transpose();
        let uniforms = self.uniforms(controls, address.map_err(failed)?.unwrap_or_default());
        let sample_times = begin::sample_times(controls);
        let shape = Shape {
            rows,
            real_bytes: real_bytes(precision),
            saved_words: self.source.saved_words,
            sample_times: &sample_times,
            uniforms: &uniforms,
            uniforms_by_value: self.source.uniforms_by_value,
            job: self.job(controls, rows),
        };
        let arrays = [samples, summaries, cast_slice_mut(&mut words)];
        let mut arrays = Outputs::new(arrays, precision, inputs.runs);
        let report = self.compute(&shape, inputs, &mut arrays, watch)?;
        for (status, word) in status.iter_mut().zip(words) {
            status.0 = word;
        }
        Ok(report)
    }
}

/// Nine tenths of what is free: allocations are rounded up, and others may want some.
fn most(free: Available) -> Available {
    let part = |bytes: u64| bytes / 10 * 9;
    match free {
        Available::Shared(bytes) => Available::Shared(part(bytes)),
        Available::Apart { device, host } => Available::Apart { device: part(device), host: part(host) },
    }
}

fn single(table: &[f64]) -> Vec<f32> {
    table.iter().map(|entry| *entry as f32).collect()
}

fn failed(error: DeviceError) -> KernelError {
    KernelError::Device(error.to_string())
}
