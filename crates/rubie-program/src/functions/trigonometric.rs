//! sin, cos, tan: the argument less the nearest multiple of pi/2, and a polynomial for each function.
//!
//! The reduction of Cody & Waite, Software Manual for the Elementary Functions (1980), with fused multiply-adds; pi/2
//! has three parts. Arguments beyond its range come from `AngleHigh` reduced to the first octants, with their
//! quarter turns in `AngleLow`. All three functions share the values of the reduction.

use super::coefficients::{COS, HALF_PI, SIN, TAN, TWO_OVER_PI};
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// Sine.
pub(crate) fn sin(v: &mut ValueGraph, x: Value) -> Value {
    let angle = reduced(v, x);
    let (sine, cosine) = (sine(v, &angle), cosine(v, &angle));
    let quadrant = quadrant(v, angle.turns);
    let even = v.mul(quadrant.even_sign, sine);
    let odd = v.mul(quadrant.number, cosine);
    v.select(quadrant.is_odd, odd, even)
}

/// Cosine.
pub(crate) fn cos(v: &mut ValueGraph, x: Value) -> Value {
    let angle = reduced(v, x);
    let (sine, cosine) = (sine(v, &angle), cosine(v, &angle));
    let quadrant = quadrant(v, angle.turns);
    let even = v.mul(quadrant.even_sign, cosine);
    let odd = v.mul(quadrant.number, sine);
    let odd = v.neg(odd);
    v.select(quadrant.is_odd, odd, even)
}

/// Tangent; in odd quadrants the reciprocal of that of the reduced angle, corrected by its residual.
pub(crate) fn tan(v: &mut ValueGraph, x: Value) -> Value {
    let angle = reduced(v, x);
    let z = v.mul(angle.high, angle.high);
    let p = TAN.at(v, z);
    let cube = v.mul(angle.high, z);
    let slope = v.mul_add(angle.minus_low, z, angle.minus_low);
    let less = v.neg_mul_add(cube, p, slope);
    let tangent = v.sub(angle.high, less);
    let change = v.sub(angle.high, tangent);
    let low = v.sub(change, less);
    let (one, minus_one) = (v.constant(1.0), v.constant(-1.0));
    let reciprocal = v.div(minus_one, tangent);
    let residual = v.mul_add(reciprocal, tangent, one);
    let residual = v.mul_add(reciprocal, low, residual);
    let reciprocal = v.mul_add(reciprocal, residual, reciprocal);
    let pair = rounded_to_multiple(v, angle.turns, 2.0);
    let is_odd = v.ne(pair, angle.turns);
    v.select(is_odd, reciprocal, tangent)
}

/// x = turns pi/2 + high - minus_low
struct Angle {
    turns: Value,
    high: Value,
    minus_low: Value,
}

/// The low part is subtracted so that -0 has a high part -0 and functions of it are -0.
fn reduced(v: &mut ValueGraph, x: Value) -> Angle {
    let (angle, outer_turns) = (v.angle_high(x), v.angle_low(x));
    // Adding and taking away 1.5 * 2^52 rounds to an integer that is never -0.
    let (shift, two_over_pi) = (number(v, 6755399441055744.0, 12582912.0), TWO_OVER_PI.part(v, 0));
    let shifted = v.mul_add(angle, two_over_pi, shift);
    let turns = v.sub(shifted, shift);
    let [first, second, third] = [0, 1, 2].map(|part| HALF_PI.part(v, part));
    // Exact: a multiple of the last place of both, and less than 1.
    let rest = v.neg_mul_add(turns, first, angle);
    let product = v.mul(turns, second);
    let product_error = v.mul_sub(turns, second, product);
    let high = v.sub(rest, product);
    let change = v.sub(rest, high);
    let low = v.sub(change, product);
    let minus_low = v.sub(product_error, low);
    let minus_low = v.mul_add(turns, third, minus_low);
    Angle { turns: v.add(turns, outer_turns), high, minus_low }
}

/// Sine of the reduced angle.
fn sine(v: &mut ValueGraph, angle: &Angle) -> Value {
    let z = v.mul(angle.high, angle.high);
    let p = SIN.at(v, z);
    let cube = v.mul(angle.high, z);
    let less = v.neg_mul_add(cube, p, angle.minus_low);
    v.sub(angle.high, less)
}

/// Cosine of the reduced angle: 1 - z/2 with its rounding error and the rest.
fn cosine(v: &mut ValueGraph, angle: &Angle) -> Value {
    let z = v.mul(angle.high, angle.high);
    let p = COS.at(v, z);
    let (one, half) = (v.constant(1.0), v.constant(0.5));
    let parabola = v.neg_mul_add(z, half, one);
    let change = v.sub(one, parabola);
    let rest = v.neg_mul_add(z, half, change);
    let rest = v.mul_add(angle.high, angle.minus_low, rest);
    let square = v.mul(z, z);
    let rest = v.mul_add(square, p, rest);
    v.add(parabola, rest)
}

/// Quarter turns modulo 4.
struct Quadrant {
    /// -2, -1, 0, 1 or 2.
    number: Value,
    is_odd: Value,
    /// 1 for quadrant 0, -1 for 2.
    even_sign: Value,
}

fn quadrant(v: &mut ValueGraph, turns: Value) -> Quadrant {
    let full = rounded_to_multiple(v, turns, 4.0);
    let number = v.sub(turns, full);
    let distance = v.abs(number);
    let (zero, one) = (v.constant(0.0), v.constant(1.0));
    let even_sign = v.sub(one, distance);
    Quadrant { number, is_odd: v.eq(even_sign, zero), even_sign }
}

/// The nearest multiple of 2 or 4.
fn rounded_to_multiple(v: &mut ValueGraph, integer: Value, of: f64) -> Value {
    let shift = number(v, 6755399441055744.0 * of, 12582912.0 * of);
    let shifted = v.add(integer, shift);
    v.sub(shifted, shift)
}
