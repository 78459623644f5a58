//! The clocks of a block's lanes: part of the block's own rows, or, where the states are not f64, rows of their own
//! with programs of their own.

use std::ops::Range;
use std::sync::Arc;

use rubie_program::{
    Element, Executor, ExecutorError, ExecutorOptions, Isa, Prepare, Program, Rows, Uniforms,
};

use crate::backend::Controls;
use crate::begin::{self, First};
use crate::clock::{ClockPrograms, EventClockPrograms};
use crate::cpu::Samples;
use crate::layout::{ClockLayout, EventExchange, Layout, SummaryClockLayout};

/// A program in f64, made ready.
type Run = Box<dyn Executor<f64>>;

/// The programs of a clock apart, made ready.
pub(super) struct ClockExecutors {
    propose: Run,
    settle: Run,
    place: Run,
    summaries: Option<SummaryExecutors>,
    events: Option<EventExecutors>,
    programs: ClockPrograms,
    isa: Isa,
}

/// The programs of the schedule of summaries, made ready.
struct SummaryExecutors {
    inside: Run,
    at_end: Run,
    advance: Run,
    restart: Run,
}

/// The programs of events, made ready.
struct EventExecutors {
    start: Run,
    act: Run,
    acted: Run,
    cut: Option<Run>,
    programs: EventClockPrograms,
}

impl ClockExecutors {
    pub(super) fn prepare(
        programs: &ClockPrograms,
        prepare: Prepare<f64>,
        options: &ExecutorOptions,
    ) -> Result<Self, ExecutorError> {
        let prepare = |program: &Program| prepare(program, options);
        let summaries = programs.summaries.as_ref().map(|programs| {
            Ok::<_, ExecutorError>(SummaryExecutors {
                inside: prepare(&programs.inside)?,
                at_end: prepare(&programs.at_end)?,
                advance: prepare(&programs.advance)?,
                restart: prepare(&programs.restart)?,
            })
        });
        let events = programs.events.as_ref().map(|programs| {
            Ok::<_, ExecutorError>(EventExecutors {
                start: prepare(&programs.start)?,
                act: prepare(&programs.act)?,
                acted: prepare(&programs.acted)?,
                cut: programs.cut.as_ref().map(prepare).transpose()?,
                programs: programs.clone(),
            })
        });
        Ok(ClockExecutors {
            events: events.transpose()?,
            summaries: summaries.transpose()?,
            propose: prepare(&programs.propose)?,
            settle: prepare(&programs.settle)?,
            place: prepare(&programs.place)?,
            programs: programs.clone(),
            isa: options.isa,
        })
    }

    /// The uniforms of a chunk.
    pub(super) fn uniforms(&self, controls: &Controls) -> Uniforms<f64> {
        let mut uniforms = Uniforms::new(self.programs.uniforms as usize);
        uniforms.set_table(Arc::clone(&controls.table));
        for (uniform, value) in (0..).zip(begin::apart(controls, &self.programs)) {
            uniforms.set(uniform, value);
        }
        uniforms
    }

    /// The rows of it that a run keeps from its start.
    fn carried(&self) -> Range<u32> {
        self.events.as_ref().map_or(0..0, |events| events.programs.carried.clone())
    }
}

/// A clock apart at work.
#[derive(Clone, Copy)]
pub(super) struct Apart<'a> {
    pub(super) executors: &'a ClockExecutors,
    pub(super) uniforms: &'a Uniforms<f64>,
}

/// The rows of a block and the clocks of its lanes.
pub(super) struct Clocked<T: Element> {
    pub(super) rows: Rows<T>,
    /// The clocks, where they are not among `rows`.
    own: Option<Rows<f64>>,
}

impl<T: Samples> Clocked<T> {
    /// `rows` rows of `lanes` lanes, all of them idle.
    pub(super) fn new(layout: &Layout, apart: Option<Apart<'_>>, lanes: usize, end: f64) -> Self {
        let own = apart.map(|apart| Rows::new(apart.executors.programs.rows as usize, lanes));
        let mut clocked = Clocked { rows: Rows::new(layout.rows as usize, lanes), own };
        for lane in 0..lanes {
            clocked.idle(&layout.clock, lane, end);
        }
        clocked
    }

