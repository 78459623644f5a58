//! Buffers on a device and a stream: what computes one part of a chunk after the other.
//!
//! Every slot has a thread of the host. While one waits for its launch, others carry inputs and results, so that the device
//! computes all the time.

use std::ops::Range;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytemuck::{cast_slice, cast_slice_mut};
use rubie_kernel::{ChunkInputs, ChunkReport, Watch};
use rubie_memory::{Buffer, DeviceError, Event, Placement, Stream};

use crate::arrays::{Part, RESULTS};
use crate::engine::{Engine, Job, Uniforms};

/// Number of counters that all threads share.
const COUNTERS: usize = 6;

/// Instructions of attempts that each thread has in the first launch, where none has said yet how long they take: some hundredths of a
/// second on GPUs for computing, and less than a second on those with a thirtieth of the units for f64.
const FIRST_INSTRUCTIONS: u64 = 1 << 21;

/// Launches shall take about so long: often enough for progress and interrupts, and well below the two seconds after which a
/// display's driver kills a kernel; seldom enough that beginning a launch costs nothing.
const SHORTEST: Duration = Duration::from_millis(40);
const LONGEST: Duration = Duration::from_millis(160);

/// Bytes of each of the two pinned buffers through which a slot's inputs and results travel: a part of the largest array, as one
/// fills while the other empties, within these limits. At the upper one a transfer's start costs nothing.
const STAGING: [usize; 2] = [16 << 10, 4 << 20];

/// How large the arrays of a part are, and what all parts of a chunk share.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    /// Rows of one value per run each: inputs, samples, summaries, events.
    pub(crate) rows: [usize; 4],
    /// Bytes of a number of the kernel's precision.
    pub(crate) real_bytes: usize,
    /// Words in which a thread keeps an unfinished run.
    pub(crate) saved_words: usize,
    /// Bytes in which a thread has factors of matrices.
    pub(crate) factor_bytes: usize,
    /// Threads at most, as there is memory for the factors of no more.
    pub(crate) most_threads: usize,
    pub(crate) sample_times: &'a [f64],
    pub(crate) uniforms: &'a [u8],
    pub(crate) uniforms_by_value: bool,
    /// Instructions of an attempt.
    pub(crate) instructions: usize,
    /// The numbers of a job that are the same for all parts.
    pub(crate) job: Job,
    /// Where results stay on the device, if they do.
    pub(crate) resident: Option<ResidentArrays>,
}

/// Arrays of a device that keep the results of all runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResidentArrays {
    /// Addresses of samples, summaries and events.
    pub(crate) addresses: [u64; 3],
    /// Bytes of their elements.
    pub(crate) element_bytes: [usize; 3],
    /// Runs of these arrays.
    pub(crate) runs: usize,
}

impl Shape<'_> {
    /// Threads of a launch.
    pub(crate) fn threads(&self, engine: &dyn Engine) -> usize {
        engine.threads().min(self.most_threads)
    }

    /// Bytes of a pinned buffer for parts of so many runs.
    pub(crate) fn staging_bytes(&self, runs: usize) -> usize {
        let most = self.bytes_per_run().into_iter().max().unwrap_or(0).saturating_mul(runs);
        (most / 4).next_multiple_of(8).clamp(STAGING[0], STAGING[1])
    }

    /// Bytes of one run's inputs, samples, summaries, events and status in the arrays of a part.
    pub(crate) fn bytes_per_run(&self) -> [usize; 5] {
        if self.resident.is_some() {
            return [self.rows[0] * size_of::<f64>(), 0, 0, 0, size_of::<u32>()];
        }
        let [inputs, samples, summaries, events] = self.rows;
        let [double, real] = [size_of::<f64>(), self.real_bytes];
        [inputs * double, samples * real, summaries * real, events * double, size_of::<u32>()]
    }
}

/// A stream with room for a part of a chunk.
#[derive(Debug)]
pub(crate) struct Slot {
    stream: Arc<dyn Stream>,
    inputs: Box<dyn Buffer>,
    /// Samples, summaries, events, status words.
    results: [Box<dyn Buffer>; RESULTS],
    counters: Box<dyn Buffer>,
    factors: Box<dyn Buffer>,
    saved: Box<dyn Buffer>,
    times: Box<dyn Buffer>,
    uniforms: Box<dyn Buffer>,
    staging: [Box<dyn Buffer>; 2],
    /// The counters on the host.
    counted: Box<dyn Buffer>,
    threads: usize,
    quota: u64,
}

/// When launches were under way, counted from an event of the same device.
pub(crate) type Intervals = Vec<(Duration, Duration)>;

