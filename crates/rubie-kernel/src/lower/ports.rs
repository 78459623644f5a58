//! Where the programs find what symbols stand for.

use rubie_expr::Expr;
use rubie_method::StepGraph;
use rubie_model::System;
use rubie_program::{Place, Port, Rate};

use super::arrange::between;
use crate::layout::{Input, Inputs, Layout};

/// Where every symbol is found, and how often it changes.
pub(super) fn ports<'g>(
    system: &System<'g>,
    step: &StepGraph<'g>,
    inputs: &Inputs,
    initial: &[Expr<'g>],
    layout: &Layout,
) -> Vec<Port<'g>> {
    let mut ports = Vec::new();
    let mut add = |symbol, place, rate| ports.push(Port { symbol, place, rate });
    let row = Place::Row;
    for (state, at) in system.states.iter().zip(layout.states.clone()) {
        add(state.symbol, row(at), Rate::Attempt);
    }
    for (memory, at) in step.memory.iter().zip(layout.memory.clone()) {
        add(memory.symbol, row(at), Rate::Attempt);
    }
    for (control, at) in step.controls.iter().zip(layout.controls.clone()) {
        add(*control, Place::Uniform(at), Rate::Solve);
    }
    for (j, at) in layout.parameters.clone().enumerate() {
        if !inputs.varying.contains(&Input::Parameter(j)) {
            add(system.parameters[j].symbol, Place::Uniform(at), Rate::Solve);
        }
    }
    for (i, at) in inputs.fixed_initials.iter().zip(layout.initials.clone()) {
        add(initial[*i], Place::Uniform(at), Rate::Solve);
    }
    for (input, at) in inputs.varying.iter().zip(layout.inputs.clone()) {
        let symbol = match *input {
            Input::State(i) => initial[i],
            Input::Parameter(j) => system.parameters[j].symbol,
        };
        add(symbol, row(at), Rate::Run);
    }
    for (symbol, at) in between(system, step).into_iter().zip(layout.between.clone()) {
        add(symbol, row(at), Rate::Attempt);
    }
    if let Some(dense) = &step.dense {
        for (export, at) in dense.exports.iter().zip(layout.exports.clone()) {
            add(export.symbol, row(at), Rate::Dense);
        }
    }
    ports
}

/// Where the step finds what a clock of its own writes.
pub(super) fn ports_of_step<'g>(
    system: &System<'g>,
    step: &StepGraph<'g>,
    sample_time: Expr<'g>,
    layout: &Layout,
) -> Vec<Port<'g>> {
    let row = |symbol, row, rate| Port { symbol, place: Place::Row(row), rate };
    let mut ports = vec![row(system.time, layout.time, Rate::Attempt), port_of_dt(step, layout)];
    if let Some(dense) = &step.dense {
        ports.push(row(dense.theta, layout.theta, Rate::Sample));
        ports.push(row(sample_time, layout.sample_time, Rate::Sample));
    }
    ports
}

/// Where the size of the attempted step is found.
pub(super) fn port_of_dt<'g>(step: &StepGraph<'g>, layout: &Layout) -> Port<'g> {
    Port { symbol: step.dt, place: Place::Row(layout.dt), rate: Rate::Attempt }
}
