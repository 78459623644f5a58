//! A clock that stands apart from the step, because the step is not computed in f64.

use std::ops::Range;

use rubie_expr::{Expr, Graph};
use rubie_model::System;
use rubie_program::{Lowering, LoweringError, Phase, Place, Port, Precision, Program, Rate};

use super::{ClockGraph, Due, Proposal, Recorded, SummaryClock, TimedEvents, event};
use crate::layout::{ClockKind, ClockLayout, Input, Inputs, Numbers};

/// The programs of a clock that stands apart from the step, all in f64 on rows and uniforms of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClockPrograms {
    /// Before the attempt: the step to try.
    pub propose: Program,
    /// After the attempt: time, counts, events.
    pub settle: Program,
    /// Before a sample: its place within the step.
    pub place: Program,
    /// The schedule of summaries, where there are any.
    pub summaries: Option<SummaryClockPrograms>,
    /// What goes with events of the model, where there are any.
    pub events: Option<EventClockPrograms>,
    /// Where time is after the attempt, if it is accepted.
    pub target: u32,
    /// Whether the attempt was accepted: 1 or 0, to be written before `settle`.
    pub accepted: u32,
    /// The step size that the attempt proposes, to be written before `settle`; the first one after events, before `acted`.
    pub next_dt: u32,
    /// Place of the sample within the step, in [0, 1]; to be written before `cut`.
    pub theta: u32,
    /// Number of rows.
    pub rows: u32,
    /// Number of uniforms.
    pub uniforms: u32,
}

/// The programs of the schedule of summaries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryClockPrograms {
    /// Before summary samples inside a step: which lanes have one, and its place.
    pub inside: Program,
    /// Before summary samples at the end of a step: which lanes have one.
    pub at_end: Program,
    /// After summary samples: the next ones.
    pub advance: Program,
    /// After windows: new ones.
    pub restart: Program,
}

/// The programs of events. Their times are made of parameters, which so are f64 here: uniforms behind those of the clock, and rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventClockPrograms {
    /// At the start of a run: time, and when events happen first.
    pub start: Program,
    /// Before events are carried out: which happen now, and when the run goes on.
    pub act: Program,
    /// After that: time, step size, and what the run needs.
    pub acted: Program,
    /// Where a condition became true within the step: time is put there. Absent where there are no conditions.
    pub cut: Option<Program>,
    /// The varying inputs, to be written before `start`.
    pub inputs: Range<u32>,
    /// What a run keeps: these, how often each event at given times has happened, and when each happens next.
    pub carried: Range<u32>,
    /// Of each event at given times: whether it happens now (1 or 0), after `act`.
    pub due: Range<u32>,
    /// The time from which the run goes on, after `act`.
    pub beyond: u32,
    /// Whether a condition became true within the attempt (1 or 0), to be written before `settle`; whether the run is put
    /// there, before `cut`.
    pub crossed: u32,
    /// What came of the events ([`crate::EventExchange::outcome`]), to be written before `acted`.
    pub outcome: u32,
}

/// What the clock has to know of a model with events.
pub(crate) struct Acting<'a, 'g> {
    pub(crate) system: &'a System<'g>,
    pub(crate) inputs: &'a Inputs,
    pub(crate) timed: &'a TimedEvents<'g>,
    pub(crate) conditions: bool,
}

/// The programs of a clock of its own, and the rows of it that others read and write.
pub(crate) fn apart(
    fixed: bool,
    recorded: Recorded,
    acting: Option<&Acting<'_, '_>>,
) -> Result<(ClockLayout, ClockPrograms), LoweringError> {
    match acting {
        Some(acting) => clock_of(acting.system.graph, fixed, recorded, Some(acting)),
        None => clock_of(&Graph::new(), fixed, recorded, None),
    }
}

