//! A block of lanes at work: attempts steps, takes samples, replaces finished runs.

use rubie_program::{DenseLu, Rows};

use crate::backend::ChunkReport;
use crate::clock::event::{ACT, CASCADE, DONE, SAMPLE, STOPPED, STUCK};
use crate::cpu::cascade::Cascades;
use crate::cpu::clock::Clocked;
use crate::cpu::lane_set::{Attention, Due, LaneSet, MOST_LANES};
use crate::cpu::staging::Staging;
use crate::cpu::unit::Unit;
use crate::cpu::{Job, Prepared, Samples};
use crate::spec::{AttemptPart, Call, ConditionPrograms};
use crate::status::Status;

/// Attempts between looks at the interrupt flag.
const PATIENCE: u32 = 256;

/// The rows of a block and the runs in its lanes.
pub(super) struct Block<T: Samples> {
    pub(super) lanes: Clocked<T>,
    staging: Staging<T>,
    /// The factors of each matrix of an attempt.
    factors: Vec<DenseLu<T>>,
    /// The run (of the unit) in each lane; stale where the lane is idle.
    pub(super) run: Vec<usize>,
    /// Index of the next sample of each lane.
    sample: [usize; MOST_LANES],
    /// Index of the window of summaries of each lane.
    pub(super) window: Vec<usize>,
    /// Runs on their way from the staging into lanes: where to, and where from.
    moves: Vec<(usize, usize)>,
    /// Where events follow one another too fast.
    cascades: Cascades,
    /// The lanes that hold runs.
    occupied: LaneSet,
    /// Runs that ended and are not yet counted for those who watch.
    finished: u64,
    report: ChunkReport,
}

impl<T: Samples> Block<T> {
    pub(super) fn new(job: &Job<'_, T>, lanes: usize) -> Self {
        Block {
            lanes: Clocked::new(job.layout, job.clock, lanes, job.controls.end),
            staging: Staging::new(job, lanes),
            factors: (job.kernel.prepared.matrices.iter())
                .map(|matrix| DenseLu::new(matrix.size, lanes))
                .collect(),
            run: vec![0; lanes],
            sample: [0; MOST_LANES],
            window: vec![0; lanes],
            moves: Vec::with_capacity(lanes),
            cascades: Cascades::new(lanes, job.controls, T::PRECISION),
            occupied: LaneSet::default(),
            finished: 0,
            report: ChunkReport::default(),
        }
    }

    /// Runs all runs of a unit.
    pub(super) fn run(&mut self, job: &Job<'_, T>, unit: &mut Unit<'_, T>) -> ChunkReport {
        self.report = ChunkReport::default();
        self.staging.restart();
        self.refill(LaneSet::first(self.run.len()), job, unit);
        let mut patience = PATIENCE;
        while !self.occupied.is_empty() {
            let rounds = self.attempt(job, patience, unit);
            let mut attention = self.attention(job);
            if !attention.crossed.and(self.occupied).is_empty() {
                attention = self.locate(job);
            }
            self.observe(attention, job.kernel.prepared.observes, job, unit);
            if !attention.landing.and(self.occupied).is_empty() {
                attention = self.land(job);
                self.observe(attention, false, job, unit);
            }
            let stopped = self.act(attention.acting, job, unit);
            attention.ended = attention.ended.or(stopped);
            let ended = attention.ended.and(self.occupied);
            if !ended.is_empty() {
                self.end(ended, job, unit);
                self.refill(ended, job, unit);
            }
            patience -= rounds;
            if patience == 0 {
                patience = PATIENCE;
                self.count_finished(job);
                if job.interrupted() {
                    self.report.interrupted = true;
                    self.abandon(job);
                }
            }
        }
        self.count_finished(job);
        self.report
    }

    /// Tells those who watch how many runs have ended since the last time.
    fn count_finished(&mut self, job: &Job<'_, T>) {
        job.count_finished(std::mem::take(&mut self.finished));
    }

