//! `KernelSpec`: all that a backend ever sees of a model, a method and what is to be saved.

use std::fmt;

use rubie_expr::{Expr, Substitution};
use rubie_method::StepGraph;
use rubie_model::{State, System};
use rubie_output::OutputGraph;
use rubie_program::{Lowering, LoweringError, Phase, Place, Port, Precision, Program, Rate};

use crate::clock::{self, ClockGraph, ClockPrograms};
use crate::layout::{ClockLayout, Input, Inputs, Layout, Numbers};

/// The programs of a kernel, in the order in which a run meets them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Programs {
    /// Once per solve: values that depend on uniform parameters only.
    pub solve: Program,
    /// Once per run: initial states, and values that depend on the run's inputs only.
    pub initial: Program,
    /// Once per run, after `initial`: the memories and the first step size.
    pub start: Program,
    /// One attempted step: new states, memories, step size, acceptance.
    pub attempt: Program,
    /// The saved variables at the run's present time and state; absent if all of them are states.
    pub record: Option<Program>,
    /// Once per accepted step that contains samples: the interpolant's coefficients.
    pub dense: Option<Program>,
    /// The saved variables at a place within the step.
    pub sample: Option<Program>,
}

/// The waist between mathematics and machines: programs and layout, plain data.
///
/// It can be hashed (a cache key), compared and printed (a listing of every program).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelSpec {
    /// Floating-point type of the states. Time is always f64.
    pub precision: Precision,
    /// What runs.
    pub programs: Programs,
    /// The clock, where it is not part of the programs because their precision is not f64.
    pub clock: Option<ClockPrograms>,
    /// On which rows and uniforms.
    pub layout: Layout,
    /// What the solve program computes: (row, uniform), the value of any lane of the row goes to the uniform.
    pub solve_outputs: Vec<(u32, u32)>,
}

// Positions in the list of phases given to the lowering.
const SOLVE: usize = 0;
const INITIAL: usize = 1;

impl KernelSpec {
    /// Lowers one step of a method on a system, and what is to be saved, to programs.
    ///
    /// # Errors
    /// [`LoweringError`] if an expression uses a symbol that is neither time, state, parameter nor one
    /// of the method's: a mistake in a method or a system built by hand.
    pub fn lower(
        system: &System<'_>,
        step: &StepGraph<'_>,
        output: &OutputGraph,
        inputs: &Inputs,
        precision: Precision,
    ) -> Result<KernelSpec, LoweringError> {
        let apart = match precision {
            Precision::F64 => None,
            Precision::F32 => Some(clock::apart(step.fixed)?),
        };
        let (mut layout, first_row, first_uniform) =
            arrange(system, step, output, inputs, apart.as_ref().map(|(layout, _)| layout));
        let within = apart.is_none().then(|| ClockGraph::new(system.graph, system.time, step.fixed));
        let sample_time = match &within {
            Some(clock) => clock.sample_time(),
            None => system.graph.symbol("sample time"),
        };
        let record = output.values_at(system, system.time, &state_symbols(system));
        layout.recorded = recorded_rows(system, &record, &layout);

        let initial = initial_values(system, inputs);
        let states = layout.states.clone().map(Place::Row);
        let mut phases = vec![
            Phase { name: "solve", rate: Rate::Solve, outputs: Vec::new() },
            Phase {
                name: "initial",
                rate: Rate::Run,
                outputs: initial.iter().copied().zip(states).collect(),
            },
            Phase { name: "start", rate: Rate::Attempt, outputs: start(step, &layout) },
            Phase { name: "attempt", rate: Rate::Attempt, outputs: attempt(step, within.as_ref(), &layout) },
        ];
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
            let values = output.values_at(system, sample_time, &states);
            let outputs = values.into_iter().zip(layout.sampled.clone().map(Place::Row)).collect();
            phases.push(Phase { name: "sample", rate: Rate::Sample, outputs });
        }

        let mut ports = ports(system, step, inputs, &initial, &layout);
        match &within {
            Some(clock) => ports.extend(clock.ports(&layout.clock)),
            None => ports.extend(ports_of_step(system, step, sample_time, &layout)),
        }
        let lowered = Lowering { precision, ports, phases, homes, first_row, first_uniform }.lower()?;
        layout.hoisted = lowered.run_rows;
        layout.rows = lowered.rows;
        layout.uniforms = lowered.uniforms;
        let mut programs = lowered.programs.into_iter();
        let mut next = || programs.next().expect("one program per phase");
        let programs = Programs {
            solve: next(),
            initial: next(),
            start: next(),
            attempt: next(),
            record: records.then(&mut next),
            dense: step.dense.is_some().then(&mut next),
            sample: step.dense.is_some().then(&mut next),
        };
        let solve_outputs = lowered.solve_outputs;
        let clock = apart.map(|(_, programs)| programs);
        Ok(KernelSpec { precision, programs, clock, layout, solve_outputs })
    }
}

