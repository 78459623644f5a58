//! Buffers on a device and a stream for one part of a chunk at a time.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytemuck::{cast_slice, cast_slice_mut};
use rubie_kernel::ChunkReport;
use rubie_memory::{Buffer, DeviceError, Event, Placement, Stream};

use crate::engine::{Engine, Job, Uniforms};

/// Number of counters that all threads share.
const COUNTERS: usize = 4;

/// Attempts of each thread in the first launch.
const FIRST_QUOTA: u64 = 256;

/// Launches shall take about so long: often enough for progress and interrupts, and well below the two seconds after which a
/// display's driver kills a kernel; seldom enough that beginning a launch costs nothing.
const SHORTEST: Duration = Duration::from_millis(40);
const LONGEST: Duration = Duration::from_millis(160);

/// How large the arrays of a part are, and what all parts of a chunk share.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    /// Rows of one value per run each: inputs, samples, summaries.
    pub(crate) rows: [usize; 3],
    /// Bytes of a number of the kernel's precision.
    pub(crate) real_bytes: usize,
    /// Words in which a thread keeps an unfinished run.
    pub(crate) saved_words: usize,
    pub(crate) sample_times: &'a [f64],
    pub(crate) uniforms: &'a [u8],
    pub(crate) uniforms_by_value: bool,
    /// The numbers of a job that are the same for all parts.
    pub(crate) job: Job,
}

/// An array on the device and its staging on the host.
#[derive(Debug)]
struct Staged {
    device: Box<dyn Buffer>,
    host: Box<dyn Buffer>,
}

impl Staged {
    fn new(stream: &dyn Stream, bytes: usize) -> Result<Self, DeviceError> {
        let bytes = bytes.max(8);
        Ok(Staged {
            device: stream.allocate(Placement::Device, bytes)?,
            host: stream.allocate(Placement::Pinned, bytes)?,
        })
    }

    fn upload(&mut self, stream: &dyn Stream, bytes: usize) -> Result<(), DeviceError> {
        stream.copy(&*self.host, &mut *self.device, bytes)
    }

    fn download(&mut self, stream: &dyn Stream, bytes: usize) -> Result<(), DeviceError> {
        stream.copy(&*self.device, &mut *self.host, bytes)
    }
}

/// A stream with room for a part of a chunk.
#[derive(Debug)]
pub(crate) struct Slot {
    stream: Arc<dyn Stream>,
    inputs: Staged,
    samples: Staged,
    summaries: Staged,
    status: Staged,
    counters: Staged,
    saved: Box<dyn Buffer>,
    times: Box<dyn Buffer>,
    uniforms: Box<dyn Buffer>,
    threads: usize,
    quota: u64,
    /// The work under way.
    work: Option<Work>,
}

/// A part of a chunk under way.
#[derive(Debug)]
struct Work {
    runs: Range<usize>,
    job: Job,
    /// When the launch and the copy of its counters are done.
    event: Arc<dyn Event>,
    began: Instant,
    finished: u64,
}

/// What a slot has done since it was asked last.
pub(crate) enum Progress {
    /// So many more runs are finished; the slot works on.
    Running(u64),
    /// So many more, which were the last: the results of these runs can be taken.
    Done(u64, ChunkReport, Range<usize>),
}

impl Slot {
    /// Room for `runs` runs at a time.
    pub(crate) fn new(engine: &dyn Engine, shape: &Shape<'_>, runs: usize) -> Result<Self, DeviceError> {
        let stream = engine.device().stream()?;
        let staged = |bytes| Staged::new(&*stream, bytes);
        let [inputs, samples, summaries] = shape.rows;
        let threads = engine.threads().min(runs.next_multiple_of(crate::BLOCK as usize));
        let times: &[u8] = cast_slice(shape.sample_times);
        let mut slot = Slot {
            inputs: staged(inputs * runs * size_of::<f64>())?,
            samples: staged(samples * runs * shape.real_bytes)?,
            summaries: staged(summaries * runs * shape.real_bytes)?,
            status: staged(runs * size_of::<u32>())?,
            counters: staged(COUNTERS * size_of::<u64>())?,
            saved: stream.allocate(Placement::Device, shape.saved_words * threads * size_of::<u64>())?,
            times: stream.allocate(Placement::Device, times.len())?,
            uniforms: stream.allocate(Placement::Device, shape.uniforms.len())?,
            stream,
            threads,
            quota: FIRST_QUOTA,
            work: None,
        };
        slot.stream.upload(times, &mut *slot.times, 0)?;
        slot.stream.upload(shape.uniforms, &mut *slot.uniforms, 0)?;
        Ok(slot)
    }

