//! Kernels on the CPU: blocks of lanes on threads, whatever executes the programs.
//!
//! A chunk is cut into units of consecutive runs; each thread takes a unit, puts its runs into the lanes of a block
//! and attempts steps of all lanes together. A lane whose run ends gets the next run at once. Nothing a lane
//! computes depends on its neighbours, so results do not depend on units, threads or lanes.

mod block;
mod cascade;
mod clock;
mod lane_set;
mod staging;
mod summaries;
mod unit;

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use rubie_program::{
    Course, DenseLu, DenseMatrix, Element, Executor, ExecutorError, ExecutorOptions, Executors, Isa,
    Precision, Prepare, Program, ProgramError, Rows, Uniforms,
};

use crate::backend::{
    Backend, BackendError, ChunkInputs, ChunkOutputs, ChunkReport, Controls, Kernel, KernelError, SamplesMut,
    Watch,
};
use crate::begin::{self, First};
use crate::layout::Layout;
use crate::spec::{AttemptPart, KernelSpec};

use block::Block;
use clock::{Apart, ClockExecutors, Clocked};
use unit::{Unit, give_events, units};

/// Bytes of rows that a block should keep to in any case: about the part of a second-level cache that is a core's own.
const BLOCK_BYTES: usize = 512 * 1024;

/// A program made ready.
type Executable<T> = Box<dyn Executor<T>>;

/// The programs of a spec, made ready.
struct Prepared<T> {
    solve: Executable<T>,
    initial: Executable<T>,
    /// Programs that begin and iterate, and their rows.
    initialisation: Option<([Executable<T>; 2], InitialisationRows)>,
    start: Executable<T>,
    attempt: Vec<Executable<T>>,
    /// Whether the last of them does what follows it ([`programs_of_attempt`]).
    observes: bool,
    /// The order of the attempt's programs.
    order: Vec<AttemptPart>,
    /// The matrices that are factored between them.
    matrices: Vec<DenseMatrix>,
    /// A last step that is shorter, where steps have one size.
    land: Option<Executable<T>>,
    record: Option<Executable<T>>,
    /// What the interpolant needs for all samples of a step, where the attempt does not compute it.
    dense: Option<Executable<T>>,
    sample: Option<Executable<T>>,
    summaries: Option<PreparedSummaries<T>>,
    /// Programs that bracket, halve and cut.
    conditions: Option<[Executable<T>; 3]>,
    events: Option<Executable<T>>,
    restart: Option<Executable<T>>,
    /// The clock, where it stands apart.
    clock: Option<ClockExecutors>,
}

impl<T: Element> Prepared<T> {
    /// Makes states consistent where that is wanted.
    fn initialise(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>) {
        let Some(([begin, iterate], own)) = &self.initialisation else { return };
        begin.execute(rows, uniforms);
        while rows.row(own.pending).iter().any(|pending| pending.to_f64() > 0.0) {
            iterate.execute(rows, uniforms);
        }
    }

    /// Carries out the events of the model that happen now.
    fn act(&self, events: &Executable<T>, lanes: &mut Clocked<T>, job: &Job<'_, T>)
    where
        T: Samples,
    {
        lanes.act(job.layout, job.clock);
        events.execute(&mut lanes.rows, job.uniforms);
        if let Some(restart) = &self.restart {
            self.initialise(&mut lanes.rows, job.uniforms);
            restart.execute(&mut lanes.rows, job.uniforms);
        }
        lanes.acted(job.layout, job.clock);
    }
}

/// Rows of the search for consistent initial values.
#[derive(Clone, Copy)]
struct InitialisationRows {
    pending: u32,
    failed: u32,
}

/// The programs of the summaries, made ready.
struct PreparedSummaries<T> {
    inside: Option<Executable<T>>,
    at_end: Executable<T>,
    finish: Executable<T>,
}

/// A kernel that runs on CPU threads.
struct CpuKernel<T> {
    prepared: Prepared<T>,
    layout: Layout,
    solve_outputs: Vec<(u32, u32)>,
    lanes: usize,
    isa: Isa,
}

/// Everything the threads of one chunk share.
struct Job<'a, T: Samples> {
    kernel: &'a CpuKernel<T>,
    layout: &'a Layout,
    controls: &'a Controls,
    /// Times of the samples, and infinity.
    sample_times: &'a [f64],
    /// Where the clocks of runs begin.
    first: &'a First,
    inputs: ChunkInputs<'a>,
    uniforms: &'a Uniforms<T>,
    /// The clock, where it stands apart.
    clock: Option<Apart<'a>>,
    watch: &'a Watch<'a>,
    /// The rows that move with a run.
    carried: &'a [u32],
    /// The rows of the sample program's results.
    interior: &'a [u32],
}

