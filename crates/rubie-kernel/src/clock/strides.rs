//! The clock of steps that all have the same size: an attempt counts, and time is what the count says where anyone asks.
//!
//! A step size that is one number for all runs becomes part of the coefficients, computed once per solve. What an attempt means for
//! the run is computed only where a lane has reached the count from which on it may mean something, or has failed. The last step, if
//! it is shorter, has a program of its own.

use rubie_expr::Expr;
use rubie_program::{Place, Port, Rate};

use super::{ClockGraph, SLACK, event};
use crate::layout::ClockLayout;

/// A last step whose size differs from the others by less than this fraction of the times is one of them: so much is rounding.
const ROUNDING: f64 = 1.0 / (1_u64 << 50) as f64;

/// Steps of one size beside a clock.
pub(crate) struct Strides<'c, 'g> {
    clock: &'c ClockGraph<'g>,
    /// The size of all steps but perhaps the last.
    pub(crate) size: Expr<'g>,
    /// The size of the last step.
    pub(crate) last: Expr<'g>,
    /// How many steps there are.
    steps: Expr<'g>,
    /// How many of them have the same size.
    whole: Expr<'g>,
    /// From this count on an attempt may mean something for the run; infinite where the lane holds no run.
    look: Expr<'g>,
}

impl<'c, 'g> Strides<'c, 'g> {
    /// `dt`: the size that the user gave.
    pub(crate) fn new(clock: &'c ClockGraph<'g>, dt: Expr<'g>) -> Self {
        let span = clock.end - clock.t0;
        let count = |size: Expr<'g>| -((SLACK - span / size).floor());
        let size = count(dt).le(1.0).select(span, dt);
        let steps = count(size);
        let last = span - (steps - 1.0) * size;
        let rounding = ROUNDING * (clock.t0.abs() + clock.end.abs());
        let whole = (last - size).abs().le(rounding).select(steps, steps - 1.0);
        Strides { clock, size, last, steps, whole, look: dt.graph().symbol("clock.look") }
    }

    /// Where the symbols are found.
    pub(crate) fn ports(&self, layout: &ClockLayout) -> impl Iterator<Item = Port<'g>> {
        let row = |symbol, at, rate| Port { symbol, place: Place::Row(at), rate };
        let look = layout.look.map(|look| row(self.look, look, Rate::Attempt));
        [row(self.clock.before, layout.previous, Rate::Sample)].into_iter().chain(look)
    }

    /// The time at the start of an attempt.
    pub(crate) fn now(&self) -> Expr<'g> {
        self.clock.t0 + self.clock.attempts * self.size
    }

    /// The time after so many steps.
    fn time(&self, steps: Expr<'g>) -> Expr<'g> {
        steps.ge(self.steps).select(self.clock.end, self.clock.t0 + steps * self.size)
    }

    /// What an attempt leaves: its count, and whether what it means has to be found out.
    pub(crate) fn count(&self, states: &[Expr<'g>], layout: &ClockLayout) -> Vec<(Expr<'g>, Place)> {
        let attempts = self.clock.attempts + 1.0;
        let reaches = layout.reaches.map(|row| (self.look.le(attempts), Place::Row(row)));
        // With states that are not finite this is NaN, and not below anything either.
        let early = states
            .iter()
            .copied()
            .reduce(|sum, state| sum + state)
            .map_or(attempts, |sum| 0.0 * sum + attempts)
            .lt(self.look);
        let events = early.select(0.0, attempts.graph().constant(event::LOOK as f64));
        let counted = [(attempts, Place::Row(layout.attempts)), (events, Place::Row(layout.events))];
        counted.into_iter().chain(reaches).collect()
    }

    /// What the attempts so far mean for the run, given whether the states are finite.
    pub(crate) fn settle(&self, finite: Expr<'g>, layout: &ClockLayout) -> Vec<(Expr<'g>, Place)> {
        let graph = finite.graph();
        let none = graph.constant(0.0);
        let ClockGraph { attempts, max_attempts, t0, .. } = *self.clock;
        let before = self.time(attempts - 1.0);
        let after = finite.select(self.time(attempts), before);
        let is_over = attempts.ge(self.steps);
        let exhausted = attempts.ge(max_attempts);
        let given_up = exhausted.select(event::EXHAUSTED as f64, none);
        let given_up = finite.select(given_up, event::STUCK as f64);
        let lands = finite.and(exhausted.not()).and(is_over.not()).and(attempts.ge(self.whole));
        let code = self.clock.code(after, None, finite.and(is_over), given_up);
        let code = code + lands.select(event::LAND as f64, none);
        // The count that leads to a time may come out one too small, never too large.
        let due = self
            .clock
            .dues
            .iter()
            .copied()
            .fold(self.clock.end, |first, (due, _)| due.lt(first).select(due, first));
        let next = ((due - t0) / self.size).floor();
        let next =
            [self.whole, max_attempts].into_iter().fold(next, |next, most| most.lt(next).select(most, next));
        let next = next.le(attempts).select(attempts + 1.0, next);
        let holds = self.look.lt(f64::INFINITY);
        let outputs = [
            (before, layout.previous),
            (after, layout.now),
            (attempts - finite.select(0.0, graph.constant(1.0)), layout.accepted_steps),
            (holds.select(code, none), layout.events),
        ];
        let look = layout.look.map(|look| (holds.select(next, self.look), look));
        let inside = self.clock.inside(after, Some(finite), layout);
        outputs.into_iter().chain(look).chain(inside).map(|(value, row)| (value, Place::Row(row))).collect()
    }

    /// Whether the lane's next step is the last and shorter than the others.
    pub(crate) fn lands(&self) -> Expr<'g> {
        self.clock.events.ge(event::LAND as f64)
    }

    /// The time at the start of that step.
    pub(crate) fn landing_from(&self) -> Expr<'g> {
        self.clock.t0 + self.whole * self.size
    }

    /// What that step means for the run.
    pub(crate) fn land(&self, finite: Expr<'g>, layout: &ClockLayout) -> Vec<(Expr<'g>, Place)> {
        let lands = self.lands();
        let ClockGraph { attempts, end, .. } = *self.clock;
        let before = self.landing_from();
        let after = finite.select(end, before);
        let stuck = finite.graph().constant(event::STUCK as f64);
        let code = self.clock.code(after, None, finite, stuck);
        let changed = [
            (before, self.clock.before, layout.previous),
            (after, self.clock.now, layout.now),
            (attempts + 1.0, attempts, layout.attempts),
            (
                attempts + finite.select(1.0, finite.graph().constant(0.0)),
                self.clock.accepted_steps,
                layout.accepted_steps,
            ),
            (code, self.clock.events, layout.events),
        ];
        changed.into_iter().map(|(new, old, row)| (lands.select(new, old), Place::Row(row))).collect()
    }
}
