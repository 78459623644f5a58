//! The clock of a run as expressions: which step to try, where it ends, and what an attempt means for the run.
//!
//! Time is f64 whatever the precision of the states. Where the states are f64 too, the clock becomes part of the
//! step's own programs; otherwise it becomes programs of its own ([`ClockPrograms`]).

use rubie_expr::{Expr, Graph};
use rubie_program::{Lowering, LoweringError, Phase, Place, Port, Precision, Program, Rate};

use crate::layout::{ClockLayout, Numbers};

/// A remaining span that exceeds the step by less than this fraction is taken as the last step: rounding of t0 + k dt
/// must not leave a step of nearly no length.
const LANDING: f64 = 1.0 + 1e-7;

/// What a lane needs after an attempt: the sum of these is in the row [`ClockLayout::events`].
pub mod event {
    /// The run has reached its end.
    pub const DONE: u64 = 1;
    /// The step cannot shrink any further, or a fixed step failed.
    pub const STUCK: u64 = 2;
    /// The run has tried too many steps.
    pub const EXHAUSTED: u64 = 4;
    /// At least one sample lies in the step just accepted.
    pub const DUE: u64 = 8;
}

/// The programs of a clock that stands apart from the step, all in f64 on rows and uniforms of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClockPrograms {
    /// Before the attempt: the step to try.
    pub propose: Program,
    /// After the attempt: time, counts, events.
    pub settle: Program,
    /// Before a sample: its place within the step.
    pub place: Program,
    /// Where time is after the attempt, if it is accepted.
    pub target: u32,
    /// Whether the attempt was accepted: 1 or 0, to be written before `settle`.
    pub accepted: u32,
    /// The step size that the attempt proposes, to be written before `settle`.
    pub next_dt: u32,
    /// Place of the sample within the step, in [0, 1].
    pub theta: u32,
    /// Number of rows.
    pub rows: u32,
    /// Number of uniforms.
    pub uniforms: u32,
}

/// The symbols of a clock.
pub(crate) struct ClockGraph<'g> {
    fixed: bool,
    t0: Expr<'g>,
    end: Expr<'g>,
    dt_min: Expr<'g>,
    max_attempts: Expr<'g>,
    now: Expr<'g>,
    step: Expr<'g>,
    next_sample: Expr<'g>,
    attempts: Expr<'g>,
    accepted_steps: Expr<'g>,
    active: Expr<'g>,
    /// The ends of the step just accepted.
    ends: [Expr<'g>; 2],
}

/// The step to try: its size, and where it ends.
#[derive(Clone, Copy)]
pub(crate) struct Proposal<'g> {
    pub(crate) tried: Expr<'g>,
    pub(crate) target: Expr<'g>,
}

impl<'g> ClockGraph<'g> {
    /// `now` is the symbol of time at the start of an attempt; `fixed`: all steps have the same size.
    pub(crate) fn new(graph: &'g Graph, now: Expr<'g>, fixed: bool) -> Self {
        let symbol = |name: &str| graph.symbol(&format!("clock.{name}"));
        ClockGraph {
            fixed,
            t0: symbol("t0"),
            end: symbol("end"),
            dt_min: symbol("dt_min"),
            max_attempts: symbol("max_attempts"),
            now,
            step: symbol("step"),
            next_sample: symbol("next_sample"),
            attempts: symbol("attempts"),
            accepted_steps: symbol("accepted_steps"),
            active: symbol("active"),
            ends: [symbol("step_start"), symbol("step_end")],
        }
    }

