//! Whether the arrays and numbers that a caller gives fit a kernel.

use crate::backend::{ChunkInputs, Controls, KernelError};
use crate::layout::Layout;

/// Checks what every backend needs of a chunk: times, summaries, the lengths of inputs and of [samples, summaries, status words].
///
/// # Arguments
/// - `has_dense`: whether the kernel can take samples inside steps.
///
/// # Errors
/// [`KernelError`] with the first thing that does not fit.
pub fn check(
    layout: &Layout,
    has_dense: bool,
    controls: &Controls,
    inputs: ChunkInputs<'_>,
    [samples, summaries, status]: [usize; 3],
) -> Result<(), KernelError> {
    let runs = inputs.runs;
    if !times_fit(controls, has_dense) {
        return Err(KernelError::Times);
    }
    let (summary_layout, summary_controls) = (layout.summaries.as_ref(), controls.summaries.as_ref());
    if summary_layout.is_some() != summary_controls.is_some() {
        return Err(KernelError::Summaries);
    }
    let windows = summary_controls.map_or(0, |controls| controls.schedule.windows());
    let columns = summary_layout.map_or(0, |layout| layout.results.len());
    let metric_controls = summary_layout.map_or(0, |layout| layout.controls.len());
    let metric_values = summary_controls.map_or(0, |controls| controls.controls.len());
    let lengths = [
        ("inputs", inputs.values.len(), layout.inputs.len() * runs),
        ("samples", samples, controls.sample_times.len() * layout.recorded.len() * runs),
        ("summaries", summaries, windows * columns * runs),
        ("status words", status, runs),
        ("controls", controls.controls.len(), layout.controls.len()),
        ("metric controls", metric_values, metric_controls),
        ("parameters", controls.parameters.len(), layout.parameters.len()),
        ("initial values", controls.initials.len(), layout.initials.len()),
    ];
    for (what, found, needed) in lengths {
        if found != needed {
            return Err(KernelError::Length { what, found, needed });
        }
    }
    Ok(())
}

/// How many events of each run have slots in an array of so many numbers.
///
/// # Errors
/// [`KernelError::Events`] where the model has none; [`KernelError::Length`] for an array that is not one of slots.
pub fn event_slots(layout: &Layout, numbers: usize, runs: usize) -> Result<usize, KernelError> {
    if numbers > 0 && layout.happened.is_empty() {
        return Err(KernelError::Events);
    }
    let slots = numbers / (2 * runs).max(1);
    let needed = 2 * slots * runs;
    if numbers != needed {
        return Err(KernelError::Length { what: "events", found: numbers, needed });
    }
    Ok(slots)
}

/// Whether the run has a length, and all samples can be taken.
fn times_fit(controls: &Controls, has_dense: bool) -> bool {
    let Controls { t0, end, ref sample_times, ref summaries, .. } = *controls;
    let inside = |time: f64| time > t0 && time < end;
    let between = |time: f64| time >= t0 && time <= end;
    let schedule = summaries.as_ref().map(|summaries| &summaries.schedule);
    let summary_times = schedule.map(|schedule| [schedule.start(), schedule.end()]);
    let inside_summaries = schedule.is_some_and(|schedule| schedule.samples() > 1 || schedule.start() > t0);
    let needs_dense = sample_times.iter().any(|time| inside(*time)) || inside_summaries;
    end > t0
        && (has_dense || !needs_dense)
        && sample_times.is_sorted()
        && sample_times.iter().chain(summary_times.iter().flatten()).all(|time| between(*time))
}
