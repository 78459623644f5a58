//! erf: a polynomial up to 1, then 1 - e^p with a polynomial p for log erfc.

use super::coefficients::{ERF, LOG_ERFC};
use super::exponential::exp_of_clamped;
use super::polynomial::number;
use crate::values::{Value, ValueGraph};

/// Error function.
pub(crate) fn erf(v: &mut ValueGraph, x: Value) -> Value {
    let z = v.mul(x, x);
    let p = ERF.at(v, z);
    let small = v.mul_add(x, p, x);
    let (one, enough, magnitude) = (v.constant(1.0), number(v, 6.0, 4.0), v.abs(x));
    let limited = v.min(enough, magnitude);
    let logarithm = LOG_ERFC.at(v, limited);
    let complement = exp_of_clamped(v, logarithm);
    let large = v.sub(one, complement);
    let large = v.copy_sign(large, x);
    let is_small = v.lt(magnitude, one);
    v.select(is_small, small, large)
}
