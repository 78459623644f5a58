//! How far the expanded elementary functions are from the exact values, by a multi-precision library that knows nothing of
//! them (astro-float, 192 bits and more).
#![allow(dead_code)]

use astro_float::{BigFloat, Consts, RoundingMode, Sign};
use rubie_expr::{Expr, Graph, Op};
use rubie_program::functions::expand;
use rubie_program::{
    Element, Lowering, Operand, Phase, Place, Port, Precision, Rate, Value, ValueEvaluator, ValueGraph,
};

const BITS: usize = 192;
const TO: RoundingMode = RoundingMode::ToEven;

/// A function, where its ordinary arguments lie, and its exact value.
pub(crate) struct Case {
    pub(crate) op: Op,
    /// Arguments of everyday size.
    usual: (f64, f64),
    /// Points near which functions go wrong: zeros, poles, ends of the domain, joints.
    hard: &'static [f64],
    exact: fn(&BigFloat, &BigFloat, &mut Consts) -> BigFloat,
}

/// The largest error found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worst {
    /// In units in the last place of the exact value.
    pub(crate) ulps: f64,
    /// The arguments.
    pub(crate) at: (f64, f64),
    /// How many arguments were tried.
    pub(crate) tried: usize,
}

/// Exactly `value`; by way of a normal number, since the library misreads subnormal ones.
pub(crate) fn big(value: f64) -> BigFloat {
    if value.is_normal() || value == 0.0 {
        return BigFloat::from_f64(value, BITS);
    }
    let mut scaled = BigFloat::from_f64(value * 2f64.powi(200), BITS);
    if let Some(exponent) = scaled.exponent() {
        scaled.set_exponent(exponent - 200);
    }
    scaled
}

/// sum of coefficients x^k, k = 1, 2, ...
fn series(x: &BigFloat, coefficients: &[(i32, i32)]) -> BigFloat {
    let mut power = x.clone();
    let mut sum = big(0.0);
    for &(numerator, denominator) in coefficients {
        let term = power.mul(&big(numerator.into()), BITS, TO).div(&big(denominator.into()), BITS, TO);
        sum = sum.add(&term, BITS, TO);
        power = power.mul(x, BITS, TO);
    }
    sum
}

fn is_tiny(x: &BigFloat) -> bool {
    x.exponent().is_none_or(|exponent| exponent < -50)
}

fn expm1(x: &BigFloat, _: &BigFloat, cc: &mut Consts) -> BigFloat {
    match is_tiny(x) {
        true => series(x, &[(1, 1), (1, 2), (1, 6), (1, 24), (1, 120)]),
        false => x.exp(2 * BITS, TO, cc).sub(&big(1.0), 2 * BITS, TO),
    }
}

fn log1p(x: &BigFloat, _: &BigFloat, cc: &mut Consts) -> BigFloat {
    match is_tiny(x) {
        true => series(x, &[(1, 1), (-1, 2), (1, 3), (-1, 4), (1, 5)]),
        false => x.add(&big(1.0), 2 * BITS, TO).ln(2 * BITS, TO, cc),
    }
}

fn cbrt(x: &BigFloat, _: &BigFloat, cc: &mut Consts) -> BigFloat {
    let third = big(1.0).div(&big(3.0), 2 * BITS, TO);
    let mut root = x.abs().pow(&third, 2 * BITS, TO, cc);
    if x.is_negative() {
        root.inv_sign();
    }
    root
}

/// By logarithm and exponential: the library's own power does not end where the result is exact.
fn power(x: &BigFloat, y: &BigFloat, cc: &mut Consts) -> BigFloat {
    x.ln(4 * BITS, TO, cc).mul(y, 4 * BITS, TO).exp(2 * BITS, TO, cc)
}