    /// Where the symbols are found.
    pub(crate) fn ports(&self, layout: &ClockLayout) -> Vec<Port<'g>> {
        let uniform = |symbol, at| Port { symbol, place: Place::Uniform(at), rate: Rate::Solve };
        let row = |symbol, at, rate| Port { symbol, place: Place::Row(at), rate };
        vec![
            uniform(self.t0, layout.t0),
            uniform(self.end, layout.end),
            uniform(self.dt_min, layout.dt_min),
            uniform(self.max_attempts, layout.max_attempts),
            row(self.now, layout.now, Rate::Attempt),
            row(self.step, layout.step, Rate::Attempt),
            row(self.attempts, layout.attempts, Rate::Attempt),
            row(self.accepted_steps, layout.accepted_steps, Rate::Attempt),
            row(self.active, layout.active, Rate::Attempt),
            row(self.ends[0], layout.previous, Rate::Dense),
            row(self.ends[1], layout.now, Rate::Dense),
            row(self.next_sample, layout.next_sample, Rate::Sample),
        ]
    }

    /// The step to try now: the one proposed, or what is left.
    pub(crate) fn propose(&self) -> Proposal<'g> {
        let remaining = self.end - self.now;
        let landing = remaining.le(self.step * LANDING);
        let after = match self.fixed {
            true => self.t0 + (self.accepted_steps + 1.0) * self.step,
            false => self.now + self.step,
        };
        Proposal { tried: landing.select(remaining, self.step), target: landing.select(self.end, after) }
    }

    /// What an attempt means for the run, given whether it was accepted and the step size it proposes.
    pub(crate) fn settle(
        &self,
        proposal: Proposal<'g>,
        accepted: Expr<'g>,
        next_dt: Expr<'g>,
        layout: &ClockLayout,
    ) -> Vec<(Expr<'g>, Place)> {
        let after = accepted.select(proposal.target, self.now);
        let attempts = self.attempts + 1.0;
        // Written so that a step size that is NaN is stuck.
        let moves = (self.now + next_dt).gt(self.now);
        let rejected = accepted.not();
        let stuck = match self.fixed {
            true => rejected,
            false => rejected.and(proposal.tried.le(self.dt_min).or(moves.not())),
        };
        let events = [
            (accepted.and(after.ge(self.end)), event::DONE),
            (stuck, event::STUCK),
            (attempts.ge(self.max_attempts), event::EXHAUSTED),
            (accepted.and(self.next_sample.le(after)), event::DUE),
        ];
        let codes = events.map(|(happened, code)| happened.select(code as f64, 0.0));
        let code = codes.into_iter().reduce(|sum, code| sum + code).unwrap_or(self.active);
        [
            (self.now, layout.previous),
            (after, layout.now),
            (next_dt, layout.step),
            (attempts, layout.attempts),
            (self.accepted_steps + accepted.select(1.0, 0.0), layout.accepted_steps),
            (self.active * code, layout.events),
        ]
        .map(|(value, row)| (value, Place::Row(row)))
        .to_vec()
    }

    /// The time of the next sample.
    pub(crate) fn sample_time(&self) -> Expr<'g> {
        self.next_sample
    }

    /// The place of the next sample within the step just accepted.
    pub(crate) fn theta(&self) -> Expr<'g> {
        let [start, end] = self.ends;
        (self.next_sample - start) * (1.0 / (end - start))
    }
}

/// The programs of a clock of its own, and the rows of it that others read and write.
pub(crate) fn apart(fixed: bool) -> Result<(ClockLayout, ClockPrograms), LoweringError> {
    let graph = Graph::new();
    let clock = ClockGraph::new(&graph, graph.symbol("t"), fixed);
    let (mut rows, mut uniforms) = (Numbers::new(), Numbers::new());
    let layout = ClockLayout::new(rows.one(), rows.one(), rows.one(), &mut rows, &mut uniforms);
    let (target, accepted, next_dt, theta) = (rows.one(), rows.one(), rows.one(), rows.one());
    let symbols = ["tried", "target", "accepted", "next_dt"].map(|name| graph.symbol(name));
    let mut ports = clock.ports(&layout);
    let places = [layout.tried, target, accepted, next_dt].map(Place::Row);
    ports.extend(symbols.iter().zip(places).map(|(symbol, place)| Port {
        symbol: *symbol,
        place,
        rate: Rate::Attempt,
    }));

    let proposal = clock.propose();
    let proposed = vec![(proposal.tried, places[0]), (proposal.target, places[1])];
    let [tried, target_symbol, accepted_symbol, next] = symbols;
    let tried = Proposal { tried, target: target_symbol };
    let settled = clock.settle(tried, accepted_symbol.gt(0.0), next, &layout);
    let placed = vec![(clock.theta(), Place::Row(theta))];
    let phase = |name, rate, outputs| Phase { name, rate, outputs };
    let phases = vec![
        phase("propose", Rate::Attempt, proposed),
        phase("settle", Rate::Attempt, settled),
        phase("place", Rate::Sample, placed),
    ];
    let (first_row, first_uniform) = (rows.one(), uniforms.one());
    let precision = Precision::F64;
    let lowered =
        Lowering { precision, ports, phases, homes: Vec::new(), first_row, first_uniform }.lower()?;
    let (rows, uniforms) = (lowered.rows, lowered.uniforms);
    let [propose, settle, place] =
        <[Program; 3]>::try_from(lowered.programs).expect("a program for each of three phases");
    Ok((layout, ClockPrograms { propose, settle, place, target, accepted, next_dt, theta, rows, uniforms }))
}
