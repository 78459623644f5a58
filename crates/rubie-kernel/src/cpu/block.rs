//! A block of lanes at work: attempts steps, takes samples, replaces finished runs.

use rubie_program::{Element, Executor, Rows};

use crate::backend::ChunkReport;
use crate::cpu::clock::{Clock, DONE, DUE, EXHAUSTED, Limits, STUCK};
use crate::cpu::staging::{Staging, refusal};
use crate::cpu::unit::Unit;
use crate::cpu::{Job, Prepared};
use crate::status::Status;

/// Attempts between looks at the interrupt flag.
const PATIENCE: u32 = 256;

/// The rows of a block and the runs in its lanes.
pub(super) struct Block<T: Element> {
    rows: Rows<T>,
    clock: Clock,
    staging: Staging<T>,
    /// The run (of the unit) in each lane; stale where the lane is idle.
    run: Vec<usize>,
    /// Index of the next sample of each lane.
    sample: Vec<usize>,
    occupied: usize,
    report: ChunkReport,
}

impl<T: Element> Block<T> {
    pub(super) fn new(rows: u32, lanes: usize, limits: Limits) -> Self {
        Block {
            rows: Rows::new(rows as usize, lanes),
            clock: Clock::new(lanes, limits),
            staging: Staging::new(rows, lanes),
            run: vec![0; lanes],
            sample: vec![0; lanes],
            occupied: 0,
            report: ChunkReport::default(),
        }
    }

    /// Runs all runs of a unit.
    pub(super) fn run<X: Executor<T>>(&mut self, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) -> ChunkReport {
        self.report = ChunkReport::default();
        self.staging.restart();
        for lane in 0..self.run.len() {
            self.refill(lane, job, unit);
        }
        let mut patience = PATIENCE;
        while self.occupied > 0 {
            if self.attempt(job) {
                self.attend(job, unit);
            }
            patience -= 1;
            if patience == 0 {
                patience = PATIENCE;
                if job.interrupted() {
                    self.report.interrupted = true;
                    self.abandon();
                }
            }
        }
        self.report
    }

    /// One attempted step of all lanes; returns whether any lane needs attention.
    fn attempt<X: Executor<T>>(&mut self, job: &Job<'_, T, X>) -> bool {
        let layout = job.layout;
        let (time, dt) = self.rows.two_rows_mut(layout.time, layout.dt);
        self.clock.propose(time, dt);
        job.kernel.prepared.attempt.execute(&mut self.rows, job.uniforms);
        self.clock.settle(self.rows.row(layout.accepted), self.rows.row(layout.next_dt))
    }

    /// Takes the samples that are due, then ends and replaces runs.
    fn attend<X: Executor<T>>(&mut self, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        if self.clock.events.iter().any(|event| event & DUE != 0) {
            self.take_samples(job, unit);
        }
        for lane in 0..self.run.len() {
            let event = self.clock.events[lane];
            if event & (DONE | STUCK | EXHAUSTED) == 0 {
                continue;
            }
            self.end(lane, event, job, unit);
            self.refill(lane, job, unit);
        }
    }

    /// Samples inside the steps just accepted, then those at their ends.
    fn take_samples<X: Executor<T>>(&mut self, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        let Prepared { dense, sample, record, .. } = &job.kernel.prepared;
        if let (Some(dense), Some(sample)) = (dense, sample) {
            let mut first = true;
            while self.place_interior(job) {
                if first {
                    dense.execute(&mut self.rows, job.uniforms);
                    first = false;
                }
                sample.execute(&mut self.rows, job.uniforms);
                self.save(job, unit, job.interior_rows(), |time, now| time < now);
            }
        }
        if let Some(record) = record
            && self.any_due(|time, now| time == now)
        {
            for (row, now) in self.rows.row_mut(job.layout.time).iter_mut().zip(&self.clock.now) {
                *row = T::from_f64(*now);
            }
            record.execute(&mut self.rows, job.uniforms);
        }
        self.save(job, unit, &job.layout.recorded, |time, now| time == now);
    }