fn clock_of<'g>(
    graph: &'g Graph,
    fixed: bool,
    recorded: Recorded,
    acting: Option<&Acting<'_, 'g>>,
) -> Result<(ClockLayout, ClockPrograms), LoweringError> {
    let mut clock = ClockGraph::new(graph, graph.symbol("t"), fixed, recorded);
    let conditions = acting.is_some_and(|acting| acting.conditions);
    if let Some(acting) = acting {
        clock = clock.with_stops(acting.timed.stops());
    }
    if conditions {
        clock = clock.with_conditions(graph);
    }
    let (mut rows, mut uniforms) = (Numbers::new(), Numbers::new());
    let own = [rows.one(), rows.one(), rows.one()];
    let kind = ClockKind { summaries: recorded.summaries, conditions, ..ClockKind::default() };
    let layout = ClockLayout::new(own, kind, &mut rows, &mut uniforms);
    let (target, accepted, next_dt, theta) = (rows.one(), rows.one(), rows.one(), rows.one());
    let symbols = ["tried", "target", "accepted", "next_dt"].map(|name| graph.symbol(name));
    let mut ports = clock.ports(&layout);
    let places = [layout.tried, target, accepted, next_dt].map(Place::Row);
    ports.extend(symbols.iter().zip(places).map(|(symbol, place)| Port {
        symbol: *symbol,
        place,
        rate: Rate::Attempt,
    }));
    let events = acting.map(|acting| EventClock::new(acting, &mut rows, &mut uniforms));

    let proposal = clock.propose();
    let proposed = vec![(proposal.tried, places[0]), (proposal.target, places[1])];
    let [tried, target_symbol, accepted_symbol, next] = symbols;
    let tried = Proposal { tried, target: target_symbol };
    let crossed = events.as_ref().filter(|_| conditions).map(|events| events.crossed.0.gt(0.0));
    let settled = clock.settle(tried, accepted_symbol.gt(0.0), next, crossed, &layout);
    let placed = vec![(clock.theta(), Place::Row(theta))];
    let phase = |name, rate, outputs| Phase { name, rate, outputs };
    let mut phases = vec![
        phase("propose", Rate::Attempt, proposed),
        phase("settle", Rate::Attempt, settled),
        phase("place", Rate::Sample, placed),
    ];
    if let Some(own) = &layout.summaries {
        let summaries = SummaryClock::new(graph, &clock);
        let due = graph.symbol("summaries.due");
        ports.extend(summaries.ports(own));
        ports.push(Port { symbol: due, place: Place::Row(own.due), rate: Rate::Sample });
        let due_row = Place::Row(own.due);
        let inside = vec![(summaries.due(true).code(), due_row), (summaries.theta(), Place::Row(theta))];
        phases.extend([
            phase("summaries inside", Rate::Sample, inside),
            phase("summaries at end", Rate::Sample, vec![(summaries.due(false).code(), due_row)]),
            phase("summaries advance", Rate::Sample, summaries.advance(Due::read(due), own)),
            phase("summaries restart", Rate::Sample, summaries.restart(own)),
        ]);
    }
    if let (Some(events), Some(acting)) = (&events, acting) {
        ports.extend(events.ports(acting, theta));
        phases.extend(events.phases(acting, &clock, next, &layout));
    }
    let (first_row, first_uniform) = (rows.one(), uniforms.one());
    let precision = Precision::F64;
    let lowered =
        Lowering { precision, ports, phases, homes: Vec::new(), first_row, first_uniform }.lower()?;
    let (rows, uniforms) = (lowered.rows, lowered.uniforms);
    let mut programs = lowered.programs.into_iter();
    let mut program = || programs.next().expect("one program per phase");
    let (propose, settle, place) = (program(), program(), program());
    let summaries = recorded.summaries.then(|| SummaryClockPrograms {
        inside: program(),
        at_end: program(),
        advance: program(),
        restart: program(),
    });
    let events = events.map(|events| EventClockPrograms {
        start: program(),
        act: program(),
        acted: program(),
        cut: conditions.then(&mut program),
        carried: events.inputs.start..events.times.end,
        inputs: events.inputs,
        due: events.due,
        beyond: events.beyond.1,
        crossed: events.crossed.1,
        outcome: events.outcome.1,
    });
    let programs = ClockPrograms {
        propose,
        settle,
        place,
        summaries,
        events,
        target,
        accepted,
        next_dt,
        theta,
        rows,
        uniforms,
    };
    Ok((layout, programs))
}

