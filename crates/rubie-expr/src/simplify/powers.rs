//! Powers with a known exponent become products, a division, a square root.

use super::Form::{self, Number, Other};
use crate::graph::Expr;
use crate::operation::Op;

/// Largest whole power written as products: a chain of `n` factors is off by at most `n/2` ulp.
const LARGEST_WHOLE: f64 = 16.0;
/// Largest half power written as products and a square root.
const LARGEST_HALF: f64 = 8.5;

pub(super) fn pow<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    Some(match (Form::of(a), Form::of(b)) {
        (Number(1.0), _) => a,
        (Number(2.0), _) => b.exp2(),
        (_, Number(0.0)) => a.graph().constant(1.0), // IEEE: also for NaN
        (_, Number(n)) if n.fract() == 0.0 && n.abs() <= LARGEST_WHOLE => whole(a, n as i32),
        (_, Number(n)) if n.fract().abs() == 0.5 && n.abs() <= LARGEST_HALF => half(a, n), // zero
        _ => return None,
    })
}

/// `x^n` for `n` other than 0. A negative power is that of `1/x`, which underflows gradually
/// where `x^|n|` would overflow.
fn whole(x: Expr<'_>, n: i32) -> Expr<'_> {
    if n < 0 { product(1.0 / x, n.unsigned_abs()) } else { product(x, n.unsigned_abs()) }
}

/// `x^n` for `n` halfway between integers.
fn half(x: Expr<'_>, n: f64) -> Expr<'_> {
    let root = x.sqrt();
    let power = match n.abs() as u32 {
        0 => root,
        whole => product(x, whole) * root,
    };
    if n < 0.0 { 1.0 / power } else { power }
}

/// `x*x*..*x`, `n >= 1` factors, by squaring.
fn product(x: Expr<'_>, n: u32) -> Expr<'_> {
    let mut square = x;
    let mut product = None;
    for bit in 0..=n.ilog2() {
        if bit > 0 {
            square = square * square;
        }
        if n >> bit & 1 == 1 {
            product = Some(product.map_or(square, |so_far: Expr<'_>| so_far * square));
        }
    }
    product.unwrap_or(x)
}

/// The `(x, n)` of a product `x^n` with `n` = 1.5, 2.5, .. as [`pow`] writes it, if `e` is one.
pub(crate) fn half_power(e: Expr<'_>) -> Option<(Expr<'_>, f64)> {
    let Other(Op::Mul, a, b) = Form::of(e) else {
        return None;
    };
    [(a, b), (b, a)].into_iter().find_map(|(power, root)| {
        let Other(Op::Sqrt, x, _) = Form::of(root) else {
            return None;
        };
        Some((x, f64::from(factors(power, x, LARGEST_HALF.log2() as u32)?) + 0.5))
    })
}

/// The `n` of `x^n` written as products nested at most `depth` deep.
fn factors(power: Expr<'_>, x: Expr<'_>, depth: u32) -> Option<u32> {
    match Form::of(power) {
        _ if power == x => Some(1),
        Other(Op::Mul, a, b) if depth > 0 => Some(factors(a, x, depth - 1)? + factors(b, x, depth - 1)?),
        _ => None,
    }
}
