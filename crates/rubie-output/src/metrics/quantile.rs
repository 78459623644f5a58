//! `quantile`: estimate of the value that a given fraction of the samples lies below.

use super::parts::p_square;
use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit};

pub(super) const METRIC: Metric = Metric {
    name: "quantile",
    summary: "Estimate of the value that the given fraction of the samples lies below (P-square).",
    argument: ArgumentKind::Fraction,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    let Argument::Fraction(fraction) = argument else { return Vec::new() };
    let name = format!("quantile_{argument}");
    let number = fold.control(fraction);
    let value = p_square::quantile(fold, &name, number);
    vec![Entry::new(name, Unit::Variable, value)]
}