/// What all slots of a chunk share.
pub(crate) struct Common<'a, P> {
    pub(crate) shape: &'a Shape<'a>,
    pub(crate) inputs: ChunkInputs<'a>,
    /// The parts that nobody works on yet.
    pub(crate) parts: &'a Mutex<P>,
    pub(crate) watch: &'a Watch<'a>,
    /// Set by a slot that has failed.
    pub(crate) stop: &'a AtomicBool,
}

impl<P> Common<'_, P> {
    fn is_over(&self) -> bool {
        self.stop.load(Relaxed) || self.watch.interrupt.load(Relaxed)
    }
}

impl Slot {
    /// Room for `runs` runs at a time.
    pub(crate) fn new(engine: &dyn Engine, shape: &Shape<'_>, runs: usize) -> Result<Self, DeviceError> {
        let stream = engine.device().stream()?;
        let device = |bytes: usize| stream.allocate(Placement::Device, bytes.max(8));
        let pinned = |bytes: usize| stream.allocate(Placement::Pinned, bytes);
        let [inputs, samples, summaries, events, status] = shape.bytes_per_run().map(|bytes| bytes * runs);
        let threads = shape.threads(engine).min(runs.next_multiple_of(crate::BLOCK as usize));
        let staging = shape.staging_bytes(runs);
        Ok(Slot {
            inputs: device(inputs)?,
            results: [device(samples)?, device(summaries)?, device(events)?, device(status)?],
            counters: device(COUNTERS * size_of::<u64>())?,
            factors: device(shape.factor_bytes * threads)?,
            saved: device(shape.saved_words * threads * size_of::<u64>())?,
            times: device(size_of_val(shape.sample_times))?,
            uniforms: device(shape.uniforms.len())?,
            staging: [pinned(staging)?, pinned(staging)?],
            counted: pinned(COUNTERS * size_of::<u64>())?,
            stream,
            threads,
            quota: (FIRST_INSTRUCTIONS / shape.instructions.max(1) as u64).max(1),
        })
    }

    /// An event to count times from.
    pub(crate) fn mark(&self) -> Result<Arc<dyn Event>, DeviceError> {
        self.stream.mark()
    }

