//! Rules of `-x`, sums, differences, products and quotients: negations move outwards, constants together.

use super::Form::{self, Difference, Negated, Number, Other, Quotient, Scaled, Shifted};
use crate::graph::Expr;
use crate::operation::Op;

// Patterns: `Number(0.0)` is either zero.

pub(super) fn neg(a: Expr<'_>) -> Option<Expr<'_>> {
    Some(match Form::of(a) {
        Negated(x) => x,
        Difference(x, y) => y - x, // zero
        Shifted(x, c) => -c - x,   // zero
        Scaled(x, c) => x * -c,
        Quotient(c, x) => -c / x,
        _ => return None,
    })
}

/// A constant is `b`.
pub(super) fn add<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    Some(match (Form::of(a), Form::of(b)) {
        (_, Number(0.0)) => a, // zero
        (_, Negated(y)) => a - y,
        (Negated(x), _) => b - x,
        (_, Scaled(y, c)) if c < 0.0 => a - y * -c,
        (Scaled(x, c), _) if c < 0.0 => b - x * -c,
        _ if a == b => a * 2.0,
        _ => return None,
    })
}

pub(super) fn sub<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    Some(match (Form::of(a), Form::of(b)) {
        (_, Number(c)) => a + -c,
        (Number(0.0), _) => -b, // zero
        (_, Negated(y)) => a + y,
        (Negated(x), _) => -(x + b), // zero
        (_, Scaled(y, c)) if c < 0.0 => a + y * -c,
        _ => return None,
    })
}

/// A constant is `b`.
pub(super) fn mul<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    Some(match (Form::of(a), Form::of(b)) {
        (_, Number(1.0)) => a,
        (_, Number(-1.0)) => -a,
        (_, Number(0.0)) if is_finite(a) => b, // zero
        (Negated(x), Number(c)) => x * -c,
        (Scaled(x, c), Number(d)) if is_moderate(c * d) => x * (c * d),
        (Negated(x), Negated(y)) => x * y,
        (Negated(x), _) => -(x * b),
        (_, Negated(y)) => -(a * y),
        _ => return None,
    })
}

pub(super) fn div<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    Some(match (Form::of(a), Form::of(b)) {
        (_, Number(1.0)) => a,
        (_, Number(-1.0)) => -a,
        (_, Number(c)) if is_power_of_two(c) && is_moderate(c.recip()) => a * c.recip(),
        (Negated(x), Negated(y)) => x / y,
        (Negated(x), _) => -(x / b),
        (_, Negated(y)) => -(a / y),
        _ => return None,
    })
}

/// Whether the reciprocal is exact; others round, which `floor(t/24)` at t = 24 would show.
fn is_power_of_two(constant: f64) -> bool {
    constant.is_normal() && constant.to_bits() & ((1 << 52) - 1) == 0
}

/// Whether a constant that a rule makes is a normal number in every format.
fn is_moderate(constant: f64) -> bool {
    (constant as f32).is_normal()
}

/// Whether the value can be neither infinite nor NaN, in any format.
fn is_finite(e: Expr<'_>) -> bool {
    let small = |e: Expr<'_>| e.as_constant().is_some_and(|c| (c as f32).is_finite());
    match Form::of(e) {
        Other(Op::Select, _, yes) => {
            let no = e.node().arguments()[2];
            small(yes) && small(e.graph().expr(no))
        }
        _ => small(e),
    }
}