impl<T: Samples> Job<'_, T> {
    fn samples_at_start(&self) -> bool {
        self.sample_times[0] == self.controls.t0
    }

    /// The first rows of samples and summaries that a run lacks which has all before these.
    fn first_rows(&self, sample: usize, window: usize) -> [usize; 2] {
        let columns = self.layout.summaries.as_ref().map_or(0, |summaries| summaries.results.len());
        [sample * self.layout.recorded.len(), window * columns]
    }

    fn interrupted(&self) -> bool {
        self.watch.interrupt.load(Relaxed)
    }

    fn count_finished(&self, runs: u64) {
        self.watch.finished_runs.fetch_add(runs, Relaxed);
    }
}

/// Floating-point types whose arrays a CPU kernel can fill.
trait Samples: Element {
    fn samples<'a>(room: SamplesMut<'a>) -> Option<&'a mut [Self]>;

    /// What makes programs of this precision ready.
    fn prepare(executors: &Executors) -> Prepare<Self>;

    /// The table in this precision.
    fn table(table: &Arc<[f64]>) -> Arc<[Self]>;

    /// The same numbers, which must be f64: empty if they are not.
    fn as_f64(numbers: &[Self]) -> &[f64];
}

impl Samples for f32 {
    fn samples<'a>(room: SamplesMut<'a>) -> Option<&'a mut [f32]> {
        match room {
            SamplesMut::F32(samples) => Some(samples),
            SamplesMut::F64(_) => None,
        }
    }

    fn prepare(executors: &Executors) -> Prepare<f32> {
        executors.f32
    }

    fn table(table: &Arc<[f64]>) -> Arc<[f32]> {
        table.iter().map(|entry| *entry as f32).collect()
    }

    fn as_f64(_: &[f32]) -> &[f64] {
        &[]
    }
}

impl Samples for f64 {
    fn samples<'a>(room: SamplesMut<'a>) -> Option<&'a mut [f64]> {
        match room {
            SamplesMut::F64(samples) => Some(samples),
            SamplesMut::F32(_) => None,
        }
    }

    fn prepare(executors: &Executors) -> Prepare<f64> {
        executors.f64
    }

    fn table(table: &Arc<[f64]>) -> Arc<[f64]> {
        Arc::clone(table)
    }

    fn as_f64(numbers: &[f64]) -> &[f64] {
        numbers
    }
}

impl<T: Samples> Kernel for CpuKernel<T> {
    /// A block that computes and one for the runs that wait, and the factors of matrices.
    fn bytes_per_thread(&self) -> usize {
        let factors =
            self.prepared.matrices.iter().map(|matrix| DenseLu::<T>::bytes(matrix.size, self.lanes));
        2 * self.layout.rows as usize * self.lanes * size_of::<T>() + factors.sum::<usize>()
    }

