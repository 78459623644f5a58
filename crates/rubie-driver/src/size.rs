//! How large the tables of drivers are: all that a planner of memory needs to know.

use std::num::NonZeroUsize;

use crate::drivers::Drivers;
use crate::fit::Fit;
use crate::graph::DriverData;

/// Whether all runs have the same samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runs {
    /// One table for all runs: it has no run axis, and is there as a whole in every chunk.
    Shared,
    /// Samples of its own for each of so many runs, at the same times: the table has a run axis and is cut into chunks along it.
    Each(NonZeroUsize),
}

/// The shape of a table of f64, or of f32 where programs compute in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableSize {
    /// What it is, for messages about memory.
    pub label: &'static str,
    /// Lengths of its axes, outermost first; none is 0.
    pub shape: Vec<usize>,
    /// Which of its axes is that of runs, and how many runs there are; `None` for a table without runs.
    pub runs: Option<(usize, NonZeroUsize)>,
}

/// The tables of a set of drivers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DriverSizes {
    /// `(entries)`: how pieces are found; for uneven times only.
    pub places: Option<TableSize>,
    /// `(pieces, drivers, order + 1)`, with a run axis `(runs, pieces, drivers, order + 1)`: the table of a run is contiguous, so
    /// that a lane needs one offset.
    pub coefficients: TableSize,
}

impl DriverSizes {
    /// The tables of `drivers` drivers with one fit.
    pub fn new(fit: &Fit, drivers: NonZeroUsize, runs: Runs) -> DriverSizes {
        let entries = DriverData::new(fit).places.len();
        let places = (entries > 0).then(|| TableSize {
            label: "places of driver samples",
            shape: vec![entries],
            runs: None,
        });
        let table = [fit.pieces(), drivers.get(), fit.options().order + 1];
        let (shape, runs) = match runs {
            Runs::Shared => (table.to_vec(), None),
            Runs::Each(runs) => ([&[runs.get()], &table[..]].concat(), Some((0, runs))),
        };
        DriverSizes { places, coefficients: TableSize { label: "driver coefficients", shape, runs } }
    }
}

impl Drivers {
    /// The sizes of these drivers' tables.
    pub fn sizes(&self) -> DriverSizes {
        let count = NonZeroUsize::new(self.names().len()).unwrap_or(NonZeroUsize::MIN);
        DriverSizes::new(self.fit(), count, self.runs().map_or(Runs::Shared, Runs::Each))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{DriverOptions, TimeAxis};

    #[test]
    fn shared_and_per_run() {
        let axis = TimeAxis::regular(0.0, 1.0, 11).unwrap();
        let samples = [0.5; 11];
        let drivers =
            Drivers::new(&axis, &[("a", samples), ("b", samples)], DriverOptions::default()).unwrap();
        let sizes = drivers.sizes();
        assert_eq!(sizes.places, None);
        assert_eq!((sizes.coefficients.shape.clone(), sizes.coefficients.runs), (vec![10, 2, 4], None));
        assert_eq!(drivers.coefficients().len(), sizes.coefficients.shape.iter().product::<usize>());

        let runs = NonZeroUsize::new(103).unwrap();
        let each = DriverSizes::new(drivers.fit(), NonZeroUsize::MIN, Runs::Each(runs)).coefficients;
        assert_eq!((each.shape, each.runs), (vec![103, 10, 1, 4], Some((0, runs))));
    }
}