/// Numbers all rows and uniforms that have a meaning of their own; returns the first free ones too.
fn arrange(
    system: &System<'_>,
    step: &StepGraph<'_>,
    output: &OutputGraph,
    inputs: &Inputs,
    apart: Option<&ClockLayout>,
) -> (Layout, u32, u32) {
    let mut rows = Numbers::new();
    let mut uniforms = Numbers::new();
    let exports = step.dense.as_ref().map_or(0, |dense| dense.exports.len());
    let (time, dt, next_dt) = (rows.one(), rows.one(), rows.one());
    let clock = match apart {
        Some(clock) => clock.clone(),
        None => ClockLayout::new(time, next_dt, dt, &mut rows, &mut uniforms),
    };
    let layout = Layout {
        clock,
        time,
        dt,
        next_dt,
        states: rows.many(system.states.len()),
        memory: rows.many(step.memory.len()),
        inputs: rows.many(inputs.varying.len()),
        accepted: rows.one(),
        finite: rows.one(),
        theta: rows.one(),
        sample_time: rows.one(),
        exports: rows.many(exports),
        sampled: rows.many(output.variables().len()),
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

/// Where every symbol is found, and how often it changes.
fn ports<'g>(
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
    if let Some(dense) = &step.dense {
        for (export, at) in dense.exports.iter().zip(layout.exports.clone()) {
            add(export.symbol, row(at), Rate::Dense);
        }
    }
    ports
}

/// Where the step finds what a clock of its own writes.
fn ports_of_step<'g>(
    system: &System<'g>,
    step: &StepGraph<'g>,
    sample_time: Expr<'g>,
    layout: &Layout,
) -> Vec<Port<'g>> {
    let row = |symbol, row, rate| Port { symbol, place: Place::Row(row), rate };
    let mut ports =
        vec![row(system.time, layout.time, Rate::Attempt), row(step.dt, layout.dt, Rate::Attempt)];
    if let Some(dense) = &step.dense {
        ports.push(row(dense.theta, layout.theta, Rate::Sample));
        ports.push(row(sample_time, layout.sample_time, Rate::Sample));
    }
    ports
}

fn start<'g>(step: &StepGraph<'g>, layout: &Layout) -> Vec<(Expr<'g>, Place)> {
    let memory = step.memory.iter().zip(layout.memory.clone());
    let mut outputs: Vec<_> = memory.map(|(memory, row)| (memory.first, Place::Row(row))).collect();
    outputs.push((step.first_dt, Place::Row(layout.next_dt)));
    outputs
}

/// The attempt's outputs; with the clock within, it chooses the step and takes the outcome.
fn attempt<'g>(
    step: &StepGraph<'g>,
    within: Option<&ClockGraph<'g>>,
    layout: &Layout,
) -> Vec<(Expr<'g>, Place)> {
    let states = step.next_states.iter().copied().zip(layout.states.clone());
    let memory = step.memory.iter().map(|memory| memory.next).zip(layout.memory.clone());
    let exports = step.dense.iter().flat_map(|dense| &dense.exports).map(|export| export.value);
    let outputs =
        states.chain(memory).chain([(step.finite, layout.finite)]).chain(exports.zip(layout.exports.clone()));
    let (mut values, mut rows): (Vec<_>, Vec<_>) = outputs.unzip();
    values.extend([step.accepted, step.next_dt]);
    let Some(clock) = within else {
        rows.extend([layout.accepted, layout.next_dt]);
        return values.into_iter().zip(rows.into_iter().map(Place::Row)).collect();
    };
    let proposal = clock.propose();
    let mut values = Substitution::new(step.dt.graph(), &[(step.dt, proposal.tried)]).apply(&values);
    let (accepted, next_dt) = (values[rows.len()], values[rows.len() + 1]);
    values.truncate(rows.len());
    let step = values.into_iter().zip(rows.into_iter().map(Place::Row));
    step.chain(clock.settle(proposal, accepted, next_dt, &layout.clock)).collect()
}

impl fmt::Display for KernelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = &self.layout;
        writeln!(f, "{:?}, {} rows, {} uniforms", self.precision, layout.rows, layout.uniforms)?;
        writeln!(
            f,
            "rows: t {}, dt {}, states {:?}, memory {:?}, inputs {:?}, hoisted {:?}",
            layout.time, layout.dt, layout.states, layout.memory, layout.inputs, layout.hoisted
        )?;
        self.programs().try_for_each(|program| writeln!(f, "\n{program}"))
    }
}

impl KernelSpec {
    /// The programs that exist, in the order in which a run meets them.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        let programs = &self.programs;
        [&programs.solve, &programs.initial, &programs.start, &programs.attempt]
            .into_iter()
            .chain([&programs.record, &programs.dense, &programs.sample].into_iter().flatten())
    }
}
