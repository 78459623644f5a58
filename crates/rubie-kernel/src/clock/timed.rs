//! Events at given times as expressions: when each happens next. Steps end there.

use std::ops::Range;

use rubie_expr::{Expr, Graph};
use rubie_model::{Event, Trigger};
use rubie_program::{Place, Port, Rate};

/// The events at given times, in the order of the model.
pub(crate) struct TimedEvents<'g> {
    events: Vec<TimedEvent<'g>>,
}

struct TimedEvent<'g> {
    trigger: Trigger<'g>,
    /// How often it has happened, and when it happens next.
    count: Expr<'g>,
    next: Expr<'g>,
}

/// What happens at a time, and what that means for the next times.
pub(crate) struct Happening<'g> {
    /// Of each event: whether it happens.
    pub(crate) due: Vec<Expr<'g>>,
    /// The time from which the run goes on.
    pub(crate) time: Expr<'g>,
    /// Counts and next times.
    pub(crate) outputs: Vec<(Expr<'g>, Place)>,
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
    pub(crate) fn new(graph: &'g Graph, events: &[Event<'g>]) -> Self {
        let timed = events.iter().map(|event| event.trigger);
        let timed = timed.filter(|trigger| !matches!(trigger, Trigger::Rises(_)));
        let events = timed.enumerate().map(|(k, trigger)| TimedEvent {
            trigger,
            count: graph.symbol(&format!("event {k} count")),
            next: graph.symbol(&format!("event {k} next")),
        });
        TimedEvents { events: events.collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// When they happen next.
    pub(crate) fn stops(&self) -> Vec<Expr<'g>> {
        self.events.iter().map(|event| event.next).collect()
    }

    /// Where the counts and the next times are found.
    pub(crate) fn ports(&self, [counts, times]: [Range<u32>; 2]) -> Vec<Port<'g>> {
        let row = |symbol, at| Port { symbol, place: Place::Row(at), rate: Rate::Attempt };
        let counts = self.events.iter().zip(counts).map(|(event, at)| row(event.count, at));
        counts.chain(self.events.iter().zip(times).map(|(event, at)| row(event.next, at))).collect()
    }

    /// Counts and times at the start of a run.
    pub(crate) fn start(
        &self,
        t0: Expr<'g>,
        [count_rows, time_rows]: [Range<u32>; 2],
    ) -> Vec<(Expr<'g>, Place)> {
        let counts: Vec<_> = self.events.iter().map(|event| event.first_count(t0)).collect();
        let times = self.events.iter().zip(&counts).map(|(event, count)| event.time(*count));
        let times: Vec<_> = times.zip(time_rows).collect();
        let counts = counts.into_iter().zip(count_rows);
        counts.chain(times).map(|(value, row)| (value, Place::Row(row))).collect()
    }

    /// What happens at the time `now`.
    pub(crate) fn happening(&self, now: Expr<'g>, [counts, times]: [Range<u32>; 2]) -> Happening<'g> {
        let mut happening = Happening { due: Vec::new(), time: now, outputs: Vec::new() };
        for (event, (count_row, time_row)) in self.events.iter().zip(counts.zip(times)) {
            let happens = event.next.le(now);
            if let Some(beyond) = event.beyond(event.count) {
                happening.time = happens.select(beyond.max(happening.time), happening.time);
            }
            let count = event.count + 1.0;
            happening.outputs.push((happens.select(count, event.count), Place::Row(count_row)));
            happening.outputs.push((happens.select(event.time(count), event.next), Place::Row(time_row)));
            happening.due.push(happens);
        }
        happening
    }
}
