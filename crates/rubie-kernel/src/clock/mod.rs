//! The clock of a run as expressions: which step to try, where it ends, and what an attempt means for the run.
//!
//! Time is f64 whatever the precision of the states. Where the states are f64 too, the clock becomes part of the
//! step's own programs; otherwise it becomes programs of its own ([`ClockPrograms`]).

mod summaries;
mod strides;
mod timed;
mod apart;

use rubie_expr::{Expr, Graph};
use rubie_program::{Place, Port, Rate};

use crate::layout::ClockLayout;

pub(crate) use apart::{Acting, apart, outcome};
pub use apart::{ClockPrograms, EventClockPrograms, SummaryClockPrograms};
pub(crate) use strides::Strides;
pub(crate) use summaries::{Due, SummaryClock};
pub(crate) use timed::TimedEvents;

/// A remaining span that exceeds the step by less than this fraction is taken as the last step: rounding of t0 + k dt
/// must not leave a step of nearly no length.
const LANDING: f64 = 1.0 + SLACK;

/// That fraction.
const SLACK: f64 = 1e-7;

/// What a lane needs after an attempt: a sum of these is in the row [`ClockLayout::events`], of the first three at most one.
pub mod event {
    use rubie_program::Precision;

    /// The run has reached its end.
    pub const DONE: u64 = 1;
    /// The step cannot shrink any further, or a fixed step failed.
    pub const STUCK: u64 = 2;
    /// The run has tried too many steps.
    pub const EXHAUSTED: u64 = 4;
    /// In addition: a sample is to be saved, inside the step just accepted or at its end.
    pub const SAMPLE: u64 = 8;
    /// In addition: the same for a summary sample.
    pub const SUMMARY: u64 = 16;
    /// In addition: an event of the model happens now.
    pub const ACT: u64 = 32;
    /// In addition: a condition of the model has become true within the step just accepted.
    pub const CROSS: u64 = 64;
    /// In addition to DONE: an event of the model ended the run.
    pub const STOPPED: u64 = 128;
    /// Alone: where all steps have the same size, what the lane needs has to be found out ([`crate::StridePrograms::settle`]).
    pub const LOOK: u64 = 1024;
    /// In addition: after the samples, a last step that is shorter than the others ([`crate::StridePrograms::land`]).
    pub const LAND: u64 = 512;
    /// Alone: events of the model followed one another without time going on. No program says so; kernels do.
    pub const CASCADE: u64 = 256;

    /// So many events of the model within an [`instant`] are taken for endless.
    pub const MOST_AT_ONCE: u32 = 100;

    /// A fraction of the length of a run, by the precision of its states. In f64 it is 2^-33: halving intervals leave 20 more events
    /// before they reach the rounding of time. In f32 it is 2^-14: a ball that comes to rest bounces on at the height of the states'
    /// rounding, every few 2^-24 of a step.
    pub const fn instant(precision: Precision) -> f64 {
        let bits = match precision {
            Precision::F32 => 14,
            Precision::F64 => 33,
        };
        1.0 / (1_u64 << bits) as f64
    }
}

