//! Butcher tableaus: the coefficients of a Runge-Kutta method as data.
//!
//! A tableau comes from a file of `tableaus/`, is never computed, and can check itself. Each coefficient keeps the
//! way it is written, so that the tests can verify the order conditions in exact arithmetic.

/// A number of a tableau.
#[derive(Clone, Copy, Debug)]
pub struct Coefficient {
    /// The number, rounded to f64.
    pub value: f64,
    /// How the source writes it: a decimal or a fraction of decimals such as `19372.0 / 6561.0`.
    pub written: &'static str,
}

/// A coefficient, kept as value and as text.
macro_rules! number {
    ($number:expr) => {
        $crate::tableau::Coefficient { value: $number, written: stringify!($number) }
    };
}
pub(crate) use number;

/// A row of coefficients.
macro_rules! numbers {
    ($($number:expr),* $(,)?) => { &[$($crate::tableau::number!($number)),*] };
}
pub(crate) use numbers;

/// An explicit Runge-Kutta method: stage i is k_i = f(t + c_i dt, y + dt sum_j a_ij k_j), the step ends at
/// y + dt sum_i b_i k_i, and the companion solution for the error has `b_hat` in place of `b`.
#[derive(Clone, Copy, Debug)]
pub struct Tableau {
    /// Row i has the i coefficients (counted from 0) left of the diagonal.
    pub a: &'static [&'static [Coefficient]],
    /// Weights of the solution.
    pub b: &'static [Coefficient],
    /// Weights of the companion, if there is one.
    pub b_hat: Option<&'static [Coefficient]>,
    /// Nodes.
    pub c: &'static [Coefficient],
}

impl Tableau {
    /// Number of stages, a last one that is the first of the next step included.
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// Whether the last stage is the derivative at the end of the step, the first stage of the next step
    /// ("first same as last").
    pub fn fsal(&self) -> bool {
        let (Some(last), Some((weight, weights))) = (self.a.last(), self.b.split_last()) else {
            return false;
        };
        weight.value == 0.0 && !last.is_empty() && equal(last, weights)
    }

    /// The weights of the error estimate, b - b_hat.
    pub fn error_weights(&self) -> Option<Vec<f64>> {
        let companion = self.b_hat?;
        Some(self.b.iter().zip(companion).map(|(b, b_hat)| b.value - b_hat.value).collect())
    }

    /// Checks the shape, and that every row of `a` sums to its node and each set of weights to 1.
    ///
    /// # Errors
    /// A sentence that names the row.
    pub fn check(&self) -> Result<(), String> {
        let stages = self.stages();
        if self.a.len() != stages || self.c.len() != stages {
            return Err(format!("{stages} weights, but {} rows and {} nodes", self.a.len(), self.c.len()));
        }
        check_rows(self.a, self.c, 0)?;
        check_sum("b", self.b, 1.0)?;
        match self.b_hat {
            Some(weights) if weights.len() != stages => {
                Err(format!("b_hat has {} of {stages} weights", weights.len()))
            }
            Some(weights) => check_sum("b_hat", weights, 1.0),
            None => Ok(()),
        }
    }
}

/// Checks rows of which the first has `first` coefficients and each following one more.
pub(crate) fn check_rows(a: &[&[Coefficient]], c: &[Coefficient], first: usize) -> Result<(), String> {
    for (i, (row, node)) in a.iter().zip(c).enumerate() {
        let stage = first + i;
        if row.len() != stage {
            return Err(format!("row {stage} of a has {} coefficients instead of {stage}", row.len()));
        }
        check_sum(&format!("row {stage} of a"), row, node.value)?;
    }
    Ok(())
}

pub(crate) fn check_sum(what: &str, row: &[Coefficient], expected: f64) -> Result<(), String> {
    let sum: f64 = row.iter().map(|number| number.value).sum();
    let size: f64 = row.iter().map(|number| number.value.abs()).sum();
    // Rounding of the sum and of its terms.
    if (sum - expected).abs() <= 1e-15 * size.max(1.0) * 4.0 {
        Ok(())
    } else {
        Err(format!("{what} sums to {sum} instead of {expected}"))
    }
}

/// Whether two rows hold the same numbers.
pub(crate) fn equal(one: &[Coefficient], other: &[Coefficient]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.value == b.value)
}