    /// Takes over what runs keep from lanes of other rows; `moves`: where to, and where from.
    pub(super) fn copy_lanes(
        &mut self,
        from: &Clocked<T>,
        moves: &[(usize, usize)],
        carried: &[u32],
        apart: Option<Apart<'_>>,
    ) {
        self.rows.copy_lanes(&from.rows, carried.iter().copied(), moves);
        if let (Some(own), Some(other), Some(apart)) = (&mut self.own, &from.own, apart) {
            own.copy_lanes(other, apart.executors.carried(), moves);
        }
    }

    /// Gives a lane what another has that a run keeps.
    pub(super) fn repeat_lane(&mut self, to: usize, lane: usize, carried: &[u32], apart: Option<Apart<'_>>) {
        for &row in carried {
            let value = self.rows.get(row, lane);
            self.rows.set(row, to, value);
        }
        if let (Some(own), Some(apart)) = (&mut self.own, apart) {
            for row in apart.executors.carried() {
                let value = own.get(row, lane);
                own.set(row, to, value);
            }
        }
    }

    /// Sets the clocks of lanes to the start of runs; `moves`: which, and where in `steps` their first steps stand.
    pub(super) fn begin(&mut self, layout: &Layout, moves: &[(usize, usize)], steps: &[T], first: &First) {
        let clock = &layout.clock;
        let summaries = clock.summaries.iter().zip(&first.summaries).flat_map(|(rows, summaries)| {
            let first = [summaries.time, summaries.index, summaries.left, 0.0];
            [rows.next, rows.index, rows.left, rows.full].into_iter().zip(first)
        });
        let own = [(clock.now, first.time), (clock.next_sample, first.sample)];
        let zero = [clock.attempts, clock.accepted_steps, clock.events].into_iter().chain(clock.look);
        for (row, value) in own.into_iter().chain(zero.map(|row| (row, 0.0))).chain(summaries) {
            self.set_all(row, moves, |_| value);
        }
        self.set_all(clock.step, moves, |from| steps[from].to_f64());
        put(self.rows.row_mut(layout.time), moves, |_| T::from_f64(first.time));
    }

    /// Leaves a lane without a run: it attempts steps of no length at the end.
    pub(super) fn idle(&mut self, clock: &ClockLayout, lane: usize, end: f64) {
        self.set(clock.now, lane, end);
        self.set(clock.step, lane, 0.0);
        self.set(clock.events, lane, 0.0);
        self.set(clock.next_sample, lane, f64::INFINITY);
        if let Some(look) = clock.look {
            self.set(look, lane, f64::INFINITY);
        }
        if let Some(summaries) = &clock.summaries {
            self.set(summaries.next, lane, f64::INFINITY);
            self.set(summaries.left, lane, f64::INFINITY);
            self.set(summaries.full, lane, 0.0);
        }
    }

    /// A number of the clock of a lane.
    #[inline]
    pub(super) fn get(&self, row: u32, lane: usize) -> f64 {
        match &self.own {
            Some(own) => own.get(row, lane),
            None => self.rows.get(row, lane).to_f64(),
        }
    }

    /// Changes a number of the clock of a lane.
    #[inline]
    pub(super) fn set(&mut self, row: u32, lane: usize, value: f64) {
        match &mut self.own {
            Some(own) => own.set(row, lane, value),
            None => self.rows.set(row, lane, T::from_f64(value)),
        }
    }

    /// Changes a number of the clocks of some lanes.
    #[inline]
    fn set_all(&mut self, row: u32, moves: &[(usize, usize)], value: impl Fn(usize) -> f64) {
        match &mut self.own {
            Some(own) => put(own.row_mut(row), moves, value),
            None => put(self.rows.row_mut(row), moves, |from| T::from_f64(value(from))),
        }
    }

    /// A row of the clocks.
    pub(super) fn row(&self, row: u32) -> &[f64] {
        match &self.own {
            Some(own) => own.row(row),
            None => T::as_f64(self.rows.row(row)),
        }
    }

