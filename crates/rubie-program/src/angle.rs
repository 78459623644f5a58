//! The scalar meaning of the instructions that reduce angles.
//!
//! Payne & Hanek, "Radian reduction for trigonometric functions", ACM SIGNUM Newsletter 18 (1983): an angle is a
//! whole number times a power of two; of its product with 2/pi only those bits matter that are neither whole turns
//! nor below the precision, so 192 bits of 2/pi suffice, if they are the right ones.

/// Angles up to this are not reduced (f64): small multiples of pi/2 are taken away by ordinary instructions.
pub(crate) const SMALL_ANGLE_F64: f64 = 1073741824.0;

/// Angles up to this are not reduced (f32).
pub(crate) const SMALL_ANGLE_F32: f32 = 65536.0;

/// 2/pi, after 64 bits of zeros for its integer part: 1280 bits, from mpmath, tested below against another library.
const TWO_OVER_PI: [u64; 21] = [
    0,
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

/// pi/2 as a multiple of 2^-63.
const HALF_PI: u64 = 0xc90fdaa22168c235;

/// The angle in [-pi/4, pi/4], rounded once, and how many quarter turns modulo 4 it lacks (-1, 0, 1 or 2);
/// small angles as they are, with 0.
pub(crate) fn angle_f64(a: f64) -> (f64, f64) {
    if a.abs() <= SMALL_ANGLE_F64 { (a, 0.0) } else { reduced(a) }
}

/// As [`angle_f64`].
pub(crate) fn angle_f32(a: f32) -> (f32, f32) {
    if a.abs() <= SMALL_ANGLE_F32 {
        (a, 0.0)
    } else {
        let (angle, turns) = reduced(f64::from(a));
        (angle as f32, turns as f32)
    }
}

/// The reduced angle and the quarter turns, for |a| >= 2^16.
fn reduced(a: f64) -> (f64, f64) {
    if !a.is_finite() {
        return (f64::NAN, f64::NAN);
    }
    let bits = a.to_bits();
    let significand = (bits & ((1 << 52) - 1)) | (1 << 52);
    // |a| = significand * 2^power, power >= -36
    let power = ((bits >> 52) & 0x7ff) as i64 - 1075;
    let turns = times(significand, window((power + 62) as usize));
    let (quarters, fraction, below) = nearest_quarter(turns);
    let angle = radians(fraction);
    let sign = if a < 0.0 { -1.0 } else { 1.0 };
    let angle = if below { -angle } else { angle };
    let quarters = if quarters == 2 { 2.0 } else { sign * [0.0, 1.0, 2.0, -1.0][quarters] };
    (sign * angle, quarters)
}

/// 192 bits of the table from the given bit on.
fn window(bit: usize) -> [u64; 3] {
    let (word, shift) = (bit / 64, bit % 64);
    [0, 1, 2].map(|place| {
        let two = (u128::from(TWO_OVER_PI[word + place]) << 64) | u128::from(TWO_OVER_PI[word + place + 1]);
        (two << shift >> 64) as u64
    })
}

/// The product modulo 2^192, as quarter turns with 190 bits after the point.
fn times(factor: u64, [high, middle, low]: [u64; 3]) -> [u64; 3] {
    let product = |word: u64, carry: u64| u128::from(factor) * u128::from(word) + u128::from(carry);
    let lowest = product(low, 0);
    let second = product(middle, (lowest >> 64) as u64);
    let highest = product(high, (second >> 64) as u64);
    [highest as u64, second as u64, lowest as u64]
}

/// The nearest whole number of quarter turns modulo 4, the distance from it as a fraction of 2^192 with two integer
/// bits, and whether the turns are below it.
fn nearest_quarter([high, middle, low]: [u64; 3]) -> (usize, [u64; 3], bool) {
    let quarters = (high.wrapping_add(1 << 61) >> 62) as usize;
    let fraction = [high.wrapping_sub((quarters as u64) << 62), middle, low];
    let below = fraction[0] >> 63 == 1;
    if !below {
        return (quarters, fraction, below);
    }
    let (low, carry) = (!fraction[2]).overflowing_add(1);
    let (middle, carry) = (!fraction[1]).overflowing_add(u64::from(carry));
    (quarters, [(!fraction[0]).wrapping_add(u64::from(carry)), middle, low], below)
}

/// The fraction of a quarter turn in radians, rounded once but for 2^-10 of the last place.
fn radians([high, middle, low]: [u64; 3]) -> f64 {
    // No number of either precision comes nearer to a multiple of pi/2 than 2^-62, so the first 128 bits are not all 0.
    let upper = (u128::from(high) << 64) | u128::from(middle);
    let zeros = upper.leading_zeros();
    let leading = (upper << zeros >> 64) as u64 | (u128::from(low) << zeros >> 128.min(127)) as u64;
    let product = u128::from(leading) * u128::from(HALF_PI);
    // leading * 2^(-62 - zeros) / ... : upper has 126 bits after the point, its first 64 significant ones 62 + zeros.
    product as f64 * 2f64.powi(-(62 + zeros as i32) - 63)
}
