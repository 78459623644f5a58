//! `threshold_crossings`: how often the variable goes above a level or comes back.

use rubie_expr::Expr;

use crate::metric::{Argument, ArgumentKind, Entry, Fold, Metric, Unit, Window};

pub(super) const METRIC: Metric = Metric {
    name: "threshold_crossings",
    summary: "How often the variable goes above a level or comes back.",
    argument: ArgumentKind::Level,
    define,
};

pub(super) fn define<'g>(fold: &mut Fold<'_, 'g>, argument: Argument) -> Vec<Entry<'g>> {
    let Argument::Level(level) = argument else { return Vec::new() };
    let text = argument.to_string();
    let number = fold.control(level);
    // The side of the level that a value is on; NaN is on none.
    let above = |value: Expr<'g>| value.equal(value).select(value.gt(number).select(1.0, 0.0), f64::NAN);
    let value = fold.value();
    let start = above(fold.start_value());
    let side = fold.accumulator(&format!("above {text}"), Window::Carry, start, |_| above(value));
    let zero = fold.constant(0.0);
    let name = format!("crossings of {text}");
    let crossings =
        fold.accumulator(&name, Window::Reset, zero, |count| count + (side.next - side.held).abs());
    vec![Entry::new(format!("threshold_crossings_{text}"), Unit::Number, crossings.held)]
}