/// 1 or 0.
fn flag(holds: Expr<'_>) -> Expr<'_> {
    holds.select(holds.graph().constant(1.0), 0.0)
}

/// What of runs is recorded, for which a clock looks out.
#[derive(Clone, Copy)]
pub(crate) struct Recorded {
    pub(crate) samples: bool,
    pub(crate) summaries: bool,
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
    /// Times of the next samples of each kind that there is, as they are at the end of an attempt, and what they ask for.
    dues: Vec<(Expr<'g>, u64)>,
    attempts: Expr<'g>,
    accepted_steps: Expr<'g>,
    /// The ends of the step just accepted.
    ends: [Expr<'g>; 2],
    /// What one over its size is.
    per_step: Expr<'g>,
    /// The first of the ends for programs of single samples, which may run where coefficients of the step are not computed.
    before: Expr<'g>,
    /// Times of the next events of the model, where steps end.
    stops: Vec<Expr<'g>>,
    events: Expr<'g>,
}

/// The step to try: its size, and where it ends.
#[derive(Clone, Copy)]
pub(crate) struct Proposal<'g> {
    pub(crate) tried: Expr<'g>,
    pub(crate) target: Expr<'g>,
}

impl<'g> ClockGraph<'g> {
    /// `now` is the symbol of time at the start of an attempt; `fixed`: all steps have the same size.
    pub(crate) fn new(graph: &'g Graph, now: Expr<'g>, fixed: bool, recorded: Recorded) -> Self {
        let symbol = |name: &str| graph.symbol(&format!("clock.{name}"));
        let dues = [
            recorded.samples.then(|| (symbol("next_sample_due"), event::SAMPLE)),
            recorded.summaries.then(|| (symbol("next_summary_due"), event::SUMMARY)),
        ];
        let ends = [symbol("step_start"), now];
        ClockGraph {
            fixed,
            t0: symbol("t0"),
            end: symbol("end"),
            dt_min: symbol("dt_min"),
            max_attempts: symbol("max_attempts"),
            now,
            step: symbol("step"),
            next_sample: symbol("next_sample"),
            dues: dues.into_iter().flatten().collect(),
            attempts: symbol("attempts"),
            accepted_steps: symbol("accepted_steps"),
            ends,
            per_step: 1.0 / (ends[1] - ends[0]),
            before: symbol("before"),
            stops: Vec::new(),
            events: symbol("events"),
        }
    }

    /// The same clock with steps that end at these times, too.
    pub(crate) fn with_stops(self, stops: Vec<Expr<'g>>) -> Self {
        ClockGraph { stops, ..self }
    }

    /// The same clock with steps that conditions of the model may cut short: then the time of the run is not the end of the step.
    pub(crate) fn with_conditions(self, graph: &'g Graph) -> Self {
        let ends = [self.ends[0], graph.symbol("clock.step_end")];
        ClockGraph { ends, per_step: 1.0 / (ends[1] - ends[0]), ..self }
    }

    /// The same clock where attempts leave one over the size of their step.
    pub(crate) fn with_size(self, per_step: Expr<'g>) -> Self {
        ClockGraph { per_step, ..self }
    }

    /// The end of the integration.
    pub(crate) fn end(&self) -> Expr<'g> {
        self.end
    }

    /// The time of the run at the start of an attempt.
    pub(crate) fn now(&self) -> Expr<'g> {
        self.now
    }

    /// The start of the integration.
    pub(crate) fn t0(&self) -> Expr<'g> {
        self.t0
    }

    /// The step size to try next.
    pub(crate) fn step(&self) -> Expr<'g> {
        self.step
    }

    /// Where the symbols are found.
    pub(crate) fn ports(&self, layout: &ClockLayout) -> Vec<Port<'g>> {
        let dues = self.dues.iter().filter_map(|(due, event)| match *event {
            event::SAMPLE => Some((*due, layout.next_sample)),
            _ => Some((*due, layout.summaries.as_ref()?.next)),
        });
        let uniform = |symbol, at| Port { symbol, place: Place::Uniform(at), rate: Rate::Solve };
        let row = |symbol, at, rate| Port { symbol, place: Place::Row(at), rate };
        let mut ports = vec![
            uniform(self.t0, layout.t0),
            uniform(self.end, layout.end),
            uniform(self.dt_min, layout.dt_min),
            uniform(self.max_attempts, layout.max_attempts),
            row(self.now, layout.now, Rate::Attempt),
            row(self.step, layout.step, Rate::Attempt),
            row(self.attempts, layout.attempts, Rate::Attempt),
            row(self.accepted_steps, layout.accepted_steps, Rate::Attempt),
            row(self.events, layout.events, Rate::Sample),
            row(self.ends[0], layout.previous, Rate::Dense),
            row(self.next_sample, layout.next_sample, Rate::Sample),
        ];
        if !self.stops.is_empty() {
            ports.push(row(self.before, layout.previous, Rate::Sample));
        }
        if self.ends[1] != self.now {
            ports.push(row(self.ends[1], layout.step_end, Rate::Dense));
        }
        ports.extend(dues.map(|(next, at)| row(next, at, Rate::Attempt)));
        ports
    }

    /// The step to try now: the one proposed, or what is left.
    pub(crate) fn propose(&self) -> Proposal<'g> {
        let end = self.stops.iter().fold(self.end, |end, stop| stop.lt(end).select(*stop, end));
        let remaining = end - self.now;
        let landing = remaining.le(self.step * LANDING);
        let after = match self.fixed && self.stops.is_empty() {
            true => self.t0 + (self.accepted_steps + 1.0) * self.step,
            false => self.now + self.step,
        };
        Proposal { tried: landing.select(remaining, self.step), target: landing.select(end, after) }
    }

    /// What an attempt means for the run, given whether it was accepted, the step size it proposes and whether a condition has
    /// become true within it.
    pub(crate) fn settle(
        &self,
        proposal: Proposal<'g>,
        accepted: Expr<'g>,
        next_dt: Expr<'g>,
        crossed: Option<Expr<'g>>,
        layout: &ClockLayout,
    ) -> Vec<(Expr<'g>, Place)> {
        let after = accepted.select(proposal.target, self.now);
        let attempts = self.attempts + 1.0;
        // Written so that a step size that is NaN is stuck.
        let goes_on = match self.fixed {
            true => accepted,
            false => {
                let moves = self.now.lt(proposal.target);
                accepted.or(moves.and(self.dt_min.lt(proposal.tried)))
            }
        };
        let none = attempts.graph().constant(0.0);
        let given_up = attempts.ge(self.max_attempts).select(event::EXHAUSTED as f64, none);
        let given_up = goes_on.select(given_up, event::STUCK as f64);
        let moved = (!self.stops.is_empty()).then_some(accepted);
        let code = self.code(after, moved, accepted.and(after.ge(self.end)), given_up);
        let code = crossed.map_or(code, |crossed| code + crossed.select(event::CROSS as f64, none));
        let mut outputs = vec![
            (self.now, layout.previous),
            (after, layout.now),
            (next_dt, layout.step),
            (attempts, layout.attempts),
            (self.accepted_steps + accepted.select(1.0, 0.0), layout.accepted_steps),
            (code, layout.events),
        ];
        if layout.step_end != layout.now {
            outputs.push((after, layout.step_end));
        }
        if let Some(row) = layout.reaches {
            let due = self.dues.iter().map(|(due, _)| due.le(proposal.target));
            let reaches = due.reduce(|any, due| any.or(due));
            outputs.push((reaches.unwrap_or(none), row));
        }
        outputs.extend(self.inside(after, moved, layout));
        outputs.into_iter().map(|(value, row)| (value, Place::Row(row))).collect()
    }

    /// Whether samples and summary samples inside the step that ends at this time are to be taken at once.
    fn inside(&self, time: Expr<'g>, moved: Option<Expr<'g>>, layout: &ClockLayout) -> Vec<(Expr<'g>, u32)> {
        let inside = |due: &Expr<'g>| {
            let inside = due.lt(time);
            moved.map_or(inside, |moved| moved.and(inside))
        };
        let row = |event| match event {
            event::SAMPLE => layout.inside,
            _ => layout.summaries.as_ref()?.inside,
        };
        self.dues.iter().filter_map(|(due, event)| Some((inside(due), row(*event)?))).collect()
    }

    /// What the lane needs at this time: `otherwise` unless it is done, samples, events at given times. An event may have put the
    /// run beyond its next sample, which then waits until the run has `moved`.
    fn code(&self, time: Expr<'g>, moved: Option<Expr<'g>>, done: Expr<'g>, otherwise: Expr<'g>) -> Expr<'g> {
        let none = time.graph().constant(0.0);
        let ends = done.select(event::DONE as f64, otherwise);
        let is_due = |next: &Expr<'g>| moved.map_or(next.le(time), |moved| moved.and(next.le(time)));
        let code = self
            .dues
            .iter()
            .fold(ends, |code, (next, event)| code + is_due(next).select(*event as f64, none));
        let acts = self.stops.iter().map(|stop| stop.le(time)).reduce(|any, stop| any.or(stop));
        acts.map_or(code, |acts| code + acts.select(event::ACT as f64, none))
    }

    /// What a lane needs whose step was cut short at this time because a condition became true.
    pub(crate) fn code_of_cut(&self, time: Expr<'g>) -> Expr<'g> {
        let code = self.code(time, None, time.ge(self.end), time.graph().constant(0.0));
        // The event that the condition means, unless events at given times say so already.
        match self.stops.iter().map(|stop| stop.le(time)).reduce(|any, stop| any.or(stop)) {
            Some(acts) => code + acts.select(0.0, event::ACT as f64),
            None => code + event::ACT as f64,
        }
    }

    /// What the lane needs after the attempt: the row of events.
    pub(crate) fn events(&self) -> Expr<'g> {
        self.events
    }

    /// Start and end of the step just accepted.
    pub(crate) fn ends(&self) -> [Expr<'g>; 2] {
        self.ends
    }

    /// The time of the next sample.
    pub(crate) fn sample_time(&self) -> Expr<'g> {
        self.next_sample
    }

    /// The place of the next sample within the step just accepted.
    pub(crate) fn theta(&self) -> Expr<'g> {
        self.place(self.next_sample)
    }

    /// The place of a time within the step just accepted.
    fn place(&self, time: Expr<'g>) -> Expr<'g> {
        (time - self.ends[0]) * self.per_step
    }
}