    /// Attempted steps of all lanes, until a lane needs something, `most` at most; returns how many.
    fn attempt(&mut self, job: &Job<'_, T>, most: u32, unit: &mut Unit<'_, T>) -> u32 {
        let order = &job.kernel.prepared.order;
        if let ([AttemptPart { program, pending: None, .. }], None) = (&order[..], job.clock) {
            return self.repeat(*program, most, job, unit);
        }
        self.lanes.propose(job.layout, job.clock);
        let mut next = 0;
        while let Some(part) = order.get(next) {
            self.repeat(part.program, 1, job, unit);
            for call in &part.calls {
                self.call(call, job);
            }
            let asks = |row| self.lanes.rows.row(row).iter().any(|pending| pending.to_f64() > 0.0);
            next = if part.pending.is_some_and(asks) { next - part.with } else { next + 1 };
        }
        self.lanes.settle(job.layout, job.clock);
        1
    }

    /// A program of an attempt, until a lane needs something, `most` times at most; returns how often. Samples inside steps are saved.
    fn repeat(&mut self, program: usize, most: u32, job: &Job<'_, T>, unit: &mut Unit<'_, T>) -> u32 {
        let Block { lanes, run, sample, .. } = self;
        let mut visit = |rows: &mut Rows<T>| save_inside(rows, run, sample, job, unit);
        let (program, until) = (&job.kernel.prepared.attempt[program], job.layout.clock.events);
        program.repeat(&mut lanes.rows, job.uniforms, until, most, &mut visit)
    }

    /// Does what stands between two programs of an attempt.
    fn call(&mut self, call: &Call, job: &Job<'_, T>) {
        let (rows, isa) = (&mut self.lanes.rows, job.kernel.isa);
        match call {
            Call::Factor { matrix } => {
                self.factors[*matrix].factor(isa, rows, &job.kernel.prepared.matrices[*matrix]);
            }
            Call::Solve { matrix, right, solution } => {
                self.factors[*matrix].solve(isa, rows, right, solution);
            }
        }
    }

    /// What lanes need now.
    fn attention(&self, job: &Job<'_, T>) -> Attention {
        let clock = &job.layout.clock;
        let [events, now, next] = [clock.events, clock.now, clock.next_sample].map(|row| self.lanes.row(row));
        job.kernel.isa.vectorise(
            #[inline(always)]
            || Attention::new(events, now, next),
        )
    }

    /// Puts runs to the places where conditions became true; returns what lanes need there.
    fn locate(&mut self, job: &Job<'_, T>) -> Attention {
        let Prepared { dense, conditions, .. } = &job.kernel.prepared;
        if let Some([bracket, halve, cut]) = conditions {
            if let Some(dense) = dense {
                dense.execute(&mut self.lanes.rows, job.uniforms);
            }
            bracket.execute(&mut self.lanes.rows, job.uniforms);
            for _ in 0..ConditionPrograms::HALVINGS {
                halve.execute(&mut self.lanes.rows, job.uniforms);
            }
            cut.execute(&mut self.lanes.rows, job.uniforms);
            self.lanes.cut(job.layout, job.clock);
        }
        self.attention(job)
    }

    /// Takes the last steps of lanes in which these are shorter than the others; returns what lanes need then.
    fn land(&mut self, job: &Job<'_, T>) -> Attention {
        if let Some(land) = &job.kernel.prepared.land {
            land.execute(&mut self.lanes.rows, job.uniforms);
        }
        self.attention(job)
    }

    /// Takes all samples within the steps just accepted and at their ends, as far as the attempt has not; `has_dense`: the
    /// interpolant has what it needs.
    fn observe(&mut self, attention: Attention, has_dense: bool, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let Attention { samples, summaries, .. } = attention;
        if let (Some(dense), false) = (&job.kernel.prepared.dense, has_dense) {
            for lanes in samples.inside.or(summaries).ranges(T::LANES_PER_VECTOR) {
                dense.execute_lanes(&mut self.lanes.rows, job.uniforms, lanes);
            }
        }
        if !samples.is_empty() {
            self.take_samples(samples, job, unit);
        }
        if !summaries.is_empty() {
            self.take_summaries(summaries, job, unit);
        }
    }

