//! `dxdt_extrema`: largest and smallest first difference quotient of consecutive samples.

use super::{dxdt_max, dxdt_min};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "dxdt_extrema",
    summary: "Largest and smallest first difference quotient of consecutive samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [dxdt_max::define(fold, argument), dxdt_min::define(fold, argument)].concat()
}