    /// Before an attempt: a clock apart chooses the steps.
    pub(super) fn propose(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let (Some(own), Some(Apart { executors, uniforms })) = (&mut self.own, apart) {
            executors.propose.execute(own, uniforms);
            executors.isa.vectorise(
                #[inline(always)]
                || copy(own.row(layout.clock.tried), self.rows.row_mut(layout.dt), |dt| T::from_f64(dt)),
            );
            if let Some(exchange) = &layout.exchange {
                let target = own.row(executors.programs.target);
                copy(target, self.rows.row_mut(exchange.target), |time| T::from_f64(time));
            }
        }
    }

    /// After an attempt: a clock apart takes the outcome.
    pub(super) fn settle(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let (Some(own), Some(Apart { executors, uniforms })) = (&mut self.own, apart) {
            let programs = &executors.programs;
            let (rows, one) = (&mut self.rows, |accepted: T| if accepted.is_true() { 1.0 } else { 0.0 });
            executors.isa.vectorise(
                #[inline(always)]
                || {
                    copy(rows.row(layout.accepted), own.row_mut(programs.accepted), one);
                    copy(rows.row(layout.next_dt), own.row_mut(programs.next_dt), |dt| dt.to_f64());
                },
            );
            if let (Some(exchange), Some(events)) = (&layout.exchange, &executors.events) {
                let crossed = own.row_mut(events.programs.crossed);
                copy(rows.row(exchange.crossed), crossed, |crossed| crossed.to_f64());
            }
            executors.settle.execute(own, uniforms);
            executors.isa.vectorise(
                #[inline(always)]
                || copy(own.row(layout.clock.now), rows.row_mut(layout.time), |time| T::from_f64(time)),
            );
        }
    }

    /// Before samples inside a step: a clock apart says where they are.
    pub(super) fn place(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let (Some(own), Some(Apart { executors, uniforms })) = (&mut self.own, apart) {
            executors.place.execute(own, uniforms);
            let rows = &mut self.rows;
            copy(own.row(executors.programs.theta), rows.row_mut(layout.theta), |theta| T::from_f64(theta));
            copy(own.row(layout.clock.next_sample), rows.row_mut(layout.sample_time), |time| {
                T::from_f64(time)
            });
        }
    }

    /// Values of a varying input, for the first lanes; the others repeat the last of them.
    pub(super) fn load_input(
        &mut self,
        input: usize,
        values: &[f64],
        layout: &Layout,
        apart: Option<Apart<'_>>,
    ) {
        fill(self.rows.row_mut(layout.inputs.start + input as u32), values, T::from_f64);
        if let Some((Exchange { own, .. }, events)) = self.exchange(layout, apart) {
            fill(own.row_mut(events.programs.inputs.start + input as u32), values, |value| value);
        }
    }

    /// At the start of runs: a clock apart finds out when events happen first.
    pub(super) fn start_events(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some((Exchange { own, uniforms, .. }, events)) = self.exchange(layout, apart) {
            events.start.execute(own, uniforms);
        }
    }

    /// Where a condition became true within the step, after the search: a clock apart goes there.
    pub(super) fn cut(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some((Exchange { own, rows, uniforms, exchange, theta }, events)) =
            self.exchange(layout, apart)
            && let Some(cut) = &events.cut
        {
            let place = layout.bracket.end - 1;
            copy(rows.row(place), own.row_mut(theta), |place| place.to_f64());
            let crossed = own.row_mut(events.programs.crossed);
            copy(rows.row(exchange.crossed), crossed, |crossed| crossed.to_f64());
            cut.execute(own, uniforms);
            copy(own.row(layout.clock.now), rows.row_mut(layout.time), |time| T::from_f64(time));
        }
    }

    /// Before events are carried out: a clock apart says which happen.
    pub(super) fn act(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some((Exchange { own, rows, uniforms, exchange, .. }, events)) = self.exchange(layout, apart) {
            events.act.execute(own, uniforms);
            for (due, row) in events.programs.due.clone().zip(exchange.due.clone()) {
                copy(own.row(due), rows.row_mut(row), |due| T::from_f64(due));
            }
            let beyond = own.row(events.programs.beyond);
            copy(beyond, rows.row_mut(exchange.beyond), |time| T::from_f64(time));
        }
    }

