//! Angles beyond the range of an ordinary reduction: the scalar meaning of `AngleHigh` and `AngleLow`.
//!
//! M. H. Payne, R. N. Hanek, Radian reduction for trigonometric functions, SIGNUM Newsletter 18 (1983) 19-24: of the product
//! of the argument with 2/pi only the bits around the binary point matter, so an integer product with a window of 192 bits
//! of 2/pi gives the quarter turns modulo 4 and the rest of the angle. No f64 comes nearer to a multiple of pi/2 than
//! 2^-61 relative (J.-M. Muller, Elementary Functions, 3rd ed., section 11.3.2), so the rest has more than 70 good bits.

/// Angles up to here are left as they are (f64).
const SMALL_F64: f64 = 1048576.0;
/// Angles up to here are left as they are (f32).
const SMALL_F32: f32 = 1024.0;

/// 2/pi in binary: the first 1280 bits behind the point.
const TWO_OVER_PI: [u64; 20] = [
    0xa2f9836e4e441529,
    0xfc2757d1f534ddc0,
    0xdb6295993c439041,
    0xfe5163abdebbc561,
    0xb7246e3a424dd2e0,
    0x06492eea09d1921c,
    0xfe1deb1cb129a73e,
    0xe88235f52ebb4484,
    0xe99c7026b45f7e41,
    0x3991d639835339f4,
    0x9c845f8bbdf9283b,
    0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f,
    0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea,
    0x6bfb5fb11f8d5d08,
    0x56033046fc7b6bab,
    0xf0cfbc209af4361d,
];

/// High part and quarter turns of an angle: a = turns pi/2 + high modulo 2 pi. A small angle is its own high part with no
/// turns; a large one has a high part in [-pi/4, pi/4], rounded once, and turns 0 to 3; NaN and infinities have NaN.
pub(crate) fn angle_f64(a: f64) -> (f64, f64) {
    if a.abs() <= SMALL_F64 {
        return (a, 0.0);
    }
    if !a.is_finite() {
        return (f64::NAN, f64::NAN);
    }
    reduced(a)
}

/// As [`angle_f64`], in f32.
pub(crate) fn angle_f32(a: f32) -> (f32, f32) {
    if a.abs() <= SMALL_F32 {
        return (a, 0.0);
    }
    if !a.is_finite() {
        return (f32::NAN, f32::NAN);
    }
    let (high, turns) = reduced(f64::from(a));
    (high as f32, turns as f32)
}

/// pi/2 times 2^127, rounded down.
const HALF_PI: u128 = 0xc90fdaa22168c234c4c6628b80dc1cd1;

/// High part and quarter turns of a finite angle above 2^10 in magnitude.
fn reduced(a: f64) -> (f64, f64) {
    let bits = a.to_bits();
    let significand = (bits & ((1 << 52) - 1)) | (1 << 52);
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    // a = significand 2^exponent; bits of 2/pi before the window make whole multiples of 4 quarter turns.
    let window = [0, 64, 128].map(|offset| bits_from(exponent - 2 + offset));
    let [high, middle, low] = product_modulo(significand, window);
    let turns = high >> 62;
    let fraction = [high << 2 | middle >> 62, middle << 2 | low >> 62, low << 2];
    // A fraction above one half is one quarter turn less its complement.
    let (turns, fraction, sign) = match fraction[0] >> 63 {
        0 => (turns, fraction, 1.0),
        _ => ((turns + 1) % 4, negated(fraction), -1.0),
    };
    let angle = sign * quarter_turns_to_radians(fraction);
    match a < 0.0 {
        false => (angle, turns as f64),
        true => (-angle, ((4 - turns) % 4) as f64),
    }
}

/// 64 bits of 2/pi from the given place behind the point on, places before the first being 0.
fn bits_from(place: i32) -> u64 {
    let limb = place.div_euclid(64);
    let shift = place.rem_euclid(64) as u32;
    let at = |i: i32| usize::try_from(i).ok().and_then(|i| TWO_OVER_PI.get(i)).copied().unwrap_or(0);
    match shift {
        0 => at(limb),
        _ => at(limb) << shift | at(limb + 1) >> (64 - shift),
    }
}

/// factor * window modulo 2^192, most significant limb first.
fn product_modulo(factor: u64, window: [u64; 3]) -> [u64; 3] {
    let mut limbs = [0; 3];
    let mut carry = 0u128;
    for (limb, part) in limbs.iter_mut().zip(window).rev() {
        let sum = u128::from(factor) * u128::from(part) + carry;
        *limb = sum as u64;
        carry = sum >> 64;
    }
    limbs
}

