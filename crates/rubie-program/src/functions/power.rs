//! pow and cbrt.
//!
//! pow: log2 |x| as a sum of two numbers (Dekker 1971, with fused multiply-adds), times the exponent, and 2 to that.

use super::coefficients::RECIPROCAL_CBRT;
use super::coefficients::{LOG2_TAIL, TWO_OVER_LN_2, TWO_THIRDS_OVER_LN_2};
use super::exponential::exp2_of_reduced;
use super::logarithm::split;
use super::polynomial::number;
use crate::element::Precision;
use crate::values::{Value, ValueGraph};

/// An unevaluated sum of two numbers.
#[derive(Clone, Copy)]
struct Pair {
    high: Value,
    low: Value,
}

/// x^y
pub(crate) fn pow(v: &mut ValueGraph, x: Value, y: Value) -> Value {
    let a = v.abs(x);
    let magnitude = magnitude(v, a, y);
    let parity = parity(v, y);
    let (zero, one, nan) = (v.constant(0.0), v.constant(1.0), v.constant(f64::NAN));
    let is_negative = v.lt(x, zero);
    let is_undefined = v.and_not(parity.is_integer, is_negative);
    let result = v.select(is_undefined, nan, magnitude);
    let result = at_zero_and_infinity(v, a, y, result);
    let side = v.copy_sign(one, x);
    let sign = v.select(parity.is_odd, side, one);
    let result = v.mul(result, sign);
    let (no_exponent, is_one) = (v.eq(y, zero), v.eq(x, one));
    let is_trivial = v.or(no_exponent, is_one);
    v.select(is_trivial, one, result)
}

/// a^y for positive finite a.
fn magnitude(v: &mut ValueGraph, a: Value, y: Value) -> Value {
    let logarithm = log2_pair(v, a);
    // Beyond the bounds a^y is 0, 1 or infinite for every a.
    let (most, least) = (number(v, 2f64.powi(66), 2f64.powi(34)), number(v, -2f64.powi(66), -2f64.powi(34)));
    let y = v.max(least, y);
    let y = v.min(most, y);
    let high = v.mul(y, logarithm.high);
    let low = v.mul_sub(y, logarithm.high, high);
    let low = v.mul_add(y, logarithm.low, low);
    let (most, least) = (number(v, 1100.0, 200.0), number(v, -1100.0, -200.0));
    let high = v.max(least, high);
    let high = v.min(most, high);
    let k = v.round(high);
    let r = v.sub(high, k);
    let r = v.add(r, low);
    exp2_of_reduced(v, k, r)
}

/// log2 of a positive finite number: e + s (c0 + s^2 (c1 + s^2 Q(s^2))) with s = f / (2 + f); only Q is no pair.
fn log2_pair(v: &mut ValueGraph, a: Value) -> Pair {
    let (n, f) = split(v, a);
    let s = quotient_by_two_more(v, f);
    let z = square(v, s);
    let q = LOG2_TAIL.at(v, z.high);
    let second = Pair { high: TWO_THIRDS_OVER_LN_2.part(v, 0), low: TWO_THIRDS_OVER_LN_2.part(v, 1) };
    let high = v.mul_add(z.high, q, second.high);
    let change = v.sub(second.high, high);
    let low = v.mul_add(z.high, q, change);
    let inner = Pair { high, low: v.add(low, second.low) };
    let inner = product(v, z, inner);
    let first = Pair { high: TWO_OVER_LN_2.part(v, 0), low: TWO_OVER_LN_2.part(v, 1) };
    let outer = sum(v, first.high, inner);
    let outer = Pair { high: outer.high, low: v.add(outer.low, first.low) };
    let fraction = product(v, s, outer);
    let e = v.neg(n);
    sum(v, e, fraction)
}

/// f / (2 + f)
fn quotient_by_two_more(v: &mut ValueGraph, f: Value) -> Pair {
    let (one, two) = (v.constant(1.0), v.constant(2.0));
    let denominator = v.add(f, two);
    let back = v.sub(denominator, two);
    let denominator_low = v.sub(f, back);
    let reciprocal = v.div(one, denominator);
    let high = v.mul(f, reciprocal);
    let residual = v.neg_mul_add(high, denominator, f);
    let residual = v.neg_mul_add(high, denominator_low, residual);
    Pair { high, low: v.mul(residual, reciprocal) }
}

