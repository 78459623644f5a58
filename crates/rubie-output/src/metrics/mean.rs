//! `mean`: mean of the samples.

use super::parts::moment;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric =
    Metric { name: "mean", summary: "Mean of the samples.", argument: ArgumentKind::None, define };

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    vec![Entry::new("mean", Unit::Variable, moment::mean(fold))]
}
