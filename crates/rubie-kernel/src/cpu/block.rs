//! A block of lanes at work: attempts steps, takes samples, replaces finished runs.

use rubie_program::Executor;

use crate::backend::ChunkReport;
use crate::clock::event::{DONE, DUE, EXHAUSTED, STUCK};
use crate::cpu::clock::Clocked;
use crate::cpu::staging::{Staging, refusal};
use crate::cpu::unit::Unit;
use crate::cpu::{Job, Prepared, Samples};
use crate::status::Status;

/// Attempts between looks at the interrupt flag.
const PATIENCE: u32 = 256;

/// The rows of a block and the runs in its lanes.
pub(super) struct Block<T: Samples> {
    lanes: Clocked<T>,
    staging: Staging<T>,
    /// The run (of the unit) in each lane; stale where the lane is idle.
    run: Vec<usize>,
    /// Index of the next sample of each lane.
    sample: Vec<usize>,
    /// Lanes with a sample to be taken now, used again and again.
    due: Vec<usize>,
    occupied: usize,
    report: ChunkReport,
}

impl<T: Samples> Block<T> {
    pub(super) fn new<X>(job: &Job<'_, T, X>, lanes: usize) -> Self {
        Block {
            lanes: Clocked::new(job.layout, job.clock, lanes, job.end()),
            staging: Staging::new(job.layout.rows, lanes),
            run: vec![0; lanes],
            sample: vec![0; lanes],
            due: Vec::with_capacity(lanes),
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
                    self.abandon(job);
                }
            }
        }
        self.report
    }

    /// One attempted step of all lanes; returns whether any lane needs attention.
    fn attempt<X: Executor<T>>(&mut self, job: &Job<'_, T, X>) -> bool {
        self.lanes.propose(job.layout, job.clock);
        job.kernel.prepared.attempt.execute(&mut self.lanes.rows, job.uniforms);
        self.lanes.settle(job.layout, job.clock);
        self.any_events(job) != 0
    }

    /// The bits of the events of all lanes (not the events: the bits of their f64).
    fn any_events<X>(&self, job: &Job<'_, T, X>) -> u64 {
        let events = self.lanes.row(job.layout.clock.events);
        events.iter().fold(0, |any, events| any | events.to_bits())
    }

    fn events<X>(&self, job: &Job<'_, T, X>, lane: usize) -> u64 {
        self.lanes.get(job.layout.clock.events, lane) as u64
    }

    /// Takes the samples that are due, then ends and replaces runs.
    fn attend<X: Executor<T>>(&mut self, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        self.take_samples(job, unit);
        for lane in 0..self.run.len() {
            let event = self.events(job, lane);
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
        self.find_due(job, |sample, now| sample < now);
        if let (Some(dense), Some(sample)) = (dense, sample)
            && !self.due.is_empty()
        {
            dense.execute(&mut self.lanes.rows, job.uniforms);
            while !self.due.is_empty() {
                self.lanes.place(job.layout, job.clock);
                sample.execute(&mut self.lanes.rows, job.uniforms);
                self.save(job, unit, job.interior);
            }
        }
        self.find_due(job, |sample, now| sample == now);
        if !self.due.is_empty() {
            if let Some(record) = record {
                record.execute(&mut self.lanes.rows, job.uniforms);
            }
            self.save(job, unit, &job.layout.recorded);
        }
    }

    /// Finds the lanes with samples in the step just accepted of which `which(time of the next, now)` holds.
    fn find_due<X>(&mut self, job: &Job<'_, T, X>, which: impl Fn(f64, f64) -> bool) {
        let clock = &job.layout.clock;
        let rows = [clock.events, clock.next_sample, clock.now].map(|row| self.lanes.row(row));
        let [events, next_sample, now] = rows;
        let due = |lane: &usize| events[*lane] as u64 & DUE != 0 && which(next_sample[*lane], now[*lane]);
        self.due.clear();
        self.due.extend((0..self.run.len()).filter(due));
    }

    /// Saves one sample of every lane that is due, from `rows`; those that have another inside the step stay due.
    fn save<X>(&mut self, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>, rows: &[u32]) {
        let clock = &job.layout.clock;
        let Block { lanes, run, sample, due, .. } = self;
        for (variable, &row) in rows.iter().enumerate() {
            let values = lanes.rows.row(row);
            for &lane in due.iter() {
                unit.write(run[lane], sample[lane] * rows.len() + variable, values[lane]);
            }
        }
        due.retain(|&lane| {
            sample[lane] += 1;
            let next = job.sample_time(sample[lane]);
            lanes.set(clock.next_sample, lane, next);
            next < lanes.get(clock.now, lane)
        });
    }

    /// Writes down how the run in a lane ended.
    fn end<X: Executor<T>>(&mut self, lane: usize, event: u64, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        let run = self.run[lane];
        let clock = &job.layout.clock;
        let [attempts, accepted] =
            [clock.attempts, clock.accepted_steps].map(|row| self.lanes.get(row, lane) as u64);
        self.report.accepted_steps += accepted;
        self.report.rejected_steps += attempts - accepted;
        if event & DONE != 0 {
            unit.status[run] = Status::SUCCESS;
        } else {
            let finite = self.lanes.rows.row(job.layout.finite)[lane].is_true();
            let status = failure(event, finite);
            unit.fail(run, self.sample[lane], job.layout.recorded.len(), status);
        }
        job.count_finished();
    }

    /// Puts the next run that can begin into a lane, or leaves the lane idle.
    fn refill<X: Executor<T>>(&mut self, lane: usize, job: &Job<'_, T, X>, unit: &mut Unit<'_, T>) {
        let was_idle = self.lanes.is_idle(&job.layout.clock, lane);
        let first_sample = usize::from(job.samples_at_start());
        while let Some(staged) = self.staging.take(job, unit) {
            if let Some(status) = refusal(staged.first_step) {
                unit.fail(staged.run, first_sample, job.layout.recorded.len(), status);
                job.count_finished();
                continue;
            }
            self.staging.copy_into(staged.lane, &mut self.lanes.rows, lane, job.carried);
            self.run[lane] = staged.run;
            self.sample[lane] = first_sample;
            let next_sample = job.sample_time(first_sample);
            self.lanes.begin(job.layout, lane, job.controls.t0, staged.first_step, next_sample);
            self.occupied += usize::from(was_idle);
            return;
        }
        self.occupied -= usize::from(!was_idle);
        self.lanes.idle(&job.layout.clock, lane, job.end());
    }

    fn abandon<X>(&mut self, job: &Job<'_, T, X>) {
        for lane in 0..self.run.len() {
            self.lanes.idle(&job.layout.clock, lane, job.end());
        }
        self.occupied = 0;
    }
}

/// Why a run ended before its end: what is not finite is the cause of all else.
fn failure(event: u64, finite: bool) -> Status {
    match (finite, event & STUCK != 0) {
        (false, _) => Status::NON_FINITE,
        (true, true) => Status::STEP_TOO_SMALL,
        (true, false) => Status::STEP_LIMIT,
    }
}
