//! A kernel on a device, or on several: chunks are cut into parts that fit its memory, some of them under way at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::{Pod, cast_slice, cast_slice_mut};
use rubie_kernel::{
    BackendError, ChunkInputs, ChunkOutputs, ChunkReport, Controls, Kernel, KernelError, KernelSpec,
    ResidentResults, ResultNumbers, Status, Watch, begin,
};
use rubie_memory::{ArrayRequest, Available, Buffer, DataType, DeviceError, Event, Placement, plan};
use rubie_program::{Element, Executor, ExecutorOptions, Interpreter, Isa, Precision};

use crate::arrays::{RESULTS, bytes_of, parts, real_bytes};
use crate::engine::{Engine, Job};
use crate::print::{BLOCK, Source};
use crate::slot::{Common, Intervals, ResidentArrays, Shape, Slot, covered};

/// A part has at least so many runs per thread of the device, where a chunk has them.
const RUNS_PER_THREAD: usize = 4;

/// What a kernel may take of a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// Parts of a chunk under way at a time: one computes while inputs and results of the others travel. At least 1.
    pub in_flight: usize,
    /// Share of what is free, above 0 and at most 1.
    pub share: f64,
    /// Bytes, where there is a limit.
    pub limit: Option<u64>,
}

impl Default for Allowance {
    /// Three parts; nine tenths of what is free, as allocations are rounded up, and others may want some.
    fn default() -> Self {
        Allowance { in_flight: 3, share: 0.9, limit: None }
    }
}

impl Allowance {
    fn of(&self, free: Available) -> Available {
        let share = |bytes: u64| (bytes as f64 * self.share.min(Allowance::default().share)) as u64;
        let part = |bytes: u64| self.limit.map_or(share(bytes), |limit| limit.min(share(bytes)));
        match free {
            Available::Shared(bytes) => Available::Shared(part(bytes)),
            Available::Apart { device, host } => Available::Apart { device: part(device), host },
        }
    }
}

/// A [`KernelSpec`] that an [`Engine`] runs, or several that share the runs of every chunk.
#[derive(Debug)]
pub struct DeviceKernel<E> {
    engines: Vec<E>,
    spec: KernelSpec,
    source: Source,
    solve: Solve,
    allowance: Allowance,
    /// Buffers of the chunk before, for the next of the same shape.
    kept: Mutex<Option<Slots>>,
}

/// Slots on every engine, and what they were made for.
#[derive(Debug)]
struct Slots {
    /// The number of the engine with each.
    slots: Vec<(usize, Slot)>,
    /// Runs that each has room for.
    length: usize,
    /// Runs of a part that were wanted.
    wanted: usize,
    /// What they were made for.
    key: Key,
}

