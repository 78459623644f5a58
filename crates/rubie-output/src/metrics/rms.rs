//! `rms`: root of the mean square of the samples.

use super::parts::moment;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "rms",
    summary: "Root of the mean square of the samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    // Both terms are positive: nothing cancels, and the accumulators are those of `mean` and `std`.
    let mean = moment::mean(fold);
    vec![Entry::new("rms", Unit::Variable, (mean * mean + moment::variance(fold)).sqrt())]
}
