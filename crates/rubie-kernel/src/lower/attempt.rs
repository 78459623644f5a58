//! The programs of an attempted step, with the clock within them or not.

use std::collections::HashMap;

use rubie_expr::{Expr, NodeId, Substitution};
use rubie_method::{self as method, Matrix, StepGraph};
use rubie_model::System;
use rubie_program::{DenseMatrix, Phase, Place, Rate};

use super::conditions::Conditions;
use super::row_of;
use crate::clock::{ClockGraph, Strides};
use crate::layout::{EventExchange, Layout};
use crate::spec::{AttemptPart, Call};
use crate::status::Status;

/// Systems up to this size have the clock in the same program as the step.
const MOST_STATES: usize = 64;

/// The phases of an attempt, and the order in which they run.
pub(super) fn attempt<'g>(
    step: &StepGraph<'g>,
    (within, conditions): (Option<&ClockGraph<'g>>, &Conditions<'g>),
    rows: &HashMap<NodeId, u32>,
    layout: &Layout,
) -> (Vec<Phase<'g>>, Vec<AttemptPart>) {
    let mut phases: Vec<Phase<'g>> = Vec::new();
    let mut parts = Vec::new();
    let row = |symbol: &Expr<'g>| row_of(*symbol, rows, layout);
    let own_part = within.filter(|_| !clock_fits(step));
    if let Some(clock) = own_part {
        let outputs = vec![(clock.propose().tried, Place::Row(layout.dt))];
        parts.push(AttemptPart::program(0));
        phases.push(Phase { name: "propose", rate: Rate::Attempt, outputs });
    }
    for part in &step.parts {
        let outputs: Vec<_> =
            part.outputs.iter().map(|(symbol, value)| (*value, Place::Row(row(symbol)))).collect();
        let program = phases.iter().position(|phase| phase.outputs == outputs).unwrap_or(phases.len());
        if program == phases.len() {
            phases.push(Phase { name: part.name, rate: Rate::Attempt, outputs });
        }
        let calls = part.calls.iter().map(|call| called(call, row)).collect();
        parts.push(AttemptPart { program, calls, pending: part.pending.as_ref().map(row), with: part.with });
    }
    parts.push(AttemptPart::program(phases.len()));
    phases.push(Phase {
        name: "attempt",
        rate: Rate::Attempt,
        outputs: end(step, within, conditions, layout),
    });
    (phases, parts)
}

/// A call, by rows.
fn called<'g>(call: &method::Call<'g>, row: impl Fn(&Expr<'g>) -> u32) -> Call {
    match call {
        method::Call::Factor { matrix } => Call::Factor { matrix: *matrix },
        method::Call::Solve { matrix, right, solution } => {
            let [right, solution] = [right, solution].map(|symbols| symbols.iter().map(&row).collect());
            Call::Solve { matrix: *matrix, right, solution }
        }
    }
}

/// The matrices that are factored between parts, by rows.
pub(super) fn matrices(
    step: &StepGraph<'_>,
    rows: &HashMap<NodeId, u32>,
    layout: &Layout,
) -> Vec<DenseMatrix> {
    let matrix = |matrix: &Matrix<'_>| {
        let entry =
            |(i, j, symbol): &(usize, usize, Expr<'_>)| [*i as u32, *j as u32, row_of(*symbol, rows, layout)];
        let entries = matrix.entries.iter().map(entry).collect();
        let singular = row_of(matrix.singular, rows, layout);
        DenseMatrix { size: matrix.size as u32, entries, singular }
    };
    step.matrices.iter().map(matrix).collect()
}

/// Whether attempts only count: all steps have the same size, nothing but the clock's end can change that, and nothing but states
/// that are not finite can be wrong with them.
pub(super) fn strides(step: &StepGraph<'_>, within: bool, events: usize) -> bool {
    within && events == 0 && step.fixed && step.parts.is_empty() && step.troubles.is_empty()
}