/// 2/sqrt(pi) times the Taylor series; beyond 6.5 it is 1 in every format.
fn erf(x: &BigFloat, _: &BigFloat, cc: &mut Consts) -> BigFloat {
    let bits = 4 * BITS;
    if x.abs().cmp(&big(6.5)).is_some_and(|order| order > 0) {
        return if x.is_negative() { big(-1.0) } else { big(1.0) };
    }
    let square = x.mul(x, bits, TO);
    let (mut term, mut sum) = (x.clone(), x.clone());
    for n in 1..600u32 {
        term = term.mul(&square, bits, TO).div(&big(f64::from(n)), bits, TO);
        term.inv_sign();
        let part = term.div(&big(f64::from(2 * n + 1)), bits, TO);
        sum = sum.add(&part, bits, TO);
        let negligible = |p: i32, s: i32| p < s - bits as i32 / 2;
        if part.is_zero() || part.exponent().zip(sum.exponent()).is_some_and(|(p, s)| negligible(p, s)) {
            break;
        }
    }
    let pi = cc.pi(bits, TO);
    sum.mul(&big(2.0), bits, TO).div(&pi.sqrt(bits, TO), bits, TO)
}

fn atan2(y: &BigFloat, x: &BigFloat, cc: &mut Consts) -> BigFloat {
    let pi = cc.pi(BITS, TO);
    if x.is_zero() {
        let mut quarter = pi.div(&big(2.0), BITS, TO);
        if y.is_negative() {
            quarter.inv_sign();
        }
        return quarter;
    }
    let angle = y.div(x, 2 * BITS, TO).atan(2 * BITS, TO, cc);
    match (x.is_negative(), y.is_negative()) {
        (false, _) => angle,
        (true, false) => angle.add(&pi, BITS, TO),
        (true, true) => angle.sub(&pi, BITS, TO),
    }
}

macro_rules! case {
    ($op:ident $low:literal .. $high:literal [$($hard:expr),*] $exact:expr) => {
        Case { op: Op::$op, usual: ($low, $high), hard: &[$($hard),*], exact: $exact }
    };
}

/// All elementary functions.
pub(crate) fn cases() -> Vec<Case> {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    vec![
        case!(Exp -50.0 .. 50.0 [0.0, 709.78, -708.4, -745.1, 88.72, -87.3, -103.9] |x, _, cc| x.exp(BITS, TO, cc)),
        case!(Exp2 -50.0 .. 50.0 [0.0, 1024.0, -1022.0, -1074.0, 128.0, -126.0, -149.0] |x, _, cc| power(&big(2.0), x, cc)),
        case!(Expm1 -5.0 .. 5.0 [0.0, 709.78, 88.72, 0.5, -0.5, -37.0] expm1),
        case!(Log 0.0 .. 10.0 [1.0, 0.7, 1.4, 1e-310] |x, _, cc| x.ln(2 * BITS, TO, cc)),
        case!(Log1p -0.99 .. 10.0 [0.0, -1.0, 0.41, -0.29] log1p),
        case!(Log2 0.0 .. 10.0 [1.0, 0.7, 1.4, 2.0, 1e-310] |x, _, cc| x.log2(2 * BITS, TO, cc)),
        case!(Log10 0.0 .. 10.0 [1.0, 0.7, 1.4, 10.0, 1e-310] |x, _, cc| x.log10(2 * BITS, TO, cc)),
        case!(Sin -30.0 .. 30.0 [0.0, FRAC_PI_4, FRAC_PI_2, PI, 22.0, 355.0, 1e3, 1048576.0, 1e22] |x, _, cc| x.sin(2 * BITS, TO, cc)),
        case!(Cos -30.0 .. 30.0 [0.0, FRAC_PI_4, FRAC_PI_2, PI, 11.0, 355.0, 1e3, 1048576.0, 1e22] |x, _, cc| x.cos(2 * BITS, TO, cc)),
        case!(Tan -30.0 .. 30.0 [0.0, FRAC_PI_4, FRAC_PI_2, PI, 11.0, 355.0, 1e3, 1048576.0, 1e22] |x, _, cc| x.tan(2 * BITS, TO, cc)),
        case!(Asin -1.0 .. 1.0 [0.0, 0.5, 1.0, -1.0] |x, _, cc| x.asin(BITS, TO, cc)),
        case!(Acos -1.0 .. 1.0 [0.0, 0.5, 1.0, -1.0] |x, _, cc| x.acos(BITS, TO, cc)),
        case!(Atan -5.0 .. 5.0 [0.0, 1.0, 2.4, 0.41] |x, _, cc| x.atan(BITS, TO, cc)),
        case!(Sinh -5.0 .. 5.0 [0.0, 710.47, 89.4, 0.35] |x, _, cc| x.sinh(2 * BITS, TO, cc)),
        case!(Cosh -5.0 .. 5.0 [0.0, 710.47, 89.4, 0.35] |x, _, cc| x.cosh(BITS, TO, cc)),
        case!(Tanh -5.0 .. 5.0 [0.0, 0.625, 19.0, 9.0] |x, _, cc| x.tanh(2 * BITS, TO, cc)),
        case!(Asinh -5.0 .. 5.0 [0.0, 0.35, 1.0] |x, _, cc| x.asinh(2 * BITS, TO, cc)),
        case!(Acosh 1.0 .. 10.0 [1.0, 1.5, 2.0] |x, _, cc| x.acosh(2 * BITS, TO, cc)),
        case!(Atanh -1.0 .. 1.0 [0.0, 0.36, 1.0, -1.0] |x, _, cc| x.atanh(2 * BITS, TO, cc)),
        case!(Erf -4.0 .. 4.0 [0.0, 1.0, 3.9, 5.9] erf),
        case!(Cbrt -10.0 .. 10.0 [0.0, 1.0, 8.0, 1e-310] cbrt),
        case!(Pow 0.0 .. 5.0 [1.0, 2.0, 0.5] power),
        case!(Atan2 -5.0 .. 5.0 [1.0, -1.0, 0.0] atan2),
    ]
}

