//! Runs that are prepared but not yet in a lane.
//!
//! Initial states, first derivatives and first steps are computed for a whole block of runs at once, so that
//! putting one run into a lane is a copy of a few numbers and never a program run for one lane's sake.

use crate::backend::ChunkReport;
use crate::clock::event::{ACT, MOST_AT_ONCE, STOPPED};
use crate::cpu::clock::Clocked;
use crate::cpu::unit::Unit;
use crate::cpu::{Job, Prepared, Samples};
use crate::status::Status;

/// A block of prepared runs of one unit.
pub(super) struct Staging<T: Samples> {
    lanes: Clocked<T>,
    /// Run of the unit in the first lane.
    first: usize,
    /// Lanes that hold runs.
    filled: usize,
    /// Next lane to be taken.
    next: usize,
    /// By lane, the status of a run that ends before its first step.
    ends: Vec<Option<Status>>,
}

/// A prepared run.
pub(super) struct Staged {
    /// Run of the unit.
    pub(super) run: usize,
    /// Lane of the staging block.
    pub(super) lane: usize,
    /// The status, if it ends before its first step.
    pub(super) ends: Option<Status>,
}

impl<T: Samples> Staging<T> {
    pub(super) fn new(job: &Job<'_, T>, lanes: usize) -> Self {
        let ends = vec![None; lanes];
        let lanes = Clocked::new(job.layout, job.clock, lanes, job.controls.end);
        Staging { lanes, first: 0, filled: 0, next: 0, ends }
    }

    /// Forgets what is left of an earlier unit.
    pub(super) fn restart(&mut self) {
        (self.first, self.filled, self.next) = (0, 0, 0);
    }

    /// Whether a run of the unit waits; prepares a block of runs when the last is used up.
    pub(super) fn has_next(
        &mut self,
        job: &Job<'_, T>,
        unit: &mut Unit<'_, T>,
        report: &mut ChunkReport,
    ) -> bool {
        if self.next == self.filled {
            self.first += self.filled;
            self.filled = self.lanes.rows.lanes().min(unit.runs.len() - self.first);
            self.next = 0;
            if self.filled > 0 {
                self.prepare(job, unit, report);
            }
        }
        self.next < self.filled
    }

    /// The next of the runs that are prepared.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Staged> {
        let lane = (self.next < self.filled).then_some(self.next)?;
        self.next += 1;
        Some(Staged { run: self.first + lane, lane, ends: self.ends[lane] })
    }

    /// Puts runs into lanes of the block that computes; `moves`: where to, and where from.
    pub(super) fn begin(&self, block: &mut Clocked<T>, moves: &[(usize, usize)], job: &Job<'_, T>) {
        block.copy_lanes(&self.lanes, moves, job.carried, job.clock);
        let steps = self.lanes.rows.row(job.layout.next_dt);
        block.begin(job.layout, moves, steps, job.first);
    }

    fn prepare(&mut self, job: &Job<'_, T>, unit: &mut Unit<'_, T>, report: &mut ChunkReport) {
        self.load_inputs(job, unit);
        self.lanes.rows.row_mut(job.layout.time).fill(T::from_f64(job.controls.t0));
        let prepared = &job.kernel.prepared;
        let Prepared { initial, start, record, events, .. } = prepared;
        initial.execute(&mut self.lanes.rows, job.uniforms);
        prepared.initialise(&mut self.lanes.rows, job.uniforms);
        start.execute(&mut self.lanes.rows, job.uniforms);
        self.lanes.start_events(job.layout, job.clock);
        if job.samples_at_start() {
            if let Some(record) = record {
                record.execute(&mut self.lanes.rows, job.uniforms);
            }
            for (variable, row) in job.layout.recorded.iter().enumerate() {
                unit.write_first(self.first, variable, &self.lanes.rows.row(*row)[..self.filled]);
            }
        }
        // A sample at the time of an event shows the state before it.
        if let Some(events) = events {
            for _ in 0..MOST_AT_ONCE {
                prepared.act(events, &mut self.lanes, job);
                if unit.records_events() {
                    self.record_events(job, unit, report);
                }
                let codes = &self.lanes.row(job.layout.clock.events)[..self.filled];
                if codes.iter().all(|code| *code as u64 & ACT == 0) {
                    break;
                }
            }
        }
        self.note_ends(job);
    }

    /// Finds out which runs end before their first step.
    fn note_ends(&mut self, job: &Job<'_, T>) {
        let Prepared { initialisation, events, .. } = &job.kernel.prepared;
        let (lanes, rows) = (&self.lanes, &self.lanes.rows);
        let failed = initialisation.as_ref().map(|(_, own)| rows.row(own.failed));
        // What lanes need after the events at the start.
        let codes = events.as_ref().map(|_| lanes.row(job.layout.clock.events));
        let steps = rows.row(job.layout.next_dt).iter().map(|step| step.to_f64());
        for (lane, (ends, step)) in self.ends[..self.filled].iter_mut().zip(steps).enumerate() {
            let inconsistent = failed.is_some_and(|failed| failed[lane].to_f64() > 0.0);
            let sane = step.is_finite() && step > 0.0;
            *ends = match codes.map_or(0, |codes| codes[lane] as u64) & (STOPPED | ACT) {
                0 if inconsistent => Some(Status::DAE_INITIALISATION_FAILED),
                0 => (!sane).then_some(Status::NON_FINITE),
                ACT => Some(Status::EVENT_CASCADE),
                _ => Some(Status::STOPPED),
            };
        }
    }

    /// Writes down which events happened at the start.
    fn record_events(&self, job: &Job<'_, T>, unit: &mut Unit<'_, T>, report: &mut ChunkReport) {
        for (event, row) in job.layout.happened.clone().enumerate() {
            for (lane, happened) in self.lanes.rows.row(row)[..self.filled].iter().enumerate() {
                if happened.to_f64() != 0.0 {
                    let recorded = unit.record_event(self.first + lane, job.controls.t0, event);
                    report.unrecorded_events += u64::from(!recorded);
                }
            }
        }
    }

    /// Lanes beyond the last run repeat it: they compute something harmless.
    fn load_inputs(&mut self, job: &Job<'_, T>, unit: &Unit<'_, T>) {
        let first = unit.runs.start + self.first;
        for input in 0..job.layout.inputs.len() {
            let start = input * job.inputs.runs + first;
            let values = &job.inputs.values[start..start + self.filled];
            self.lanes.load_input(input, values, job.layout, job.clock);
        }
    }
}
