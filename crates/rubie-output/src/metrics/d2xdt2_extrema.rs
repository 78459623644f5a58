//! `d2xdt2_extrema`: largest and smallest second difference quotient of consecutive samples.

use super::{d2xdt2_max, d2xdt2_min};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "d2xdt2_extrema",
    summary: "Largest and smallest second difference quotient of consecutive samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [d2xdt2_max::define(fold, argument), d2xdt2_min::define(fold, argument)].concat()
}
