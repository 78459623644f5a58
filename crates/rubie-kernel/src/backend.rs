//! What a backend offers: kernels that run chunks of runs.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use bytemuck::cast_slice_mut;
use rubie_memory::{Device, DeviceError, HostDevice, Resident};
use rubie_output::SummarySchedule;
use rubie_program::Precision;

use crate::spec::KernelSpec;
use crate::status::Status;

/// Turns a [`KernelSpec`] into something that runs.
pub trait Backend: Send + Sync {
    /// Name and instruction set, for reports: `interpreter (avx512)`.
    fn description(&self) -> String;

    /// How large a chunk should be, where the number of the CPU's threads does not decide that.
    fn chunk_size(&self) -> Option<ChunkSize> {
        None
    }

    /// Prepares the programs of `spec`.
    ///
    /// # Errors
    /// [`BackendError`] where this machine or this backend cannot run them.
    fn compile(&self, spec: &KernelSpec) -> Result<Box<dyn Kernel>, BackendError>;
}

/// How large a chunk should be for a backend to work well: as large as both ask for, if the memory allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSize {
    /// Bytes of its arrays.
    pub bytes: u64,
    /// Runs.
    pub runs: u64,
}

/// A prepared model, method and output set: immutable, shared by threads and solves.
pub trait Kernel: Send + Sync {
    /// Bytes that each thread of the CPU takes while it runs, beside the arrays of the chunk; 0 where it takes none there.
    fn bytes_per_thread(&self) -> usize {
        0
    }

    /// Runs all runs of a chunk.
    ///
    /// Every run gets its status; the samples of a failed run are NaN from the point of failure on. If
    /// `watch.interrupt` is set, the call comes back early with [`ChunkReport::interrupted`] and outputs
    /// that are not to be used.
    ///
    /// # Errors
    /// [`KernelError`] if the arrays' sizes or precision do not fit the spec.
    fn run(
        &self,
        controls: &Controls,
        inputs: ChunkInputs<'_>,
        outputs: ChunkOutputs<'_>,
        watch: &Watch<'_>,
    ) -> Result<ChunkReport, KernelError>;

    /// [`Kernel::run`] with results that stay where they are computed: in the memory of a GPU, the first if there are several; for kernels
    /// on the CPU in that of the host. They are not to be used after [`ChunkReport::interrupted`].
    ///
    /// # Errors
    /// As for [`Kernel::run`]; [`KernelError::Room`] if the results do not fit the memory.
    fn run_resident(
        &self,
        controls: &Controls,
        inputs: ChunkInputs<'_>,
        numbers: &ResultNumbers,
        status: &mut [Status],
        watch: &Watch<'_>,
    ) -> Result<(ResidentResults, ChunkReport), KernelError> {
        let host = HostDevice::new(u64::MAX);
        let mut results = ResidentResults::new(&host, numbers, inputs.runs)?;
        let ResidentResults { samples, summaries, events } = &mut results;
        let events = cast_slice_mut(events.host_mut().map_err(failed)?);
        events.fill(f64::NAN);
        let outputs = ChunkOutputs {
            samples: numbers.room(samples)?,
            summaries: numbers.room(summaries)?,
            events,
            status,
        };
        let report = self.run(controls, inputs, outputs, watch)?;
        Ok((results, report))
    }
}

/// How many numbers of each kind a run leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultNumbers {
    /// Of samples and summaries.
    pub precision: Precision,
    /// Times by variables.
    pub samples: usize,
    /// Windows by columns.
    pub summaries: usize,
    /// Slots by 2; always of f64.
    pub events: usize,
}

impl ResultNumbers {
    /// Bytes of samples, summaries and events of one run.
    pub fn bytes(&self) -> [usize; 3] {
        let real = match self.precision {
            Precision::F32 => size_of::<f32>(),
            Precision::F64 => size_of::<f64>(),
        };
        [self.samples * real, self.summaries * real, self.events * size_of::<f64>()]
    }

    fn room<'a>(&self, array: &'a mut Resident) -> Result<SamplesMut<'a>, KernelError> {
        let bytes = array.host_mut().map_err(failed)?;
        Ok(match self.precision {
            Precision::F32 => SamplesMut::F32(cast_slice_mut(bytes)),
            Precision::F64 => SamplesMut::F64(cast_slice_mut(bytes)),
        })
    }
}

/// Results of all runs in the memory of a device: arrays as those of [`ChunkOutputs`].
#[derive(Debug)]
pub struct ResidentResults {
    /// Samples.
    pub samples: Resident,
    /// Summaries.
    pub summaries: Resident,
    /// Recorded events.
    pub events: Resident,
}

impl ResidentResults {
    /// Room for so many runs.
    ///
    /// # Errors
    /// [`KernelError::Room`] where the device has less memory.
    pub fn new(device: &dyn Device, numbers: &ResultNumbers, runs: usize) -> Result<Self, KernelError> {
        let needed = numbers.bytes().iter().sum::<usize>() * runs;
        let room = |bytes: usize| {
            Resident::new(device, bytes * runs).map_err(|error| match error {
                DeviceError::OutOfMemory { free, .. } => {
                    KernelError::Room { device: device.name(), runs, needed: needed as u64, free }
                }
                error => failed(error),
            })
        };
        let [samples, summaries, events] = numbers.bytes().map(room);
        Ok(ResidentResults { samples: samples?, summaries: summaries?, events: events? })
    }
}

fn failed(error: DeviceError) -> KernelError {
    KernelError::Device(error.to_string())
}

