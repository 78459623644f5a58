//! References: mpmath 1.3 with 400 bits, rounded to f64; special cases by IEEE 754-2019, section 9.2.1.

use super::*;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[rustfmt::skip]
#[expect(clippy::approx_constant, reason = "a column of numbers as the reference printed them")]
const REFERENCES: &[(Op, &[f64], f64)] = &[
    (Op::Sqrt, &[2.0], 1.4142135623730951),
    (Op::Sqrt, &[5e-324], 2.2227587494850775e-162),
    (Op::Sqrt, &[1.7e+308], 1.3038404810405297e+154),
    (Op::Cbrt, &[-3.0], -1.4422495703074083),
    (Op::Cbrt, &[1e-310], 4.641588833612774e-104),
    (Op::Cbrt, &[7e+300], 1.912931182772389e+100),
    (Op::Exp, &[1.0], 2.718281828459045),
    (Op::Exp, &[-745.0], 5e-324),
    (Op::Exp, &[709.7], 1.6549840276802644e+308),
    (Op::Exp, &[1e-09], 1.000000001),
    (Op::Exp2, &[0.3], 1.2311444133449163),
    (Op::Exp2, &[-1073.5], 5e-324),
    (Op::Exp2, &[1023.9], 1.6773070034857416e+308),
    (Op::Expm1, &[1e-10], 1.00000000005e-10),
    (Op::Expm1, &[-0.7], -0.5034146962085905),
    (Op::Expm1, &[-50.0], -1.0),
    (Op::Expm1, &[700.0], 1.0142320547350045e+304),
    (Op::Log, &[0.7], -0.35667494393873245),
    (Op::Log, &[1.0000000001], 1.000000082690371e-10),
    (Op::Log, &[5e-324], -744.4400719213812),
    (Op::Log, &[1e+308], 709.1962086421661),
    (Op::Log1p, &[1e-12], 9.999999999995e-13),
    (Op::Log1p, &[-0.999], -6.907755278982136),
    (Op::Log1p, &[1e+300], 690.7755278982137),
    (Op::Log2, &[3.0], 1.584962500721156),
    (Op::Log2, &[0.99999], -1.4427022544056922e-05),
    (Op::Log2, &[1e-320], -1063.0170064253057),
    (Op::Log10, &[3.0], 0.47712125471966244),
    (Op::Log10, &[1e-320], -320.000004834948),
    (Op::Log10, &[999.9999], 2.9999999565705497),
    (Op::Sin, &[0.5], 0.479425538604203),
    (Op::Sin, &[3.0], 0.1411200080598672),
    (Op::Sin, &[355.0], -3.014435335948845e-05),
    (Op::Sin, &[1e+22], -0.8522008497671888),
    (Op::Sin, &[-1e+300], 0.8178819121159085),
    (Op::Cos, &[0.5], 0.8775825618903728),
    (Op::Cos, &[11.0], 0.004425697988050785),
    (Op::Cos, &[1e+22], 0.523214785395139),
    (Op::Cos, &[1.5707963267948966], 6.123233995736766e-17),
    (Op::Tan, &[0.5], 0.5463024898437905),
    (Op::Tan, &[11.0], -225.95084645419513),
    (Op::Tan, &[1e+22], -1.6287782256068988),
    (Op::Tan, &[1.5707963267948966], 1.633123935319537e+16),
    (Op::Asin, &[0.3], 0.3046926540153975),
    (Op::Asin, &[-0.999999999], -1.5707516054359754),
    (Op::Acos, &[0.3], 1.2661036727794992),
    (Op::Acos, &[-0.999999999], 3.1415479322308717),
    (Op::Acos, &[0.9999999999], 1.4142136208911564e-05),
    (Op::Atan, &[0.3], 0.2914567944778671),
    (Op::Atan, &[-10000000000.0], -1.5707963266948965),
    (Op::Atan, &[1e-05], 9.999999999666668e-06),
    (Op::Sinh, &[0.001], 0.001000000166666675),
    (Op::Sinh, &[-20.0], -242582597.70489514),
    (Op::Sinh, &[710.0], 1.1169973830808555e+308),
    (Op::Cosh, &[0.001], 1.0000005000000416),
    (Op::Cosh, &[-20.0], 242582597.70489514),
    (Op::Cosh, &[710.0], 1.1169973830808555e+308),
    (Op::Tanh, &[0.001], 0.0009999996666668),
    (Op::Tanh, &[-20.0], -1.0),
    (Op::Tanh, &[0.7], 0.6043677771171635),
    (Op::Asinh, &[1e-06], 9.999999999998333e-07),
    (Op::Asinh, &[-3.0], -1.8184464592320668),
    (Op::Asinh, &[1e+300], 691.4686750787737),
    (Op::Acosh, &[1.0000001], 0.0004472135919037347),
    (Op::Acosh, &[3.0], 1.762747174039086),
    (Op::Acosh, &[1e+300], 691.4686750787737),
    (Op::Atanh, &[1e-06], 1.0000000000003333e-06),
    (Op::Atanh, &[0.9999999], 8.40562139102231),
    (Op::Erf, &[1e-09], 1.1283791670955127e-09),
    (Op::Erf, &[0.4], 0.42839235504666845),
    (Op::Erf, &[-2.5], -0.999593047982555),
    (Op::Erf, &[5.9], 0.9999999999999999),
    (Op::Pow, &[1.1, 800.0], 1.3006131077775632e+33),
    (Op::Pow, &[-3.0, -5.0], -0.00411522633744856),
    (Op::Pow, &[0.3, 0.1], 0.8865681505652133),
    (Op::Pow, &[1.0000001, 1000000000.0], 2.6881038582144647e+43),
    (Op::Pow, &[7.0, -380.0], 7.3e-322),
    (Op::Pow, &[2.5, 0.3333333333333333], 1.3572088082974532),
    (Op::Atan2, &[1.0, -2.0], 2.677945044588987),
    (Op::Atan2, &[-1e-300, -1.0], -3.141592653589793),
    (Op::Atan2, &[3.0, 1e+300], 2.9999999999999996e-300),
    (Op::Atan2, &[-4.0, 0.5], -1.446441332248135),
    (Op::Mod, &[7.5, 2.0], 1.5),
    (Op::Mod, &[-7.5, 2.0], 0.5),
    (Op::Mod, &[7.5, -2.0], -0.5),
    (Op::Mod, &[1e+300, 3.0], 0.0),
    (Op::Mod, &[-1e+18, 7.3], 7.066344665749993),
    (Op::Scale, &[0.034351947939187846, -1023.0], 3.8217810674144e-310), // Python's fractions; wrong if rounded twice
    (Op::Scale, &[0.04140658799875051, -1030.0], 3.5989342393e-312),
    (Op::Scale, &[1.5, -1074.0], 1e-323),
    (Op::Scale, &[1.7976931348623157e+308, -2098.0], 5e-324),
    (Op::Scale, &[5e-324, 2097.0], 8.98846567431158e+307),
    (Op::Scale, &[1.2345, -1060.0], 9.993e-320),
    (Op::Scale, &[1.1e+300, -2056.0], 1.3296e-319),
];

