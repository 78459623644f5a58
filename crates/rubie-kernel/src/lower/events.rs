//! Events at given times: doses, stimuli. Steps end at them, and a program of their own changes the run.

use std::collections::HashMap;

use rubie_expr::{Expr, NodeId, Substitution};
use rubie_method::{Initialisation, StepGraph};
use rubie_model::{Event, System, Trigger};
use rubie_program::{Phase, Place, Port, Rate};

use super::conditions::Conditions;
use super::{of_model, row_of};
use crate::clock::{ClockGraph, event};
use crate::layout::Layout;
use crate::status::Status;

/// The events at given times, in the order of the model.
pub(super) struct TimedEvents<'g> {
    events: Vec<TimedEvent<'g>>,
    /// What was wrong with the last attempt.
    trouble: Expr<'g>,
}

struct TimedEvent<'g> {
    trigger: Trigger<'g>,
    /// How often it has happened, and when it happens next.
    count: Expr<'g>,
    next: Expr<'g>,
}

impl<'g> TimedEvent<'g> {
    /// Time number `count`, computed and never accumulated; infinite if there is none.
    fn time(&self, count: Expr<'g>) -> Expr<'g> {
        let never = count.graph().constant(f64::INFINITY);
        let (first, every, until) = match self.trigger {
            Trigger::Times { first, every, until } => (first, every, until),
            Trigger::Listed { first } => return (first + 2.0 * count).look_up(),
            Trigger::Rises(_) => return never,
        };
        let time = match every {
            Some(every) => {
                let happens = every.gt(0.0).or(count.le(0.0));
                happens.select(first + count * every, never)
            }
            None => count.le(0.0).select(first, never),
        };
        match until {
            Some(until) => time.le(until).select(time, never),
            None => time,
        }
    }

    /// The time from which a run goes on after time number `count`, where that is another.
    fn beyond(&self, count: Expr<'g>) -> Option<Expr<'g>> {
        match self.trigger {
            Trigger::Listed { first } => Some((first + (2.0 * count + 1.0)).look_up()),
            _ => None,
        }
    }

    /// The number of the first time that is not before `start`.
    fn first_count(&self, start: Expr<'g>) -> Expr<'g> {
        let (zero, one) = (start.graph().constant(0.0), start.graph().constant(1.0));
        let Trigger::Times { first, every, .. } = self.trigger else { return zero };
        let is_late = first.lt(start);
        let Some(every) = every else {
            return is_late.select(one, zero);
        };
        let missed = every.gt(0.0).select(((start - first) / every).ceil(), one);
        // The quotient's rounding may put it one too low.
        let again = (first + missed * every).lt(start).select(missed + 1.0, missed);
        is_late.select(again, zero)
    }
}

impl<'g> TimedEvents<'g> {
    /// Those of `events` that happen at given times.
    pub(super) fn new(system: &System<'g>, events: &[Event<'g>]) -> Self {
        let timed = events.iter().map(|event| event.trigger);
        let timed = timed.filter(|trigger| !matches!(trigger, Trigger::Rises(_)));
        let events = timed.enumerate().map(|(k, trigger)| TimedEvent {
            trigger,
            count: system.graph.symbol(&format!("event {k} count")),
            next: system.graph.symbol(&format!("event {k} next")),
        });
        TimedEvents { events: events.collect(), trouble: system.graph.symbol("trouble") }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// When they happen next.
    pub(super) fn stops(&self) -> Vec<Expr<'g>> {
        self.events.iter().map(|event| event.next).collect()
    }

    pub(super) fn ports(&self, layout: &Layout) -> Vec<Port<'g>> {
        let row = |symbol, at| Port { symbol, place: Place::Row(at), rate: Rate::Attempt };
        let counts = self.events.iter().zip(layout.event_counts.clone());
        let times = self.events.iter().zip(layout.event_times.clone());
        let counts = counts.map(|(event, at)| row(event.count, at));
        let trouble = Port { rate: Rate::Sample, ..row(self.trouble, layout.trouble) };
        counts.chain(times.map(|(event, at)| row(event.next, at))).chain([trouble]).collect()
    }

    /// Counts and times at the start of a run.
    pub(super) fn start(&self, clock: &ClockGraph<'g>, layout: &Layout) -> Vec<(Expr<'g>, Place)> {
        let counts: Vec<_> = self.events.iter().map(|event| event.first_count(clock.t0())).collect();
        let times = self.events.iter().zip(&counts).map(|(event, count)| event.time(*count));
        let times: Vec<_> = times.zip(layout.event_times.clone()).collect();
        let counts = counts.into_iter().zip(layout.event_counts.clone());
        counts.chain(times).map(|(value, row)| (value, Place::Row(row))).collect()
    }

    /// What happens to a run whose time has come or for which a condition became true: its states change, and the method starts
    /// anew from them.
    pub(super) fn phases(
        &self,
        conditions: &Conditions<'g>,
        all: &[Event<'g>],
        system: &System<'g>,
        (step, counts): (&StepGraph<'g>, &[usize]),
        clock: &ClockGraph<'g>,
        (rows, layout): (&HashMap<NodeId, u32>, &Layout),
    ) -> Option<Vec<Phase<'g>>> {
        let symbols: Vec<_> = system.states.iter().map(|state| state.symbol).collect();
        let mut states = symbols.clone();
        let (mut any, mut stops): (Option<Expr<'g>>, Option<Expr<'g>>) = (None, None);
        let either = |a: Option<Expr<'g>>, b: Expr<'g>| Some(a.map_or(b, |a| a.or(b)));
        let mut outputs = Vec::new();
        let mut time = system.time;
        let event_rows = layout.event_counts.clone().zip(layout.event_times.clone());
        let mut timed = self.events.iter().zip(event_rows);
        let mut rising = conditions.conditions.iter();
        let (zero, one) = (system.graph.constant(0.0), system.graph.constant(1.0));
        let mut happened = layout.happened.clone();
        for event in all {
            let happens = match event.trigger {
                Trigger::Times { .. } | Trigger::Listed { .. } => {
                    let (event, (count_row, time_row)) = timed.next()?;
                    let happens = event.next.le(system.time);
                    if let Some(beyond) = event.beyond(event.count) {
                        time = happens.select(beyond.max(time), time);
                    }
                    let count = event.count + 1.0;
                    outputs.push((happens.select(count, event.count), count_row));
                    outputs.push((happens.select(event.time(count), event.next), time_row));
                    happens
                }
                Trigger::Rises(_) => rising.next()?.crossed.gt(0.0),
            };
            if of_model(event) {
                outputs.push((happens.select(one, zero), happened.next()?));
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
                outputs.push((any.select(one, zero), row_of(own.wanted, rows, layout)));
                Some(self.restart((step, counts), own, clock, layout))
            }
            None => {
                outputs.extend(restarted((step, counts), any, &now, clock, layout));
                None
            }
        };
        if time != system.time {
            outputs.push((time, layout.clock.now));
        }
        // A condition that an event makes true happens next, at the same time.
        let before = conditions.functions(system.time, &symbols);
        let after = conditions.functions(system.time, &states);
        let mut again: Option<Expr<'g>> = None;
        let level_rows = layout.levels.clone().zip(layout.crossed.clone());
        for (((condition, before), after), (level_row, crossed_row)) in
            conditions.conditions.iter().zip(before).zip(after).zip(level_rows)
        {
            let crossed = any.and(before.le(0.0)).and(after.gt(0.0));
            let crossed = stops.map_or(crossed, |stops| crossed.and(stops.not()));
            again = either(again, crossed);
            outputs.push((any.select(after, condition.level), level_row));
            outputs.push((crossed.select(one, zero), crossed_row));
        }
        let code =
            |when: Option<Expr<'g>>, code: u64| when.map_or(zero, |when| when.select(code as f64, zero));
        let done = system.time.ge(clock.end());
        let done = stops.map_or(done, |stops| done.or(stops));
        let code = code(Some(done), event::DONE) + code(stops, event::STOPPED) + code(again, event::ACT);
        outputs.push((any.select(code, clock.events()), layout.clock.events));
        outputs.extend(states.into_iter().zip(layout.states.clone()));
        let outputs = outputs.into_iter().map(|(value, row)| (value, Place::Row(row))).collect();
        let events = Phase { name: "events", rate: Rate::Sample, outputs };
        Some([events].into_iter().chain(restart).collect())
    }

    /// Begins anew where states were made consistent after events; ends runs where that failed.
    fn restart(
        &self,
        (step, counts): (&StepGraph<'g>, &[usize]),
        own: &Initialisation<'g>,
        clock: &ClockGraph<'g>,
        layout: &Layout,
    ) -> Phase<'g> {
        let graph = step.dt.graph();
        let failed = own.wanted.gt(0.0).and(own.failed.gt(0.0));
        let mut outputs = restarted((step, counts), own.wanted.gt(0.0), &[], clock, layout);
        let cause = graph.constant(f64::from(Status::DAE_INITIALISATION_FAILED.0));
        outputs.push((failed.select(cause, self.trouble), layout.trouble));
        let stuck = graph.constant(event::STUCK as f64);
        outputs.push((failed.select(stuck, clock.events()), layout.clock.events));
        let outputs = outputs.into_iter().map(|(value, row)| (value, Place::Row(row))).collect();
        Phase { name: "restart", rate: Rate::Sample, outputs }
    }
}

/// What a run remembers and its step size where it begins anew, with `now` in place of symbols. Memories that count go on.
fn restarted<'g>(
    (step, counts): (&StepGraph<'g>, &[usize]),
    wanted: Expr<'g>,
    now: &[(Expr<'g>, Expr<'g>)],
    clock: &ClockGraph<'g>,
    layout: &Layout,
) -> Vec<(Expr<'g>, u32)> {
    let mut firsts: Vec<_> = step.memory.iter().map(|memory| memory.first).collect();
    firsts.push(step.first_dt);
    let firsts = Substitution::new(wanted.graph(), now).apply(&firsts);
    let symbols = step.memory.iter().map(|memory| memory.symbol).chain([clock.step()]);
    let rows = layout.memory.clone().chain([layout.clock.step]);
    let values = symbols.zip(firsts).map(|(symbol, first)| wanted.select(first, symbol));
    let all = values.zip(rows).enumerate();
    all.filter(|(place, _)| !counts.contains(place)).map(|(_, value)| value).collect()
}
