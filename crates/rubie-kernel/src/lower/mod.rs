//! From one step of a method on a system, and what is to be recorded, to a kernel's programs.

mod arrange;
mod ports;
mod conditions;
mod counters;
mod attempt;
mod events;
mod summaries;

use std::collections::HashMap;

use rubie_expr::{Expr, NodeId, Substitution};
use rubie_method::{Export, Initialisation, StepGraph};
use rubie_model::{Event, State, System, Trigger};
use rubie_output::{OutputGraph, SummaryGraph};
use rubie_program::{Kept, Lowering, LoweringError, Phase, Place, Precision, Rate};

use crate::clock::{self, ClockGraph, Recorded, Strides, SummaryClock, TimedEvents};
use crate::layout::{Input, Inputs, Layout};
use crate::spec::{
    AttemptPart, ConditionPrograms, InitialisationPrograms, KernelSpec, Programs, StridePrograms,
    SummaryPrograms,
};

use arrange::{arrange, rows_of_parts};
use attempt::{matrices, stride_phases, strides};
use conditions::Conditions;
use counters::{Counted, counted};
use events::Events;
use ports::{port_of_dt, ports, ports_of_step};
use summaries::Summaries;

// Positions in the list of phases given to the lowering.
const SOLVE: usize = 0;
const INITIAL: usize = 1;

/// What is recorded of every run.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a, 'g> {
    /// The variables whose samples are saved; none if there are only summaries.
    pub samples: &'a OutputGraph,
    /// What is summarised.
    pub summaries: Option<&'a SummaryGraph<'g>>,
}

impl<'a, 'g> Recording<'a, 'g> {
    /// Samples alone.
    pub fn samples(samples: &'a OutputGraph) -> Self {
        Recording { samples, summaries: None }
    }
}