#[rustfmt::skip]
const SPECIAL_CASES: &[(Op, &[f64], f64)] = &[
    (Op::Sign, &[-0.0], -0.0), (Op::Sign, &[NAN], NAN), (Op::Sign, &[-INF], -1.0), (Op::Sign, &[5e-324], 1.0),
    (Op::Round, &[0.5], 0.0), (Op::Round, &[1.5], 2.0), (Op::Round, &[-2.5], -2.0), (Op::Round, &[-0.2], -0.0),
    (Op::Floor, &[-0.5], -1.0), (Op::Ceil, &[-0.5], -0.0),
    (Op::Sqrt, &[-0.0], -0.0), (Op::Sqrt, &[-1.0], NAN), (Op::Cbrt, &[-8.0], -2.0), (Op::Cbrt, &[-INF], -INF),
    (Op::Exp, &[-INF], 0.0), (Op::Exp, &[710.0], INF), (Op::Exp, &[-746.0], 0.0), (Op::Expm1, &[-INF], -1.0),
    (Op::Log, &[-0.0], -INF), (Op::Log, &[-1.0], NAN), (Op::Log, &[INF], INF), (Op::Log1p, &[-1.0], -INF), (Op::Log1p, &[-0.0], -0.0),
    (Op::Log2, &[5e-324], -1074.0), (Op::Log10, &[1e22], 22.0),
    (Op::Sin, &[INF], NAN), (Op::Cos, &[-INF], NAN), (Op::Tan, &[-0.0], -0.0), (Op::Sin, &[-0.0], -0.0),
    (Op::Asin, &[1.5], NAN), (Op::Acos, &[1.0], 0.0), (Op::Atan, &[-0.0], -0.0),
    (Op::Sinh, &[-0.0], -0.0), (Op::Sinh, &[-INF], -INF), (Op::Cosh, &[-INF], INF), (Op::Tanh, &[-INF], -1.0),
    (Op::Asinh, &[-INF], -INF), (Op::Acosh, &[1.0], 0.0), (Op::Acosh, &[0.5], NAN), (Op::Atanh, &[-1.0], -INF), (Op::Atanh, &[1.5], NAN),
    (Op::Erf, &[INF], 1.0), (Op::Erf, &[-INF], -1.0), (Op::Erf, &[-0.0], -0.0),
    (Op::Exponent, &[1.0], 0.0), (Op::Exponent, &[-0.75], -1.0), (Op::Exponent, &[5e-324], -1074.0), (Op::Exponent, &[1e-310], -1030.0),
    (Op::Exponent, &[f64::MAX], 1023.0), (Op::Exponent, &[0.0], -INF), (Op::Exponent, &[-INF], INF), (Op::Exponent, &[NAN], NAN),
    (Op::Min, &[1.0, NAN], NAN), (Op::Min, &[NAN, 1.0], NAN), (Op::Min, &[-INF, 1.0], -INF), (Op::Max, &[1.0, NAN], NAN), (Op::Max, &[NAN, 1.0], NAN),
    (Op::Mod, &[-0.0, 3.0], 0.0), (Op::Mod, &[6.0, -3.0], -0.0), (Op::Mod, &[1.0, 0.0], NAN), (Op::Mod, &[INF, 2.0], NAN),
    (Op::Mod, &[-1e-20, 1.0], 1.0), (Op::Mod, &[5.0, INF], 5.0), (Op::Mod, &[-5.0, INF], INF), (Op::Mod, &[5.0, NAN], NAN),
    (Op::Pow, &[NAN, 0.0], 1.0), (Op::Pow, &[1.0, NAN], 1.0), (Op::Pow, &[-1.0, INF], 1.0), (Op::Pow, &[0.0, 0.0], 1.0),
    (Op::Pow, &[-8.0, 1.0 / 3.0], NAN), (Op::Pow, &[-0.0, -3.0], -INF), (Op::Pow, &[-0.0, -2.5], INF), (Op::Pow, &[-INF, 0.5], INF),
    (Op::Pow, &[-INF, 3.0], -INF), (Op::Pow, &[0.5, INF], 0.0), (Op::Pow, &[0.5, -INF], INF), (Op::Pow, &[NAN, 2.0], NAN),
    (Op::Atan2, &[0.0, -0.0], std::f64::consts::PI), (Op::Atan2, &[-0.0, 0.0], -0.0), (Op::Atan2, &[INF, -INF], 3.0 * std::f64::consts::FRAC_PI_4),
    (Op::Scale, &[1.0, 0.5], NAN), (Op::Scale, &[1.0, INF], NAN), (Op::Scale, &[1.0, NAN], NAN), (Op::Scale, &[1.0, 1e300], INF),
    (Op::Scale, &[-1.0, -1e300], -0.0), (Op::Scale, &[-INF, -5.0], -INF), (Op::Scale, &[0.0, 5000.0], 0.0), (Op::Scale, &[5e-324, 1074.0], 1.0),
    (Op::Lt, &[1.0, NAN], 0.0), (Op::Le, &[NAN, NAN], 0.0), (Op::Eq, &[0.0, -0.0], 1.0), (Op::Eq, &[NAN, NAN], 0.0), (Op::Ne, &[NAN, NAN], 1.0),
    (Op::And, &[1.0, 0.0], 0.0), (Op::And, &[1.0, 1.0], 1.0), (Op::Or, &[1.0, 0.0], 1.0), (Op::Or, &[0.0, 0.0], 0.0), (Op::Not, &[1.0], 0.0),
    (Op::Select, &[1.0, 2.0, NAN], 2.0), (Op::Select, &[0.0, NAN, 3.0], 3.0),
    (Op::Add, &[1.0], NAN), (Op::Neg, &[], NAN),
];

