//! The two floating-point types a program can run in, and the one scalar meaning of every opcode.
//!
//! [`Element::evaluate`] is the definition: the interpreter, the machine code and the passes of the
//! lowering are all tested against it, to the last bit.

use std::fmt::{Debug, Display, LowerExp, LowerHex};
use std::hash::Hash;

use crate::angle;
use crate::instruction::Opcode;

/// Which floating-point type a program computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
}

/// The bits of the constant "true" in either precision; "false" is 0.
pub(crate) const TRUE_BITS: u64 = u64::MAX;

/// A number of either precision: `f32` or `f64`.
///
/// Truth values are numbers, too: all bits set (a NaN) is true, all bits clear (zero) is false.
pub trait Element:
    sealed::Sealed + Copy + Default + PartialEq + PartialOrd + Debug + Display + LowerExp + Send + Sync + 'static
{
    /// The precision that this type is.
    const PRECISION: Precision;
    /// Lanes in one vector of 64 bytes; rows are a multiple of it long.
    const LANES_PER_VECTOR: usize;
    /// Entries of a table that can be looked up: places up to there are exact in this type and in 31 bits.
    const MOST_ENTRIES: usize;
    /// The bits of a number.
    type Bits: Copy + Eq + Hash + Debug + LowerHex;

    /// The nearest number of this type.
    fn from_f64(number: f64) -> Self;

    /// The number itself, exactly.
    fn to_f64(self) -> f64;

    /// The number that a program's constant stands for, see [`crate::Program::constants`].
    fn from_constant(bits: u64) -> Self;

    /// The bits of the number.
    fn bits(self) -> Self::Bits;

    /// The number that stands for a truth value.
    fn truth(value: bool) -> Self;

    /// The truth value that a number stands for: whether any bit is set.
    fn is_true(self) -> bool;

    /// The meaning of an instruction. Operands beyond the arity are ignored.
    ///
    /// Everything is exact or rounded once, to nearest even; subnormal numbers are numbers like others.
    /// Where the result is NaN its sign and payload mean nothing, so `CopySign` from a NaN has either sign.
    fn evaluate(op: Opcode, a: Self, b: Self, c: Self) -> Self;

    /// The meaning of [`Opcode::Lookup`], of which [`Element::evaluate`] sees no table: the entry at a place cut to a whole
    /// number; NaN outside. Entries from [`Element::MOST_ENTRIES`] on are outside, too.
    fn look_up(table: &[Self], place: Self) -> Self {
        let place = place.to_f64();
        let inside = place >= 0.0 && place < table.len().min(Self::MOST_ENTRIES) as f64;
        if inside { table[place as usize] } else { Self::from_f64(f64::NAN) }
    }

    /// Whether two numbers have the same bits or are both NaN.
    fn same(self, other: Self) -> bool {
        self.bits() == other.bits() || (self.to_f64().is_nan() && other.to_f64().is_nan())
    }
}

/// The remainder with the sign of a is exact; adding b where the signs differ rounds once.
macro_rules! modulo {
    ($a:expr, $b:expr) => {{
        let (remainder, b) = ($a % $b, $b);
        if remainder == 0.0 {
            remainder.copysign(b)
        } else if (remainder < 0.0) == (b < 0.0) {
            remainder
        } else {
            remainder + b
        }
    }};
}