    fn run(
        &self,
        controls: &Controls,
        inputs: ChunkInputs<'_>,
        outputs: ChunkOutputs<'_>,
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError> {
        let ChunkOutputs { samples, summaries, events, status } = outputs;
        let samples = T::samples(samples).ok_or(KernelError::Precision)?;
        let summaries = T::samples(summaries).ok_or(KernelError::Precision)?;
        let lengths = [samples.len(), summaries.len(), status.len()];
        begin::check(&self.layout, self.prepared.sample.is_some(), controls, inputs, lengths)?;
        begin::event_slots(&self.layout, events.len(), inputs.runs)?;
        let apart = self.prepared.clock.as_ref();
        let clock = apart.map(|clock| (clock, clock.uniforms(controls)));
        let given = begin::given(controls, clock.is_some());
        let uniforms = begin::uniforms(
            self.prepared.solve.as_ref(),
            &given,
            T::table(&controls.table),
            &self.solve_outputs,
            [self.layout.rows, self.layout.uniforms],
        );
        let carried: Vec<u32> = self.layout.carried().collect();
        let interior: Vec<u32> = self.layout.sampled.clone().collect();
        let sample_times = begin::sample_times(controls);
        let first = First::new(controls);
        let job = Job {
            first: &first,
            kernel: self,
            layout: &self.layout,
            controls,
            sample_times: &sample_times,
            inputs,
            uniforms: &uniforms,
            clock: clock.as_ref().map(|(executors, uniforms)| Apart { executors, uniforms }),
            watch,
            carried: &carried,
            interior: &interior,
        };
        let mut units = units(inputs, [samples, summaries], status, controls.threads.get(), self.lanes);
        give_events(&mut units, events, inputs.runs);
        Ok(self.share(&job, units, controls.threads.get()))
    }
}

impl<T: Samples> CpuKernel<T> {
    fn new(
        spec: &KernelSpec,
        options: &ExecutorOptions,
        (name, executors): (&str, &Executors),
    ) -> Result<Self, BackendError> {
        let refused = |program: &str, error: ExecutorError| BackendError::Program {
            backend: name.to_owned(),
            program: program.to_owned(),
            reason: error.to_string(),
        };
        let prepare = |program: &Program| {
            T::prepare(executors)(program, options).map_err(|error| refused(program.name(), error))
        };
        let clock = spec.clock.as_ref().map(|clock| ClockExecutors::prepare(clock, executors.f64, options));
        let optional = |program: &Option<Program>| program.as_ref().map(prepare).transpose();
        let programs = &spec.programs;
        let summaries = programs.summaries.as_ref().map(|programs| {
            Ok::<_, BackendError>(PreparedSummaries {
                inside: optional(&programs.inside)?,
                at_end: prepare(&programs.at_end)?,
                finish: prepare(&programs.finish)?,
            })
        });
        let conditions = programs.conditions.as_ref().map(|programs| {
            Ok::<_, BackendError>([
                prepare(&programs.bracket)?,
                prepare(&programs.halve)?,
                prepare(&programs.cut)?,
            ])
        });
        let initialisation = programs.initialisation.as_ref().map(|own| {
            let rows = InitialisationRows { pending: own.pending, failed: own.failed };
            Ok::<_, BackendError>(([prepare(&own.begin)?, prepare(&own.iterate)?], rows))
        });
        let (attempt, observes) = programs_of_attempt(spec).map_err(|error| BackendError::Program {
            backend: name.to_owned(),
            program: "attempt".to_owned(),
            reason: error.to_string(),
        })?;
        let prepared = Prepared {
            observes,
            initialisation: initialisation.transpose()?,
            solve: prepare(&programs.solve)?,
            initial: prepare(&programs.initial)?,
            start: prepare(&programs.start)?,
            attempt: attempt.iter().map(|program| prepare(program)).collect::<Result<_, _>>()?,
            order: programs.order.clone(),
            matrices: programs.matrices.clone(),
            land: programs.strides.as_ref().map(|own| prepare(&own.land)).transpose()?,
            record: optional(&programs.record)?,
            dense: match observes && programs.strides.is_none() {
                true => None,
                false => optional(&programs.dense)?,
            },
            sample: optional(&programs.sample)?,
            summaries: summaries.transpose()?,
            conditions: conditions.transpose()?,
            events: optional(&programs.events)?,
            restart: optional(&programs.restart)?,
            clock: clock.transpose().map_err(|error| refused("clock", error))?,
        };
        Ok(CpuKernel {
            prepared,
            layout: spec.layout.clone(),
            solve_outputs: spec.solve_outputs.clone(),
            lanes: lanes::<T>(spec, options.isa, executors.cache_bytes),
            isa: options.isa,
        })
    }

