//! sinh, cosh, tanh.
//!
//! With |x| = k ln 2 + r, sinh |x| = 2^k (A cosh r + B sinh r) and cosh x = 2^k (B cosh r + A sinh r), where
//! A = (1 - 4^-k) / 2 and B = (1 + 4^-k) / 2: no division, and what is added last is small.

use super::coefficients::{COSH, SINH, TANH};
use super::exponential::{exp_of_clamped, reduced_with_low};
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// Hyperbolic sine.
pub(crate) fn sinh(v: &mut ValueGraph, x: Value) -> Value {
    let parts = parts(v, x);
    let result = combined(v, &parts, parts.difference, parts.sum);
    v.copy_sign(result, x)
}

/// Hyperbolic cosine.
pub(crate) fn cosh(v: &mut ValueGraph, x: Value) -> Value {
    let parts = parts(v, x);
    combined(v, &parts, parts.sum, parts.difference)
}

/// Hyperbolic tangent: a polynomial for small |x|, else 1 - 2 / (e^2|x| + 1).
pub(crate) fn tanh(v: &mut ValueGraph, x: Value) -> Value {
    let z = v.mul(x, x);
    let p = TANH.at(v, z);
    let cube = v.mul(x, z);
    let small = v.mul_add(cube, p, x);
    let (magnitude, bound, one, two) = (v.abs(x), v.constant(0.625), v.constant(1.0), v.constant(2.0));
    let enough = v.constant(20.0);
    let limited = v.min(enough, magnitude);
    let doubled = v.add(limited, limited);
    let power = exp_of_clamped(v, doubled);
    let denominator = v.add(power, one);
    let distance = v.div(two, denominator);
    let large = v.sub(one, distance);
    let is_small = v.lt(magnitude, bound);
    let result = v.select(is_small, small, large);
    v.copy_sign(result, x)
}

struct Parts {
    k: Value,
    /// sinh r = r + odd
    r: Value,
    odd: Value,
    /// cosh r = 1 + even
    even: Value,
    /// A
    difference: Value,
    /// B
    sum: Value,
}

fn parts(v: &mut ValueGraph, x: Value) -> Parts {
    let (magnitude, enough) = (v.abs(x), number(v, 711.0, 90.0));
    let limited = v.min(enough, magnitude);
    let (k, r, low) = reduced_with_low(v, limited);
    let z = v.mul(r, r);
    let p = SINH.at(v, z);
    let cube = v.mul(r, z);
    let odd = v.mul_add(cube, p, low);
    let q = COSH.at(v, z);
    let even = v.mul(z, q);
    let (half, minus_two) = (v.constant(0.5), v.constant(-2.0));
    let power = v.mul(k, minus_two);
    let decaying = v.scale(half, power);
    Parts { k, r, odd, even, difference: v.sub(half, decaying), sum: v.add(half, decaying) }
}

/// 2^k (a (1 + even) + b (r + odd))
fn combined(v: &mut ValueGraph, parts: &Parts, a: Value, b: Value) -> Value {
    let straight = v.mul_add(b, parts.r, a);
    let curved = v.mul(a, parts.even);
    let curved = v.mul_add(b, parts.odd, curved);
    let sum = v.add(straight, curved);
    v.scale(sum, parts.k)
}