impl KernelSpec {
    /// Lowers one step of a method on a system, and what is to be recorded, to programs.
    ///
    /// # Errors
    /// [`LoweringError`] if an expression uses a symbol that is neither time, state, parameter nor one
    /// of the method's: a mistake in a method or a system built by hand.
    pub fn lower<'g>(
        system: &System<'g>,
        step: &StepGraph<'g>,
        recording: &Recording<'_, 'g>,
        inputs: &Inputs,
        precision: Precision,
    ) -> Result<KernelSpec, LoweringError> {
        KernelSpec::lower_with_events(system, step, recording, &[], inputs, precision)
    }

    /// [`KernelSpec::lower`] with events of the model. Those on conditions need a step with an interpolant. Without one all are left
    /// out: whoever calls this refuses them beforehand.
    ///
    /// # Errors
    /// As for [`KernelSpec::lower`].
    pub fn lower_with_events<'g>(
        system: &System<'g>,
        step: &StepGraph<'g>,
        recording: &Recording<'_, 'g>,
        events: &[Event<'g>],
        inputs: &Inputs,
        precision: Precision,
    ) -> Result<KernelSpec, LoweringError> {
        let all = if step.dense.is_some() || !has_conditions(events) { events } else { &[] };
        let Counted { mut step, values: counted, counts } = counted(step, recording.samples.counters());
        let timed = TimedEvents::new(system.graph, all);
        let conditions = Conditions::new(system, all);
        let recorded =
            Recorded { samples: recording.samples.width() > 0, summaries: recording.summaries.is_some() };
        let apart = match precision {
            Precision::F64 => None,
            Precision::F32 => {
                let acting =
                    clock::Acting { system, inputs, timed: &timed, conditions: conditions.len() > 0 };
                let acting = (!all.is_empty()).then_some(&acting);
                Some(clock::apart(step.fixed, recorded, acting)?)
            }
        };
        // For the places of samples. Where conditions may cut steps short, all that attempts leave is left by each of them.
        let leaves_size = apart.is_none() && conditions.len() == 0;
        let dt = step.dt;
        let per_step = step.dense.as_mut().filter(|_| leaves_size).map(|dense| {
            let symbol = system.graph.symbol("1 / dt");
            dense.exports.push(Export { value: 1.0 / dt, symbol });
            symbol
        });
        let step = &step;
        let strides = strides(step, apart.is_none(), all.len());
        let (mut layout, first_row, first_uniform) = arrange(
            system,
            step,
            recording,
            [timed.len(), conditions.len(), all.iter().filter(|event| of_model(event)).count()],
            inputs,
            apart.as_ref().map(|(layout, _)| layout),
            strides,
        );
        let within = apart.is_none().then(|| {
            let clock = ClockGraph::new(system.graph, system.time, step.fixed, recorded);
            let clock = clock.with_stops(timed.stops());
            match per_step {
                Some(per_step) => clock.with_size(per_step),
                None if conditions.len() > 0 => clock.with_conditions(system.graph),
                None => clock,
            }
        });
        let events =
            Events::new(system, (&timed, &conditions), within.as_ref(), &layout).filter(|_| !all.is_empty());
        let sample_time = match &within {
            Some(clock) => clock.sample_time(),
            None => system.graph.symbol("sample time"),
        };
        let states = state_symbols(system);
        let mut record = recording.samples.values_at(system, system.time, &states);
        record.extend(&counted);
        layout.recorded = recorded_rows(system, &record, &layout);
        let summaries = summaries(system, recording, &layout, within.as_ref());

        let initial = initial_values(system, inputs);
        let rows = rows_of_parts(system, step, &layout);
        let wanted = step
            .initialisation
            .iter()
            .map(|own| (system.graph.constant(1.0), Place::Row(row_of(own.wanted, &rows, &layout))));
        let initial_states = initial.iter().copied().zip(layout.states.clone().map(Place::Row));
        let mut phases = vec![
            Phase { name: "solve", rate: Rate::Solve, outputs: Vec::new() },
            Phase { name: "initial", rate: Rate::Run, outputs: initial_states.chain(wanted).collect() },
        ];
        phases.extend(step.initialisation.iter().flat_map(|own| initialisation(own, &rows, &layout)));
        let mut started = start(step, &layout);
        started.extend(summaries.iter().flat_map(|summaries| summaries.start(system, &states)));
        started.extend(events.iter().flat_map(|events| events.start(&layout)));
        let levels = conditions.functions(system.time, &states).into_iter();
        started.extend(levels.zip(layout.levels.clone().map(Place::Row)));
        let uncrossed = layout.crossed.clone().map(Place::Row);
        started.extend(uncrossed.map(|row| (system.graph.constant(0.0), row)));
        phases.push(Phase { name: "start", rate: Rate::Attempt, outputs: started });
        let strides = within.as_ref().filter(|_| strides).map(|clock| Strides::new(clock, step.first_dt));
        let (attempts, order, attempt) = match &strides {
            Some(strides) => {
                let own = phases.len();
                phases.extend(stride_phases(system, step, strides, &layout));
                (1, vec![AttemptPart::program(0)], own)
            }
            None => {
                let within = (within.as_ref(), &conditions);
                let (parts, order) = attempt::attempt(step, within, &rows, &layout);
                let attempts = parts.len();
                phases.extend(parts);
                (attempts, order, phases.len() - 1)
            }
        };
        let records = needs_record(&layout);
        if records {
            let computed =
                record.iter().zip(&layout.recorded).filter(|(_, row)| layout.sampled.contains(row));
            let outputs = computed.map(|(value, row)| (*value, Place::Row(*row))).collect();
            phases.push(Phase { name: "record", rate: Rate::Attempt, outputs });
        }
        let mut homes = vec![(Rate::Solve, SOLVE), (Rate::Run, INITIAL)];
        if let Some(dense) = &step.dense {
            homes.push((Rate::Dense, phases.len()));
            phases.push(Phase { name: "dense", rate: Rate::Dense, outputs: Vec::new() });
            let theta = within.as_ref().map(|clock| (dense.theta, clock.theta()));
            let states = Substitution::new(system.graph, theta.as_slice()).apply(&dense.states);
            let mut values = recording.samples.values_at(system, sample_time, &states);
            values.extend(&counted);
            let outputs = values.into_iter().zip(layout.sampled.clone().map(Place::Row)).collect();
            phases.push(Phase { name: "sample", rate: Rate::Sample, outputs });
        }
        if let Some(summaries) = &summaries {
            phases.extend(summaries.phases(system, &states, step.dense.as_ref(), sample_time));
        }

        let located = step.dense.as_ref().filter(|_| conditions.len() > 0);
        phases.extend(
            located.iter().flat_map(|dense| conditions.phases(system, within.as_ref(), dense, &layout)),
        );
        let act =
            events.as_ref().and_then(|events| events.phases(all, system, (step, &counts), (&rows, &layout)));
        let acts = act.as_ref().map(Vec::len);
        phases.extend(act.into_iter().flatten());

        let mut ports = ports(system, step, inputs, &initial, &layout);
        match &within {
            Some(clock) => {
                ports.extend(clock.ports(&layout.clock));
                ports.push(port_of_dt(step, &layout));
            }
            None => ports.extend(ports_of_step(system, step, sample_time, &layout)),
        }
        ports.extend(strides.iter().flat_map(|strides| strides.ports(&layout.clock)));
        ports.extend(summaries.iter().flat_map(|summaries| summaries.ports()));
        ports.extend(events.iter().flat_map(|events| events.ports(&layout)));
        ports.extend(conditions.ports(&layout));
        if let Some(reaches) = layout.clock.reaches {
            // Known before what it is asked about.
            let outputs = &mut phases[attempt].outputs;
            outputs.sort_by_key(|output| output.1 != Place::Row(reaches));
        }
        let lowered = Lowering { precision, ports, phases, homes, first_row, first_uniform }.lower()?;
        layout.hoisted = lowered.run_rows;
        layout.rows = lowered.rows;
        layout.uniforms = lowered.uniforms;
        let mut programs = lowered.programs;
        if let Some(when) = layout.clock.reaches {
            let kept = Kept { rows: layout.exports.clone(), when };
            programs[attempt] = programs[attempt].clone().with_kept(kept)?;
        }
        let mut programs = programs.into_iter();
        let mut next = || programs.next().expect("one program per phase");
        let has_dense = step.dense.is_some();
        let programs = Programs {
            solve: next(),
            initial: next(),
            initialisation: step.initialisation.as_ref().map(|own| InitialisationPrograms {
                begin: next(),
                iterate: next(),
                pending: row_of(own.pending, &rows, &layout),
                failed: row_of(own.failed, &rows, &layout),
            }),
            start: next(),
            attempt: (0..attempts).map(|_| next()).collect(),
            order,
            matrices: matrices(step, &rows, &layout),
            strides: strides.is_some().then(|| StridePrograms {
                count: next(),
                settle: next(),
                land: next(),
            }),
            record: records.then(&mut next),
            dense: has_dense.then(&mut next),
            sample: has_dense.then(&mut next),
            summaries: summaries.is_some().then(|| SummaryPrograms {
                inside: has_dense.then(&mut next),
                at_end: next(),
                finish: next(),
            }),
            conditions: located.is_some().then(|| ConditionPrograms {
                bracket: next(),
                halve: next(),
                cut: next(),
            }),
            events: acts.map(|_| next()),
            restart: acts.filter(|count| *count > 1).map(|_| next()),
        };
        let solve_outputs = lowered.solve_outputs;
        let clock = apart.map(|(_, programs)| programs);
        Ok(KernelSpec { precision, programs, clock, layout, solve_outputs })
    }
}

