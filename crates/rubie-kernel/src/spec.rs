//! `KernelSpec`: all that a backend ever sees of a model, a method and what is to be saved.

use std::fmt;

use rubie_program::{DenseMatrix, Precision, Program};

use crate::clock::ClockPrograms;
use crate::layout::Layout;

/// The programs of a kernel, in the order in which a run meets them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Programs {
    /// Once per solve: values that depend on uniform parameters only.
    pub solve: Program,
    /// Once per run: initial states, and values that depend on the run's inputs only.
    pub initial: Program,
    /// Once per run, after `initial`: what makes initial values consistent, where there are algebraic equations.
    pub initialisation: Option<InitialisationPrograms>,
    /// Once per run, after that: the memories and the first step size.
    pub start: Program,
    /// One attempted step: new states, memories, step size, acceptance. Each program once, in the order of first use.
    pub attempt: Vec<Program>,
    /// In which order they run.
    pub order: Vec<AttemptPart>,
    /// The matrices that are factored between them.
    pub matrices: Vec<DenseMatrix>,
    /// What attempts of steps of one size mean, where such attempts only count ([`crate::event::LOOK`]).
    pub strides: Option<StridePrograms>,
    /// The saved variables at the run's present time and state; absent if all of them are states.
    pub record: Option<Program>,
    /// Once per accepted step that contains samples: what the interpolant needs for all of them.
    pub dense: Option<Program>,
    /// The saved variables at a place within the step.
    pub sample: Option<Program>,
    /// What makes summaries, where there are any.
    pub summaries: Option<SummaryPrograms>,
    /// What finds the places where conditions become true, where the model has events on conditions.
    pub conditions: Option<ConditionPrograms>,
    /// Carries out the events that happen at the run's present time, where the model has any; nothing changes in other runs.
    pub events: Option<Program>,
    /// After `events` and the initialisation that follows them, where there are algebraic equations: begins anew in those runs.
    pub restart: Option<Program>,
}

/// What goes with attempts that only count, as all their steps have the same size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StridePrograms {
    /// What an attempt does beside the step, for the states that it has left: counts it, and leaves [`crate::event::LOOK`] where what
    /// it means has to be found out. The attempt has it within; a backend that knows beforehand how many attempts mean nothing can
    /// leave it out of all but the last of these.
    pub count: Program,
    /// When an attempt has left [`crate::event::LOOK`] in a lane: the clocks of all lanes, and what they need. A lane that needs
    /// nothing stays as it is.
    pub settle: Program,
    /// A last step that is shorter, in the lanes for which [`crate::event::LAND`] says so, and what they need after it.
    pub land: Program,
}

/// The programs that find where a condition became true. They concern only the lanes for which [`crate::event::CROSS`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConditionPrograms {
    /// Begins a search.
    pub bracket: Program,
    /// Halves the bracket; [`ConditionPrograms::HALVINGS`] times.
    pub halve: Program,
    /// Puts the run to the place found: time, states, events.
    pub cut: Program,
}

impl ConditionPrograms {
    /// So many halvings leave a bracket of rounding size.
    pub const HALVINGS: usize = 53;
}

/// The programs that make the initial values of algebraic equations consistent. They change states.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InitialisationPrograms {
    /// Once.
    pub begin: Program,
    /// Repeated until no lane asks for it. Lanes that do not ask keep their values.
    pub iterate: Program,
    /// The row that says so (above 0).
    pub pending: u32,
    /// The row that is above 0 afterwards where no consistent values were found.
    pub failed: u32,
}

/// A part of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttemptPart {
    /// Which of [`Programs::attempt`].
    pub program: usize,
    /// What is done afterwards, in this order.
    pub calls: Vec<Call>,
    /// The row that says (above 0) that the part must run again: it is repeated until no lane asks for it. Lanes that do not
    /// ask keep their values.
    pub pending: Option<u32>,
    /// How many of the parts before it are repeated with it.
    pub with: usize,
}

impl AttemptPart {
    /// A program that runs once, and nothing else.
    pub fn program(program: usize) -> Self {
        AttemptPart { program, calls: Vec::new(), pending: None, with: 0 }
    }
}

/// What is done between two programs, for every lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Factors the matrix whose entries stand in rows ([`rubie_program::DenseLu::factor`]).
    Factor {
        /// Which of [`Programs::matrices`].
        matrix: usize,
    },
    /// Solves with the factors of a matrix ([`rubie_program::DenseLu::solve`]).
    Solve {
        /// Which of [`Programs::matrices`].
        matrix: usize,
        /// The rows of the right-hand side.
        right: Vec<u32>,
        /// The rows of the solution.
        solution: Vec<u32>,
    },
}

/// The programs of the summaries. They concern only those lanes that have a sample or a complete window; nothing changes in the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryPrograms {
    /// Takes a summary sample within the step just accepted; absent where the step has no interpolant.
    pub inside: Option<Program>,
    /// Takes a summary sample at the run's present time and state.
    pub at_end: Program,
    /// The results of complete windows, and accumulators for the next.
    pub finish: Program,
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

impl fmt::Display for KernelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = &self.layout;
        writeln!(f, "{:?}, {} rows, {} uniforms", self.precision, layout.rows, layout.uniforms)?;
        writeln!(
            f,
            "rows: t {}, dt {}, states {:?}, memory {:?}, inputs {:?}, hoisted {:?}",
            layout.time, layout.dt, layout.states, layout.memory, layout.inputs, layout.hoisted
        )?;
        for matrix in &self.programs.matrices {
            writeln!(f, "a matrix of {} rows, {} entries", matrix.size, matrix.entries.len())?;
        }
        self.programs().try_for_each(|program| writeln!(f, "\n{program}"))
    }
}

impl KernelSpec {
    /// The programs that exist, in the order in which a run meets them.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        let programs = &self.programs;
        [&programs.solve, &programs.initial]
            .into_iter()
            .chain(programs.initialisation.iter().flat_map(|own| [&own.begin, &own.iterate]))
            .chain([&programs.start])
            .chain(&programs.attempt)
            .chain(programs.strides.iter().flat_map(|own| [&own.count, &own.settle, &own.land]))
            .chain([&programs.record, &programs.dense, &programs.sample].into_iter().flatten())
            .chain(
                programs.summaries.iter().flat_map(|summaries| {
                    summaries.inside.iter().chain([&summaries.at_end, &summaries.finish])
                }),
            )
            .chain(programs.conditions.iter().flat_map(|c| [&c.bracket, &c.halve, &c.cut]))
            .chain(&programs.events)
            .chain(&programs.restart)
    }
}
