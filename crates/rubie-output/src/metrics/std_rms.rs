//! `std_rms`: standard deviation and root mean square of the samples.

use super::{rms, standard_deviation};
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "std_rms",
    summary: "Standard deviation and root mean square of the samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    [standard_deviation::define(fold, argument), rms::define(fold, argument)].concat()
}
