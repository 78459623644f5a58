//! Numbers for all rows and uniforms that have a meaning of their own.

use std::collections::{HashMap, HashSet};

use rubie_expr::{Expr, NodeId};
use rubie_method::{Call, StepGraph};
use rubie_model::System;

use super::Recording;
use crate::layout::{ClockKind, ClockLayout, EventExchange, Inputs, Layout, Numbers, SummaryLayout};

/// The layout, as far as it is known before lowering, and the first row and uniform that are free.
pub(super) fn arrange(
    system: &System<'_>,
    step: &StepGraph<'_>,
    recording: &Recording<'_, '_>,
    [timed_events, conditions, of_model]: [usize; 3],
    inputs: &Inputs,
    apart: Option<&ClockLayout>,
    strides: bool,
) -> (Layout, u32, u32) {
    let mut rows = Numbers::new();
    let mut uniforms = Numbers::new();
    let exports = step.dense.as_ref().map_or(0, |dense| dense.exports.len());
    let (time, dt, next_dt) = (rows.one(), rows.one(), rows.one());
    let clock = match apart {
        Some(clock) => clock.clone(),
        None => {
            let (summaries, conditions) = (recording.summaries.is_some(), conditions > 0);
            let inside = exports > 0 && !conditions;
            let kind = ClockKind { summaries, conditions, strides, inside };
            ClockLayout::new([time, next_dt, dt], kind, &mut rows, &mut uniforms)
        }
    };
    let summaries = recording.summaries.map(|summaries| SummaryLayout {
        accumulators: rows.many(summaries.accumulators().len()),
        results: rows.many(summaries.columns().len()),
        controls: uniforms.many(summaries.controls().len()),
        due: rows.one(),
    });
    let within = usize::from(apart.is_none());
    let states = rows.many(system.states.len());
    let memory = rows.many(step.memory.len());
    let layout = Layout {
        clock,
        time,
        dt,
        next_dt,
        states,
        iterations: step.iterations.map(|place| memory.start + place as u32),
        memory,
        inputs: rows.many(inputs.varying.len()),
        between: rows.many(between(system, step).len()),
        accepted: rows.one(),
        trouble: rows.one(),
        theta: rows.one(),
        sample_time: rows.one(),
        exports: rows.many(exports),
        sampled: rows.many(recording.samples.width()),
        summaries,
        exchange: (apart.is_some() && timed_events + conditions > 0)
            .then(|| EventExchange::new(timed_events, &mut rows)),
        event_counts: rows.many(within * timed_events),
        event_times: rows.many(within * timed_events),
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

/// The symbols of what parts of an attempt, and of the initialisation, leave for others; states have rows of their own.
pub(super) fn between<'g>(system: &System<'g>, step: &StepGraph<'g>) -> Vec<Expr<'g>> {
    let initialisation = step.initialisation.iter().flat_map(|own| [&own.begin, &own.iterate]);
    let outputs = step.parts.iter().chain(initialisation).flat_map(|part| &part.outputs);
    let wanted = step.initialisation.iter().map(|own| own.wanted);
    let called = step.parts.iter().flat_map(|part| &part.calls).flat_map(|call| match call {
        Call::Factor { matrix } => vec![step.matrices[*matrix].singular],
        Call::Solve { solution, .. } => solution.clone(),
    });
    let symbols = outputs.map(|(symbol, _)| *symbol).chain(called).chain(wanted);
    let states = system.state_symbols();
    let mut seen: HashSet<NodeId> = states.into_iter().map(Expr::id).collect();
    symbols.filter(|symbol| seen.insert(symbol.id())).collect()
}

/// The row of each symbol that a part of an attempt, or of the initialisation, may write.
pub(super) fn rows_of_parts(
    system: &System<'_>,
    step: &StepGraph<'_>,
    layout: &Layout,
) -> HashMap<NodeId, u32> {
    let states = system.state_symbols().into_iter().zip(layout.states.clone());
    let between = between(system, step).into_iter().zip(layout.between.clone());
    states.chain(between).map(|(symbol, row)| (symbol.id(), row)).collect()
}
