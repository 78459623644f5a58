//! `max_magnitude`: largest absolute value of the samples.

use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit, Window};

pub(super) const METRIC: Metric = Metric {
    name: "max_magnitude",
    summary: "Largest absolute value of the samples.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    let size = fold.value().abs();
    let zero = fold.constant(0.0);
    let largest = fold.accumulator("max magnitude", Window::Reset, zero, |held| held.max(size));
    vec![Entry::new("max_magnitude", Unit::Variable, largest.held)]
}
