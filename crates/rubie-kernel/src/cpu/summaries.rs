//! Summary samples and windows of a block's lanes. The programs know which lanes they concern and when the next samples
//! are; what is left to do here is to run them while any lane asks, and to take results away.

use rubie_program::Executor;

use crate::cpu::block::Block;
use crate::cpu::lane_set::{Due, LaneSet};
use crate::cpu::unit::Unit;
use crate::cpu::{Job, Samples};

impl<T: Samples> Block<T> {
    /// Takes the summary samples inside the steps just accepted, then those at their ends.
    pub(super) fn take_summaries(&mut self, lanes: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let Some(programs) = &job.kernel.prepared.summaries else { return };
        // An attempt that takes samples itself stops at complete windows.
        let mut due = self.summaries_due(job, unit).within(lanes);
        if let Some(inside) = &programs.inside {
            while !due.inside.is_empty() {
                due = self.take_summary(inside.as_ref(), due.inside, true, job, unit).within(lanes);
            }
        }
        if !due.at_end.is_empty() {
            self.take_summary(programs.at_end.as_ref(), due.at_end, false, job, unit);
        }
    }

    /// Takes one summary sample of every lane that has one, which are those of `due`; returns what is due then.
    fn take_summary(
        &mut self,
        program: &dyn Executor<T>,
        due: LaneSet,
        inside: bool,
        job: &Job<'_, T>,
        unit: &mut Unit<'_, T>,
    ) -> Due {
        self.lanes.place_summaries(inside, job.layout, job.clock);
        // Where few lanes have one, the others' vectors need not be computed.
        for lanes in due.ranges(T::LANES_PER_VECTOR) {
            program.execute_lanes(&mut self.lanes.rows, job.uniforms, lanes);
        }
        self.lanes.advance_summaries(job.layout, job.clock);
        self.summaries_due(job, unit)
    }

    /// Takes the results of complete windows; returns which summary samples are due.
    fn summaries_due(&mut self, job: &Job<'_, T>, unit: &mut Unit<'_, T>) -> Due {
        let Some(clock) = &job.layout.clock.summaries else { return Due::default() };
        let [full, next, now] = [clock.full, clock.next, job.layout.clock.now].map(|row| self.lanes.row(row));
        let (full, due) = job.kernel.isa.vectorise(
            #[inline(always)]
            || (LaneSet::nonzero(full), Due::new(next, now)),
        );
        if !full.is_empty() {
            self.finish_windows(full, job, unit);
        }
        due
    }

    fn finish_windows(&mut self, full: LaneSet, job: &Job<'_, T>, unit: &mut Unit<'_, T>) {
        let (Some(programs), Some(layout)) = (&job.kernel.prepared.summaries, &job.layout.summaries) else {
            return;
        };
        for lanes in full.ranges(T::LANES_PER_VECTOR) {
            programs.finish.execute_lanes(&mut self.lanes.rows, job.uniforms, lanes);
        }
        self.lanes.restart_summaries(job.layout, job.clock);
        for (column, row) in layout.results.clone().enumerate() {
            let results = self.lanes.rows.row(row);
            for lane in full.iter() {
                let at = self.window[lane] * layout.results.len() + column;
                unit.summaries[at][self.run[lane]] = results[lane];
            }
        }
        for lane in full.iter() {
            self.window[lane] += 1;
        }
    }
}
