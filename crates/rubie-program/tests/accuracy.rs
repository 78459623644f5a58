//! The documented accuracy of the elementary functions, and their special values.
//!
//! `cargo run --release -p rubie-program --example accuracy` tries many more arguments and prints the table of the documentation.

#[path = "support/accuracy.rs"]
mod accuracy;

use accuracy::{Expansion, Worst, cases, error, measure};
use rubie_expr::Op;
use rubie_program::{Element, Precision};

/// No function is further than this from the exact value, in units in the last place.
const BOUND: f64 = 2.0;

#[test]
fn every_function_is_within_two_units_in_the_last_place() {
    let mut failures = Vec::new();
    for case in cases() {
        let mut judge = |precision: Precision, worst: Worst| {
            if worst.ulps >= BOUND || worst.ulps.is_nan() {
                failures.push(format!("{} in {precision:?}: {worst:?}", case.op.name()));
            }
        };
        judge(Precision::F64, measure::<f64>(&case, 1500, 1));
        judge(Precision::F32, measure::<f32>(&case, 1500, 2));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The measure itself: neighbours are one unit apart, also where numbers are subnormal or overflow.
#[test]
fn errors_are_counted_in_units_in_the_last_place() {
    let exact = accuracy::big;
    let next = |value: f64| f64::from_bits(value.to_bits() + 1);
    for value in [1.0, 1.5, 3.0, 1e300, 1e-300, 5e-324, 1e-310] {
        assert_eq!(error(value, &exact(value), Precision::F64), 0.0);
        assert_eq!(error(next(value), &exact(value), Precision::F64), 1.0, "{value:e}");
    }
    assert_eq!(error(f64::INFINITY, &exact(f64::MAX), Precision::F64), 1.0);
    assert_eq!(
        error(f64::from(f32::from_bits(3)), &exact(f64::from(f32::from_bits(1))), Precision::F32),
        2.0
    );
    assert_eq!(error(f64::NAN, &exact(1.0), Precision::F64), f64::INFINITY);
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Function, arguments, value: IEEE 754-2019, section 9.2, and C99, Annex F.
#[rustfmt::skip]
const SPECIAL: &[(Op, f64, f64, f64)] = &[
    (Op::Exp, 0.0, 0.0, 1.0), (Op::Exp, -0.0, 0.0, 1.0), (Op::Exp, INF, 0.0, INF), (Op::Exp, -INF, 0.0, 0.0),
    (Op::Exp, 1e4, 0.0, INF), (Op::Exp, -1e4, 0.0, 0.0), (Op::Exp, 1e300, 0.0, INF), (Op::Exp, NAN, 0.0, NAN),
    (Op::Exp2, 0.0, 0.0, 1.0), (Op::Exp2, 10.0, 0.0, 1024.0), (Op::Exp2, INF, 0.0, INF), (Op::Exp2, -INF, 0.0, 0.0),
    (Op::Exp2, NAN, 0.0, NAN),
    (Op::Expm1, 0.0, 0.0, 0.0), (Op::Expm1, -0.0, 0.0, -0.0), (Op::Expm1, INF, 0.0, INF), (Op::Expm1, -INF, 0.0, -1.0),
    (Op::Expm1, -1e5, 0.0, -1.0), (Op::Expm1, NAN, 0.0, NAN),
    (Op::Log, 0.0, 0.0, -INF), (Op::Log, -0.0, 0.0, -INF), (Op::Log, 1.0, 0.0, 0.0), (Op::Log, INF, 0.0, INF),
    (Op::Log, -1.0, 0.0, NAN), (Op::Log, -INF, 0.0, NAN), (Op::Log, NAN, 0.0, NAN),
    (Op::Log1p, 0.0, 0.0, 0.0), (Op::Log1p, -0.0, 0.0, -0.0), (Op::Log1p, -1.0, 0.0, -INF), (Op::Log1p, INF, 0.0, INF),
    (Op::Log1p, -2.0, 0.0, NAN), (Op::Log1p, NAN, 0.0, NAN),
    (Op::Log2, 0.0, 0.0, -INF), (Op::Log2, 1.0, 0.0, 0.0), (Op::Log2, 8.0, 0.0, 3.0), (Op::Log2, INF, 0.0, INF),
    (Op::Log2, -1.0, 0.0, NAN), (Op::Log2, NAN, 0.0, NAN),
    (Op::Log10, 0.0, 0.0, -INF), (Op::Log10, 1.0, 0.0, 0.0), (Op::Log10, INF, 0.0, INF), (Op::Log10, -1.0, 0.0, NAN),
    (Op::Log10, NAN, 0.0, NAN),
    (Op::Sin, 0.0, 0.0, 0.0), (Op::Sin, -0.0, 0.0, -0.0), (Op::Sin, INF, 0.0, NAN), (Op::Sin, NAN, 0.0, NAN),
    (Op::Cos, 0.0, 0.0, 1.0), (Op::Cos, -INF, 0.0, NAN), (Op::Cos, NAN, 0.0, NAN),
    (Op::Tan, 0.0, 0.0, 0.0), (Op::Tan, -0.0, 0.0, -0.0), (Op::Tan, INF, 0.0, NAN), (Op::Tan, NAN, 0.0, NAN),
    (Op::Asin, 0.0, 0.0, 0.0), (Op::Asin, -0.0, 0.0, -0.0), (Op::Asin, 1.5, 0.0, NAN), (Op::Asin, INF, 0.0, NAN),
    (Op::Asin, NAN, 0.0, NAN),
    (Op::Acos, 1.0, 0.0, 0.0), (Op::Acos, -1.5, 0.0, NAN), (Op::Acos, NAN, 0.0, NAN),
    (Op::Atan, 0.0, 0.0, 0.0), (Op::Atan, -0.0, 0.0, -0.0), (Op::Atan, NAN, 0.0, NAN),
    (Op::Sinh, 0.0, 0.0, 0.0), (Op::Sinh, -0.0, 0.0, -0.0), (Op::Sinh, INF, 0.0, INF), (Op::Sinh, -INF, 0.0, -INF),
    (Op::Sinh, 1e4, 0.0, INF), (Op::Sinh, NAN, 0.0, NAN),
    (Op::Cosh, 0.0, 0.0, 1.0), (Op::Cosh, INF, 0.0, INF), (Op::Cosh, -INF, 0.0, INF), (Op::Cosh, NAN, 0.0, NAN),
    (Op::Tanh, 0.0, 0.0, 0.0), (Op::Tanh, -0.0, 0.0, -0.0), (Op::Tanh, INF, 0.0, 1.0), (Op::Tanh, -INF, 0.0, -1.0),
    (Op::Tanh, 1e5, 0.0, 1.0), (Op::Tanh, NAN, 0.0, NAN),
    (Op::Asinh, 0.0, 0.0, 0.0), (Op::Asinh, -0.0, 0.0, -0.0), (Op::Asinh, INF, 0.0, INF), (Op::Asinh, -INF, 0.0, -INF),
    (Op::Asinh, NAN, 0.0, NAN),
    (Op::Acosh, 1.0, 0.0, 0.0), (Op::Acosh, 0.5, 0.0, NAN), (Op::Acosh, INF, 0.0, INF), (Op::Acosh, NAN, 0.0, NAN),
    (Op::Atanh, 0.0, 0.0, 0.0), (Op::Atanh, -0.0, 0.0, -0.0), (Op::Atanh, 1.0, 0.0, INF), (Op::Atanh, -1.0, 0.0, -INF),
    (Op::Atanh, 2.0, 0.0, NAN), (Op::Atanh, NAN, 0.0, NAN),
    (Op::Erf, 0.0, 0.0, 0.0), (Op::Erf, -0.0, 0.0, -0.0), (Op::Erf, INF, 0.0, 1.0), (Op::Erf, -INF, 0.0, -1.0),
    (Op::Erf, NAN, 0.0, NAN),
    (Op::Cbrt, 0.0, 0.0, 0.0), (Op::Cbrt, -0.0, 0.0, -0.0), (Op::Cbrt, 27.0, 0.0, 3.0), (Op::Cbrt, -8.0, 0.0, -2.0),
    (Op::Cbrt, INF, 0.0, INF), (Op::Cbrt, -INF, 0.0, -INF), (Op::Cbrt, NAN, 0.0, NAN),
    (Op::Pow, NAN, 0.0, 1.0), (Op::Pow, INF, 0.0, 1.0), (Op::Pow, 1.0, NAN, 1.0), (Op::Pow, 1.0, INF, 1.0),
    (Op::Pow, -8.0, 3.0, -512.0), (Op::Pow, -2.0, 2.0, 4.0), (Op::Pow, -8.0, 0.5, NAN), (Op::Pow, -1.0, INF, 1.0),
    (Op::Pow, 0.0, -1.0, INF), (Op::Pow, -0.0, -1.0, -INF), (Op::Pow, -0.0, -2.0, INF), (Op::Pow, 0.0, 2.5, 0.0),
    (Op::Pow, -0.0, 3.0, -0.0), (Op::Pow, -0.0, 2.0, 0.0), (Op::Pow, 2.0, INF, INF), (Op::Pow, 0.5, INF, 0.0),
    (Op::Pow, 2.0, -INF, 0.0), (Op::Pow, 0.5, -INF, INF), (Op::Pow, INF, 2.0, INF), (Op::Pow, INF, -2.0, 0.0),
    (Op::Pow, -INF, 3.0, -INF), (Op::Pow, -INF, 2.0, INF), (Op::Pow, -INF, -3.0, -0.0), (Op::Pow, 2.0, 10.0, 1024.0),
    (Op::Pow, 10.0, 400.0, INF), (Op::Pow, 10.0, -400.0, 0.0), (Op::Pow, NAN, 1.0, NAN), (Op::Pow, 2.0, NAN, NAN),
    (Op::Atan2, 0.0, 1.0, 0.0), (Op::Atan2, -0.0, 1.0, -0.0), (Op::Atan2, 0.0, 0.0, 0.0), (Op::Atan2, -0.0, 0.0, -0.0),
    (Op::Atan2, 1.0, INF, 0.0), (Op::Atan2, -1.0, INF, -0.0), (Op::Atan2, NAN, 1.0, NAN), (Op::Atan2, 1.0, NAN, NAN),
];

/// Values at special arguments that are multiples of pi, to one unit in the last place.
const ANGLES: &[(Op, f64, f64, f64)] = &[
    (Op::Asin, 1.0, 0.0, 0.5),
    (Op::Asin, -1.0, 0.0, -0.5),
    (Op::Acos, -1.0, 0.0, 1.0),
    (Op::Acos, 0.0, 0.0, 0.5),
    (Op::Atan, INF, 0.0, 0.5),
    (Op::Atan, -INF, 0.0, -0.5),
    (Op::Atan2, 1.0, 0.0, 0.5),
    (Op::Atan2, -1.0, -0.0, -0.5),
    (Op::Atan2, 0.0, -1.0, 1.0),
    (Op::Atan2, -0.0, -1.0, -1.0),
    (Op::Atan2, 0.0, -0.0, 1.0),
    (Op::Atan2, INF, INF, 0.25),
    (Op::Atan2, INF, -INF, 0.75),
    (Op::Atan2, -INF, 1.0, -0.5),
];

fn check_special<T: Element>() {
    for &(op, x, y, expected) in SPECIAL {
        let found = Expansion::<T>::new(op).at(x, y);
        let same = found == expected && found.is_sign_negative() == expected.is_sign_negative();
        assert!(
            same || (found.is_nan() && expected.is_nan()),
            "{}({x}, {y}) is {found}, not {expected}",
            op.name()
        );
    }
    let unit = match T::PRECISION {
        Precision::F64 => f64::EPSILON,
        Precision::F32 => f64::from(f32::EPSILON),
    };
    for &(op, x, y, turns) in ANGLES {
        let found = Expansion::<T>::new(op).at(x, y);
        let expected = turns * std::f64::consts::PI;
        assert!((found - expected).abs() <= unit * expected.abs(), "{}({x}, {y}) is {found}", op.name());
    }
}

#[test]
fn special_values_are_right_in_f64() {
    check_special::<f64>();
}

#[test]
fn special_values_are_right_in_f32() {
    check_special::<f32>();
}
