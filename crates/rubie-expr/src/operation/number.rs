//! Exact arithmetic on the bits of numbers: powers of two, exponents, remainders.

/// 2^n for n in -1022..=1023.
fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}

/// `a * 2^b`, rounded once; NaN where `b` is no integer (infinities and NaN are none).
///
/// # Source
/// The steps of 53 bits short of the smallest exponent that keep a subnormal result from being
/// rounded twice are those of `scalbn` in musl's C library.
pub(super) fn scale(a: f64, b: f64) -> f64 {
    if b.fract() != 0.0 || !b.is_finite() {
        return f64::NAN;
    }
    // Beyond 2200 every finite number has become 0 or infinite.
    let mut exponent = b.clamp(-2200.0, 2200.0) as i32;
    let mut value = a;
    while exponent > 1023 {
        value *= power_of_two(1023);
        exponent -= 1023;
    }
    while exponent < -1022 {
        value *= power_of_two(-1022 + 53);
        exponent += 1022 - 53;
    }
    value * power_of_two(exponent)
}

/// `floor(log2 |a|)`; -inf for zeros, inf for infinities, NaN for NaN.
pub(super) fn exponent(a: f64) -> f64 {
    if a == 0.0 {
        return f64::NEG_INFINITY;
    }
    if !a.is_finite() {
        return a.abs();
    }
    let bits = a.abs().to_bits();
    match (bits >> 52) as i32 {
        0 => f64::from(63 - bits.leading_zeros() as i32 - 1074),
        biased => f64::from(biased - 1023),
    }
}

/// `a - b*floor(a/b)`, with the sign of `b`; NaN for `b = 0` and infinite `a`.
///
/// The remainder with the sign of `a` is exact; adding `b` to it, where the signs differ, rounds
/// once, so that a tiny negative `a` gives `b` itself (as in Python).
pub(super) fn modulo(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        return 0.0_f64.copysign(b);
    }
    if (remainder < 0.0) == (b < 0.0) { remainder } else { remainder + b }
}

/// IEEE 754's `pow`.
pub(super) fn power(a: f64, b: f64) -> f64 {
    // The library lets NaN win here.
    if b == 0.0 || a == 1.0 {
        return 1.0;
    }
    // And its short cuts for these exponents overflow (NaN for 1e308^-0.5, 0 for 1e155^-2; pxfm 0.1.30).
    if (b == -2.0 || b == -0.5) && a.is_finite() && a.abs() > 1e150 {
        return scale(pxfm::f_pow(scale(a, -200.0), b), 200.0 * b);
    }
    pxfm::f_pow(a, b)
}

/// -1 or 1; zeros and NaN stay what they are.
pub(super) fn sign(a: f64) -> f64 {
    if a == 0.0 || a.is_nan() { a } else { 1.0_f64.copysign(a) }
}

/// The smaller; NaN if either is. Of two zeros, the first.
pub(super) fn minimum(a: f64, b: f64) -> f64 {
    if a.is_nan() || a <= b { a } else { b }
}

/// The larger; NaN if either is. Of two zeros, the first.
pub(super) fn maximum(a: f64, b: f64) -> f64 {
    if a.is_nan() || a >= b { a } else { b }
}

/// Hyperbolic sine; the library loses the sign of zero.
pub(super) fn sinh(a: f64) -> f64 {
    if a == 0.0 { a } else { pxfm::f_sinh(a) }
}
