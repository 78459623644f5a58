//! `max`: largest sample.

use super::parts::extreme::{self, Extreme};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric =
    Metric { name: "max", summary: "Largest sample.", argument: ArgumentKind::None, define };

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("max", Unit::Variable, extreme::value(fold, Extreme::Largest).held)]
}