    /// Computes parts until none is left, the caller interrupts or another slot fails.
    pub(crate) fn work<'a>(
        &mut self,
        engine: &dyn Engine,
        common: &Common<'_, impl Iterator<Item = Part<'a>>>,
        zero: &dyn Event,
    ) -> Result<(ChunkReport, Intervals), DeviceError> {
        let shape = common.shape;
        self.stream.upload(cast_slice(shape.sample_times), &mut *self.times, 0)?;
        self.stream.upload(shape.uniforms, &mut *self.uniforms, 0)?;
        let mut report = ChunkReport::default();
        let mut intervals = Vec::new();
        loop {
            let part = common.parts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
            let Some(mut part) = part else { return Ok((report, intervals)) };
            self.send_inputs(common, &part)?;
            let job = self.job(engine, shape, &part.runs)?;
            let mut finished = 0;
            while finished < job.runs {
                if common.is_over() {
                    report.interrupted = true;
                    return Ok((report, intervals));
                }
                intervals.extend(self.launch(engine, shape, &job, zero)?);
                let counters: &[u64] = cast_slice(self.counted.host()?);
                common.watch.finished_runs.fetch_add(counters[1] - finished, Relaxed);
                finished = counters[1];
                if finished == job.runs {
                    report.accepted_steps += counters[2];
                    report.rejected_steps += counters[3];
                    report.newton_iterations += counters[4];
                    report.unrecorded_events += counters[5];
                }
            }
            self.fetch_results(&mut part)?;
        }
    }

    /// Copies the inputs of a part to the device.
    fn send_inputs<P>(&mut self, common: &Common<'_, P>, part: &Part<'_>) -> Result<(), DeviceError> {
        let ChunkInputs { runs: all, values } = common.inputs;
        let length = part.runs.len();
        let numbers = common.shape.rows[0] * length;
        let piece = self.staging[0].bytes() / size_of::<f64>();
        for (i, first) in (0..numbers).step_by(piece).enumerate() {
            let count = piece.min(numbers - first);
            let staging = &mut self.staging[i % 2];
            let room: &mut [f64] = cast_slice_mut(staging.host_mut()?);
            let mut at = 0;
            while at < count {
                let (input, run) = ((first + at) / length, (first + at) % length);
                let some = (length - run).min(count - at);
                let from = input * all + part.runs.start + run;
                room[at..at + some].copy_from_slice(&values[from..from + some]);
                at += some;
            }
            let [bytes, to] = [count, first].map(|numbers| numbers * size_of::<f64>());
            self.stream.copy(&**staging, 0, &mut *self.inputs, to, bytes)?;
        }
        let nothing: &mut [u64] = cast_slice_mut(self.counted.host_mut()?);
        nothing.fill(0);
        self.stream.copy(&*self.counted, 0, &mut *self.counters, 0, COUNTERS * size_of::<u64>())
    }

    fn job(
        &mut self,
        engine: &dyn Engine,
        shape: &Shape<'_>,
        part: &Range<usize>,
    ) -> Result<Job, DeviceError> {
        let runs = part.len();
        let [samples, summaries, events, status] = &mut self.results;
        let job = Job {
            inputs: engine.address(&mut *self.inputs)?,
            samples: engine.address(&mut **samples)?,
            summaries: engine.address(&mut **summaries)?,
            events: engine.address(&mut **events)?,
            status: engine.address(&mut **status)?,
            sample_times: engine.address(&mut *self.times)?,
            counters: engine.address(&mut *self.counters)?,
            factors: engine.address(&mut *self.factors)?,
            saved: engine.address(&mut *self.saved)?,
            runs: runs as u64,
            stride: runs as u64,
            threads: self.threads as u64,
            ..shape.job
        };
        let Some(resident) = &shape.resident else { return Ok(job) };
        // A part's runs are neighbours in every row of the whole arrays.
        let first =
            |array: usize| resident.addresses[array] + (part.start * resident.element_bytes[array]) as u64;
        let stride = resident.runs as u64;
        Ok(Job { samples: first(0), summaries: first(1), events: first(2), stride, ..job })
    }

    /// Launches, waits and fetches the counters. When the launch was under way.
    fn launch(
        &mut self,
        engine: &dyn Engine,
        shape: &Shape<'_>,
        job: &Job,
        zero: &dyn Event,
    ) -> Result<Option<(Duration, Duration)>, DeviceError> {
        let job = Job { quota: self.quota, ..*job };
        let uniforms = match shape.uniforms_by_value {
            true => Uniforms::Value(shape.uniforms),
            false => Uniforms::Address(engine.address(&mut *self.uniforms)?),
        };
        let begun = Instant::now();
        let start = self.stream.mark()?;
        engine.launch(&*self.stream, &job, uniforms)?;
        let end = self.stream.mark()?;
        self.stream.copy(&*self.counters, 0, &mut *self.counted, 0, COUNTERS * size_of::<u64>())?;
        self.stream.mark()?.wait()?;
        self.adapt(begun.elapsed());
        Ok(start.since(zero).zip(end.since(zero)))
    }

    /// Makes the next launch about as long as it should be. How many attempts a launch has changes no result.
    fn adapt(&mut self, took: Duration) {
        if took < SHORTEST {
            self.quota = self.quota.saturating_mul(2);
        } else if took > LONGEST {
            self.quota = (self.quota / 2).max(1);
        }
    }

    /// Takes the results from the device: while one piece goes from pinned memory to the caller's arrays, the next arrives.
    fn fetch_results(&mut self, part: &mut Part<'_>) -> Result<(), DeviceError> {
        let piece = self.staging[0].bytes();
        let pieces: Vec<(usize, usize, usize)> = (0..self.results.len())
            .flat_map(|array| {
                let bytes = part.bytes(array);
                (0..bytes).step_by(piece).map(move |at| (array, at, piece.min(bytes - at)))
            })
            .collect();
        let fetch = |i: usize, staging: &mut [Box<dyn Buffer>; 2]| match pieces.get(i) {
            Some(&(array, at, bytes)) => {
                self.stream.copy(&*self.results[array], at, &mut *staging[i % 2], 0, bytes)
            }
            None => Ok(()),
        };
        fetch(0, &mut self.staging)?;
        for (i, &(array, at, bytes)) in pieces.iter().enumerate() {
            fetch(i + 1, &mut self.staging)?;
            part.take(array, at, &self.staging[i % 2].host()?[..bytes]);
        }
        Ok(())
    }
}

/// How much time intervals cover together.
pub(crate) fn covered(mut intervals: Intervals) -> Duration {
    intervals.sort_unstable();
    let (mut sum, mut reached) = (Duration::ZERO, Duration::ZERO);
    for (start, end) in intervals {
        let start = start.max(reached);
        sum += end.saturating_sub(start);
        reached = reached.max(end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_counts_once() {
        let interval = |from, to| (Duration::from_millis(from), Duration::from_millis(to));
        let intervals = vec![interval(30, 35), interval(0, 10), interval(5, 12), interval(6, 8)];
        assert_eq!(covered(intervals), Duration::from_millis(17));
        assert_eq!(covered(Vec::new()), Duration::ZERO);
    }
}
