//! The B-splines that are not zero at a point, and their derivatives.
//!
//! # Source
//! C. de Boor, A Practical Guide to Splines, revised edition 2001, chapter IX (14) for the values and chapter X (8) for the
//! derivatives.

use crate::options::DriverOptions;

/// Room for the B-splines of the highest order at a point.
pub(crate) type Local = [f64; DriverOptions::HIGHEST_ORDER + 1];

/// The last interval of positive length that begins at or before `x`, as the index of the knot at its start, among those that
/// `order + 1` B-splines cover.
pub(crate) fn interval(knots: &[f64], order: usize, x: f64) -> usize {
    let last = knots.len() - order - 2;
    let after = knots[..=last].partition_point(|knot| *knot <= x);
    after.saturating_sub(1).clamp(order, last)
}

/// The `derivative`-th derivatives at `x` of the B-splines `interval - order ..= interval`, the rest 0.
pub(crate) fn basis(knots: &[f64], order: usize, interval: usize, x: f64, derivative: usize) -> Local {
    let mut values = Local::default();
    if derivative > order {
        return values;
    }
    values[0] = 1.0;
    for degree in 1..=order {
        let differentiates = degree > order - derivative;
        // Entry k of the lower degree is the B-spline that starts at knot `interval - degree + 1 + k`.
        let lower = values;
        values = Local::default();
        for k in 0..degree {
            let (left, right) = (knots[interval + 1 + k - degree], knots[interval + 1 + k]);
            let share = lower[k] / (right - left);
            if differentiates {
                values[k] -= degree as f64 * share;
                values[k + 1] += degree as f64 * share;
            } else {
                values[k] += (right - x) * share;
                values[k + 1] += (x - left) * share;
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_add_up_to_one_and_derivatives_to_zero() {
        let knots = [0.0, 0.0, 0.0, 0.0, 1.0, 1.5, 4.0, 4.0, 4.0, 4.0];
        for x in [0.0, 0.3, 1.0, 1.2, 2.0, 4.0] {
            let at = interval(&knots, 3, x);
            for derivative in 0..=3 {
                let sum: f64 = basis(&knots, 3, at, x, derivative).iter().sum();
                let expected = if derivative == 0 { 1.0 } else { 0.0 };
                assert!((sum - expected).abs() < 1e-13, "{x} {derivative} {sum}");
            }
        }
    }

    #[test]
    fn uniform_cubic_at_a_knot() {
        let knots: Vec<f64> = (0..10).map(f64::from).collect();
        let at = interval(&knots, 3, 4.0);
        let near =
            |found: Local, expected: [f64; 4]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
        assert!(near(basis(&knots, 3, at, 4.0, 0), [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0]));
        assert!(near(basis(&knots, 3, at, 4.0, 1), [-0.5, 0.0, 0.5, 0.0]));
        assert!(near(basis(&knots, 3, at, 4.0, 2), [1.0, -2.0, 1.0, 0.0]));
    }
}
