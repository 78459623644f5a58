//! `auc`: integral over the window by the trapezoidal rule.

use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit, Window};

pub(super) const METRIC: Metric = Metric {
    name: "auc",
    summary: "Integral over the window by the trapezoidal rule.",
    argument: ArgumentKind::None,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, _: Argument) -> Vec<Entry<'g>> {
    let value = fold.value();
    let start = fold.start_value();
    let from = fold.accumulator("previous or start", Window::Carry, start, |_| value);
    let zero = fold.constant(0.0);
    let sum = fold.accumulator("sum of pairs", Window::Reset, zero, |sum| sum + (from.held + value));
    vec![Entry::new("auc", Unit::TimesTime, sum.held * (fold.interval() * 0.5))]
}
