//! Extremes of the first and second difference quotients of consecutive samples, also across the ends of windows.
//!
//! The quotient belongs to the window of its last sample. The run's first sample ends no difference, its first two no second
//! difference; a window without any is NaN.

use rubie_expr::Expr;

use super::extreme::Extreme;
use crate::metric::{Fold, Running, Window};

/// The extreme of (v_i - v_{i-1}) / h.
pub(in crate::metrics) fn slope<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme) -> Expr<'g> {
    let difference = difference(fold);
    let held = since(fold, extreme, "difference", 1.0, difference);
    held / fold.interval()
}

/// The extreme of (v_i - 2 v_{i-1} + v_{i-2}) / h^2.
pub(in crate::metrics) fn curvature<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme) -> Expr<'g> {
    let difference = difference(fold);
    let undefined = fold.constant(f64::NAN);
    let before = fold.accumulator("previous difference", Window::Carry, undefined, |_| difference);
    let held = since(fold, extreme, "second difference", 2.0, difference - before.held);
    held / (fold.interval() * fold.interval())
}

fn difference<'g>(fold: &mut Fold<'_, 'g>) -> Expr<'g> {
    fold.value() - fold.previous().held
}

/// The extreme of a quantity that exists from sample `from` of the run on. Scaling by the interval is left to the
/// end, which changes no bit: rounding keeps order.
fn since<'g>(
    fold: &mut Fold<'_, 'g>,
    extreme: Extreme,
    name: &str,
    from: f64,
    quantity: Expr<'g>,
) -> Expr<'g> {
    let total: Running<'g> = fold.total();
    let exists = total.held.ge(from);
    let first = fold.constant(extreme.farthest());
    let name = format!("{} {name}", extreme.name());
    let held =
        fold.accumulator(&name, Window::Reset, first, |held| exists.select(extreme.of(held, quantity), held));
    total.held.gt(from).select(held.held, f64::NAN)
}