fn square(v: &mut ValueGraph, a: Pair) -> Pair {
    let high = v.mul(a.high, a.high);
    let low = v.mul_sub(a.high, a.high, high);
    let twice = v.add(a.high, a.high);
    Pair { high, low: v.mul_add(twice, a.low, low) }
}

fn product(v: &mut ValueGraph, a: Pair, b: Pair) -> Pair {
    let high = v.mul(a.high, b.high);
    let low = v.mul_sub(a.high, b.high, high);
    let low = v.mul_add(a.high, b.low, low);
    Pair { high, low: v.mul_add(a.low, b.high, low) }
}

/// a + b where a is 0 or larger than b.
fn sum(v: &mut ValueGraph, a: Value, b: Pair) -> Pair {
    let high = v.add(a, b.high);
    let change = v.sub(a, high);
    let low = v.add(change, b.high);
    Pair { high, low: v.add(low, b.low) }
}

/// The result, but the right power where a is 0 or infinite.
fn at_zero_and_infinity(v: &mut ValueGraph, a: Value, y: Value, result: Value) -> Value {
    let (zero, infinity) = (v.constant(0.0), v.constant(f64::INFINITY));
    let twice = v.add(a, a);
    let is_extreme = v.eq(twice, a);
    let is_zero = v.eq(a, zero);
    let reciprocal = v.select(is_zero, infinity, zero);
    let is_inverse = v.lt(y, zero);
    let power = v.select(is_inverse, reciprocal, a);
    let is_number = v.eq(y, y);
    let is_extreme = v.and(is_extreme, is_number);
    v.select(is_extreme, power, result)
}

struct Parity {
    is_integer: Value,
    is_odd: Value,
}

fn parity(v: &mut ValueGraph, y: Value) -> Parity {
    let (half, whole) = (v.constant(0.5), v.floor(y));
    let is_integer = v.eq(whole, y);
    let halved = v.mul(y, half);
    let whole_half = v.floor(halved);
    let is_uneven = v.ne(whole_half, halved);
    Parity { is_integer, is_odd: v.and(is_integer, is_uneven) }
}

/// Cube root: |x| = 8^q m, iterations for 1 / cbrt m, and a last step for cbrt m itself.
pub(crate) fn cbrt(v: &mut ValueGraph, x: Value) -> Value {
    let (third, minus_three) = (v.constant(1.0 / 3.0), v.constant(-3.0));
    let a = v.abs(x);
    let exponent = v.exponent(a);
    let exponent = v.mul(exponent, third);
    let q = v.round(exponent);
    let down = v.mul(q, minus_three);
    let m = v.scale(a, down);
    let y = RECIPROCAL_CBRT.at(v, m);
    let y = cubic_step(v, m, y);
    let y = match v.precision() {
        Precision::F64 => newton_step(v, m, y),
        Precision::F32 => y,
    };
    let square = v.mul(y, y);
    let root = v.mul(m, square);
    let root_square = v.mul(root, root);
    let residual = v.neg_mul_add(root_square, root, m);
    let slope = v.mul(square, third);
    let root = v.mul_add(residual, slope, root);
    let root = v.scale(root, q);
    let twice = v.add(x, x);
    let is_extreme = v.eq(twice, x);
    let root = v.select(is_extreme, x, root);
    v.copy_sign(root, x)
}

/// One step of third order towards m^(-1/3).
fn cubic_step(v: &mut ValueGraph, m: Value, y: Value) -> Value {
    let (third, two_ninths) = (v.constant(1.0 / 3.0), v.constant(2.0 / 9.0));
    let error = relative_error(v, m, y);
    let change = v.mul_add(error, two_ninths, third);
    let scaled = v.mul(y, error);
    v.mul_add(scaled, change, y)
}

/// One step of second order towards m^(-1/3).
fn newton_step(v: &mut ValueGraph, m: Value, y: Value) -> Value {
    let third = v.constant(1.0 / 3.0);
    let error = relative_error(v, m, y);
    let scaled = v.mul(y, third);
    v.mul_add(scaled, error, y)
}

/// 1 - m y^3
fn relative_error(v: &mut ValueGraph, m: Value, y: Value) -> Value {
    let one = v.constant(1.0);
    let square = v.mul(y, y);
    let product = v.mul(y, m);
    v.neg_mul_add(square, product, one)
}
