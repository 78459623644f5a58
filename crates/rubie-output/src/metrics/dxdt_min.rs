//! `dxdt_min`: smallest first difference quotient of consecutive samples.

use super::parts::difference;
use super::parts::extreme::Extreme;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "dxdt_min",
    summary: "Smallest first difference quotient of consecutive samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("dxdt_min", Unit::PerTime, difference::slope(fold, Extreme::Smallest))]
}