    /// Begins a part of a chunk of `all` runs.
    pub(crate) fn begin(
        &mut self,
        engine: &dyn Engine,
        shape: &Shape<'_>,
        (inputs, all): (&[f64], usize),
        runs: Range<usize>,
    ) -> Result<(), DeviceError> {
        let length = runs.len();
        let staging: &mut [f64] = cast_slice_mut(self.inputs.host.host_mut()?);
        for (input, row) in staging.chunks_exact_mut(length).take(shape.rows[0]).enumerate() {
            let first = input * all + runs.start;
            row.copy_from_slice(&inputs[first..first + length]);
        }
        self.inputs.upload(&*self.stream, shape.rows[0] * length * size_of::<f64>())?;
        self.counters.host.host_mut()?.fill(0);
        self.counters.upload(&*self.stream, COUNTERS * size_of::<u64>())?;
        let job = Job {
            inputs: engine.address(&mut *self.inputs.device)?,
            samples: engine.address(&mut *self.samples.device)?,
            summaries: engine.address(&mut *self.summaries.device)?,
            status: engine.address(&mut *self.status.device)?,
            sample_times: engine.address(&mut *self.times)?,
            counters: engine.address(&mut *self.counters.device)?,
            saved: engine.address(&mut *self.saved)?,
            runs: length as u64,
            threads: self.threads as u64,
            ..shape.job
        };
        self.launch(engine, shape, job, runs, 0)
    }

    fn launch(
        &mut self,
        engine: &dyn Engine,
        shape: &Shape<'_>,
        mut job: Job,
        runs: Range<usize>,
        finished: u64,
    ) -> Result<(), DeviceError> {
        job.quota = self.quota;
        let uniforms = match shape.uniforms_by_value {
            true => Uniforms::Value(shape.uniforms),
            false => Uniforms::Address(engine.address(&mut *self.uniforms)?),
        };
        let began = Instant::now();
        engine.launch(&*self.stream, &job, uniforms)?;
        self.counters.download(&*self.stream, COUNTERS * size_of::<u64>())?;
        let event = self.stream.mark()?;
        self.work = Some(Work { runs, job, event, began, finished });
        Ok(())
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.work.is_none()
    }

    /// Waits for the launch under way, and queues the next if runs are left.
    pub(crate) fn proceed(
        &mut self,
        engine: &dyn Engine,
        shape: &Shape<'_>,
    ) -> Result<Option<Progress>, DeviceError> {
        let Some(Work { runs, job, event, began, finished }) = self.work.take() else {
            return Ok(None);
        };
        event.wait()?;
        self.adapt(began.elapsed());
        let counters: &[u64] = cast_slice(self.counters.host.host()?);
        let [_, now, accepted_steps, rejected_steps] = [0, 1, 2, 3].map(|i| counters[i]);
        if now < job.runs {
            self.launch(engine, shape, job, runs, now)?;
            return Ok(Some(Progress::Running(now - finished)));
        }
        let report = ChunkReport { accepted_steps, rejected_steps, ..ChunkReport::default() };
        let [_, samples, summaries] = shape.rows.map(|rows| rows * runs.len());
        self.samples.download(&*self.stream, samples * shape.real_bytes)?;
        self.summaries.download(&*self.stream, summaries * shape.real_bytes)?;
        self.status.download(&*self.stream, runs.len() * size_of::<u32>())?;
        Ok(Some(Progress::Done(now - finished, report, runs)))
    }

    /// Makes the next launch about as long as it should be. How many attempts a launch has changes no result.
    fn adapt(&mut self, took: Duration) {
        if took < SHORTEST {
            self.quota = self.quota.saturating_mul(2);
        } else if took > LONGEST {
            self.quota = (self.quota / 2).max(1);
        }
    }

    /// Waits for the results that [`Progress::Done`] has spoken of: samples, summaries and status words of the part's runs.
    pub(crate) fn results(&self) -> Result<[&[u8]; 3], DeviceError> {
        self.stream.synchronize()?;
        Ok([self.samples.host.host()?, self.summaries.host.host()?, self.status.host.host()?])
    }

    /// Waits until nothing is under way, whatever came of it.
    pub(crate) fn abandon(&mut self) {
        if let Some(work) = self.work.take() {
            let _ = work.event.wait();
        }
    }
}