#[test]
fn special_cases_hold() {
    for (op, arguments, expected) in SPECIAL_CASES {
        let value = op.evaluate(arguments);
        let same = value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan());
        assert!(same, "{op:?}{arguments:?} = {value:?}, expected {expected:?}");
    }
}

#[test]
fn values_are_rounded_correctly() {
    for (op, arguments, expected) in REFERENCES {
        assert_eq!(op.evaluate(arguments), *expected, "{op:?}{arguments:?}");
    }
}

#[test]
fn powers_agree_with_the_standard_library() {
    let exponents = [-17.0, -2.0, -1.0, -0.5, 0.5, 1.5, 2.0, 3.0, 7.3, -0.01];
    for bits in random_bits().take(2000) {
        let any = f64::from_bits(bits);
        for (a, b) in
            exponents.map(|b| (any, b)).into_iter().chain([(any.abs(), f64::from_bits(bits.rotate_left(32)))])
        {
            let (value, expected) = (Op::Pow.evaluate(&[a, b]), a.powf(b));
            let close = value == expected || (value - expected).abs() <= 1e-15 * expected.abs() + 1e-323;
            assert!(
                close || (value.is_nan() && expected.is_nan()),
                "{a:e}^{b:e} = {value:e}, std {expected:e}"
            );
        }
    }
}