/// A generator of well-mixed bits (SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Any pattern of bits, an everyday number, or the neighbourhood of a hard point.
    fn argument(&mut self, case: &Case, precision: Precision) -> f64 {
        let value = match self.next() % 4 {
            0 => match precision {
                Precision::F64 => f64::from_bits(self.next()),
                Precision::F32 => f64::from(f32::from_bits(self.next() as u32)),
            },
            1 | 2 => case.usual.0 + (case.usual.1 - case.usual.0) * self.unit(),
            _ => {
                let point = case.hard[self.next() as usize % case.hard.len()];
                let distance = (2.0 * self.unit() - 1.0) * 2f64.powi(-((self.next() % 50) as i32));
                point + distance * if point == 0.0 { 1.0 } else { point }
            }
        };
        match precision {
            Precision::F64 => value,
            Precision::F32 => f64::from(value as f32),
        }
    }
}

/// The instructions of one function, ready to be evaluated.
pub(crate) struct Expansion<T: Element> {
    evaluator: ValueEvaluator<T>,
}

impl<T: Element> Expansion<T> {
    /// Panics where the operation is no elementary function.
    pub(crate) fn new(op: Op) -> Self {
        let mut graph = ValueGraph::new(T::PRECISION);
        let arguments: Vec<Value> = (0..op.arity() as u32).map(|i| graph.input(Operand::Row(i))).collect();
        let value = expand(&mut graph, op, &arguments).expect("an elementary function");
        Expansion { evaluator: ValueEvaluator::new(&graph, &[value]) }
    }

    pub(crate) fn at(&mut self, x: f64, y: f64) -> f64 {
        let value = |operand| T::from_f64(if operand == Operand::Row(0) { x } else { y });
        self.evaluator.evaluate(value)[0].to_f64()
    }
}

/// Instructions that a function takes in a program of its own.
pub(crate) fn instructions(op: Op, precision: Precision) -> usize {
    let graph = Graph::new();
    let symbols: Vec<Expr<'_>> = (0..op.arity()).map(|i| graph.symbol(&format!("x{i}"))).collect();
    let ports = (0..).zip(&symbols).map(|(i, symbol)| Port {
        symbol: *symbol,
        place: Place::Row(i),
        rate: Rate::Attempt,
    });
    let ports = ports.collect();
    let outputs = vec![(Expr::apply(op, &symbols), Place::Row(2))];
    let phases = vec![Phase { name: "function", rate: Rate::Attempt, outputs }];
    let lowering = Lowering { precision, ports, phases, homes: Vec::new(), first_row: 3, first_uniform: 0 };
    lowering.lower().expect("a function is lowered").programs[0].instructions().len()
}

