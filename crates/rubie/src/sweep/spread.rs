//! Some runs of a sweep.

use super::error::SweepError;
use super::grid::Sweep;

impl Sweep {
    /// About `count` runs, spread over the sweep by the golden ratio, which follows no axis of a grid; its first and last among them.
    pub(crate) fn spread(&self, count: u64) -> Result<Sweep, SweepError> {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let all = self.runs();
        let count = count.min(all);
        if self.names().is_empty() || count == all {
            return Ok(self.clone());
        }
        let mut runs: Vec<u64> = (1..count.saturating_sub(1))
            .map(|k| (((k as f64 * GOLDEN).fract() * all as f64) as u64).min(all - 1))
            .chain([0, all - 1])
            .collect();
        runs.sort_unstable();
        runs.dedup();
        let mut columns = vec![Vec::with_capacity(runs.len()); self.names().len()];
        let mut values = vec![0.0; columns.len()];
        for run in runs {
            self.fill(run, 1, &mut values);
            columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(*value));
        }
        Sweep::samples(self.names().to_vec(), columns)
    }
}
