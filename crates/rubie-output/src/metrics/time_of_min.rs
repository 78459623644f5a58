//! `time_of_min`: time of the smallest sample, the first of equal ones.

use super::parts::extreme::{self, Extreme};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "time_of_min",
    summary: "Time of the smallest sample, the first of equal ones.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("time_of_min", Unit::Time, extreme::time(fold, Extreme::Smallest))]
}
