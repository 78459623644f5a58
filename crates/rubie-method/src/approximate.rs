//! Logarithm and power of 2 to about four digits, from exact primitives: for step-size factors, which need no more.
//!
//! Together they are 14 instructions; correctly rounded ones would cost several times as many in every attempt.
//! The polynomials are minimax fits (linear programming on 1501 Chebyshev points) that are exact at the joints.

use rubie_expr::Expr;

/// log2(x) for finite positive x: absolute error below 1.2e-4, exact at powers of 2, continuous and increasing.
pub(crate) fn log2(x: Expr<'_>) -> Expr<'_> {
    let exponent = x.exponent();
    let fraction = x.scale(-exponent) - 1.0;
    let polynomial =
        1.4387257194 + fraction * (-0.6777838672 + fraction * (0.3211887628 + fraction * -0.0821306150));
    exponent + fraction * polynomial
}

/// 2^x for finite x: relative error below 1.1e-4, exact at integers; overflows to infinity and underflows to 0.
pub(crate) fn exp2(x: Expr<'_>) -> Expr<'_> {
    let integer = x.round();
    let fraction = x - integer;
    let polynomial = 1.0 + fraction * (0.6932829175 + fraction * (0.2422109695 + fraction * 0.0550089762));
    polynomial.scale(integer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rubie_expr::{Evaluator, Graph};

    #[test]
    fn errors_are_within_the_documented_bounds() {
        let graph = Graph::new();
        let x = graph.symbol("x");
        let mut both = Evaluator::new(&[log2(x), exp2(x)]);
        for i in 0..20_000 {
            let value = 2f64.powf(f64::from(i) * 0.0153 - 100.0);
            assert!((both.evaluate(&[value])[0] - value.log2()).abs() < 1.2e-4, "log2({value})");
            let value = f64::from(i) * 0.0153 - 150.0;
            assert!((both.evaluate(&[value])[1] / value.exp2() - 1.0).abs() < 1.1e-4, "exp2({value})");
        }
    }

    #[test]
    fn joints_are_exact() {
        let graph = Graph::new();
        let x = graph.symbol("x");
        let mut both = Evaluator::new(&[log2(x), exp2(x)]);
        for power in -100..=53 {
            let power = f64::from(power);
            assert_eq!(both.evaluate(&[power.exp2()])[0], power);
            assert_eq!(both.evaluate(&[power])[1], power.exp2());
            let below = both.evaluate(&[power.exp2() * (1.0 - 1e-12)])[0];
            assert!(below < power && power - below < 1e-9);
        }
    }
}
