//! `time_of_max`: time of the largest sample, the first of equal ones.

use super::parts::extreme::{self, Extreme};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "time_of_max",
    summary: "Time of the largest sample, the first of equal ones.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("time_of_max", Unit::Time, extreme::time(fold, Extreme::Largest))]
}