    /// Writes the place of the next interior sample of every lane that has one; false if none has.
    fn place_interior<X: Executor<T>>(&mut self, job: &Job<'_, T, X>) -> bool {
        let mut any = false;
        let clock = &self.clock;
        let (theta, times) = self.rows.two_rows_mut(job.layout.theta, job.layout.sample_time);
        for lane in 0..theta.len() {
            if clock.events[lane] & DUE == 0 || clock.next_sample[lane] >= clock.now[lane] {
                continue;
            }
            let (before, now) = (clock.previous[lane], clock.now[lane]);
            theta[lane] = T::from_f64((clock.next_sample[lane] - before) / (now - before));
            times[lane] = T::from_f64(clock.next_sample[lane]);
            any = true;
        }
        any
    }

    fn any_due(&self, which: impl Fn(f64, f64) -> bool) -> bool {
        let clock = &self.clock;
        (0..self.run.len())
            .any(|lane| clock.events[lane] & DUE != 0 && which(clock.next_sample[lane], clock.now[lane]))
    }

    /// Saves one sample of every lane whose next sample `which` picks, from `rows`.
    fn save<X: Executor<T>>(
        &mut self,
        job: &Job<'_, T, X>,
        unit: &mut Unit<'_, T>,
        rows: &[u32],
        which: impl Fn(f64, f64) -> bool,
    ) {
        for lane in 0..self.run.len() {
            let due = self.clock.events[lane] & DUE != 0;
            if !due || !which(self.clock.next_sample[lane], self.clock.now[lane]) {
                continue;
            }
            let values = rows.iter().map(|&row| self.rows.row(row)[lane]);
            unit.write(self.run[lane], self.sample[lane], values);
            self.sample[lane] += 1;
            self.clock.next_sample[lane] = job.sample_time(self.sample[lane]);
        }
    }

    /// Writes down how the run in a lane ended.
    fn end<X: Executor<T>>(&mut self, lane: usize, event: u8, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        let run = self.run[lane];
        let accepted = self.clock.accepted[lane];
        self.report.accepted_steps += accepted;
        self.report.rejected_steps += self.clock.attempts[lane] - accepted;
        if event & DONE != 0 {
            unit.status[run] = Status::SUCCESS;
        } else {
            let finite = self.rows.row(job.layout.finite)[lane].is_true();
            let status = failure(event, finite);
            unit.fail(run, self.sample[lane], job.layout.recorded.len(), status);
        }
        job.count_finished();
    }

    /// Puts the next run that can begin into a lane, or leaves the lane idle.
    fn refill<X: Executor<T>>(&mut self, lane: usize, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        let was_idle = self.clock.is_idle(lane);
        let first_sample = usize::from(job.samples_at_start());
        while let Some(staged) = self.staging.take(job, unit) {
            if let Some(status) = refusal(staged.first_step) {
                unit.fail(staged.run, first_sample, job.layout.recorded.len(), status);
                job.count_finished();
                continue;
            }
            self.staging.copy_into(staged.lane, &mut self.rows, lane, job.carried);
            self.run[lane] = staged.run;
            self.sample[lane] = first_sample;
            self.clock.begin(lane, staged.first_step, job.sample_time(first_sample));
            self.occupied += usize::from(was_idle);
            return;
        }
        self.occupied -= usize::from(!was_idle);
        self.clock.idle(lane);
    }

    fn abandon(&mut self) {
        for lane in 0..self.run.len() {
            self.clock.idle(lane);
        }
        self.occupied = 0;
    }
}

/// Why a run ended before its end: what is not finite is the cause of all else.
fn failure(event: u8, finite: bool) -> Status {
    match (finite, event & STUCK != 0) {
        (false, _) => Status::NON_FINITE,
        (true, true) => Status::STEP_TOO_SMALL,
        (true, false) => Status::STEP_LIMIT,
    }
}
