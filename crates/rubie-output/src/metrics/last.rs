//! `final`: the last sample of the window.

use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric =
    Metric { name: "final", summary: "The last sample of the window.", argument: ArgumentKind::None, define };

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("final", Unit::Variable, fold.previous().held)]
}
