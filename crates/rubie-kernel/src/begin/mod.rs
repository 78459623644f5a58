//! What every kernel begins a chunk with, whatever runs it: checks, the values of the given uniforms, where clocks start.

mod check;

use std::sync::Arc;

use rubie_program::{Element, Executor, Rows, Uniforms};

use crate::backend::{Controls, SummaryControls};
use crate::clock::ClockPrograms;

pub use check::{check, event_slots};

/// The values of the clock's uniforms, which have the numbers from 0 on.
pub fn limits(controls: &Controls) -> Vec<f64> {
    let mut limits = vec![controls.t0, controls.end, controls.dt_min, controls.max_attempts as f64];
    if let Some(SummaryControls { schedule, .. }) = &controls.summaries {
        let counts = [schedule.samples() as f64, schedule.samples_per_window() as f64];
        limits.extend([schedule.start(), schedule.interval(), schedule.end()]);
        limits.extend(counts);
    }
    limits
}

/// The values of the uniforms of a clock apart, from 0 on: its [`limits`], and with events of the model the parameters.
pub fn apart(controls: &Controls, clock: &ClockPrograms) -> Vec<f64> {
    let mut values = limits(controls);
    if clock.events.is_some() {
        values.extend(&controls.parameters);
    }
    values
}

/// The values of the programs' uniforms from 0 on, as far as they are given; the others are computed by the solve program.
///
/// # Arguments
/// - `apart`: whether the clock stands apart and has its [`limits`] among uniforms of its own.
pub fn given(controls: &Controls, apart: bool) -> Vec<f64> {
    let limits = if apart { Vec::new() } else { limits(controls) };
    let metrics = controls.summaries.as_ref().map_or(&[][..], |summaries| &summaries.controls);
    [&limits[..], metrics, &controls.controls, &controls.parameters, &controls.initials].concat()
}

/// The uniforms of the programs: the given ones, and those that depend on them only, which the solve program computes.
///
/// # Arguments
/// - `given`: as [`given`] gives them.
/// - `table`: [`Controls::table`] in the precision of the programs.
/// - `hoisted`: [`crate::KernelSpec::solve_outputs`].
/// - `rows`, `count`: number of rows and of uniforms of the layout.
pub fn uniforms<T: Element>(
    solve: &dyn Executor<T>,
    given: &[f64],
    table: Arc<[T]>,
    hoisted: &[(u32, u32)],
    [rows, count]: [u32; 2],
) -> Uniforms<T> {
    let mut uniforms = Uniforms::new(count as usize);
    uniforms.set_table(table);
    for (i, value) in given.iter().enumerate() {
        uniforms.set(i as u32, T::from_f64(*value));
    }
    if !hoisted.is_empty() {
        let mut scratch = Rows::new(rows as usize, T::LANES_PER_VECTOR);
        solve.execute(&mut scratch, &uniforms);
        for &(row, uniform) in hoisted {
            uniforms.set(uniform, scratch.row(row)[0]);
        }
    }
    uniforms
}

/// The times of the samples, and infinity.
pub fn sample_times(controls: &Controls) -> Vec<f64> {
    [&controls.sample_times[..], &[f64::INFINITY]].concat()
}

/// Where the clock of a run begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct First {
    /// The start.
    pub time: f64,
    /// Time of the first sample after it.
    pub sample: f64,
    /// Where the schedule of summaries begins.
    pub summaries: Option<FirstSummary>,
}

/// The first summary sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstSummary {
    /// Its time, or the start of the recording where that is after the start of the run.
    pub time: f64,
    /// Its index: 0, or -1 for the start of the recording.
    pub index: f64,
    /// Samples of the first window.
    pub left: f64,
}

impl First {
    /// What the controls say.
    pub fn new(controls: &Controls) -> First {
        let t0 = controls.t0;
        let summaries = controls.summaries.as_ref().map(|SummaryControls { schedule, .. }| {
            let waits = schedule.start() > t0;
            FirstSummary {
                time: if waits { schedule.start() } else { schedule.time(0).unwrap_or(f64::INFINITY) },
                index: if waits { -1.0 } else { 0.0 },
                left: schedule.samples_per_window() as f64,
            }
        });
        let times = sample_times(controls);
        First { time: t0, sample: times[usize::from(times[0] == t0)], summaries }
    }
}