    /// Carries out the events of the model that happen now, and those that follow from them; returns the lanes whose runs they end.
    fn act(&mut self, acting: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) -> LaneSet {
        let mut acting = acting.and(self.occupied);
        let (mut stopped, mut endless) = (LaneSet::default(), LaneSet::default());
        let prepared = &job.kernel.prepared;
        let Some(events) = &prepared.events else { return stopped };
        let clock = &job.layout.clock;
        while !acting.is_empty() {
            for lane in acting.iter() {
                self.cascades.note(lane, self.lanes.get(clock.now, lane));
                if self.cascades.is_endless(lane) {
                    endless.insert(lane);
                }
            }
            acting.retain(|lane| !self.cascades.is_endless(lane));
            prepared.act(events, &mut self.lanes, job);
            if unit.records_events() {
                self.record_events(acting, job, unit);
            }
            let codes = self.lanes.row(clock.events);
            let ends = |lane: &usize| codes[*lane] as u64 & (STOPPED | STUCK) != 0;
            acting.iter().filter(ends).for_each(|lane| stopped.insert(lane));
            acting.retain(|lane| codes[lane] as u64 & (ACT | STOPPED | STUCK) == ACT);
        }
        // At last, as the events of other lanes carry these on.
        endless.iter().for_each(|lane| self.lanes.set(clock.events, lane, CASCADE as f64));
        stopped.or(endless)
    }

    /// Writes down which events just happened, and when.
    fn record_events(&mut self, acting: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        for (event, row) in job.layout.happened.clone().enumerate() {
            let happened = self.lanes.rows.row(row);
            for lane in acting.iter().filter(|lane| happened[*lane].to_f64() != 0.0) {
                let recorded = unit.record_event(self.run[lane], self.cascades.now(lane), event);
                self.report.unrecorded_events += u64::from(!recorded);
            }
        }
    }

    /// Samples inside the steps, then those at their ends.
    fn take_samples(&mut self, mut due: Due, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let Prepared { sample, record, .. } = &job.kernel.prepared;
        if let Some(sample) = sample {
            while !due.inside.is_empty() {
                self.lanes.place(job.layout, job.clock);
                // Where few lanes have one, the others' vectors need not be computed.
                for lanes in due.inside.ranges(T::LANES_PER_VECTOR) {
                    sample.execute_lanes(&mut self.lanes.rows, job.uniforms, lanes);
                }
                let next = self.save(due.inside, job.interior, job, unit);
                due = Due { inside: next.inside, at_end: due.at_end.or(next.at_end) };
            }
        }
        if !due.at_end.is_empty() {
            if let Some(record) = record {
                for lanes in due.at_end.ranges(T::LANES_PER_VECTOR) {
                    record.execute_lanes(&mut self.lanes.rows, job.uniforms, lanes);
                }
            }
            self.save(due.at_end, &job.layout.recorded, job, unit);
        }
    }

    /// Saves one sample of each of these lanes, from `rows`; returns what is due then.
    fn save(&mut self, lanes: LaneSet, rows: &[u32], job: &Job<'_, T>, unit: &mut Unit<'_, T>) -> Due {
        let clock = &job.layout.clock;
        let Block { lanes: clocked, run, sample, .. } = self;
        let mut due = Due::default();
        lanes.each(|lane| {
            let values = rows.iter().map(|row| clocked.rows.get(*row, lane));
            unit.write(run[lane], sample[lane] * rows.len(), values);
            sample[lane] += 1;
            let next = job.sample_times[sample[lane]];
            clocked.set(clock.next_sample, lane, next);
            due.note(lane, next, clocked.get(clock.now, lane));
        });
        due
    }

