//! The schedule of summaries as expressions: which lanes have a sample to take, when the next is, when a window is complete.

use rubie_expr::{Expr, Graph};
use rubie_program::{Place, Port, Rate};

use super::{ClockGraph, event, flag};
use crate::layout::SummaryClockLayout;

/// What a lane has to do now.
#[derive(Clone, Copy)]
pub(crate) struct Due<'g> {
    /// Whether anything is due.
    pub(crate) any: Expr<'g>,
    /// Whether it is the start of the recording, if anything is.
    pub(crate) starts: Expr<'g>,
}

impl<'g> Due<'g> {
    /// From what [`Due::code`] has written.
    pub(crate) fn read(code: Expr<'g>) -> Self {
        Due { any: code.gt(0.0), starts: code.gt(1.0) }
    }

    /// As a number: 1 where a sample is due, 2 where the start of the recording is, else 0.
    pub(crate) fn code(self) -> Expr<'g> {
        let what = self.starts.select(self.any.graph().constant(2.0), 1.0);
        self.any.select(what, 0.0)
    }

    /// Whether a sample is due.
    pub(crate) fn sample(self) -> Expr<'g> {
        self.any.and(self.starts.not())
    }
}

/// The symbols of the schedule of summaries.
pub(crate) struct SummaryClock<'g> {
    graph: &'g Graph,
    start: Expr<'g>,
    interval: Expr<'g>,
    last: Expr<'g>,
    samples: Expr<'g>,
    per_window: Expr<'g>,
    next: Expr<'g>,
    index: Expr<'g>,
    left: Expr<'g>,
    full: Expr<'g>,
    now: Expr<'g>,
    events: Expr<'g>,
    /// The place of the next sample within the step just accepted, and the end of that.
    theta: Expr<'g>,
    end: Expr<'g>,
    /// Where the last attempt began, if events of the model happen at given times.
    before: Option<Expr<'g>>,
}

impl<'g> SummaryClock<'g> {
    /// The schedule beside a clock.
    pub(crate) fn new(graph: &'g Graph, clock: &ClockGraph<'g>) -> Self {
        let symbol = |name: &str| graph.symbol(&format!("summaries.{name}"));
        let next = symbol("next");
        SummaryClock {
            graph,
            start: symbol("start"),
            interval: symbol("interval"),
            last: symbol("last"),
            samples: symbol("samples"),
            per_window: symbol("per_window"),
            next,
            index: symbol("index"),
            left: symbol("left"),
            full: symbol("full"),
            now: clock.now,
            events: clock.events,
            theta: clock.place(next),
            end: clock.ends[1],
            before: (!clock.stops.is_empty()).then_some(clock.before),
        }
    }

    /// Where the symbols are found.
    pub(crate) fn ports(&self, layout: &SummaryClockLayout) -> Vec<Port<'g>> {
        let uniform = |symbol, at| Port { symbol, place: Place::Uniform(at), rate: Rate::Solve };
        let row = |symbol, at| Port { symbol, place: Place::Row(at), rate: Rate::Sample };
        vec![
            uniform(self.start, layout.start),
            uniform(self.interval, layout.interval),
            uniform(self.last, layout.last),
            uniform(self.samples, layout.samples),
            uniform(self.per_window, layout.per_window),
            row(self.next, layout.next),
            row(self.index, layout.index),
            row(self.left, layout.left),
            row(self.full, layout.full),
        ]
    }

    /// The time of the next sample.
    pub(crate) fn time(&self) -> Expr<'g> {
        self.next
    }

    /// Its place within the step just accepted.
    pub(crate) fn theta(&self) -> Expr<'g> {
        self.theta
    }

    /// What is due inside the step (or at its end).
    pub(crate) fn due(&self, inside: bool) -> Due<'g> {
        let any = if inside { self.next.lt(self.now) } else { self.next.equal(self.now) };
        // What is beyond a window waits until its results have been taken.
        let any = any.and(self.left.gt(0.0));
        // A run that an event has put beyond its next sample takes it within its next step, however often that is rejected.
        let any = self.before.map_or(any, |before| any.and(before.lt(self.end)));
        Due { any, starts: self.index.lt(0.0) }
    }

    /// The schedule after what was [`SummaryClock::due`] has been done.
    pub(crate) fn advance(&self, due: Due<'g>, layout: &SummaryClockLayout) -> Vec<(Expr<'g>, Place)> {
        let Advanced { next, index, left, full } = self.advanced(due);
        let rows =
            [(index, layout.index), (next, layout.next), (left, layout.left), (flag(full), layout.full)];
        rows.map(|(value, row)| (value, Place::Row(row))).to_vec()
    }

    fn advanced(&self, due: Due<'g>) -> Advanced<'g> {
        let index = self.index + flag(due.any);
        let left = self.left - flag(due.sample());
        let time = self.start + (index + 1.0) * self.interval;
        let time = time.lt(self.last).select(time, self.last);
        let next = index.lt(self.samples).select(time, f64::INFINITY);
        Advanced { next: due.any.select(next, self.next), index, left, full: left.le(0.0) }
    }

    /// What the lane needs when what was [`SummaryClock::due`] inside its step has been done, and whether another sample inside it
    /// is to be taken at once, where the attempt does so.
    pub(crate) fn advance_inside(
        &self,
        due: Due<'g>,
        layout: &SummaryClockLayout,
        events: u32,
    ) -> Vec<(Expr<'g>, Place)> {
        let Some(row) = layout.inside else { return Vec::new() };
        let Advanced { next, full, .. } = self.advanced(due);
        let goes_on = due.any.and(full.not());
        let (again, over) = (goes_on.and(next.lt(self.now)), goes_on.and(self.now.lt(next)));
        let events =
            (self.events - over.select(self.constant(event::SUMMARY as f64), 0.0), Place::Row(events));
        vec![(again, Place::Row(row)), events]
    }

    fn constant(&self, value: f64) -> Expr<'g> {
        self.graph.constant(value)
    }

    /// Whether a window is complete (1 or 0).
    pub(crate) fn full(&self) -> Expr<'g> {
        self.full
    }

    /// The schedule after the results of complete windows have been taken.
    pub(crate) fn restart(&self, layout: &SummaryClockLayout) -> Vec<(Expr<'g>, Place)> {
        let left = self.left.le(0.0).select(self.per_window, self.left);
        vec![(left, Place::Row(layout.left)), (self.constant(0.0), Place::Row(layout.full))]
    }
}

/// The schedule after a sample.
struct Advanced<'g> {
    next: Expr<'g>,
    index: Expr<'g>,
    left: Expr<'g>,
    /// Whether the window is complete.
    full: Expr<'g>,
}
