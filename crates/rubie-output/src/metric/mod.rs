//! What a metric is: a few numbers kept per window, and what they say about the samples seen.
//!
//! A [`Metric`] is a definition, not code that runs: its function asks a [`Fold`] for accumulators, each with the
//! expression of its value after one more sample, and returns the results in terms of them. So memory does not grow with the
//! number of samples, an update is straight-line, and any backend can run it. Accumulators have names: two metrics that ask for
//! the same one share it, so that `mean`, `std` and `rms` together cost what the dearest of them costs.

mod fold;
mod unit;

pub use fold::{Accumulator, Control, Fold, Running, Window};
pub use unit::Unit;

pub(crate) use fold::Folds;

use rubie_expr::Expr;

/// What stands in the brackets of a metric's name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// No brackets.
    None,
    /// The number of results kept: `peaks[5]`.
    Slots(usize),
    /// A value that samples are compared with: `threshold_crossings[0.5]`. It is a control, never compiled in.
    Level(f64),
    /// A fraction of the samples: `quantile[0.9]`. It is a control, never compiled in.
    Fraction(f64),
}

/// Which argument a metric takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArgumentKind {
    /// None.
    None,
    /// A number of slots, 1 to [`ArgumentKind::MOST_SLOTS`].
    Slots,
    /// A finite number.
    Level,
    /// A number between 0 and 1, both excluded.
    Fraction,
}

impl ArgumentKind {
    /// The largest number of slots: each is a value per run and variable that is kept in the innermost memory.
    pub const MOST_SLOTS: usize = 256;
}

/// One result of a metric for one variable and window.
#[derive(Clone, Debug)]
pub struct Entry<'g> {
    /// Its name, unique among the metrics: `mean`, `peaks_1`.
    pub name: String,
    /// How its unit follows from the variable's.
    pub unit: Unit,
    /// Its value, in terms of [`Running::held`], [`Fold::interval`] and controls.
    pub value: Expr<'g>,
}

impl<'g> Entry<'g> {
    /// A result.
    pub fn new(name: impl Into<String>, unit: Unit, value: Expr<'g>) -> Self {
        Entry { name: name.into(), unit, value }
    }
}

/// Builds the results of a metric for the variable of a [`Fold`].
pub type Define = for<'a, 'g> fn(&mut Fold<'a, 'g>, Argument) -> Vec<Entry<'g>>;

/// A summary of the samples of a window, defined by expressions.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Name without brackets.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// What stands in brackets after the name.
    pub argument: ArgumentKind,
    /// Its definition.
    pub define: Define,
}

impl Metric {
    /// The name with the form of its brackets: `peaks[n]`.
    pub fn form(&self) -> String {
        let brackets = match self.argument {
            ArgumentKind::None => "",
            ArgumentKind::Slots => "[n]",
            ArgumentKind::Level => "[level]",
            ArgumentKind::Fraction => "[fraction]",
        };
        format!("{}{brackets}", self.name)
    }
}

/// A metric with its argument.
#[derive(Clone, Copy, Debug)]
pub struct MetricRequest {
    /// Which metric.
    pub metric: Metric,
    /// What stood in its brackets, of the kind that the metric takes.
    pub argument: Argument,
}

impl std::fmt::Display for Argument {
    /// What stands between the brackets; short, and read back as the same number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Argument::None => Ok(()),
            Argument::Slots(count) => write!(f, "{count}"),
            Argument::Level(number) | Argument::Fraction(number) => {
                let text = format!("{number:?}");
                f.write_str(text.strip_suffix(".0").unwrap_or(&text))
            }
        }
    }
}

impl std::fmt::Display for MetricRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.argument {
            Argument::None => f.write_str(self.metric.name),
            argument => write!(f, "{}[{argument}]", self.metric.name),
        }
    }
}