    /// Writes down how the runs in these lanes ended.
    fn end(&mut self, lanes: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let clock = &job.layout.clock;
        let [events, attempts, accepted] =
            [clock.events, clock.attempts, clock.accepted_steps].map(|row| self.lanes.row(row));
        let (mut runs, mut attempted, mut taken) = (0, 0.0, 0.0);
        lanes.each(|lane| {
            (runs, attempted, taken) = (runs + 1, attempted + attempts[lane], taken + accepted[lane]);
            let (run, event) = (self.run[lane], events[lane] as u64);
            if event & (STOPPED | DONE) == DONE {
                unit.status[run] = Status::SUCCESS;
                return;
            }
            let status = if event & STOPPED != 0 {
                Status::STOPPED
            } else {
                failure(event, self.lanes.rows.get(job.layout.trouble, lane).to_f64() as u32)
            };
            unit.fail(run, job.first_rows(self.sample[lane], self.window[lane]), status);
        });
        if let Some(row) = job.layout.iterations {
            let iterations = self.lanes.rows.row(row);
            lanes.each(|lane| self.report.newton_iterations += iterations[lane].to_f64() as u64);
        }
        self.report.accepted_steps += taken as u64;
        self.report.rejected_steps += (attempted - taken) as u64;
        self.finished += runs;
    }

    /// Puts the next runs that can begin into these lanes; where there is none, leaves them idle.
    fn refill(&mut self, lanes: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let mut empty = lanes;
        while !empty.is_empty() && self.staging.has_next(job, unit, &mut self.report) {
            self.assign(&mut empty, job, unit);
        }
        self.occupied = self.occupied.or(lanes).without(empty);
        for lane in empty.iter() {
            // What the last run left may be no numbers.
            if let Some(other) = self.occupied.iter().next() {
                self.lanes.repeat_lane(lane, other, job.carried, job.clock);
            }
            self.lanes.idle(&job.layout.clock, lane, job.controls.end);
        }
    }

    /// Puts runs that are prepared and can begin into empty lanes.
    fn assign(&mut self, empty: &mut LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let first_sample = usize::from(job.samples_at_start());
        self.moves.clear();
        empty.retain(|lane| {
            while let Some(staged) = self.staging.take() {
                let Some(status) = staged.ends else {
                    self.moves.push((lane, staged.lane));
                    self.run[lane] = staged.run;
                    self.sample[lane] = first_sample;
                    self.window[lane] = 0;
                    self.cascades.begin(lane);
                    return false;
                };
                unit.fail(staged.run, job.first_rows(first_sample, 0), status);
                self.finished += 1;
            }
            true
        });
        self.staging.begin(&mut self.lanes, &self.moves, job);
    }

    fn abandon(&mut self, job: &Job<'_, T>) {
        for lane in 0..self.run.len() {
            self.lanes.idle(&job.layout.clock, lane, job.controls.end);
        }
        self.occupied = LaneSet::default();
    }
}

/// Saves one sample of each lane that has one inside its step; answers whether any has another.
fn save_inside<T: Samples>(
    rows: &mut Rows<T>,
    run: &[usize],
    sample: &mut [usize; MOST_LANES],
    job: &Job<'_, T>,
    unit: &mut Unit<'_, T>,
) -> bool {
    let clock = &job.layout.clock;
    let Some(inside) = clock.inside else { return false };
    let mut again = false;
    job.kernel.isa.vectorise(
        #[inline(always)]
        || {
            LaneSet::nonzero(T::as_f64(rows.row(inside))).each(
                #[inline(always)]
                |lane| {
                    let values = job.interior.iter().map(|row| rows.get(*row, lane));
                    unit.write(run[lane], sample[lane] * job.interior.len(), values);
                    sample[lane] += 1;
                    let (next, now) = (job.sample_times[sample[lane]], rows.get(clock.now, lane).to_f64());
                    rows.set(clock.next_sample, lane, T::from_f64(next));
                    if next < now {
                        again = true;
                        return;
                    }
                    rows.set(inside, lane, T::default());
                    if next > now {
                        let events = rows.get(clock.events, lane).to_f64() - SAMPLE as f64;
                        rows.set(clock.events, lane, T::from_f64(events));
                    }
                },
            );
        },
    );
    again
}

/// Why a run ended before its end: what was wrong with the last attempt is the cause of all else.
fn failure(event: u64, trouble: u32) -> Status {
    if event & CASCADE != 0 {
        return Status::EVENT_CASCADE;
    }
    match (trouble, event & STUCK != 0) {
        (0, true) => Status::STEP_TOO_SMALL,
        (0, false) => Status::STEP_LIMIT,
        (trouble, _) => Status(trouble),
    }
}