/// What steers a solve: data, never compiled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Controls {
    /// Start of the integration.
    pub t0: f64,
    /// End of the integration.
    pub end: f64,
    /// Times of the samples, increasing, none after the end; empty where only summaries are recorded.
    pub sample_times: Vec<f64>,
    /// When and how summaries are taken, for kernels that have them.
    pub summaries: Option<SummaryControls>,
    /// Runs that try this many steps in vain are given up.
    pub max_attempts: u64,
    /// Rejected steps of this size or below end a run.
    pub dt_min: f64,
    /// Values of [`crate::Layout::controls`].
    pub controls: Vec<f64>,
    /// Values of [`crate::Layout::parameters`].
    pub parameters: Vec<f64>,
    /// Values of [`crate::Layout::initials`].
    pub initials: Vec<f64>,
    /// Numbers that programs look up, empty where they look up none.
    pub table: Arc<[f64]>,
    /// Threads to use, for backends on the CPU.
    pub threads: NonZeroUsize,
}

/// What steers the summaries.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryControls {
    /// Samples and windows.
    pub schedule: SummarySchedule,
    /// Values of [`crate::SummaryLayout::controls`].
    pub controls: Vec<f64>,
}

/// The varying inputs of a chunk: shape (input, run), run fastest.
#[derive(Clone, Copy, Debug)]
pub struct ChunkInputs<'a> {
    /// Number of runs.
    pub runs: usize,
    /// `values[input * runs + run]`, inputs in the order of [`crate::Inputs::varying`].
    pub values: &'a [f64],
}

/// Room for samples or summaries of a chunk in the precision of the kernel.
#[derive(Debug)]
pub enum SamplesMut<'a> {
    /// Shape (time or window, variable, run), run fastest.
    F32(&'a mut [f32]),
    /// Shape (time or window, variable, run), run fastest.
    F64(&'a mut [f64]),
}

/// Room for the results of a chunk.
#[derive(Debug)]
pub struct ChunkOutputs<'a> {
    /// Samples of the saved variables.
    pub samples: SamplesMut<'a>,
    /// Results of the summaries, shape (window, column, run); empty where there are none.
    pub summaries: SamplesMut<'a>,
    /// The first events of each run, shape (slot, 2, run), run fastest: when, and which one (its number among the model's events, from
    /// 0). The caller fills in NaN, which slots that are left keep; empty where events are not recorded.
    pub events: &'a mut [f64],
    /// One word per run.
    pub status: &'a mut [Status],
}

/// How the caller watches and stops a chunk from outside.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// Set to stop soon.
    pub interrupt: &'a AtomicBool,
    /// Counts runs as they finish.
    pub finished_runs: &'a AtomicU64,
}

/// What happened in a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkReport {
    /// Accepted steps of all runs.
    pub accepted_steps: u64,
    /// Rejected steps of all runs.
    pub rejected_steps: u64,
    /// Newton iterations of all attempts of all runs.
    pub newton_iterations: u64,
    /// Events for which no slot was left, where events are recorded.
    pub unrecorded_events: u64,
    /// Time for which a device apart (of several the busiest) had launches under way, transfers left out; zero on the CPU.
    pub device_time: Duration,
    /// Whether the chunk was stopped before its end.
    pub interrupted: bool,
}

impl ChunkReport {
    /// Adds what happened elsewhere.
    pub fn add(&mut self, other: ChunkReport) {
        self.accepted_steps += other.accepted_steps;
        self.rejected_steps += other.rejected_steps;
        self.newton_iterations += other.newton_iterations;
        self.unrecorded_events += other.unrecorded_events;
        self.device_time += other.device_time;
        self.interrupted |= other.interrupted;
    }
}

/// Why a backend cannot compile a spec.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// An executor refused a program.
    #[error("the {backend} backend cannot prepare the program `{program}`: {reason}")]
    Program {
        /// Which backend.
        backend: String,
        /// Which program.
        program: String,
        /// Why.
        reason: String,
    },
    /// A part of the backend that is not on this machine.
    #[error("the {backend} backend: {reason}")]
    Unavailable {
        /// Which backend.
        backend: String,
        /// What is missing or refuses, and what would help.
        reason: String,
    },
}

/// Arrays that do not fit the kernel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// An array has another length than runs, inputs, times and variables ask for.
    #[error("the array of {what} has {found} elements, this kernel needs {needed}")]
    Length {
        /// Which array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// What it should be.
        needed: usize,
    },
    /// Room for events where none are recorded.
    #[error("events are recorded of models that have some")]
    Events,
    /// Results that are to stay on a device have no room there.
    #[error(
        "the results of {runs} runs take {:.1} MiB, of {device}'s memory {:.1} MiB may be used: save less of each run, solve fewer runs at a \
         time, or let results go to the host's memory",
        mebibytes(*needed), mebibytes(*free)
    )]
    Room {
        /// Its name.
        device: String,
        /// Runs of the batch.
        runs: usize,
        /// Bytes of all results.
        needed: u64,
        /// Bytes that may be used.
        free: u64,
    },
    /// f32 room for an f64 kernel or the other way round.
    #[error("the samples' array has another precision than the kernel")]
    Precision,
    /// Times that do not fit each other or the kernel.
    #[error(
        "the end must lie after t0, no sample after the end, and samples between them need an interpolant"
    )]
    Times,
    /// Summaries asked of a kernel that has none, or none asked of one that has.
    #[error("the kernel and its controls must both have summaries, or neither")]
    Summaries,
    /// The device on which the kernel runs refused or failed.
    #[error("{0}")]
    Device(String),
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
