//! `peak_times`: times of the first n local maxima.

use super::parts::extreme::Extreme;
use super::parts::turn;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "peak_times",
    summary: "Times of the first n local maxima.",
    argument: ArgumentKind::Slots,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    let Argument::Slots(slots) = argument else { return Vec::new() };
    turn::times(fold, "peak_times", Extreme::Largest, slots)
}
