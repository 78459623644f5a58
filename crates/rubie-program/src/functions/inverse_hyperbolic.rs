//! asinh, acosh, atanh: logarithms of sums whose low parts are kept.

use super::coefficients::{ATANH, LN_2};
use super::logarithm::{log_of_split, nan_below, one_more, split_pair};
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// Inverse hyperbolic sine: log(1 + y) with y = |x| + x^2 / (1 + sqrt(1 + x^2)).
pub(crate) fn asinh(v: &mut ValueGraph, x: Value) -> Value {
    let (one, a) = (v.constant(1.0), v.abs(x));
    let square = v.mul_add(a, a, one);
    let root = v.sqrt(square);
    let denominator = v.add(root, one);
    let ratio = v.div(a, denominator);
    let term = v.mul(a, ratio);
    let y = v.add(a, term);
    let change = v.sub(a, y);
    let low = v.add(change, term);
    let result = log_of_one_more(v, y, low, a);
    v.copy_sign(result, x)
}

/// Inverse hyperbolic cosine: log(1 + y) with y = t + sqrt(2 t + t^2), t = x - 1.
pub(crate) fn acosh(v: &mut ValueGraph, x: Value) -> Value {
    let one = v.constant(1.0);
    let t = v.sub(x, one);
    let double = v.add(t, t);
    let square = v.mul_add(t, t, double);
    let root = v.sqrt(square);
    let change = v.sub(double, square);
    let square_low = v.mul_add(t, t, change);
    let residual = v.neg_mul_add(root, root, square);
    let residual = v.add(residual, square_low);
    let twice = v.add(root, root);
    let least = number(v, f64::MIN_POSITIVE, f64::from(f32::MIN_POSITIVE));
    let twice = v.max(twice, least);
    let root_low = v.div(residual, twice);
    let y = v.add(t, root);
    let change = v.sub(root, y);
    let low = v.add(change, t);
    let low = v.add(low, root_low);
    let result = log_of_one_more(v, y, low, x);
    nan_below(v, 1.0, x, result)
}

/// log(1 + y + low), or log(2 a) where a is so large that this is the same and y may have overflowed.
fn log_of_one_more(v: &mut ValueGraph, y: Value, low: Value, a: Value) -> Value {
    let (sum, sum_low) = one_more(v, y);
    let sum_low = v.add(sum_low, low);
    let (bound, zero, one) = (number(v, 1e100, 1e12), v.constant(0.0), v.constant(1.0));
    let is_large = v.lt(bound, a);
    let sum = v.select(is_large, a, sum);
    let sum_low = v.select(is_large, zero, sum_low);
    let doublings = v.select(is_large, one, zero);
    let (n, f, rest) = split_pair(v, sum, sum_low);
    let n = v.sub(n, doublings);
    // NaN for infinities, where it must not reach the result.
    let rest = v.min(rest, one);
    log_of_split(v, n, f, Some(rest))
}

/// Inverse hyperbolic tangent: (1 + |x|) / (1 - |x|) = 2^k (1 + s) / (1 - s), so it is k/2 ln 2 + atanh s.
pub(crate) fn atanh(v: &mut ValueGraph, x: Value) -> Value {
    let (zero, half, one) = (v.constant(0.0), v.constant(0.5), v.constant(1.0));
    let a = v.abs(x);
    let b = v.sub(one, a);
    let k = atanh_exponent(v, a, b);
    let power = v.scale(one, k);
    let difference = v.neg_mul_add(power, b, one);
    let difference = v.add(difference, a);
    let change = v.sub(one, b);
    let b_low = v.sub(change, a);
    let difference = v.neg_mul_add(power, b_low, difference);
    let above = v.add(one, a);
    let sum = v.mul_add(power, b, above);
    let quotient = v.div(difference, sum);
    let is_small = v.eq(k, zero);
    let s = v.select(is_small, a, quotient);
    // NaN for 1, where k is infinite.
    let s = v.min(s, half);
    let (high, low) = (LN_2.scaled_part(v, 0, 0.5), LN_2.scaled_part(v, 1, 0.5));
    let rest = v.mul(k, low);
    let z = v.mul(s, s);
    let p = ATANH.at(v, z);
    let cube = v.mul(s, z);
    let rest = v.mul_add(cube, p, rest);
    let rest = v.add(s, rest);
    let result = v.mul_add(k, high, rest);
    let result = nan_above_one(v, a, result);
    v.copy_sign(result, x)
}

/// k for b = 1 - a: nearly the exponent of (1 + a) / (1 - a), with 1 / (1 + a) taken for linear.
fn atanh_exponent(v: &mut ValueGraph, a: Value, b: Value) -> Value {
    let (slope, start, minus_one) = (v.constant(-0.48), v.constant(0.96), v.constant(-1.0));
    let reciprocal = v.mul_add(a, slope, start);
    let inverse_ratio = v.mul(b, reciprocal);
    let exponent = v.exponent(inverse_ratio);
    v.sub(minus_one, exponent)
}

fn nan_above_one(v: &mut ValueGraph, a: Value, result: Value) -> Value {
    let (one, nan) = (v.constant(1.0), v.constant(f64::NAN));
    let outside = v.lt(one, a);
    v.select(outside, nan, result)
}