/// Rows, how many sample times and bytes of uniforms, and whether results stay on the device.
type Key = ([usize; 4], usize, usize, bool);

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
        let (spec, allowance) = (spec.clone(), Allowance::default());
        Ok(DeviceKernel { engines: vec![engine], spec, source, solve, allowance, kept: Mutex::default() })
    }

    /// The same with more devices, which take runs of every chunk as they have time.
    #[must_use]
    pub fn sharing(mut self, others: impl IntoIterator<Item = E>) -> Self {
        self.engines.extend(others);
        self
    }

    /// The same within an allowance of memory on each device.
    #[must_use]
    pub fn within(mut self, allowance: Allowance) -> Self {
        self.allowance = allowance;
        self
    }

    /// The uniforms as the source lays them out: address and length of the table, those of a clock apart, the programs'.
    fn uniforms(&self, controls: &Controls, table: u64) -> Vec<u8> {
        let apart = self.spec.clock.as_ref();
        let given = begin::given(controls, apart.is_some());
        let mut clock = apart.map_or(Vec::new(), |clock| begin::apart(controls, clock));
        clock.resize(self.source.clock_uniforms.max(1), 0.0);
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

    /// The table on a device, where there is one.
    fn table(&self, engine: &E, table: &[f64]) -> Result<Option<Box<dyn Buffer>>, DeviceError> {
        if table.is_empty() {
            return Ok(None);
        }
        let both: Vec<u8>;
        let bytes: &[u8] = match self.spec.precision {
            // Behind it, from a whole number of 8 bytes on, the table as the clock reads it.
            Precision::F32 => {
                let mut rounded = single(table);
                rounded.resize(table.len().next_multiple_of(2), 0.0);
                both = [cast_slice(&rounded), cast_slice(table)].concat();
                &both
            }
            Precision::F64 => cast_slice(table),
        };
        let stream = engine.device().stream()?;
        let mut buffer = stream.allocate(Placement::Device, bytes.len())?;
        stream.upload(bytes, &mut *buffer, 0)?;
        stream.synchronize()?;
        Ok(Some(buffer))
    }

    /// What all parts have in common.
    fn job(&self, controls: &Controls, rows: [usize; 4]) -> Job {
        let first = begin::First::new(controls);
        let summary = first.summaries.as_ref();
        Job {
            sample_rows: rows[1] as u64,
            summary_rows: rows[2] as u64,
            event_rows: rows[3] as u64,
            t0: first.time,
            first_sample: first.sample,
            first_summary: summary.map_or(f64::INFINITY, |summary| summary.time),
            first_index: summary.map_or(0.0, |summary| summary.index),
            first_left: summary.map_or(0.0, |summary| summary.left),
            ..Job::default()
        }
    }

    /// How many threads a launch may have, so that the factors of all parts under way take half of each device's memory at most.
    fn most_threads(&self, engines: &[E]) -> Result<usize, KernelError> {
        let bytes = self.source.factor_bytes as u64;
        let mut most = usize::MAX;
        for engine in engines.iter().filter(|_| bytes > 0) {
            // Buffers that are kept from the chunk before are of this kernel, too: what all of the memory has room for does not change.
            let total = engine.device().memory().map_err(failed)?.total;
            let all = self.device_bytes(total) / (2 * bytes * self.allowance.in_flight.max(1) as u64);
            let blocks = (all / u64::from(BLOCK)).max(1);
            most = most.min(usize::try_from(blocks * u64::from(BLOCK)).unwrap_or(usize::MAX));
        }
        Ok(most)
    }

    /// Bytes of a device's memory that may be used.
    fn device_bytes(&self, memory: Available) -> u64 {
        match self.allowance.of(memory) {
            Available::Shared(bytes) => bytes,
            Available::Apart { device, .. } => device,
        }
    }

    /// How many runs a part may have, by what the devices' memories have room for, and how many parts may be under way on each.
    fn fitting(
        &self,
        engines: &[E],
        runs: NonZeroUsize,
        shape: &Shape<'_>,
    ) -> Result<(usize, usize), KernelError> {
        let most = self.allowance.in_flight.max(1);
        let fits = |parts: usize| Ok((self.fitting_parts(engines, parts, runs, shape)?, parts));
        let fewer = (2..=most).rev().find_map(|parts| fits(parts).ok());
        // What a single part needs is what there is too little for.
        fewer.map_or_else(|| fits(1), Ok)
    }

    fn fitting_parts(
        &self,
        engines: &[E],
        in_flight: usize,
        runs: NonZeroUsize,
        shape: &Shape<'_>,
    ) -> Result<usize, KernelError> {
        let failed = |error: &dyn std::fmt::Display| KernelError::Device(error.to_string());
        let bytes = shape.bytes_per_run();
        let arrays = ["inputs", "samples", "summaries", "events", "status"].into_iter().zip(bytes);
        let mut fits = runs.get();
        for engine in engines {
            let mut requests = Vec::new();
            for _ in 0..in_flight {
                let threads = shape.threads(engine);
                let words_per_thread = shape.saved_words + shape.factor_bytes.div_ceil(8);
                for (label, placement, words) in [
                    ("unfinished runs and factors", Placement::Device, words_per_thread * threads),
                    ("staging", Placement::Pinned, 2 * shape.staging_bytes(runs.get()) / 8),
                ] {
                    let request = ArrayRequest::without_runs(label, DataType::U64, vec![words]);
                    requests.push(request.map_err(|error| failed(&error))?.placed(placement));
                }
                for (label, bytes) in arrays.clone().filter(|(_, bytes)| *bytes > 0) {
                    // All elements are of 4 bytes or more.
                    let request =
                        ArrayRequest::with_runs(label, DataType::U32, vec![bytes / 4, runs.get()], runs);
                    requests.push(request.map_err(|error| failed(&error))?.placed(Placement::Device));
                }
            }
            let free = engine.device().memory().map_err(|error| failed(&error))?.free;
            let plan = plan(&requests, self.allowance.of(free)).map_err(|error| failed(&error))?;
            fits = fits.min(plan.chunk_length());
        }
        Ok(fits)
    }

    /// Buffers for chunks of so many runs: those of the chunk before if they fit, else new ones.
    fn slots(&self, engines: &[E], runs: usize, shape: &Shape<'_>) -> Result<Slots, KernelError> {
        let many = self.allowance.in_flight.max(1) * engines.len();
        let threads = engines.iter().map(|engine| shape.threads(engine)).max().unwrap_or(1);
        // Parts of about the same length, in whole blocks.
        let wanted = runs.div_ceil(2 * many).max(RUNS_PER_THREAD * threads).min(runs);
        let wanted = runs.div_ceil(runs.div_ceil(wanted)).next_multiple_of(BLOCK as usize).min(runs);
        let key = (shape.rows, shape.sample_times.len(), shape.uniforms.len(), shape.resident.is_some());
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let count = many.min(runs.div_ceil(wanted));
        if let Some(kept) = kept
            && kept.key == key
            && kept.wanted >= wanted
            && kept.slots.len() >= count
        {
            return Ok(kept);
        }
        let total = NonZeroUsize::new(runs).unwrap_or(NonZeroUsize::MIN);
        let (fits, in_flight) = self.fitting(engines, total, shape)?;
        let (mut length, many) = (fits.min(wanted), in_flight * engines.len());
        loop {
            let count = many.min(runs.div_ceil(length));
            let slots: Result<Vec<_>, DeviceError> = (0..count)
                .map(|i| {
                    let engine = i % engines.len();
                    Ok((engine, Slot::new(&engines[engine], shape, length)?))
                })
                .collect();
            match slots {
                Ok(slots) => return Ok(Slots { slots, length, wanted, key }),
                // The plan knows what is free, not how much of it lies together, nor what others take meanwhile.
                Err(DeviceError::OutOfMemory { .. }) if length > 1 => length = length.div_ceil(2),
                Err(error) => return Err(failed(error)),
            }
        }
    }

    fn compute(
        &self,
        engines: &[E],
        shapes: &[Shape<'_>],
        inputs: ChunkInputs<'_>,
        arrays: [&mut [u8]; RESULTS],
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError> {
        let mut all = self.slots(engines, inputs.runs, &shapes[0])?;
        let real = real_bytes(self.spec.precision);
        let parts = parts(arrays, [real, real, size_of::<f64>(), size_of::<u32>()], inputs.runs, all.length);
        let zeros = all.slots.iter().take(engines.len()).map(|(_, slot)| slot.mark());
        let zeros: Vec<Arc<dyn Event>> = zeros.collect::<Result<_, _>>().map_err(failed)?;
        let (parts, stop) = (Mutex::new(parts.into_iter()), AtomicBool::new(false));
        let work = |engine: usize, slot: &mut Slot| {
            let common = Common { shape: &shapes[engine], inputs, parts: &parts, watch, stop: &stop };
            let done = slot.work(&engines[engine], &common, &*zeros[engine]);
            done.inspect_err(|_| stop.store(true, Relaxed))
        };
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (all.slots.iter_mut())
                .map(|(engine, slot)| {
                    let (engine, work) = (*engine, &work);
                    scope.spawn(move || (engine, work(engine, slot)))
                })
                .collect();
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().map(join).collect()
        });
        let mut report = ChunkReport::default();
        let mut intervals = vec![Intervals::new(); engines.len()];
        for (engine, outcome) in outcomes {
            let (part, when) = outcome.map_err(failed)?;
            report.add(part);
            intervals[engine].extend(when);
        }
        report.device_time = intervals.into_iter().map(covered).max().unwrap_or_default();
        // What an interrupt leaves unfinished on the device must not go on in the next chunk.
        if !report.interrupted {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(all);
        }
        Ok(report)
    }
}