/// 2^192 less the number.
fn negated(limbs: [u64; 3]) -> [u64; 3] {
    let mut carry = true;
    let mut complement = [0; 3];
    for (limb, part) in complement.iter_mut().zip(limbs).rev() {
        (*limb, carry) = (!part).overflowing_add(u64::from(carry));
    }
    complement
}

/// A fraction of a quarter turn, in units of 2^-192, as an angle, rounded once.
fn quarter_turns_to_radians(fraction: [u64; 3]) -> f64 {
    let top = u128::from(fraction[0]) << 64 | u128::from(fraction[1]);
    let zeros = top.leading_zeros().min(127);
    let leading = match zeros {
        0 => top,
        1..=64 => top << zeros | u128::from(fraction[2]) >> (64 - zeros),
        _ => top << zeros | u128::from(fraction[2]) << (zeros - 64),
    };
    let product = high_product(leading, HALF_PI);
    product as f64 * f64::from_bits(u64::from(1023 - 127 - zeros) << 52)
}

/// The upper half of a product of 128 bits each.
fn high_product(a: u128, b: u128) -> u128 {
    let low = |x: u128| x & u128::from(u64::MAX);
    let (a1, a0, b1, b0) = (a >> 64, low(a), b >> 64, low(b));
    let middle = ((a0 * b0) >> 64) + low(a1 * b0) + low(a0 * b1);
    a1 * b1 + ((a1 * b0) >> 64) + ((a0 * b1) >> 64) + (middle >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (a, high part, quarter turns), computed with mpmath in 1500 bits.
    const REFERENCE: &[(f64, f64, f64)] = &[
        (1048577.0, -0.23397029926368476, 1.0),
        (10000000.0, -0.4340490172675572, 2.0),
        (10000000000.0, -0.5092310721657348, 0.0),
        (5.319372648326541e+255, 4.687165924254628e-19, 1.0),
        (1e+22, 0.5506189342358097, 3.0),
        (1e+100, -0.3904858431921256, 0.0),
        (1.7976931348623157e+308, -0.004961975150787273, 2.0),
        (8.98846567431158e+307, -0.5981659040720844, 2.0),
        (2097152.0, 0.6736520550624236, 0.0),
        (3141592653.5, -0.08979323846264338, 0.0),
        (1.1704656767195786e+267, 0.17668741332879748, 3.0),
        (3.48608762597689e+25, -0.4048808172491345, 2.0),
        (5.514108743166967e+158, 0.3434255633644096, 0.0),
        (4.6114543424277216e+151, 0.2351320965725256, 3.0),
        (1.478119139319864e+249, 0.6698066121555724, 2.0),
        (2.0765237309106753e+156, 0.674764165621129, 2.0),
        (2.590514888542833e+263, -0.1488105761991011, 3.0),
        (2.5363680607529077e+193, -0.6719337030767468, 2.0),
        (7391538.398973675, 0.7744039367081639, 3.0),
        (1.3494033435381901e+88, -0.6741747581874151, 0.0),
        (4.9835179262604026e+76, 0.3364798513094855, 1.0),
        (3.384009106228908e+37, -0.7601337297595285, 0.0),
        (4281633994785553.5, 0.050932983254292186, 1.0),
        (1.641099010964962e+206, -0.030395065947548195, 3.0),
        (3.1502470623445505e+295, -0.26476194184543755, 0.0),
        (4.150492716555229e+217, -0.4600522425014447, 1.0),
        (1.414834486062751e+136, -0.2981447032307148, 3.0),
        (6.513302868639656e+168, -0.7794863306685161, 3.0),
        (9.311069795217227e+140, -0.6698772725137233, 0.0),
        (4.911257162956362e+176, 0.6462821215346892, 0.0),
    ];

    #[test]
    fn large_angles_are_reduced_to_the_nearest_number() {
        for &(a, high, turns) in REFERENCE {
            assert_eq!(angle_f64(a), (high, turns), "{a:e}");
            assert_eq!(angle_f64(-a), (-high, (4.0 - turns) % 4.0), "{:e}", -a);
        }
    }

    #[test]
    fn small_angles_stay_and_others_are_nan() {
        assert_eq!(angle_f64(SMALL_F64), (SMALL_F64, 0.0));
        assert_eq!(angle_f32(-SMALL_F32), (-SMALL_F32, 0.0));
        for a in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(angle_f64(a).0.is_nan() && angle_f64(a).1.is_nan());
            assert!(angle_f32(a as f32).0.is_nan() && angle_f32(a as f32).1.is_nan());
        }
    }
}
