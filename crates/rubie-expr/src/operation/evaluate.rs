//! The scalar meaning of every operation: what constant folding, the oracle and the tests of
//! every backend agree upon.

use super::{Op, number};

impl Op {
    /// The value of the operation on numbers; truth values are 1 and 0 (as an argument, anything
    /// but 0 is true).
    ///
    /// # Arguments
    /// As many as [`Op::arity`]; missing ones count as NaN, further ones are ignored.
    ///
    /// # Accuracy
    /// Arithmetic, rounding, `sqrt`, `min`, `max`, `exponent`, `scale` and `mod` are exact or rounded once.
    /// The elementary functions are those of the crate `pxfm`: within 0.5 ulp as far as tests have found, and
    /// therefore the same on every platform.
    ///
    /// # Special cases
    /// IEEE 754-2019, section 9.2.1, for all functions it names: `pow(a, 0)` and `pow(1, b)` are 1 also for NaN, `atan2`
    /// minds the signs of zeros, odd functions keep -0. Outside of its domain a function is NaN. Where IEEE is silent:
    ///
    /// | operation | value |
    /// |---|---|
    /// | `sign` | keeps zeros with their signs and NaN |
    /// | `round` | ties to even |
    /// | `min`, `max` | NaN if either is NaN; of two zeros, the first |
    /// | `mod(a, b)` | the sign of `b`, also for zero; `mod(a, inf)` is `a` or, for other signs, inf; NaN for `b = 0` and infinite `a` |
    /// | `scale(a, b)` | NaN where `b` is no integer (inf is none) |
    /// | `exponent` | -inf for zeros, inf for infinities |
    /// | `lookup` | NaN: here is no table, so every place is outside |
    /// | comparisons | false with NaN, but `!=` is true |
    pub fn evaluate(self, arguments: &[f64]) -> f64 {
        let at = |place: usize| arguments.get(place).copied().unwrap_or(f64::NAN);
        let (a, b) = (at(0), at(1));
        let truth = |value: bool| f64::from(u8::from(value));
        match self {
            Op::Neg => -a,
            Op::Abs => a.abs(),
            Op::Sign => number::sign(a),
            Op::Floor => a.floor(),
            Op::Ceil => a.ceil(),
            Op::Round => a.round_ties_even(),
            Op::Sqrt => a.sqrt(),
            Op::Cbrt => pxfm::f_cbrt(a),
            Op::Exp => pxfm::f_exp(a),
            Op::Exp2 => pxfm::f_exp2(a),
            Op::Expm1 => pxfm::f_expm1(a),
            Op::Log => pxfm::f_log(a),
            Op::Log1p => pxfm::f_log1p(a),
            Op::Log2 => pxfm::f_log2(a),
            Op::Log10 => pxfm::f_log10(a),
            Op::Sin => pxfm::f_sin(a),
            Op::Cos => pxfm::f_cos(a),
            Op::Tan => pxfm::f_tan(a),
            Op::Asin => pxfm::f_asin(a),
            Op::Acos => pxfm::f_acos(a),
            Op::Atan => pxfm::f_atan(a),
            Op::Sinh => number::sinh(a),
            Op::Cosh => pxfm::f_cosh(a),
            Op::Tanh => pxfm::f_tanh(a),
            Op::Asinh => pxfm::f_asinh(a),
            Op::Acosh => pxfm::f_acosh(a),
            Op::Atanh => pxfm::f_atanh(a),
            Op::Erf => pxfm::f_erf(a),
            Op::Exponent => number::exponent(a),
            Op::Lookup => look_up(&[], a),
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a / b,
            Op::Min => number::minimum(a, b),
            Op::Max => number::maximum(a, b),
            Op::Mod => number::modulo(a, b),
            Op::Pow => number::power(a, b),
            Op::Atan2 => pxfm::f_atan2(a, b),
            Op::Scale => number::scale(a, b),
            Op::Lt => truth(a < b),
            Op::Le => truth(a <= b),
            Op::Eq => truth(a == b),
            Op::Ne => truth(a != b),
            Op::And => truth(a != 0.0 && b != 0.0),
            Op::Or => truth(a != 0.0 || b != 0.0),
            Op::Not => truth(a == 0.0),
            Op::Select => {
                if a != 0.0 {
                    b
                } else {
                    at(2)
                }
            }
        }
    }
}

/// The meaning of [`Op::Lookup`]: the entry at a place cut to a whole number; NaN where there is none.
///
/// ```
/// # use rubie_expr::look_up;
/// assert_eq!(look_up(&[5.0, 7.0], 1.9), 7.0);
/// assert!(look_up(&[5.0, 7.0], 2.0).is_nan() && look_up(&[5.0, 7.0], -1.0).is_nan());
/// ```
pub fn look_up(table: &[f64], place: f64) -> f64 {
    let inside = place >= 0.0 && place < table.len() as f64;
    if inside { table[place as usize] } else { f64::NAN }
}
