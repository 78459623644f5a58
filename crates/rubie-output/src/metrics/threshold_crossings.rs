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
    let above = |value: Expr<'g>| value.gt(number).select(1.0, 0.0);
    let value = fold.value();
    let start = above(fold.start_value());
    let side = fold.accumulator(&format!("above {text}"), Window::Carry, start, |_| above(value));
    let zero = fold.constant(0.0);
    let crossings = fold.accumulator(&format!("crossings of {text}"), Window::Reset, zero, |count| {
        value.equal(value).select(count + (side.next - side.held).abs(), f64::NAN)
    });
    vec![Entry::new(format!("threshold_crossings_{text}"), Unit::Number, crossings.held)]
}