mod sealed {
    /// Storage relies on all bits being a number.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! element {
    ($float:ident, $bits:ident, $precision:ident, $entries:expr, $angle:path) => {
        impl Element for $float {
            const PRECISION: Precision = Precision::$precision;
            const LANES_PER_VECTOR: usize = 64 / size_of::<$float>();
            const MOST_ENTRIES: usize = $entries;
            type Bits = $bits;

            #[inline]
            fn from_f64(number: f64) -> Self {
                number as $float
            }

            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline]
            fn from_constant(bits: u64) -> Self {
                if bits == TRUE_BITS { Self::truth(true) } else { f64::from_bits(bits) as $float }
            }

            #[inline]
            fn bits(self) -> $bits {
                self.to_bits()
            }

            #[inline]
            fn truth(value: bool) -> Self {
                Self::from_bits(if value { $bits::MAX } else { 0 })
            }

            #[inline]
            fn is_true(self) -> bool {
                self.to_bits() != 0
            }

            fn evaluate(op: Opcode, a: Self, b: Self, c: Self) -> Self {
                match op {
                    Opcode::Copy => a,
                    Opcode::Neg => -a,
                    Opcode::Abs => a.abs(),
                    Opcode::Sqrt => a.sqrt(),
                    Opcode::Floor => a.floor(),
                    Opcode::Ceil => a.ceil(),
                    Opcode::Round => a.round_ties_even(),
                    Opcode::Exponent => exponent(f64::from(a)) as $float,
                    Opcode::AngleHigh => $angle(a).0,
                    Opcode::AngleLow => $angle(a).1,
                    Opcode::Lookup => Self::look_up(&[], a),
                    Opcode::Add => a + b,
                    Opcode::Sub => a - b,
                    Opcode::Mul => a * b,
                    Opcode::Div => a / b,
                    Opcode::Min => {
                        if a < b {
                            a
                        } else {
                            b
                        }
                    }
                    Opcode::Max => {
                        if a > b {
                            a
                        } else {
                            b
                        }
                    }
                    Opcode::CopySign => a.copysign(b),
                    Opcode::Scale => scaled(f64::from(a), f64::from(b)) as $float,
                    Opcode::Mod => modulo!(a, b),
                    Opcode::Lt => Self::truth(a < b),
                    Opcode::Le => Self::truth(a <= b),
                    Opcode::Eq => Self::truth(a == b),
                    Opcode::Ne => Self::truth(a != b),
                    Opcode::And => Self::from_bits(a.to_bits() & b.to_bits()),
                    Opcode::Or => Self::from_bits(a.to_bits() | b.to_bits()),
                    Opcode::AndNot => Self::from_bits(!a.to_bits() & b.to_bits()),
                    Opcode::Not => Self::from_bits(!a.to_bits()),
                    Opcode::MulAdd => a.mul_add(b, c),
                    Opcode::MulSub => a.mul_add(b, -c),
                    Opcode::NegMulAdd => (-a).mul_add(b, c),
                    Opcode::Select => {
                        if a.is_true() {
                            b
                        } else {
                            c
                        }
                    }
                }
            }
        }
    };
}

element!(f32, u32, F32, 1 << 24, angle::angle_f32);
element!(f64, u64, F64, (1 << 31) - 1, angle::angle_f64);

/// `floor(log2 |a|)`; -inf for zeros, inf for infinities, NaN for NaN.
fn exponent(a: f64) -> f64 {
    if a == 0.0 {
        return f64::NEG_INFINITY;
    }
    if !a.is_finite() {
        return a.abs();
    }
    let bits = a.abs().to_bits();
    match bits >> 52 {
        0 => f64::from(63 - bits.leading_zeros() as i32 - 1074),
        biased => biased as f64 - 1023.0,
    }
}

/// `a * 2^b` rounded once; NaN where b is no integer. For f32 numbers the result is exact, so that rounding it to f32
/// is the only rounding.
fn scaled(a: f64, b: f64) -> f64 {
    if b.fract() != 0.0 || !b.is_finite() {
        return f64::NAN;
    }
    if a == 0.0 || !a.is_finite() {
        return a;
    }
    let old = exponent(a);
    // 1 <= |significand| < 2; two factors, as 2^1074 alone is too large.
    let significand = a * power_of_two(-(old / 2.0).floor()) * power_of_two((old / 2.0).floor() - old);
    match old + b {
        ..-1075.0 => 0.0_f64.copysign(a),
        -1075.0 => significand * 0.5 * power_of_two(-1074.0),
        new @ ..1024.0 => significand * power_of_two(new),
        _ => f64::INFINITY.copysign(a),
    }
}

