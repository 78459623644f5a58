//! `d2xdt2_max`: largest second difference quotient of consecutive samples.

use super::parts::difference;
use super::parts::extreme::Extreme;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "d2xdt2_max",
    summary: "Largest second difference quotient of consecutive samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("d2xdt2_max", Unit::PerTimeSquared, difference::curvature(fold, Extreme::Largest))]
}