    /// Lets threads take units until none is left.
    fn share(&self, job: &Job<'_, T>, units: Vec<Unit<'_, T>>, threads: usize) -> ChunkReport {
        let threads = threads.min(units.len());
        let queue = Mutex::new(units.into_iter());
        let work = || {
            let mut block = Block::new(job, self.lanes);
            let mut report = ChunkReport::default();
            loop {
                let unit = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
                match unit {
                    Some(mut unit) if !report.interrupted => report.add(block.run(job, &mut unit)),
                    _ => return report,
                }
            }
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut report = work();
            for other in others {
                match other.join() {
                    Ok(theirs) => report.add(theirs),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            report
        })
    }
}

/// The programs of an attempt, and whether the last of them does what follows it in the lanes that need it: where states and clock
/// share rows, it settles strides, computes what the interpolant needs and, unless conditions of the model may cut the step short,
/// takes all samples inside it.
fn programs_of_attempt(spec: &KernelSpec) -> Result<(Vec<Cow<'_, Program>>, bool), ProgramError> {
    let KernelSpec { programs, layout, .. } = spec;
    let mut attempt: Vec<_> = programs.attempt.iter().map(Cow::Borrowed).collect();
    let observes = spec.clock.is_none();
    if let Some(last) = attempt.last_mut().filter(|_| observes) {
        let mut whole = last.clone().into_owned();
        let settle = programs.strides.as_ref().map(|strides| &strides.settle);
        let dense: Vec<_> = programs.dense.iter().collect();
        // Where no sample is taken here, coefficients are wanted wherever anything is.
        let common = dense.iter().copied().filter(|_| layout.clock.inside.is_none());
        let next: Vec<_> = settle.into_iter().chain(common).collect();
        whole = whole.followed_by(&next, layout.clock.events, Course::Once)?;
        if let (Some(inside), Some(sample), true) =
            (layout.clock.inside, &programs.sample, !layout.recorded.is_empty())
        {
            whole = whole.followed_by(&dense, inside, Course::Once)?;
            whole = whole.followed_by(&[sample], inside, Course::Visited)?;
        }
        let inside = layout.clock.summaries.as_ref().and_then(|summaries| summaries.inside);
        let sample = programs.summaries.as_ref().and_then(|summaries| summaries.inside.as_ref());
        if let (Some(inside), Some(sample)) = (inside, sample) {
            whole = whole.followed_by(&dense, inside, Course::Once)?;
            whole = whole.followed_by(&[sample], inside, Course::Repeated)?;
        }
        *last = Cow::Owned(whole);
    }
    Ok((attempt, observes))
}

/// Lanes of a block: as many as keep its rows in the cache that suits the executor (machine code counts on eight vectors where they do), but at least four vectors, which machine code likes to
/// take together; if even these exceed a second-level cache, one line. Where the clock stands apart, each attempt ends with
/// work for the whole block, which long rows share.
fn lanes<T: Element>(spec: &KernelSpec, isa: Isa, cache_bytes: usize) -> usize {
    let fits = |lines: usize, bytes| spec.layout.rows as usize * lines * 64 <= bytes;
    let cache = if spec.clock.is_some() { BLOCK_BYTES } else { cache_bytes };
    let fewest = if isa == Isa::Avx512 { 4 } else { 2 };
    let lines = [8, 4, 2].into_iter().find(|lines| fits(*lines, cache));
    let lines = lines.unwrap_or(fewest).max(fewest);
    T::LANES_PER_VECTOR * if fits(lines, BLOCK_BYTES) { lines } else { 1 }
}

/// A backend that runs kernels on CPU threads.
#[derive(Clone, Copy, Debug)]
pub struct CpuBackend {
    name: &'static str,
    options: ExecutorOptions,
    executors: &'static Executors,
}

impl CpuBackend {
    /// A backend called `name` whose programs are run by `executors`, with the given instruction set.
    pub fn new(name: &'static str, executors: &'static Executors, isa: Isa) -> Self {
        CpuBackend { name, options: ExecutorOptions { isa }, executors }
    }
}

impl Backend for CpuBackend {
    fn description(&self) -> String {
        format!("{} ({})", self.name, self.options.isa.name())
    }

    fn compile(&self, spec: &KernelSpec) -> Result<Box<dyn Kernel>, BackendError> {
        let executors = (self.name, self.executors);
        Ok(match spec.precision {
            Precision::F32 => Box::new(CpuKernel::<f32>::new(spec, &self.options, executors)?),
            Precision::F64 => Box::new(CpuKernel::<f64>::new(spec, &self.options, executors)?),
        })
    }
}