/// 2^n for the integers n from -1074 to 1023.
fn power_of_two(n: f64) -> f64 {
    let n = n as i64;
    f64::from_bits(if n < -1022 { 1 << (n + 1074) } else { ((n + 1023) as u64) << 52 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<T: Element>(op: Opcode, operands: &[f64]) -> T {
        let at = |place: usize| T::from_f64(operands.get(place).copied().unwrap_or(0.0));
        T::evaluate(op, at(0), at(1), at(2))
    }

    /// Powers of two and the numbers beside them, from the definition of the formats.
    #[test]
    fn exponents_are_exact() {
        let rows = [
            (1.0, 0.0),
            (-0.75, -1.0),
            (3.9, 1.0),
            (5e-324, -1074.0),
            (2.2e-308, -1023.0),
            (f64::MAX, 1023.0),
        ];
        for (a, expected) in rows {
            assert_eq!(value::<f64>(Opcode::Exponent, &[a]), expected, "{a}");
        }
        let rows =
            [(1.0, 0.0), (1e-45, -149.0), (1.17e-38, -127.0), (3.4e38, 127.0), (-0.0, f32::NEG_INFINITY)];
        for (a, expected) in rows {
            assert_eq!(value::<f32>(Opcode::Exponent, &[a]), expected, "{a}");
        }
        assert_eq!(value::<f64>(Opcode::Exponent, &[f64::NEG_INFINITY]), f64::INFINITY);
        assert!(value::<f32>(Opcode::Exponent, &[f64::NAN]).is_nan());
    }

    /// Results of Python's `math.ldexp` and of rounding fractions exactly.
    #[test]
    fn scaling_rounds_once() {
        let odd = 1.0 + f64::EPSILON;
        let rows = [
            (3.0, -1075.0, 1e-323),                  // a tie, to even
            (odd, -1075.0, 5e-324),                  // just above a tie
            (odd, -1023.0, 1.1125369292536007e-308), // the last bit is lost
            (5e-324, 2097.0, 2.0_f64.powi(1023)),
            (5e-324, 2098.0, f64::INFINITY),
            (-1.5, 1024.0, f64::NEG_INFINITY),
            (1e300, -1e300, 0.0),
            (f64::INFINITY, -1e300, f64::INFINITY),
        ];
        for (a, b, expected) in rows {
            assert_eq!(value::<f64>(Opcode::Scale, &[a, b]), expected, "{a} {b}");
        }
        for b in [0.5, f64::NAN, f64::INFINITY] {
            assert!(value::<f64>(Opcode::Scale, &[1.0, b]).is_nan(), "{b}");
            assert!(value::<f32>(Opcode::Scale, &[1.0, b]).is_nan(), "{b}");
        }
        assert_eq!(value::<f32>(Opcode::Scale, &[3.0, -150.0]).to_bits(), 2);
        assert_eq!(value::<f32>(Opcode::Scale, &[f64::from(1.0 + f32::EPSILON), -150.0]).to_bits(), 1);
    }

    /// The operations that expressions have, too, against their meaning there.
    #[test]
    fn what_expressions_say_of_f64() {
        use rubie_expr::Op;
        let pairs = [
            (Opcode::Neg, Op::Neg),
            (Opcode::Abs, Op::Abs),
            (Opcode::Sqrt, Op::Sqrt),
            (Opcode::Floor, Op::Floor),
            (Opcode::Ceil, Op::Ceil),
            (Opcode::Round, Op::Round),
            (Opcode::Exponent, Op::Exponent),
            (Opcode::Add, Op::Add),
            (Opcode::Sub, Op::Sub),
            (Opcode::Mul, Op::Mul),
            (Opcode::Div, Op::Div),
            (Opcode::Mod, Op::Mod),
            (Opcode::Scale, Op::Scale),
        ];
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            2.5,
            -3.5,
            0.1,
            7.0,
            -7.0,
            1023.0,
            -1074.0,
            -1075.0,
            5e-324,
            1e-310,
            1e300,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        for (opcode, op) in pairs {
            for a in numbers {
                for b in numbers {
                    let (found, expected) = (value::<f64>(opcode, &[a, b]), op.evaluate(&[a, b]));
                    assert!(
                        found.same(expected),
                        "{opcode:?} of {a:e} and {b:e} is {found:e}, not {expected:e}"
                    );
                }
            }
        }
    }

    #[test]
    fn minima_give_the_second_where_nothing_compares() {
        let (nan, zero, negative) = (f64::NAN, 0.0_f64, -0.0_f64);
        assert_eq!(value::<f64>(Opcode::Min, &[nan, 1.0]), 1.0);
        assert!(value::<f64>(Opcode::Max, &[1.0, nan]).is_nan());
        assert_eq!(value::<f64>(Opcode::Min, &[zero, negative]).to_bits(), negative.to_bits());
    }

    #[test]
    fn truth_values_are_constants_of_either_precision() {
        assert_eq!(f32::from_constant(TRUE_BITS).bits(), u32::MAX);
        assert_eq!(f64::from_constant(TRUE_BITS).bits(), u64::MAX);
        assert!(!f32::from_constant(0).is_true());
        assert!(value::<f32>(Opcode::Le, &[2.0, 2.0]).is_true());
        assert!(!value::<f64>(Opcode::Eq, &[f64::NAN, f64::NAN]).is_true());
    }
}
