//! Mean and sum of squared deviations, kept up to date by Welford's recurrence.
//!
//! # Source
//! B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4 (1962) 419-420,
//! equations (I) and (II). Deviations are taken from the running mean, so a large mean takes no digits from a small spread, and the
//! sum of squares cannot become negative: the new mean lies between the old one and the sample, hence both factors have one
//! sign.

use rubie_expr::Expr;

use crate::metric::{Fold, Running, Window};

/// The mean of the samples of the window; exact where they are all equal.
pub(in crate::metrics) fn mean<'g>(fold: &mut Fold<'_, 'g>) -> Running<'g> {
    let share = 1.0 / fold.count().next;
    let value = fold.value();
    let zero = fold.constant(0.0);
    fold.accumulator("mean", Window::Reset, zero, |mean| mean + (value - mean) * share)
}

/// The sum of squared deviations from the mean.
fn squares<'g>(fold: &mut Fold<'_, 'g>) -> Running<'g> {
    let mean = mean(fold);
    let value = fold.value();
    let zero = fold.constant(0.0);
    fold.accumulator("squared deviations", Window::Reset, zero, |sum| {
        sum + (value - mean.held) * (value - mean.next)
    })
}

/// The mean of squared deviations from the mean.
pub(in crate::metrics) fn variance<'g>(fold: &mut Fold<'_, 'g>) -> Expr<'g> {
    squares(fold).held / fold.count().held
}
