//! Largest and smallest values, and when they were.

use rubie_expr::Expr;

use crate::metric::{Fold, Running, Window};

/// Which end of the values.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::metrics) enum Extreme {
    Largest,
    Smallest,
}

impl Extreme {
    /// The value that every other replaces.
    pub(in crate::metrics) fn farthest(self) -> f64 {
        match self {
            Extreme::Largest => f64::NEG_INFINITY,
            Extreme::Smallest => f64::INFINITY,
        }
    }

    /// The more extreme of both, NaN if either is.
    pub(in crate::metrics) fn of<'g>(self, a: Expr<'g>, b: Expr<'g>) -> Expr<'g> {
        match self {
            Extreme::Largest => a.max(b),
            Extreme::Smallest => a.min(b),
        }
    }

    /// Whether `a` is more extreme than `b`.
    pub(in crate::metrics) fn beyond<'g>(self, a: Expr<'g>, b: Expr<'g>) -> Expr<'g> {
        match self {
            Extreme::Largest => a.gt(b),
            Extreme::Smallest => a.lt(b),
        }
    }

    pub(in crate::metrics) fn name(self) -> &'static str {
        match self {
            Extreme::Largest => "max",
            Extreme::Smallest => "min",
        }
    }
}

/// The extreme value of the window.
pub(in crate::metrics) fn value<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme) -> Running<'g> {
    let value = fold.value();
    let first = fold.constant(extreme.farthest());
    fold.accumulator(extreme.name(), Window::Reset, first, |held| extreme.of(held, value))
}

/// The time of the first sample that has the extreme value; NaN if any sample is.
pub(in crate::metrics) fn time<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme) -> Expr<'g> {
    let held = value(fold, extreme).held;
    let (value, time) = (fold.value(), fold.time());
    // The comparison alone would leave a window of nothing but infinities without a time.
    let begins = fold.count().held.equal(0.0);
    let undefined = fold.constant(f64::NAN);
    let name = format!("time of {}", extreme.name());
    let at = fold.accumulator(&name, Window::Reset, undefined, |at| {
        begins.or(extreme.beyond(value, held)).select(time, at)
    });
    held.equal(held).select(at.held, undefined)
}
