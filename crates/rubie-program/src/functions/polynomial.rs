//! Numbers that differ between the precisions: constants in parts, polynomials.

use crate::element::Precision;
use crate::values::{Value, ValueGraph};

/// A constant as an unevaluated sum of numbers of each precision, the largest first.
pub(super) struct Constant {
    pub(super) f64: &'static [f64],
    pub(super) f32: &'static [f64],
}

impl Constant {
    /// The part of that index.
    pub(super) fn part(&self, v: &mut ValueGraph, index: usize) -> Value {
        number(v, self.f64[index], self.f32[index])
    }

    /// The negative of the part of that index.
    pub(super) fn negative_part(&self, v: &mut ValueGraph, index: usize) -> Value {
        number(v, -self.f64[index], -self.f32[index])
    }

    /// A multiple of the part of that index.
    pub(super) fn scaled_part(&self, v: &mut ValueGraph, index: usize, power_of_two: f64) -> Value {
        number(v, self.f64[index] * power_of_two, self.f32[index] * power_of_two)
    }
}

/// A polynomial for each precision: coefficients of that precision, the lowest power first.
pub(super) struct Polynomial {
    pub(super) f64: &'static [f64],
    pub(super) f32: &'static [f64],
}

impl Polynomial {
    /// The value at `x` by Horner's rule: one instruction for each coefficient but the last.
    pub(super) fn at(&self, v: &mut ValueGraph, x: Value) -> Value {
        let coefficients = match v.precision() {
            Precision::F64 => self.f64,
            Precision::F32 => self.f32,
        };
        let (last, others) = coefficients.split_last().expect("a polynomial has coefficients");
        let last = v.constant(*last);
        others.iter().rev().fold(last, |sum, coefficient| {
            let coefficient = v.constant(*coefficient);
            v.mul_add(sum, x, coefficient)
        })
    }
}

/// A number that depends on the precision.
pub(super) fn number(v: &mut ValueGraph, double: f64, single: f64) -> Value {
    match v.precision() {
        Precision::F64 => v.constant(double),
        Precision::F32 => v.constant(single),
    }
}