/// The value as f64 times a power of two: (fraction in [0.5, 1), exponent).
fn leading(value: &BigFloat) -> Option<(f64, i32)> {
    let (words, _, sign, exponent, _) = value.as_raw_parts()?;
    let top = *words.last()? as f64 / 2f64.powi(64);
    if top == 0.0 {
        return None;
    }
    Some((if sign == Sign::Neg { -top } else { top }, exponent))
}

/// Bits of the significand, exponents of the smallest normal number and of the first that overflows.
fn format(precision: Precision) -> (i32, i32, i32) {
    match precision {
        Precision::F64 => (53, -1022, 1024),
        Precision::F32 => (24, -126, 128),
    }
}

/// |found - exact| in units in the last place of `exact`. An infinite value counts as the number that would follow the
/// largest, and so does an exact value beyond it.
pub(crate) fn error(found: f64, exact: &BigFloat, precision: Precision) -> f64 {
    let (bits, least, overflow) = format(precision);
    let ceiling = |negative: bool| {
        let mut limit = BigFloat::from_f64(if negative { -1.0 } else { 1.0 }, BITS);
        limit.set_exponent(overflow + 1);
        limit
    };
    if found.is_nan() || exact.is_nan() {
        return f64::INFINITY;
    }
    let found = if found.is_infinite() { ceiling(found < 0.0) } else { big(found) };
    let beyond = exact.is_inf() || exact.exponent().is_some_and(|e| e > overflow) && !exact.is_zero();
    let exact = if beyond { ceiling(exact.is_negative()) } else { exact.clone() };
    let difference = found.sub(&exact, 4 * BITS, TO);
    let Some((fraction, exponent)) = leading(&difference) else { return 0.0 };
    let binade = leading(&exact).map_or(least, |(_, e)| (e - 1).clamp(least, overflow - 1));
    // A difference far below the smallest number is no difference.
    let shift = (exponent - (binade - (bits - 1))).clamp(-1000, 1000);
    fraction.abs() * 2f64.powi(shift)
}

/// Tries `count` arguments.
pub(crate) fn measure<T: Element>(case: &Case, count: usize, seed: u64) -> Worst {
    let mut cc = Consts::new().expect("memory for constants");
    let mut bits = Bits(seed);
    let mut expansion = Expansion::<T>::new(case.op);
    let mut worst = Worst::default();
    while worst.tried < count {
        let (x, y) = (bits.argument(case, T::PRECISION), bits.argument(case, T::PRECISION));
        if !in_domain(case.op, x, y) {
            continue;
        }
        worst.tried += 1;
        let exact = (case.exact)(&big(x), &big(y), &mut cc);
        let ulps = error(expansion.at(x, y), &exact, T::PRECISION);
        if ulps > worst.ulps || ulps.is_nan() {
            worst = Worst { ulps, at: (x, y), ..worst };
        }
    }
    worst
}

/// Arguments whose exact value is an ordinary number that the library computes in reasonable time; the others are in the
/// tables of special values.
fn in_domain(op: Op, x: f64, y: f64) -> bool {
    let inside = match op {
        Op::Log | Op::Log2 | Op::Log10 => x > 0.0,
        Op::Log1p => x > -1.0,
        Op::Asin | Op::Acos => x.abs() <= 1.0,
        Op::Atanh => x.abs() < 1.0,
        Op::Acosh => x >= 1.0,
        Op::Pow => x > 0.0 && (1e-18..800.0).contains(&(y * x.ln()).abs()),
        Op::Atan2 => (1e-30..1e30).contains(&(x / y).abs()),
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Sinh | Op::Cosh => x.abs() < 2000.0,
        Op::Tanh => x.abs() < 100.0,
        _ => true,
    };
    inside && x.is_finite() && x != 0.0
}