fn random_bits() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(0x9e37_79b9_7f4a_7c15_u64), |bits| {
        Some(bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
}

/// A second, wide but coarse opinion: the platform's own library.
#[test]
fn functions_agree_with_the_standard_library() {
    type Function = fn(f64) -> f64;
    #[rustfmt::skip]
    let functions: [(Op, Function); 16] = [
        (Op::Cbrt, f64::cbrt), (Op::Exp, f64::exp), (Op::Exp2, f64::exp2), (Op::Expm1, f64::exp_m1),
        (Op::Log, f64::ln), (Op::Log1p, f64::ln_1p), (Op::Log2, f64::log2), (Op::Log10, f64::log10),
        (Op::Sin, f64::sin), (Op::Cos, f64::cos), (Op::Tan, f64::tan), (Op::Asin, f64::asin), (Op::Acos, f64::acos),
        (Op::Atan, f64::atan), (Op::Cosh, f64::cosh), (Op::Tanh, f64::tanh),
    ];
    for bits in random_bits().take(2000) {
        // Half of the points of any size, half around 1.
        let any = f64::from_bits(bits);
        for x in [any, (bits >> 32) as f64 / 2_f64.powi(28) - 8.0] {
            for (op, function) in functions {
                let (value, expected) = (op.evaluate(&[x]), function(x));
                let close = (value - expected).abs() <= 1e-15 * expected.abs()
                    || value.to_bits() == expected.to_bits();
                assert!(
                    close || (value.is_nan() && expected.is_nan()),
                    "{op:?}({x:e}) = {value:e}, std {expected:e}"
                );
            }
        }
    }
}

#[test]
fn powers_agree_with_the_standard_library_on_special_cases() {
    let specials =
        [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 2.5, 5e-324, -1e-310, 1e300, -1e300, INF, -INF, NAN];
    for a in specials {
        for b in specials {
            let (value, expected) = (Op::Pow.evaluate(&[a, b]), a.powf(b));
            assert!(
                value == expected && value.is_sign_negative() == expected.is_sign_negative()
                    || value.is_nan() && expected.is_nan(),
                "{a:e}^{b:e} = {value:e}, std {expected:e}"
            );
        }
    }
}
