//! `mean_std_rms`: mean, standard deviation and root mean square of the samples.

use super::{mean, rms, standard_deviation};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "mean_std_rms",
    summary: "Mean, standard deviation and root mean square of the samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [mean::define(fold, argument), standard_deviation::define(fold, argument), rms::define(fold, argument)]
        .concat()
}