/// Whether an event stands in the model, and is not a jump of a driver.
fn of_model(event: &Event<'_>) -> bool {
    !matches!(event.trigger, Trigger::Listed { .. })
}

fn initialisation<'g>(
    own: &Initialisation<'g>,
    rows: &HashMap<NodeId, u32>,
    layout: &Layout,
) -> [Phase<'g>; 2] {
    [&own.begin, &own.iterate].map(|part| {
        let outputs = part.outputs.iter();
        let outputs = outputs.map(|(symbol, value)| (*value, Place::Row(row_of(*symbol, rows, layout))));
        Phase { name: part.name, rate: Rate::Attempt, outputs: outputs.collect() }
    })
}

/// The row of a symbol that a part writes.
fn row_of(symbol: Expr<'_>, rows: &HashMap<NodeId, u32>, layout: &Layout) -> u32 {
    rows.get(&symbol.id()).copied().unwrap_or(layout.dt)
}

fn has_conditions(events: &[Event<'_>]) -> bool {
    events.iter().any(|event| matches!(event.trigger, Trigger::Rises(_)))
}

fn summaries<'a, 'g>(
    system: &System<'g>,
    recording: &Recording<'a, 'g>,
    layout: &Layout,
    within: Option<&ClockGraph<'g>>,
) -> Option<Summaries<'a, 'g>> {
    let (graph, own) = recording.summaries.zip(layout.summaries.clone())?;
    let clock = within.map(|clock| SummaryClock::new(system.graph, clock));
    let due = system.graph.symbol("summaries.due");
    let events = layout.clock.events;
    Some(Summaries { graph, layout: own, due, events, within: clock.zip(layout.clock.summaries.clone()) })
}

fn state_symbols<'g>(system: &System<'g>) -> Vec<Expr<'g>> {
    system.states.iter().map(|state| state.symbol).collect()
}

/// A saved variable that is a state is read from the state's row, others from a row of their own.
fn recorded_rows(system: &System<'_>, values: &[Expr<'_>], layout: &Layout) -> Vec<u32> {
    let row = |(i, value): (usize, &Expr<'_>)| {
        let state = system.states.iter().position(|state| state.symbol == *value);
        state.map_or(layout.sampled.start + i as u32, |s| layout.states.start + s as u32)
    };
    values.iter().enumerate().map(row).collect()
}

fn needs_record(layout: &Layout) -> bool {
    layout.recorded.iter().any(|row| layout.sampled.contains(row))
}

/// The initial value of each state: a symbol of its own where the value is given from outside, else the
/// model's expression.
fn initial_values<'g>(system: &System<'g>, inputs: &Inputs) -> Vec<Expr<'g>> {
    let given = |i: usize| inputs.varying.contains(&Input::State(i)) || inputs.fixed_initials.contains(&i);
    let value = |(i, state): (usize, &State<'g>)| match given(i) {
        true => system.graph.symbol(&format!("{}(0)", state.name)),
        false => state.initial,
    };
    system.states.iter().enumerate().map(value).collect()
}

fn start<'g>(step: &StepGraph<'g>, layout: &Layout) -> Vec<(Expr<'g>, Place)> {
    let memory = step.memory.iter().zip(layout.memory.clone());
    let mut outputs: Vec<_> = memory.map(|(memory, row)| (memory.first, Place::Row(row))).collect();
    outputs.push((step.first_dt, Place::Row(layout.next_dt)));
    outputs
}
