//! `mean_std`: mean and standard deviation of the samples.

use super::{mean, standard_deviation};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "mean_std",
    summary: "Mean and standard deviation of the samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [mean::define(fold, argument), standard_deviation::define(fold, argument)].concat()
}
