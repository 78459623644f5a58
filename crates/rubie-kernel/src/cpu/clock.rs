//! The clocks of a block's lanes: part of the block's own rows, or, where the states are not f64, rows of their own
//! with programs of their own.

use rubie_program::{Element, Executor, ExecutorError, ExecutorOptions, Isa, Rows, Uniforms};

use crate::clock::ClockPrograms;
use crate::cpu::Samples;
use crate::layout::{ClockLayout, Layout};

/// An executor for a program in f64, whatever its type.
type Run = Box<dyn Fn(&mut Rows<f64>, &Uniforms<f64>) + Send + Sync>;

/// The programs of a clock apart, made ready.
pub(super) struct ClockExecutors {
    propose: Run,
    settle: Run,
    place: Run,
    programs: ClockPrograms,
    isa: Isa,
}

impl ClockExecutors {
    pub(super) fn prepare<X: Executor<f64> + 'static>(
        programs: &ClockPrograms,
        options: &ExecutorOptions,
    ) -> Result<Self, ExecutorError> {
        let prepare = |program| {
            let executor = X::prepare(program, options)?;
            Ok::<Run, ExecutorError>(Box::new(move |rows, uniforms| executor.execute(rows, uniforms)))
        };
        Ok(ClockExecutors {
            propose: prepare(&programs.propose)?,
            settle: prepare(&programs.settle)?,
            place: prepare(&programs.place)?,
            programs: programs.clone(),
            isa: options.isa,
        })
    }

    /// Uniforms for these limits, of which [`ClockLayout::uniforms`] says where they are.
    pub(super) fn uniforms(&self, layout: &ClockLayout, limits: [f64; 4]) -> Uniforms<f64> {
        let mut uniforms = Uniforms::new(self.programs.uniforms as usize);
        for (uniform, limit) in layout.uniforms().into_iter().zip(limits) {
            uniforms.set(uniform, limit);
        }
        uniforms
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

    /// Puts a new run into a lane.
    pub(super) fn begin(&mut self, layout: &Layout, lane: usize, t0: f64, first_step: f64, next_sample: f64) {
        let clock = &layout.clock;
        self.set(clock.now, lane, t0);
        self.set(clock.step, lane, first_step);
        self.set(clock.next_sample, lane, next_sample);
        self.set(clock.attempts, lane, 0.0);
        self.set(clock.accepted_steps, lane, 0.0);
        self.set(clock.active, lane, 1.0);
        self.rows.row_mut(layout.time)[lane] = T::from_f64(t0);
    }

    /// Leaves a lane without a run: it attempts steps of no length at the end.
    pub(super) fn idle(&mut self, clock: &ClockLayout, lane: usize, end: f64) {
        self.set(clock.now, lane, end);
        self.set(clock.step, lane, 0.0);
        self.set(clock.active, lane, 0.0);
        self.set(clock.events, lane, 0.0);
    }

    /// Whether a lane holds no run.
    pub(super) fn is_idle(&self, clock: &ClockLayout, lane: usize) -> bool {
        self.get(clock.active, lane) == 0.0
    }

    /// A number of the clock of a lane.
    pub(super) fn get(&self, row: u32, lane: usize) -> f64 {
        self.row(row)[lane]
    }

    /// Changes a number of the clock of a lane.
    pub(super) fn set(&mut self, row: u32, lane: usize, value: f64) {
        self.row_mut(row)[lane] = value;
    }

    /// A row of the clocks.
    pub(super) fn row(&self, row: u32) -> &[f64] {
        match &self.own {
            Some(own) => own.row(row),
            None => T::as_f64(self.rows.row(row)),
        }
    }

    fn row_mut(&mut self, row: u32) -> &mut [f64] {
        match &mut self.own {
            Some(own) => own.row_mut(row),
            None => T::as_f64_mut(self.rows.row_mut(row)),
        }
    }

    /// Before an attempt: a clock apart chooses the steps.
    pub(super) fn propose(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let (Some(own), Some(Apart { executors, uniforms })) = (&mut self.own, apart) {
            (executors.propose)(own, uniforms);
            executors.isa.vectorise(
                #[inline(always)]
                || copy(own.row(layout.clock.tried), self.rows.row_mut(layout.dt), |dt| T::from_f64(dt)),
            );
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
            (executors.settle)(own, uniforms);
            executors.isa.vectorise(
                #[inline(always)]
                || copy(own.row(layout.clock.now), rows.row_mut(layout.time), |time| T::from_f64(time)),
            );
        }
    }

    /// Before samples inside a step: a clock apart says where they are.
    pub(super) fn place(&mut self, layout: &Layout, apart: Option<Apart<'_>>) {
        if let (Some(own), Some(Apart { executors, uniforms })) = (&mut self.own, apart) {
            (executors.place)(own, uniforms);
            let rows = &mut self.rows;
            copy(own.row(executors.programs.theta), rows.row_mut(layout.theta), |theta| T::from_f64(theta));
            copy(own.row(layout.clock.next_sample), rows.row_mut(layout.sample_time), |time| {
                T::from_f64(time)
            });
        }
    }
}

#[inline(always)]
fn copy<A: Copy, B>(from: &[A], to: &mut [B], convert: impl Fn(A) -> B) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = convert(*from);
    }
}
