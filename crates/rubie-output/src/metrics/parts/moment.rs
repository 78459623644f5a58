//! Mean and sum of squared deviations, kept up to date by Welford's recurrence on samples less the window's first one.
//!
//! # Source
//! B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4 (1962) 419-420,
//! equations (I) and (II). Deviations are taken from the running mean, and the sum of squares cannot become negative: the new
//! mean lies between the old one and the sample, hence both factors have one sign.
//!
//! The running mean itself is rounded, which costs digits of the spread where the mean is many times larger. Differences from the
//! window's first sample are small there, and mostly exact: the recurrence runs on those.

use rubie_expr::Expr;

use crate::metric::{Fold, Running, Window};

/// The first sample of the window.
fn first<'g>(fold: &mut Fold<'_, 'g>) -> Running<'g> {
    let begins = fold.count().held.equal(0.0);
    let value = fold.value();
    let undefined = fold.constant(f64::NAN);
    fold.accumulator("first", Window::Carry, undefined, |first| begins.select(value, first))
}

/// The mean of the samples' differences from the first.
fn offset<'g>(fold: &mut Fold<'_, 'g>) -> Running<'g> {
    let share = 1.0 / fold.count().next;
    let difference = difference(fold);
    let zero = fold.constant(0.0);
    fold.accumulator("mean less first", Window::Reset, zero, |mean| mean + (difference - mean) * share)
}

fn difference<'g>(fold: &mut Fold<'_, 'g>) -> Expr<'g> {
    fold.value() - first(fold).next
}

/// The mean of the samples of the window; exact where they are all equal.
pub(in crate::metrics) fn mean<'g>(fold: &mut Fold<'_, 'g>) -> Expr<'g> {
    first(fold).held + offset(fold).held
}

/// The mean of squared deviations from the mean.
pub(in crate::metrics) fn variance<'g>(fold: &mut Fold<'_, 'g>) -> Expr<'g> {
    let mean = offset(fold);
    let difference = difference(fold);
    let zero = fold.constant(0.0);
    let squares = fold.accumulator("squared deviations", Window::Reset, zero, |sum| {
        sum + (difference - mean.held) * (difference - mean.next)
    });
    squares.held / fold.count().held
}