    /// After that: a clock apart goes on.
    pub(super) fn acted(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        let next_dt = apart.map(|apart| apart.executors.programs.next_dt);
        if let (Some((Exchange { own, rows, uniforms, exchange, .. }, events)), Some(next_dt)) =
            (self.exchange(layout, apart), next_dt)
        {
            let outcome = own.row_mut(events.programs.outcome);
            copy(rows.row(exchange.outcome), outcome, |outcome| outcome.to_f64());
            copy(rows.row(layout.next_dt), own.row_mut(next_dt), |dt| dt.to_f64());
            events.acted.execute(own, uniforms);
            copy(own.row(layout.clock.now), rows.row_mut(layout.time), |time| T::from_f64(time));
        }
    }

    fn exchange<'b>(
        &'b mut self,
        layout: &'b Layout,
        apart: Option<Apart<'b>>,
    ) -> Option<(Exchange<'b, T>, &'b EventExecutors)> {
        let Apart { executors, uniforms } = apart?;
        let exchange = Exchange {
            own: self.own.as_mut()?,
            rows: &mut self.rows,
            uniforms,
            exchange: layout.exchange.as_ref()?,
            theta: executors.programs.theta,
        };
        Some((exchange, executors.events.as_ref()?))
    }

    /// Before summary samples: a clock apart says which lanes have one inside the step (or at its end), and where it is.
    pub(super) fn place_summaries(&mut self, inside: bool, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some(schedule) = self.apart(layout, apart) {
            let Schedule { own, rows, executors, uniforms, clock, due, theta } = schedule;
            if inside {
                executors.inside.execute(own, uniforms);
                copy(own.row(theta), rows.row_mut(layout.theta), |theta| T::from_f64(theta));
                copy(own.row(clock.next), rows.row_mut(layout.sample_time), |time| T::from_f64(time));
            } else {
                executors.at_end.execute(own, uniforms);
            }
            copy(own.row(clock.due), rows.row_mut(due), |due| T::from_f64(due));
        }
    }

    /// After summary samples: a clock apart goes on to the next.
    pub(super) fn advance_summaries(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some(Schedule { own, rows, executors, uniforms, clock, due, .. }) = self.apart(layout, apart) {
            executors.advance.execute(own, uniforms);
            copy(own.row(clock.full), rows.row_mut(due), |full| T::from_f64(full));
        }
    }

    /// After complete windows: a clock apart begins new ones.
    pub(super) fn restart_summaries(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let Some(Schedule { own, executors, uniforms, .. }) = self.apart(layout, apart) {
            executors.restart.execute(own, uniforms);
        }
    }

    fn apart<'b>(&'b mut self, layout: &'b Layout, apart: Option<Apart<'b>>) -> Option<Schedule<'b, T>> {
        let Apart { executors, uniforms } = apart?;
        Some(Schedule {
            own: self.own.as_mut()?,
            rows: &mut self.rows,
            executors: executors.summaries.as_ref()?,
            uniforms,
            clock: layout.clock.summaries.as_ref()?,
            due: layout.summaries.as_ref()?.due,
            theta: executors.programs.theta,
        })
    }
}

/// A block and a clock apart that carry out events together, taken to pieces.
struct Exchange<'a, T: Element> {
    own: &'a mut Rows<f64>,
    rows: &'a mut Rows<T>,
    uniforms: &'a Uniforms<f64>,
    exchange: &'a EventExchange,
    theta: u32,
}

/// The schedule of summaries of a clock apart, taken to pieces.
struct Schedule<'a, T: Element> {
    own: &'a mut Rows<f64>,
    rows: &'a mut Rows<T>,
    executors: &'a SummaryExecutors,
    uniforms: &'a Uniforms<f64>,
    clock: &'a SummaryClockLayout,
    due: u32,
    theta: u32,
}

#[inline(always)]
fn copy<A: Copy, B>(from: &[A], to: &mut [B], convert: impl Fn(A) -> B) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = convert(*from);
    }
}

/// Changes some lanes of a row; `moves`: which, and of what each gets the value.
#[inline]
fn put<B>(row: &mut [B], moves: &[(usize, usize)], value: impl Fn(usize) -> B) {
    moves.iter().for_each(|(lane, from)| row[*lane] = value(*from));
}

/// Fills a row; what is beyond the values repeats the last.
fn fill<B: Copy>(row: &mut [B], values: &[f64], convert: impl Fn(f64) -> B) {
    copy(values, row, &convert);
    if let Some(last) = values.last() {
        row[values.len()..].fill(convert(*last));
    }
}
