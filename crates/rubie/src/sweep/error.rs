//! Everything that can be wrong with a sweep.

use std::path::PathBuf;

use super::grid::MAX_RUNS;

/// Why a sweep cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// A specification such as `0:21:1000` that cannot be read.
    #[error("cannot read the sweep `{name}={specification}`: {problem}")]
    Specification {
        /// Name of the axis.
        name: String,
        /// What was written.
        specification: String,
        /// The part that is wrong, and the right form.
        problem: String,
    },
    /// An axis whose values make no sense.
    #[error("the sweep of `{name}`: {problem}")]
    Axis {
        /// Name of the axis.
        name: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// An axis or a column without a name.
    #[error(
        "axis {position} of the sweep has no name; name a parameter, or a state whose initial value varies"
    )]
    Unnamed {
        /// Its position, counted from 1.
        position: usize,
    },
    /// A name that is swept twice.
    #[error("`{name}` is swept twice; give all of its values in one axis")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// Axes that should be paired but differ in their number of values.
    #[error(
        "axes that are paired run by run must have the same number of values (or a single one): {}",
        listed(counts)
    )]
    Counts {
        /// Each axis with its number of values.
        counts: Vec<(String, u64)>,
    },
    /// Random or Sobol axes of a grid that differ in their number of values.
    #[error(
        "random and Sobol axes of a grid are drawn together, so they must have the same count: {}",
        listed(counts)
    )]
    SampleCounts {
        /// Each random or Sobol axis with its count.
        counts: Vec<(String, u64)>,
    },
    /// More runs than a sweep may have.
    #[error("the grid has too many runs: {} is more than {MAX_RUNS}", product(factors))]
    TooManyRuns {
        /// Each factor of the product: its names and its number of values.
        factors: Vec<(String, u64)>,
    },
    /// A table without rows.
    #[error("a sweep needs at least one run, but the table has no rows")]
    NoRuns,
    /// A column with another number of values than the first.
    #[error("column `{name}` has {found} values, but the first column has {expected}")]
    Ragged {
        /// Name of the column.
        name: String,
        /// Its number of values.
        found: usize,
        /// Number of values of the first column.
        expected: usize,
    },
    /// A file that cannot be opened or read.
    #[error("cannot read the samples {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file whose contents are no table of samples.
    #[error("cannot use the samples {}: {problem}", path.display())]
    Contents {
        /// The file.
        path: PathBuf,
        /// The place, what is wrong there, and what would be right.
        problem: String,
    },
}

fn listed(counts: &[(String, u64)]) -> String {
    counts.iter().map(|(name, count)| format!("`{name}` has {count}")).collect::<Vec<_>>().join(", ")
}

fn product(factors: &[(String, u64)]) -> String {
    factors.iter().map(|(names, count)| format!("{count} ({names})")).collect::<Vec<_>>().join(" x ")
}
