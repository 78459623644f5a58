//! `min`: smallest sample.

use super::parts::extreme::{self, Extreme};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric =
    Metric { name: "min", summary: "Smallest sample.", argument: ArgumentKind::None, define };

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("min", Unit::Variable, extreme::value(fold, Extreme::Smallest).held)]
}
