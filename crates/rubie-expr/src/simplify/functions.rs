//! Rules of functions: symmetry, rounding twice, scaling by known powers of two.

use super::Form::{self, Negated, Number, Other};
use crate::graph::Expr;
use crate::operation::Op;

pub(super) fn of_one(op: Op, a: Expr<'_>) -> Option<Expr<'_>> {
    Some(match (op, Form::of(a)) {
        (_, Negated(x)) if is_even(op) => Expr::apply(op, &[x]),
        (_, Negated(x)) if is_odd(op) => -Expr::apply(op, &[x]),
        (Op::Abs, Other(Op::Abs, ..)) => a,
        (Op::Floor | Op::Ceil | Op::Round, Other(Op::Floor | Op::Ceil | Op::Round, ..)) => a,
        _ => return None,
    })
}

fn is_even(op: Op) -> bool {
    matches!(op, Op::Abs | Op::Cos | Op::Cosh | Op::Exponent)
}

fn is_odd(op: Op) -> bool {
    use Op::*;
    matches!(op, Sign | Round | Cbrt | Sin | Tan | Asin | Atan | Sinh | Tanh | Asinh | Atanh | Erf)
}

pub(super) fn scale<'g>(a: Expr<'g>, exponent: Expr<'g>) -> Option<Expr<'g>> {
    let Number(exponent) = Form::of(exponent) else {
        return None;
    };
    let factor = Op::Scale.evaluate(&[1.0, exponent]);
    (factor as f32).is_normal().then(|| a * factor)
}
