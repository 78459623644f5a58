//! `std`: standard deviation of the samples (divided by N, not N - 1).

use super::parts::moment;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "std",
    summary: "Standard deviation of the samples (divided by N, not N - 1).",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("std", Unit::Variable, moment::variance(fold).sqrt())]
}
