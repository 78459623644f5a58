//! `negative_peak_times`: times of the first n local minima.

use super::parts::extreme::Extreme;
use super::parts::turn;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "negative_peak_times",
    summary: "Times of the first n local minima.",
    argument: ArgumentKind::Slots,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    let Argument::Slots(slots) = argument else { return Vec::new() };
    turn::times(fold, "negative_peak_times", Extreme::Smallest, slots)
}
