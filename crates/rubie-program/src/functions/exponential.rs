//! exp, exp2, expm1: the argument is reduced to at most half of ln 2, a polynomial, a power of two.
//!
//! Tang, "Table-driven implementation of the exponential function", ACM TOMS 15 (1989), without the table.

use super::coefficients::{EXP, EXP2, LN_2, LOG2_E};
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// e^x. The clamps keep NaN, and beyond them `Scale` gives 0 or infinity by itself.
pub(crate) fn exp(v: &mut ValueGraph, x: Value) -> Value {
    let x = clamped(v, x, [-746.0, 710.0], [-105.0, 89.0]);
    exp_of_clamped(v, x)
}

/// e^x where 2^(x / ln 2) is far from no integer.
pub(super) fn exp_of_clamped(v: &mut ValueGraph, x: Value) -> Value {
    let (k, r) = reduced(v, x);
    let one = v.constant(1.0);
    let q = EXP.at(v, r);
    let p = v.mul_add(r, q, one);
    let p = v.mul_add(r, p, one);
    v.scale(p, k)
}

/// 2^x
pub(crate) fn exp2(v: &mut ValueGraph, x: Value) -> Value {
    let x = clamped(v, x, [-1080.0, 1026.0], [-160.0, 130.0]);
    let k = v.round(x);
    let r = v.sub(x, k);
    exp2_of_reduced(v, k, r)
}

/// 2^(k + r) for an integer k and |r| <= 1/2.
pub(super) fn exp2_of_reduced(v: &mut ValueGraph, k: Value, r: Value) -> Value {
    let one = v.constant(1.0);
    let q = EXP2.at(v, r);
    let p = v.mul_add(r, q, one);
    v.scale(p, k)
}

/// e^x - 1 = 2^k ((1 - 2^-k) + (e^r - 1)); the subtraction in the inner parentheses is exact where it matters.
pub(crate) fn expm1(v: &mut ValueGraph, x: Value) -> Value {
    let y = clamped(v, x, [-60.0, 710.0], [-30.0, 89.0]);
    let (k, r, low) = reduced_with_low(v, y);
    let one = v.constant(1.0);
    let q = EXP.at(v, r);
    let square = v.mul(r, r);
    let curved = v.mul_add(square, q, low);
    let negative = v.neg(k);
    let power = v.scale(one, negative);
    let offset = v.sub(one, power);
    let straight = v.add(offset, r);
    let sum = v.add(straight, curved);
    let result = v.scale(sum, k);
    v.copy_sign(result, x)
}

/// x, but within the bounds for the precision (f64, f32); NaN remains.
fn clamped(v: &mut ValueGraph, x: Value, double: [f64; 2], single: [f64; 2]) -> Value {
    let lowest = number(v, double[0], single[0]);
    let highest = number(v, double[1], single[1]);
    let x = v.max(lowest, x);
    v.min(highest, x)
}

/// k and r with x = k ln 2 + r and |r| at most half of ln 2.
fn reduced(v: &mut ValueGraph, x: Value) -> (Value, Value) {
    let (k, high, low) = nearest_multiple(v, x);
    (k, v.neg_mul_add(k, low, high))
}

/// k, r and what r lacks.
pub(super) fn reduced_with_low(v: &mut ValueGraph, x: Value) -> (Value, Value, Value) {
    let (k, high, part) = nearest_multiple(v, x);
    let r = v.neg_mul_add(k, part, high);
    let change = v.sub(high, r);
    let low = v.neg_mul_add(k, part, change);
    (k, r, low)
}

/// k, x less k times the high part of ln 2 (exact: a multiple of the last place of either, below 1/2),
/// and the low part of ln 2.
fn nearest_multiple(v: &mut ValueGraph, x: Value) -> (Value, Value, Value) {
    let log2_e = LOG2_E.part(v, 0);
    let multiple = v.mul(x, log2_e);
    let k = v.round(multiple);
    let ln_2 = LN_2.part(v, 0);
    (k, v.neg_mul_add(k, ln_2, x), LN_2.part(v, 1))
}
