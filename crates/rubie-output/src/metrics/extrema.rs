//! `extrema`: largest and smallest sample.

use super::{max, min};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric =
    Metric { name: "extrema", summary: "Largest and smallest sample.", argument: ArgumentKind::None, define };

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [max::define(fold, argument), min::define(fold, argument)].concat()
}
