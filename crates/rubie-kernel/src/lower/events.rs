//! Events of the model: doses, stimuli, thresholds. A program of their own changes the run. Where the clock is part of the programs,
//! that is the whole of it; where it stands apart, the clock says what is due, and is told what came of it.

use std::collections::HashMap;

use rubie_expr::{Expr, NodeId, Substitution};
use rubie_method::{Initialisation, StepGraph};
use rubie_model::{Event, System, Trigger};
use rubie_program::{Phase, Place, Port, Rate};

use super::conditions::Conditions;
use super::{of_model, row_of};
use crate::clock::{ClockGraph, TimedEvents, event, outcome};
use crate::layout::{EventExchange, Layout};
use crate::status::Status;

/// How events are carried out.
pub(super) struct Events<'a, 'g> {
    pub(super) timed: &'a TimedEvents<'g>,
    pub(super) conditions: &'a Conditions<'g>,
    clock: EventsClock<'a, 'g>,
    /// What was wrong with the last attempt.
    trouble: Expr<'g>,
}

/// The clock, for events.
enum EventsClock<'a, 'g> {
    Within(&'a ClockGraph<'g>),
    Apart(Apart<'g>),
}

/// What a clock apart writes for the events, and where their outcome goes.
struct Apart<'g> {
    exchange: EventExchange,
    due: Vec<Expr<'g>>,
    beyond: Expr<'g>,
    outcome: Expr<'g>,
    /// The step size to try next.
    step: Expr<'g>,
}

/// What came of the events.
struct Outcome<'g> {
    any: Expr<'g>,
    stops: Option<Expr<'g>>,
    again: Option<Expr<'g>>,
}

impl<'a, 'g> Events<'a, 'g> {
    /// The events of a model, with the clock if it is part of the programs.
    pub(super) fn new(
        system: &System<'g>,
        (timed, conditions): (&'a TimedEvents<'g>, &'a Conditions<'g>),
        within: Option<&'a ClockGraph<'g>>,
        layout: &Layout,
    ) -> Option<Self> {
        let symbol = |name: &str| system.graph.symbol(name);
        let clock = match (within, &layout.exchange) {
            (Some(clock), _) => EventsClock::Within(clock),
            (None, Some(exchange)) => EventsClock::Apart(Apart {
                exchange: exchange.clone(),
                due: (0..timed.len()).map(|k| symbol(&format!("event {k} due"))).collect(),
                beyond: symbol("beyond"),
                outcome: symbol("outcome"),
                step: symbol("next step"),
            }),
            (None, None) => return None,
        };
        Some(Events { timed, conditions, clock, trouble: symbol("trouble") })
    }

