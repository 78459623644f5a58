//! Numbers for all rows and uniforms that have a meaning of their own.

use rubie_method::StepGraph;
use rubie_model::System;

use super::Recording;
use crate::layout::{ClockLayout, Inputs, Layout, Numbers, SummaryLayout};

/// The layout, as far as it is known before lowering, and the first row and uniform that are free.
pub(super) fn arrange(
    system: &System<'_>,
    step: &StepGraph<'_>,
    recording: &Recording<'_, '_>,
    [timed_events, conditions, of_model]: [usize; 3],
    inputs: &Inputs,
    apart: Option<&ClockLayout>,
) -> (Layout, u32, u32) {
    let mut rows = Numbers::new();
    let mut uniforms = Numbers::new();
    let exports = step.dense.as_ref().map_or(0, |dense| dense.exports.len());
    let between = step.parts.iter().flat_map(|part| &part.outputs).map(|(symbol, _)| *symbol);
    let (time, dt, next_dt) = (rows.one(), rows.one(), rows.one());
    let clock = match apart {
        Some(clock) => clock.clone(),
        None => {
            let summaries = recording.summaries.is_some();
            ClockLayout::new([time, next_dt, dt], summaries, conditions > 0, &mut rows, &mut uniforms)
        }
    };
    let summaries = recording.summaries.map(|summaries| SummaryLayout {
        accumulators: rows.many(summaries.accumulators().len()),
        results: rows.many(summaries.columns().len()),
        controls: uniforms.many(summaries.controls().len()),
        due: rows.one(),
    });
    let layout = Layout {
        clock,
        time,
        dt,
        next_dt,
        states: rows.many(system.states.len()),
        memory: rows.many(step.memory.len()),
        inputs: rows.many(inputs.varying.len()),
        between: rows.many(unique(between).len()),
        accepted: rows.one(),
        trouble: rows.one(),
        theta: rows.one(),
        sample_time: rows.one(),
        exports: rows.many(exports),
        sampled: rows.many(recording.samples.width()),
        summaries,
        event_counts: rows.many(timed_events),
        event_times: rows.many(timed_events),
        levels: rows.many(conditions),
        crossed: rows.many(conditions),
        happened: rows.many(of_model),
        bracket: rows.many(if conditions > 0 { 2 } else { 0 }),
        controls: uniforms.many(step.controls.len()),
        parameters: uniforms.many(system.parameters.len()),
        initials: uniforms.many(inputs.fixed_initials.len()),
        recorded: Vec::new(),
        hoisted: 0..0,
        rows: 0,
        uniforms: 0,
    };
    (layout, rows.one(), uniforms.one())
}

/// Each value once, in the order of first appearance.
pub(super) fn unique<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut unique = Vec::new();
    for value in values {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}
