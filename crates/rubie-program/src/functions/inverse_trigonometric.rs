//! asin, acos, atan, atan2.
//!
//! asin x = pi/2 - 2 asin sqrt((1 - x) / 2) and atan x = pi/2 - atan(1/x) reduce the arguments to [0, 1/2] and [0, 1].

use super::coefficients::{ASIN, ATAN, HALF_PI};
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// Inverse sine.
pub(crate) fn asin(v: &mut ValueGraph, x: Value) -> Value {
    let Arc { is_large, argument, excess } = arc(v, x);
    let small = v.add(argument, excess);
    let (high, low) = (HALF_PI.part(v, 0), HALF_PI.part(v, 1));
    let minus_two = v.constant(-2.0);
    let rest = v.mul_add(minus_two, excess, low);
    let large = v.mul_add(minus_two, argument, high);
    let change = v.sub(high, large);
    let large_low = v.mul_add(minus_two, argument, change);
    let rest = v.add(large_low, rest);
    let large = v.add(large, rest);
    let result = v.select(is_large, large, small);
    v.copy_sign(result, x)
}

/// Inverse cosine.
pub(crate) fn acos(v: &mut ValueGraph, x: Value) -> Value {
    let Arc { is_large, argument, excess } = arc(v, x);
    // With the sign of x: pi/2 - t where |x| is small, 2 t where x is large, pi - 2 t where -x is.
    let (zero, one) = (v.constant(0.0), v.constant(1.0));
    let (two, minus_one) = (v.constant(2.0), v.constant(-1.0));
    let sign = v.copy_sign(one, x);
    let factor = v.select(is_large, two, minus_one);
    let factor = v.mul(factor, sign);
    let is_negative = v.lt(x, zero);
    let turn = |v: &mut ValueGraph, part| {
        let (quarter, half) = (HALF_PI.part(v, part), HALF_PI.scaled_part(v, part, 2.0));
        let large = v.select(is_negative, half, zero);
        v.select(is_large, large, quarter)
    };
    let (high, low) = (turn(v, 0), turn(v, 1));
    let rest = v.mul_add(factor, excess, low);
    let sum = v.mul_add(factor, argument, high);
    v.add(sum, rest)
}

/// argument + excess = asin |x|, or asin sqrt((1 - |x|) / 2) where |x| > 1/2; NaN where |x| > 1.
struct Arc {
    is_large: Value,
    argument: Value,
    excess: Value,
}

fn arc(v: &mut ValueGraph, x: Value) -> Arc {
    let (half, magnitude) = (v.constant(0.5), v.abs(x));
    let is_large = v.lt(half, magnitude);
    let other = v.neg_mul_add(half, magnitude, half);
    let square = v.mul(x, x);
    let z = v.select(is_large, other, square);
    let root = v.sqrt(other);
    let argument = v.select(is_large, root, magnitude);
    let p = ASIN.at(v, z);
    let cube = v.mul(argument, z);
    Arc { is_large, argument, excess: v.mul(cube, p) }
}

/// Inverse tangent.
pub(crate) fn atan(v: &mut ValueGraph, x: Value) -> Value {
    let (one, magnitude) = (v.constant(1.0), v.abs(x));
    let is_large = v.lt(one, magnitude);
    let numerator = v.min(one, magnitude);
    let denominator = v.max(one, magnitude);
    let t = v.div(numerator, denominator);
    let z = v.mul(t, t);
    let p = ATAN.at(v, z);
    let cube = v.mul(t, z);
    let small = v.mul_add(cube, p, t);
    let (high, low) = (HALF_PI.part(v, 0), HALF_PI.part(v, 1));
    let rest = v.neg_mul_add(cube, p, low);
    let large = v.sub(high, t);
    let large = v.add(large, rest);
    let result = v.select(is_large, large, small);
    v.copy_sign(result, x)
}

/// The angle of the point (x, y).
pub(crate) fn atan2(v: &mut ValueGraph, y: Value, x: Value) -> Value {
    let (ordinate, abscissa) = (v.abs(y), v.abs(x));
    let t = smaller_over_larger(v, ordinate, abscissa);
    let (zero, one) = (v.constant(0.0), v.constant(1.0));
    let is_steep = v.lt(abscissa, ordinate);
    let side = v.copy_sign(one, x);
    let is_left = v.lt(side, zero);
    let minus_side = v.neg(side);
    let direction = v.select(is_steep, minus_side, side);
    let t = v.mul(t, direction);
    let turn = |v: &mut ValueGraph, part| {
        let (quarter, half) = (HALF_PI.part(v, part), HALF_PI.scaled_part(v, part, 2.0));
        let flat = v.select(is_left, half, zero);
        v.select(is_steep, quarter, flat)
    };
    let (high, low) = (turn(v, 0), turn(v, 1));
    let z = v.mul(t, t);
    let p = ATAN.at(v, z);
    let cube = v.mul(t, z);
    let rest = v.mul_add(cube, p, low);
    let sum = v.add(high, t);
    let result = v.add(sum, rest);
    v.copy_sign(result, y)
}

/// The quotient in [0, 1] of two numbers that are not negative: 0 for two zeros, 1 for two infinities.
fn smaller_over_larger(v: &mut ValueGraph, a: Value, b: Value) -> Value {
    let (one, least) = (v.constant(1.0), number(v, f64::from_bits(1), f64::from(f32::from_bits(1))));
    let smaller = v.min(a, b);
    let larger = v.max(b, a);
    let larger = v.max(least, larger);
    let quotient = v.div(smaller, larger);
    let are_equal = v.eq(smaller, larger);
    v.select(are_equal, one, quotient)
}
