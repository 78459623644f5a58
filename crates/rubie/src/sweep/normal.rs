//! The inverse of the normal distribution function.

/// The number that a standard normal variable stays below with probability `p`; `0 < p < 1`.
///
/// Relative error about 1e-16 in exact arithmetic. The logarithm is `libm`'s, the same on all platforms.
///
/// # Source
/// M. J. Wichura, Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37 (1988)
/// 477-484, routine PPND16.
pub(super) fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&CENTRE, 0.180625 - q * q);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let value = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&FAR, r - 5.0) };
    value.copysign(q)
}

/// Numerator and denominator of a rational approximation, lowest power first.
type Ratio = [[f64; 8]; 2];

fn ratio([numerator, denominator]: &Ratio, r: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    polynomial(numerator) / polynomial(denominator)
}

const CENTRE: Ratio = [
    [
        3.387_132_872_796_366_6,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];

const MIDDLE: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR: Ratio = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::quantile;

    /// mpmath 1.3, 40 digits: sqrt(2)*erfinv(2p-1) for the double nearest to p.
    const QUANTILES: &[(f64, f64)] = &[
        (1e-300, -37.0470962993612),
        (1e-100, -21.273453560965326),
        (1e-20, -9.262340089798407),
        (1.1102230246251565e-16, -8.209536151601387),
        (1e-09, -5.9978070150076865),
        (1e-05, -4.264890793922825),
        (0.001, -3.0902323061678136),
        (0.02, -2.053748910631823),
        (0.074, -1.4466320671589785),
        (0.076, -1.4325027208258116),
        (0.1, -1.2815515655446004),
        (0.25, -0.6744897501960817),
        (0.4, -0.2533471031357997),
        (0.499, -0.002506630899571766),
        (0.6, 0.2533471031357997),
        (0.9, 1.2815515655446006),
        (0.924, 1.4325027208258119),
        (0.926, 1.4466320671589787),
        (0.975, 1.9599639845400538),
        (0.999, 3.090232306167813),
        (0.9999999, 5.199337582290661),
    ];

    #[test]
    fn quantiles_agree_with_mpmath() {
        for (p, expected) in QUANTILES {
            let error = (quantile(*p) - expected).abs() / expected.abs().max(1e-300);
            assert!(error < 4e-16 || *expected == 0.0, "p = {p:e}: {:e}, not {expected:e}", quantile(*p));
        }
        assert_eq!(quantile(0.5), 0.0);
    }

    #[test]
    fn the_distribution_is_symmetric() {
        for k in 1..2000 {
            let p = f64::from(k) / 4096.0; // exact, as is 1 - p
            assert_eq!(quantile(p), -quantile(1.0 - p));
        }
    }
}
