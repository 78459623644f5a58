//! What runs a compiled kernel: a GPU, or, in tests, the host.

use std::fmt;

use rubie_memory::{Buffer, Device, DeviceError, Stream};

/// What a launch works on: the structure `Job` of the printed source, field by field. Arrays are addresses on the device.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Job {
    /// f64 (input, run).
    pub inputs: u64,
    /// (time, variable, run) in the kernel's precision.
    pub samples: u64,
    /// (window, column, run) in the kernel's precision.
    pub summaries: u64,
    /// f64 (slot, when or which, run): recorded events.
    pub events: u64,
    /// u32 (run).
    pub status: u64,
    /// f64: the times of the samples, and infinity.
    pub sample_times: u64,
    /// u64: next run, finished runs, accepted steps, rejected steps, Newton iterations, events without a slot.
    pub counters: u64,
    /// (number, thread) in the kernel's precision: factors of dense matrices.
    pub factors: u64,
    /// u64 (word, thread): the runs that a launch leaves unfinished. All zeros hold none.
    pub saved: u64,
    /// Number of runs.
    pub runs: u64,
    /// Runs of the arrays of samples, summaries and events, of which a job may have a part.
    pub stride: u64,
    /// Number of threads that take part.
    pub threads: u64,
    /// Attempts of each thread in this launch.
    pub quota: u64,
    /// Times by variables.
    pub sample_rows: u64,
    /// Windows by columns.
    pub summary_rows: u64,
    /// Slots by 2.
    pub event_rows: u64,
    /// Start of the integration.
    pub t0: f64,
    /// Time of the first sample after it.
    pub first_sample: f64,
    /// Time of the first summary sample.
    pub first_summary: f64,
    /// Its index.
    pub first_index: f64,
    /// Samples that the first window lacks.
    pub first_left: f64,
}

/// The second argument of a launch.
#[derive(Clone, Copy, Debug)]
pub enum Uniforms<'a> {
    /// The numbers themselves.
    Value(&'a [u8]),
    /// Their address on the device.
    Address(u64),
}

/// A compiled kernel on a device.
pub trait Engine: fmt::Debug + Send + Sync {
    /// The device.
    fn device(&self) -> &dyn Device;

    /// How many threads keep it busy, a multiple of [`crate::BLOCK`].
    fn threads(&self) -> usize;

    /// The address of a buffer as the device's code sees it.
    ///
    /// # Errors
    /// The buffer is not one of the device's.
    fn address(&self, buffer: &mut dyn Buffer) -> Result<u64, DeviceError>;

    /// Queues a launch of `job.threads` threads.
    ///
    /// # Errors
    /// The device refuses it.
    fn launch(&self, stream: &dyn Stream, job: &Job, uniforms: Uniforms<'_>) -> Result<(), DeviceError>;
}