/// The phases of such attempts: a step, its count alone, what it means, and a shorter last step.
pub(super) fn stride_phases<'g>(
    system: &System<'g>,
    step: &StepGraph<'g>,
    strides: &Strides<'_, 'g>,
    layout: &Layout,
) -> [Phase<'g>; 4] {
    let old = system.state_symbols();
    let finite = |states: &[Expr<'g>]| method::all_finite(system.graph, states);
    let (values, rows): (Vec<_>, Vec<_>) = results(step, layout).into_iter().unzip();
    // After a step that failed the run is over, and nobody reads what it remembers.
    let succeeded = (step.accepted, system.graph.truth(true));
    let after = |size, now| {
        Substitution::new(system.graph, &[(step.dt, size), (system.time, now), succeeded]).apply(&values)
    };
    let trouble = Place::Row(layout.trouble);

    let new = after(strides.size, strides.now());
    let counted = strides.count(&new[..old.len()], &layout.clock);
    let outputs = new.into_iter().zip(rows.iter().copied()).chain(counted).collect();
    let attempt = Phase { name: "attempt", rate: Rate::Attempt, outputs };

    let outputs = strides.count(&old, &layout.clock).to_vec();
    let count = Phase { name: "count", rate: Rate::Attempt, outputs };

    let mut outputs = strides.settle(finite(&old), &layout.clock);
    outputs.push((non_finite(finite(&old)), trouble));
    let settle = Phase { name: "settle", rate: Rate::Attempt, outputs };

    let mut new = after(strides.last, strides.landing_from());
    let (lands, lands_well) = (strides.lands(), finite(&new[..old.len()]));
    // What only the interpolant reads need not be kept in other lanes.
    let kept = old.iter().copied().chain(step.memory.iter().map(|memory| memory.symbol));
    for (new, old) in new.iter_mut().zip(kept) {
        *new = lands.select(*new, old);
    }
    let bit = lands.select(non_finite(lands_well), non_finite(finite(&old)));
    let outputs = new.into_iter().zip(rows).chain([(bit, trouble)]);
    let outputs = outputs.chain(strides.land(lands_well, &layout.clock)).collect();
    [attempt, count, settle, Phase { name: "land", rate: Rate::Sample, outputs }]
}

/// Whether the clock's step size may be written into the expressions of the step. It costs a copy of them, and one that is
/// large gains nothing from it.
fn clock_fits(step: &StepGraph<'_>) -> bool {
    step.parts.is_empty() && step.next_states.len() <= MOST_STATES
}

/// What the last part of an attempt leaves; with the clock within, that takes the outcome.
fn end<'g>(
    step: &StepGraph<'g>,
    within: Option<&ClockGraph<'g>>,
    conditions: &Conditions<'g>,
    layout: &Layout,
) -> Vec<(Expr<'g>, Place)> {
    let results = results(step, layout);
    let accepted = [(step.accepted, layout.accepted), (step.next_dt, layout.next_dt)];
    let accepted = accepted.map(|(value, row)| (value, Place::Row(row)));
    let trouble = (trouble(step), Place::Row(layout.trouble));
    let mut outputs: Vec<_> = results.into_iter().chain([trouble]).chain(accepted).collect();
    let Some(clock) = within else {
        outputs
            .extend(layout.exchange.iter().flat_map(|exchange| crossed(step, conditions, exchange, layout)));
        return outputs;
    };
    let mut proposal = clock.propose();
    if clock_fits(step) {
        replace(&mut outputs, step.dt, proposal.tried);
    } else {
        proposal.tried = step.dt;
    }
    let next_dt = outputs.pop().map_or(proposal.tried, |(value, _)| value);
    let accepted = outputs.pop().map_or(step.accepted, |(value, _)| value);
    let states: Vec<_> = outputs[..step.next_states.len()].iter().map(|(value, _)| *value).collect();
    let crossing =
        conditions.crossing(accepted, accepted.select(proposal.target, clock.now()), &states, layout);
    outputs.extend(crossing.outputs);
    outputs.extend(clock.settle(proposal, accepted, next_dt, crossing.any, &layout.clock));
    outputs
}

/// What a clock apart has to know of the conditions.
fn crossed<'g>(
    step: &StepGraph<'g>,
    conditions: &Conditions<'g>,
    exchange: &EventExchange,
    layout: &Layout,
) -> Vec<(Expr<'g>, Place)> {
    let (graph, time) = (step.dt.graph(), conditions.time());
    let after = step.accepted.select(conditions.target(), time);
    let crossing = conditions.crossing(step.accepted, after, &step.next_states, layout);
    let mut outputs = crossing.outputs;
    if let Some(any) = crossing.any {
        outputs.push((time, Place::Row(exchange.start)));
        outputs.push((any.select(graph.constant(1.0), 0.0), Place::Row(exchange.crossed)));
    }
    outputs
}

/// States and memories after the attempt, and what the interpolant needs of it.
fn results<'g>(step: &StepGraph<'g>, layout: &Layout) -> Vec<(Expr<'g>, Place)> {
    let states = step.next_states.iter().copied().zip(layout.states.clone());
    let memory = step.memory.iter().map(|memory| memory.next).zip(layout.memory.clone());
    let exports = step.dense.iter().flat_map(|dense| &dense.exports).map(|export| export.value);
    let all = states.chain(memory).chain(exports.zip(layout.exports.clone()));
    all.map(|(value, row)| (value, Place::Row(row))).collect()
}

/// What is wrong with the attempt: the sum of the bits of status flags.
fn trouble<'g>(step: &StepGraph<'g>) -> Expr<'g> {
    let troubles = step.troubles.iter().map(|(trouble, happened)| bit(*happened, (*trouble).into()));
    troubles.fold(non_finite(step.finite), |sum, bit| sum + bit)
}

fn non_finite(finite: Expr<'_>) -> Expr<'_> {
    bit(finite.not(), Status::NON_FINITE)
}

fn bit(happened: Expr<'_>, status: Status) -> Expr<'_> {
    happened.select(f64::from(status.0), happened.graph().constant(0.0))
}

fn replace<'g>(outputs: &mut [(Expr<'g>, Place)], symbol: Expr<'g>, by: Expr<'g>) {
    let values: Vec<_> = outputs.iter().map(|(value, _)| *value).collect();
    let replaced = Substitution::new(symbol.graph(), &[(symbol, by)]).apply(&values);
    for ((value, _), replaced) in outputs.iter_mut().zip(replaced) {
        *value = replaced;
    }
}
