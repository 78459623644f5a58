//! Numbers as literals that stand for exactly these bits.

use rubie_program::Precision;

/// An f64 as an expression of type double.
pub(super) fn double(x: f64) -> String {
    if !x.is_finite() {
        return format!("number((u64){:#x}ull)", x.to_bits());
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let bits = x.abs().to_bits();
    let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    match (exponent, fraction) {
        (0, 0) => format!("{sign}0.0"),
        (0, _) => format!("{sign}0x0.{fraction:013x}p-1022"),
        (_, 0) => format!("{sign}0x1p{:+}", exponent - 1023),
        _ => format!("{sign}0x1.{}p{:+}", format!("{fraction:013x}").trim_end_matches('0'), exponent - 1023),
    }
}

/// A number of either precision, rounded to it.
pub(super) fn real(x: f64, precision: Precision) -> String {
    match precision {
        Precision::F64 => double(x),
        // A subnormal f32 is a normal f64, and its literal is exact.
        Precision::F32 if (x as f32).is_finite() => format!("{}f", double(f64::from(x as f32))),
        Precision::F32 => format!("number((u32){:#x}u)", (x as f32).to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_those_of_the_language() {
        let rows = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "0x1p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (5e-324, "0x0.0000000000001p-1022"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
            (f64::INFINITY, "number((u64)0x7ff0000000000000ull)"),
        ];
        for (x, expected) in rows {
            assert_eq!(double(x), expected);
        }
        assert_eq!(real(0.1, Precision::F32), "0x1.99999ap-4f");
        assert_eq!(real(1e300, Precision::F32), "number((u32)0x7f800000u)");
    }
}
