//! The schedule of summaries as expressions: which lanes have a sample to take, when the next is, when a window is complete.

use rubie_expr::{Expr, Graph};
use rubie_program::{Place, Port, Rate};

use super::{ClockGraph, event, flag};
use crate::layout::SummaryClockLayout;

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
    /// The ends of the step just accepted.
    ends: [Expr<'g>; 2],
    /// Where the last attempt began, if events of the model happen at given times.
    before: Option<Expr<'g>>,
}

impl<'g> SummaryClock<'g> {
    /// The schedule beside a clock.
    pub(crate) fn new(graph: &'g Graph, clock: &ClockGraph<'g>) -> Self {
        let symbol = |name: &str| graph.symbol(&format!("summaries.{name}"));
        SummaryClock {
            graph,
            start: symbol("start"),
            interval: symbol("interval"),
            last: symbol("last"),
            samples: symbol("samples"),
            per_window: symbol("per_window"),
            next: symbol("next"),
            index: symbol("index"),
            left: symbol("left"),
            full: symbol("full"),
            now: clock.now,
            events: clock.events,
            ends: clock.ends,
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
        let [start, end] = self.ends;
        (self.next - start) * (1.0 / (end - start))
    }

    /// 1 where a sample is due inside the step (or at its end), 2 where what is due is the start of the recording, else 0.
    pub(crate) fn due(&self, inside: bool) -> Expr<'g> {
        let due = if inside { self.next.lt(self.now) } else { self.next.equal(self.now) };
        // What is beyond a window waits until its results have been taken.
        let due = due.and(self.full.le(0.0));
        // A run that an event has put beyond its next sample takes it within its next step, however often that is rejected.
        let due = self.before.map_or(due, |before| due.and(before.lt(self.ends[1])));
        let what = self.index.lt(0.0).select(self.graph.constant(2.0), 1.0);
        due.select(what, 0.0)
    }

    /// The schedule after what was [`SummaryClock::due`] has been done.
    pub(crate) fn advance(&self, due: Expr<'g>, layout: &SummaryClockLayout) -> Vec<(Expr<'g>, Place)> {
        let (any, sample) = (due.gt(0.0), due.equal(1.0));
        let index = self.index + any.select(self.graph.constant(1.0), 0.0);
        let left = self.left - sample.select(self.graph.constant(1.0), 0.0);
        let time = (self.start + (index + 1.0) * self.interval).min(self.last);
        let next = index.lt(self.samples).select(time, f64::INFINITY);
        let full = sample.and(left.le(0.0)).select(self.graph.constant(1.0), self.full);
        [
            (index, layout.index),
            (any.select(next, self.next), layout.next),
            (left, layout.left),
            (full, layout.full),
        ]
        .map(|(value, row)| (value, Place::Row(row)))
        .to_vec()
    }

    /// What the lane needs when what was [`SummaryClock::due`] inside its step has been done, and whether another sample inside it
    /// is to be taken at once, where the attempt does so.
    pub(crate) fn advance_inside(
        &self,
        due: Expr<'g>,
        layout: &SummaryClockLayout,
        events: u32,
    ) -> Vec<(Expr<'g>, Place)> {
        let Some(row) = layout.inside else { return Vec::new() };
        let advanced = self.advance(due, layout);
        let after = |row: u32, symbol| {
            advanced.iter().find(|(_, place)| *place == Place::Row(row)).map_or(symbol, |(value, _)| *value)
        };
        let (next, full) = (after(layout.next, self.next), after(layout.full, self.full));
        let (again, waits) = (next.lt(self.now), full.gt(0.0));
        let over = due.gt(0.0).and(self.now.lt(next)).and(waits.not());
        let events = (over.select(self.events - event::SUMMARY as f64, self.events), Place::Row(events));
        vec![(flag(due.gt(0.0).and(again).and(waits.not())), Place::Row(row)), events]
    }

    /// Whether a window is complete (1 or 0).
    pub(crate) fn full(&self) -> Expr<'g> {
        self.full
    }

    /// The schedule after the results of complete windows have been taken.
    pub(crate) fn restart(&self, layout: &SummaryClockLayout) -> Vec<(Expr<'g>, Place)> {
        let left = self.full.gt(0.0).select(self.per_window, self.left);
        vec![(left, Place::Row(layout.left)), (self.graph.constant(0.0), Place::Row(layout.full))]
    }
}
