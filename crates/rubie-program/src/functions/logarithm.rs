//! log, log1p, log2, log10: x = 2^e m with m around 1, and log m = log((1 + s) / (1 - s)) with s = (m - 1) / (m + 1).
//!
//! Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed. (2018), chapter 10. With f = m - 1, which is exact,
//! log m = f - s (f - R(s^2)) loses little in s.

use super::coefficients::{LN_2, LOG, LOG2_E, LOG10_2, LOG10_E};
use crate::values::{Value, ValueGraph};

/// Natural logarithm.
pub(crate) fn log(v: &mut ValueGraph, x: Value) -> Value {
    let (n, f) = split(v, x);
    let result = log_of_split(v, n, f, None);
    nan_below(v, 0.0, x, result)
}

/// Logarithm to base 2; exact for powers of two.
pub(crate) fn log2(v: &mut ValueGraph, x: Value) -> Value {
    let (n, f) = split(v, x);
    let curved = curved_part(v, f);
    let (high, low) = (LOG2_E.part(v, 0), LOG2_E.part(v, 1));
    let rest = v.mul(f, low);
    let rest = v.neg_mul_add(curved, high, rest);
    let fraction = v.mul_add(f, high, rest);
    let result = v.sub(fraction, n);
    nan_below(v, 0.0, x, result)
}

/// Logarithm to base 10.
pub(crate) fn log10(v: &mut ValueGraph, x: Value) -> Value {
    let (n, f) = split(v, x);
    let curved = curved_part(v, f);
    let (high, low) = (LOG10_E.part(v, 0), LOG10_E.part(v, 1));
    let (two_high, two_low) = (LOG10_2.negative_part(v, 0), LOG10_2.negative_part(v, 1));
    let rest = v.mul(n, two_low);
    let rest = v.mul_add(f, low, rest);
    let rest = v.neg_mul_add(curved, high, rest);
    let fraction = v.mul_add(f, high, rest);
    let result = v.mul_add(n, two_high, fraction);
    nan_below(v, 0.0, x, result)
}

/// log(1 + x)
pub(crate) fn log1p(v: &mut ValueGraph, x: Value) -> Value {
    let (sum, low) = one_more(v, x);
    let (n, f, _) = split_pair(v, sum, low);
    let result = log_of_split(v, n, f, None);
    let result = nan_below(v, -1.0, x, result);
    v.copy_sign(result, x)
}

/// 1 + x as an exact sum of two numbers, for x > -1.
pub(super) fn one_more(v: &mut ValueGraph, x: Value) -> (Value, Value) {
    let one = v.constant(1.0);
    let sum = v.add(x, one);
    let back = v.sub(sum, one);
    (sum, v.sub(x, back))
}

/// -e and m - 1 with x = 2^e m, m in [sqrt(1/2), sqrt(2)]; for 0 and infinity -e is infinite and m some number.
pub(super) fn split(v: &mut ValueGraph, x: Value) -> (Value, Value) {
    let n = negative_exponent(v, x);
    let (one, two) = (v.constant(1.0), v.constant(2.0));
    let m = v.scale(x, n);
    let m = v.min(m, two);
    (n, v.sub(m, one))
}

/// -e, m - 1 and what that lacks, with high + low = 2^e m.
pub(super) fn split_pair(v: &mut ValueGraph, high: Value, low: Value) -> (Value, Value, Value) {
    let n = negative_exponent(v, high);
    let one = v.constant(1.0);
    let m = v.scale(high, n);
    let above_one = v.sub(m, one);
    let scaled = v.scale(low, n);
    let f = v.add(above_one, scaled);
    let change = v.sub(above_one, f);
    let rest = v.add(change, scaled);
    (n, v.min(f, one), rest)
}

/// -e for x = 2^e m. (x sqrt(1/2) rounds to a number with the exponent e - 1; for the least positive number e is one
/// too large and m is 1/2, where the formulas still hold.)
fn negative_exponent(v: &mut ValueGraph, x: Value) -> Value {
    let root = v.constant(std::f64::consts::FRAC_1_SQRT_2);
    let moved = v.mul(x, root);
    let exponent = v.exponent(moved);
    let minus_one = v.constant(-1.0);
    v.sub(minus_one, exponent)
}

/// log(2^-n (1 + f + rest)); the rest counts as much as d log(1 + f) / df.
pub(super) fn log_of_split(v: &mut ValueGraph, n: Value, f: Value, rest: Option<Value>) -> Value {
    let (s, t) = factors(v, f);
    let (high, low) = (LN_2.negative_part(v, 0), LN_2.negative_part(v, 1));
    let small = v.mul(n, low);
    let small = rest.map_or(small, |rest| {
        let small = v.add(small, rest);
        v.neg_mul_add(f, rest, small)
    });
    let small = v.neg_mul_add(s, t, small);
    let sum = v.add(f, small);
    v.mul_add(n, high, sum)
}

/// f - log(1 + f)
fn curved_part(v: &mut ValueGraph, f: Value) -> Value {
    let (s, t) = factors(v, f);
    v.mul(s, t)
}

/// s and t with f - log(1 + f) = s t.
fn factors(v: &mut ValueGraph, f: Value) -> (Value, Value) {
    let two = v.constant(2.0);
    let denominator = v.add(f, two);
    let s = v.div(f, denominator);
    let z = v.mul(s, s);
    let p = LOG.at(v, z);
    (s, v.neg_mul_add(z, p, f))
}

/// NaN where x is less than the bound, else the result.
pub(super) fn nan_below(v: &mut ValueGraph, bound: f64, x: Value, result: Value) -> Value {
    let (bound, nan) = (v.constant(bound), v.constant(f64::NAN));
    let outside = v.lt(x, bound);
    v.select(outside, nan, result)
}