    pub(super) fn ports(&self, layout: &Layout) -> Vec<Port<'g>> {
        let row = |symbol, at| Port { symbol, place: Place::Row(at), rate: Rate::Sample };
        let mut ports = vec![row(self.trouble, layout.trouble)];
        match &self.clock {
            EventsClock::Within(_) => {
                ports.extend(self.timed.ports([layout.event_counts.clone(), layout.event_times.clone()]));
            }
            EventsClock::Apart(Apart { exchange, due, beyond, outcome, step }) => {
                ports.extend(due.iter().zip(exchange.due.clone()).map(|(due, at)| row(*due, at)));
                ports.push(row(*beyond, exchange.beyond));
                ports.push(row(*outcome, exchange.outcome));
                ports.push(row(*step, layout.next_dt));
            }
        }
        ports
    }

    /// Counts and times at the start of a run, where the clock is part of the programs.
    pub(super) fn start(&self, layout: &Layout) -> Vec<(Expr<'g>, Place)> {
        match &self.clock {
            EventsClock::Within(clock) => {
                let mut start =
                    self.timed.start(clock.t0(), [layout.event_counts.clone(), layout.event_times.clone()]);
                start.push((clock.t0().graph().constant(0.0), Place::Row(layout.clock.events)));
                start
            }
            EventsClock::Apart(_) => Vec::new(),
        }
    }

    /// What happens to a run whose time has come or for which a condition became true: its states change, and the method starts
    /// anew from them.
    pub(super) fn phases(
        &self,
        all: &[Event<'g>],
        system: &System<'g>,
        (step, counts): (&StepGraph<'g>, &[usize]),
        (rows, layout): (&HashMap<NodeId, u32>, &Layout),
    ) -> Option<Vec<Phase<'g>>> {
        let symbols: Vec<_> = system.states.iter().map(|state| state.symbol).collect();
        let mut states = symbols.clone();
        let (mut any, mut stops): (Option<Expr<'g>>, Option<Expr<'g>>) = (None, None);
        let either = |a: Option<Expr<'g>>, b: Expr<'g>| Some(a.map_or(b, |a| a.or(b)));
        let mut outputs: Vec<(Expr<'g>, Place)> = Vec::new();
        let (due, time) = match &self.clock {
            EventsClock::Within(_) => {
                let rows = [layout.event_counts.clone(), layout.event_times.clone()];
                let happening = self.timed.happening(system.time, rows);
                outputs.extend(happening.outputs);
                (happening.due, happening.time)
            }
            EventsClock::Apart(apart) => (apart.due.iter().map(|due| due.gt(0.0)).collect(), apart.beyond),
        };
        let mut due = due.into_iter();
        let mut rising = self.conditions.conditions.iter();
        let (zero, one) = (system.graph.constant(0.0), system.graph.constant(1.0));
        let mut happened = layout.happened.clone();
        for event in all {
            let happens = match event.trigger {
                Trigger::Times { .. } | Trigger::Listed { .. } => due.next()?,
                Trigger::Rises(_) => rising.next()?.crossed.gt(0.0),
            };
            if of_model(event) {
                outputs.push((happens.select(one, zero), Place::Row(happened.next()?)));
            }
            any = either(any, happens);
            if event.stops {
                stops = either(stops, happens);
            }
            let now: Vec<_> = symbols.iter().copied().zip(states.iter().copied()).collect();
            let values: Vec<_> = event.changes.iter().map(|change| change.value).collect();
            let values = Substitution::new(system.graph, &now).apply(&values);
            for (change, value) in event.changes.iter().zip(values) {
                states[change.state] = happens.select(value, states[change.state]);
            }
        }
        let any = any?;
        let mut now: Vec<_> = symbols.iter().copied().zip(states.iter().copied()).collect();
        now.push((system.time, time));
        let restart = match &step.initialisation {
            // Algebraic states follow first.
            Some(own) => {
                outputs.push((any.select(one, zero), Place::Row(row_of(own.wanted, rows, layout))));
                Some(self.restart((step, counts), own, layout))
            }
            None => {
                outputs.extend(self.restarted((step, counts), any, &now, layout));
                None
            }
        };
        // A condition that an event makes true happens next, at the same time.
        let before = self.conditions.functions(system.time, &symbols);
        let after = self.conditions.functions(system.time, &states);
        let mut again: Option<Expr<'g>> = None;
        let level_rows = layout.levels.clone().zip(layout.crossed.clone());
        for (((condition, before), after), (level_row, crossed_row)) in
            self.conditions.conditions.iter().zip(before).zip(after).zip(level_rows)
        {
            let crossed = any.and(before.le(0.0)).and(after.gt(0.0));
            let crossed = stops.map_or(crossed, |stops| crossed.and(stops.not()));
            again = either(again, crossed);
            outputs.push((any.select(after, condition.level), Place::Row(level_row)));
            outputs.push((crossed.select(one, zero), Place::Row(crossed_row)));
        }
        outputs.extend(self.outcome(Outcome { any, stops, again }, (system.time, time), layout));
        outputs.extend(states.into_iter().zip(layout.states.clone().map(Place::Row)));
        let events = Phase { name: "events", rate: Rate::Sample, outputs };
        Some([events].into_iter().chain(restart).collect())
    }

    /// What the events mean for the clock; `time`: before and after them.
    fn outcome(
        &self,
        Outcome { any, stops, again }: Outcome<'g>,
        (before, after): (Expr<'g>, Expr<'g>),
        layout: &Layout,
    ) -> Vec<(Expr<'g>, Place)> {
        let zero = any.graph().constant(0.0);
        let clock = match &self.clock {
            EventsClock::Within(clock) => clock,
            EventsClock::Apart(apart) => {
                let part = |when: Option<Expr<'g>>, what: f64| {
                    when.map_or(zero, |when| when.select(zero.graph().constant(what), zero))
                };
                let sum = part(Some(any), outcome::HAPPENED)
                    + part(stops, outcome::STOPS)
                    + part(again, outcome::AGAIN);
                return vec![(sum, Place::Row(apart.exchange.outcome))];
            }
        };
        let mut outputs = Vec::new();
        if after != before {
            outputs.push((after, Place::Row(layout.clock.now)));
        }
        let code =
            |when: Option<Expr<'g>>, code: u64| when.map_or(zero, |when| when.select(code as f64, zero));
        let done = before.ge(clock.end());
        let done = stops.map_or(done, |stops| done.or(stops));
        let code = code(Some(done), event::DONE) + code(stops, event::STOPPED) + code(again, event::ACT);
        outputs.push((any.select(code, clock.events()), Place::Row(layout.clock.events)));
        outputs
    }

    /// Begins anew where states were made consistent after events; ends runs where that failed.
    fn restart(
        &self,
        (step, counts): (&StepGraph<'g>, &[usize]),
        own: &Initialisation<'g>,
        layout: &Layout,
    ) -> Phase<'g> {
        let graph = step.dt.graph();
        let failed = own.wanted.gt(0.0).and(own.failed.gt(0.0));
        let mut outputs = self.restarted((step, counts), own.wanted.gt(0.0), &[], layout);
        let cause = graph.constant(f64::from(Status::DAE_INITIALISATION_FAILED.0));
        outputs.push((failed.select(cause, self.trouble), Place::Row(layout.trouble)));
        outputs.push(match &self.clock {
            EventsClock::Within(clock) => {
                let stuck = graph.constant(event::STUCK as f64);
                (failed.select(stuck, clock.events()), Place::Row(layout.clock.events))
            }
            EventsClock::Apart(apart) => {
                let stuck = apart.outcome + graph.constant(outcome::STUCK);
                (failed.select(stuck, apart.outcome), Place::Row(apart.exchange.outcome))
            }
        });
        Phase { name: "restart", rate: Rate::Sample, outputs }
    }

    /// What a run remembers and its step size where it begins anew, with `now` in place of symbols. Memories that count go on.
    fn restarted(
        &self,
        (step, counts): (&StepGraph<'g>, &[usize]),
        wanted: Expr<'g>,
        now: &[(Expr<'g>, Expr<'g>)],
        layout: &Layout,
    ) -> Vec<(Expr<'g>, Place)> {
        let (next_step, step_row) = match &self.clock {
            EventsClock::Within(clock) => (clock.step(), layout.clock.step),
            EventsClock::Apart(apart) => (apart.step, layout.next_dt),
        };
        let mut firsts: Vec<_> = step.memory.iter().map(|memory| memory.first).collect();
        firsts.push(step.first_dt);
        let firsts = Substitution::new(wanted.graph(), now).apply(&firsts);
        let symbols = step.memory.iter().map(|memory| memory.symbol).chain([next_step]);
        let rows = layout.memory.clone().chain([step_row]);
        let values = symbols.zip(firsts).map(|(symbol, first)| wanted.select(first, symbol));
        let all = values.zip(rows.map(Place::Row)).enumerate();
        all.filter(|(place, _)| !counts.contains(place)).map(|(_, value)| value).collect()
    }
}