/// Rows and symbols of events in a clock apart.
struct EventClock<'g> {
    inputs: Range<u32>,
    parameters: Range<u32>,
    counts: Range<u32>,
    times: Range<u32>,
    due: Range<u32>,
    beyond: (Expr<'g>, u32),
    crossed: (Expr<'g>, u32),
    outcome: (Expr<'g>, u32),
    /// The place where the step is cut.
    place: Expr<'g>,
    /// The end of the integration reached when events happened.
    was_done: (Expr<'g>, u32),
}

impl<'g> EventClock<'g> {
    fn new(acting: &Acting<'_, 'g>, rows: &mut Numbers, uniforms: &mut Numbers) -> Self {
        let symbol = |name: &str| acting.system.graph.symbol(name);
        let timed = acting.timed.len();
        EventClock {
            inputs: rows.many(acting.inputs.varying.len()),
            parameters: uniforms.many(acting.system.parameters.len()),
            counts: rows.many(timed),
            times: rows.many(timed),
            due: rows.many(timed),
            beyond: (symbol("beyond"), rows.one()),
            crossed: (symbol("crossed"), rows.one()),
            outcome: (symbol("outcome"), rows.one()),
            place: symbol("place"),
            was_done: (symbol("was done"), rows.one()),
        }
    }

    fn event_rows(&self) -> [Range<u32>; 2] {
        [self.counts.clone(), self.times.clone()]
    }

    fn ports(&self, acting: &Acting<'_, 'g>, theta: u32) -> Vec<Port<'g>> {
        let row = |symbol, at, rate| Port { symbol, place: Place::Row(at), rate };
        let mut ports = acting.timed.ports(self.event_rows());
        let system = acting.system;
        for (j, at) in self.parameters.clone().enumerate() {
            if !acting.inputs.varying.contains(&Input::Parameter(j)) {
                let symbol = system.parameters[j].symbol;
                ports.push(Port { symbol, place: Place::Uniform(at), rate: Rate::Solve });
            }
        }
        for (input, at) in acting.inputs.varying.iter().zip(self.inputs.clone()) {
            if let Input::Parameter(j) = input {
                ports.push(row(system.parameters[*j].symbol, at, Rate::Run));
            }
        }
        ports.push(row(self.crossed.0, self.crossed.1, Rate::Attempt));
        let others = [self.beyond, self.outcome, self.was_done, (self.place, theta)];
        ports.extend(others.map(|(symbol, at)| row(symbol, at, Rate::Sample)));
        ports
    }

    fn phases(
        &self,
        acting: &Acting<'_, 'g>,
        clock: &ClockGraph<'g>,
        next_dt: Expr<'g>,
        layout: &ClockLayout,
    ) -> Vec<Phase<'g>> {
        let graph = acting.system.graph;
        let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
        let truth = |what: Expr<'g>| what.select(one, zero);

        let mut started = acting.timed.start(clock.t0(), self.event_rows());
        started.extend([(clock.t0(), Place::Row(layout.now)), (zero, Place::Row(layout.events))]);

        let now = clock.now();
        let happening = acting.timed.happening(now, self.event_rows());
        let mut acts = happening.outputs;
        let due = happening.due.into_iter().map(truth).zip(self.due.clone().map(Place::Row));
        acts.extend(due);
        acts.push((happening.time, Place::Row(self.beyond.1)));
        acts.push((truth(now.ge(clock.end())), Place::Row(self.was_done.1)));

        let any = self.outcome.0.gt(0.0);
        let code = code_of_outcome(self.outcome.0, self.was_done.0.gt(0.0));
        let acted = vec![
            (any.select(self.beyond.0, now), Place::Row(layout.now)),
            (any.select(next_dt, clock.step()), Place::Row(layout.step)),
            (any.select(code, clock.events()), Place::Row(layout.events)),
        ];
        let phase = |name, outputs| Phase { name, rate: Rate::Sample, outputs };
        let mut phases =
            vec![phase("events start", started), phase("events act", acts), phase("events acted", acted)];
        if acting.conditions {
            let [start, end] = clock.ends();
            let inside = start + self.place * (end - start);
            let time = self.place.ge(1.0).select(end, inside);
            let any = self.crossed.0.gt(0.0);
            let cut = vec![
                (any.select(time, end), Place::Row(layout.now)),
                (any.select(clock.code_of_cut(time), clock.events()), Place::Row(layout.events)),
            ];
            phases.push(phase("events cut", cut));
        }
        phases
    }
}

/// What events that were carried out apart from the clock came to, as a sum in one row: [`outcome::HAPPENED`] and others.
pub(crate) mod outcome {
    /// Any event happened.
    pub(crate) const HAPPENED: f64 = 1.0;
    /// In addition: another event follows at once.
    pub(crate) const AGAIN: f64 = 2.0;
    /// In addition: the run ends here.
    pub(crate) const STOPS: f64 = 4.0;
    /// In addition: no consistent states were found.
    pub(crate) const STUCK: f64 = 8.0;
}

/// What a lane needs after events with this outcome.
fn code_of_outcome<'g>(all: Expr<'g>, done: Expr<'g>) -> Expr<'g> {
    let zero = all.graph().constant(0.0);
    let stuck = all.ge(outcome::STUCK);
    let rest = stuck.select(all - outcome::STUCK, all);
    let stops = rest.ge(outcome::STOPS);
    let rest = stops.select(rest - outcome::STOPS, rest);
    let again = rest.ge(outcome::AGAIN);
    let code = |when: Expr<'g>, code: u64| when.select(code as f64, zero);
    let code = code(done.or(stops), event::DONE) + code(stops, event::STOPPED) + code(again, event::ACT);
    stuck.select(event::STUCK as f64, code)
}
