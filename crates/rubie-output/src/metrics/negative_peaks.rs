//! `negative_peaks`: indices of the first n local minima.

use super::parts::extreme::Extreme;
use super::parts::turn;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "negative_peaks",
    summary: "Indices of the first n local minima.",
    argument: ArgumentKind::Slots,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    let Argument::Slots(slots) = argument else { return Vec::new() };
    turn::indices(fold, "negative_peaks", Extreme::Smallest, slots)
}