impl<E: Engine> DeviceKernel<E> {
    /// Computes a chunk on some of the devices, with results to arrays of the host or to those that stay on the first device.
    fn run_on(
        &self,
        engines: &[E],
        (controls, inputs): (&Controls, ChunkInputs<'_>),
        rows: [usize; 3],
        (results, status): ([&mut [u8]; 3], &mut [Status]),
        resident: Option<ResidentArrays>,
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError> {
        let precision = self.spec.precision;
        let [samples, summaries, events] = rows;
        let rows = [self.spec.layout.inputs.len(), samples, summaries, events];
        let sample_times = begin::sample_times(controls);
        let mut tables = Vec::new();
        let mut uniforms = Vec::new();
        for engine in engines {
            let mut table = self.table(engine, &controls.table).map_err(failed)?;
            let address = table.as_mut().map(|table| engine.address(&mut **table)).transpose();
            uniforms.push(self.uniforms(controls, address.map_err(failed)?.unwrap_or_default()));
            tables.push(table);
        }
        let most_threads = self.most_threads(engines)?;
        let shape = |uniforms| Shape {
            rows,
            real_bytes: real_bytes(precision),
            saved_words: self.source.saved_words,
            factor_bytes: self.source.factor_bytes,
            most_threads,
            sample_times: &sample_times,
            uniforms,
            uniforms_by_value: self.source.uniforms_by_value,
            instructions: self.spec.programs.attempt.iter().map(|part| part.instructions().len()).sum(),
            job: self.job(controls, rows),
            resident,
        };
        let shapes: Vec<Shape<'_>> = uniforms.iter().map(|uniforms| shape(uniforms)).collect();
        let mut words = vec![0u32; inputs.runs];
        let [samples, summaries, events] = results;
        let arrays = [samples, summaries, events, cast_slice_mut(&mut words)];
        let report = self.compute(engines, &shapes, inputs, arrays, watch)?;
        for (status, word) in status.iter_mut().zip(words) {
            status.0 = word;
        }
        Ok(report)
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
        let (samples, sample_count) = bytes_of(samples, precision)?;
        let (summaries, summary_count) = bytes_of(summaries, precision)?;
        let (layout, has_dense) = (&self.spec.layout, self.spec.programs.dense.is_some());
        begin::check(layout, has_dense, controls, inputs, [sample_count, summary_count, status.len()])?;
        if inputs.runs == 0 {
            return Ok(ChunkReport::default());
        }
        let slots = begin::event_slots(layout, events.len(), inputs.runs)?;
        let rows = [sample_count / inputs.runs, summary_count / inputs.runs, 2 * slots];
        let results = [samples, summaries, cast_slice_mut(events)];
        self.run_on(&self.engines, (controls, inputs), rows, (results, status), None, watch)
    }

    fn run_resident(
        &self,
        controls: &Controls,
        inputs: ChunkInputs<'_>,
        numbers: &ResultNumbers,
        status: &mut [Status],
        watch: &Watch<'_>,
    ) -> Result<(ResidentResults, ChunkReport), KernelError> {
        if numbers.precision != self.spec.precision {
            return Err(KernelError::Precision);
        }
        let (layout, has_dense) = (&self.spec.layout, self.spec.programs.dense.is_some());
        let ResultNumbers { samples, summaries, events, .. } = *numbers;
        let [sample_count, summary_count, event_count] =
            [samples, summaries, events].map(|numbers| numbers * inputs.runs);
        begin::check(layout, has_dense, controls, inputs, [sample_count, summary_count, status.len()])?;
        begin::event_slots(layout, event_count, inputs.runs)?;
        let engines = &self.engines[..1];
        let device = engines[0].device();
        // Buffers of the chunk before may be what is missing.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let needed = (numbers.bytes().iter().sum::<usize>() * inputs.runs) as u64;
        let free = self.device_bytes(device.memory().map_err(failed)?.free);
        if needed > free {
            return Err(KernelError::Room { device: device.name(), runs: inputs.runs, needed, free });
        }
        let results = ResidentResults::new(device, numbers, inputs.runs)?;
        if inputs.runs == 0 {
            return Ok((results, ChunkReport::default()));
        }
        let addresses = [&results.samples, &results.summaries, &results.events];
        let real = real_bytes(numbers.precision);
        let resident = ResidentArrays {
            addresses: addresses.map(|array| array.location().address as u64),
            element_bytes: [real, real, size_of::<f64>()],
            runs: inputs.runs,
        };
        let (rows, nothing) = ([samples, summaries, events], [&mut [][..], &mut [], &mut []]);
        let report =
            self.run_on(engines, (controls, inputs), rows, (nothing, status), Some(resident), watch)?;
        Ok((results, report))
    }
}

fn single(table: &[f64]) -> Vec<f32> {
    table.iter().map(|entry| *entry as f32).collect()
}

fn failed(error: DeviceError) -> KernelError {
    KernelError::Device(error.to_string())
}
