//! Two f64 as one number of 106 bits, and exact fractions.

use std::ops::{Add, Div, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, Signed, ToPrimitive};
use rubie_method::Coefficient;

/// What order conditions and Runge-Kutta steps need of a number.
pub trait Number:
    Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    fn exact(value: &BigRational) -> Self;
    fn size(&self) -> f64;

    fn integer(value: i64) -> Self {
        Self::exact(&BigRational::from_integer(value.into()))
    }
    fn coefficient(coefficient: &Coefficient) -> Self {
        Self::exact(&written(coefficient.written))
    }
}

/// The fraction that a coefficient's text means.
pub fn written(text: &str) -> BigRational {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    match text.split_once('/') {
        Some((above, below)) => decimal(above) / decimal(below),
        None => decimal(&text),
    }
}

fn decimal(text: &str) -> BigRational {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().expect("digits");
    let power: i32 = power.parse::<i32>().expect("a power") - fraction.len() as i32;
    BigRational::from_integer(digits) * BigRational::from_integer(10.into()).pow(power)
}

impl Number for BigRational {
    fn exact(value: &BigRational) -> Self {
        value.clone()
    }
    fn size(&self) -> f64 {
        self.abs().to_f64().expect("a size")
    }
}

impl Number for f64 {
    fn exact(value: &BigRational) -> Self {
        value.to_f64().expect("a number")
    }
    fn size(&self) -> f64 {
        self.abs()
    }
}

/// high + low, low at most half a unit of the last place of high.
#[derive(Clone, Copy, Debug)]
pub struct Double {
    pub high: f64,
    pub low: f64,
}

impl Double {
    pub fn from_f64(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// Requires |high| >= |low|.
    fn fast(high: f64, low: f64) -> Self {
        let sum = high + low;
        if !sum.is_finite() {
            return Self::from_f64(sum);
        }
        Self { high: sum, low: low - (sum - high) }
    }
}

impl Number for Double {
    fn exact(value: &BigRational) -> Self {
        let high = value.to_f64().expect("a number");
        let rest = value - BigRational::from_float(high).expect("a finite number");
        Self { high, low: rest.to_f64().expect("a number") }
    }
    fn size(&self) -> f64 {
        self.high.abs()
    }
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = self.high + other.high;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (other.high - part);
        Self::fast(sum, error + (self.low + other.low))
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = self.high * other.high;
        let error = self.high.mul_add(other.high, -product);
        Self::fast(product, error + (self.high * other.low + self.low * other.high))
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = Self::from_f64(self.high / other.high);
        let rest = self - first * other;
        let second = Self::from_f64(rest.high / other.high);
        let rest = rest - second * other;
        first + second + Self::from_f64(rest.high / other.high)
    }
}
