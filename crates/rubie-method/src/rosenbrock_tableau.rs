//! The coefficients of Rosenbrock-W methods as data.

use crate::tableau::{Coefficient, equal};

/// A Rosenbrock-W method in transformed variables: for M y' = f and with W = M / (gamma dt) - J, the stages solve
///
/// W U_i = f(t + c_i dt, y + sum_j a_ij U_j) + (1 / dt) M sum_j C_ij U_j + gamma_i dt df/dt,
///
/// the step ends at y + sum_i b_i U_i, and the companion solution for the error has `b_hat` in place of `b`. J and
/// df/dt are the derivatives of f by state and by time at the start of the step.
///
/// Source: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, equation IV.7.25.
#[derive(Clone, Copy, Debug)]
pub struct RosenbrockTableau {
    /// The factor of J in every stage.
    pub gamma: Coefficient,
    /// Row i has the i coefficients a_ij (counted from 0) left of the diagonal.
    pub a: &'static [&'static [Coefficient]],
    /// The coefficients C_ij, of the same shape.
    pub coupling: &'static [&'static [Coefficient]],
    /// Weights of the solution.
    pub b: &'static [Coefficient],
    /// Weights of the companion, if there is one.
    pub b_hat: Option<&'static [Coefficient]>,
    /// Nodes c_i.
    pub c: &'static [Coefficient],
    /// Weights gamma_i of the derivative by time.
    pub time_weights: &'static [Coefficient],
}

impl RosenbrockTableau {
    /// Number of stages.
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// Whether the last stage evaluates f at the end of the step, which the first stage of the next step needs.
    pub fn fsal(&self) -> bool {
        let (Some(last), Some(node), Some((weight, weights))) =
            (self.a.last(), self.c.last(), self.b.split_last())
        else {
            return false;
        };
        weight.value == 0.0 && node.value == 1.0 && !last.is_empty() && equal(last, weights)
    }

    /// The limit of the stability function at infinity: of the algebraic equation 0 = y, the stages are
    /// U_i = -(y + sum_j a_ij U_j).
    pub fn damping_at_infinity(&self) -> f64 {
        let mut stages: Vec<f64> = Vec::with_capacity(self.stages());
        for row in self.a {
            let sum: f64 = row.iter().zip(&stages).map(|(a, u)| a.value * u).sum();
            stages.push(-(1.0 + sum));
        }
        1.0 + self.b.iter().zip(&stages).map(|(b, u)| b.value * u).sum::<f64>()
    }

    /// Whether algebraic states have local errors of the third order in the step size, as the order conditions of E. Hairer, G. Wanner,
    /// Solving Ordinary Differential Equations II, section VI.4 ask for beyond those of differential equations: whether a step on
    /// y' = 1, 0 = y^2 - z from 0 of length 1 leads to z = 1. Where it does not, constraints are violated by more than the error
    /// estimate bears, however small the step.
    pub fn solves_algebraic(&self) -> bool {
        let (mut y, mut z): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let sum = |row: &[Coefficient], u: &[f64]| {
            row.iter().zip(u).map(|(number, u)| number.value * u).sum::<f64>()
        };
        for (row, coupling) in self.a.iter().zip(self.coupling) {
            let at = sum(row, &y);
            let own = at * at - sum(row, &z);
            y.push(self.gamma.value * (1.0 + sum(coupling, &y)));
            z.push(own);
        }
        (sum(self.b, &z) - 1.0).abs() < 1e-6
    }

    /// The weights of the error estimate, b - b_hat.
    pub fn error_weights(&self) -> Option<Vec<f64>> {
        let companion = self.b_hat?;
        Some(self.b.iter().zip(companion).map(|(b, b_hat)| b.value - b_hat.value).collect())
    }

    /// Checks the shape, and that rows and weights sum to what they must: with U = dt Gamma k, the sums of the rows of
    /// Gamma are `time_weights`, those of a Gamma are the nodes, and those of b Gamma and b_hat Gamma are 1.
    ///
    /// # Errors
    /// A sentence that names the row.
    pub fn check(&self) -> Result<(), String> {
        let stages = self.stages();
        let lengths = [self.a.len(), self.coupling.len(), self.c.len(), self.time_weights.len()];
        if lengths.iter().any(|length| *length != stages) {
            return Err(format!("{stages} weights, but {lengths:?} rows, rows of C, nodes and time weights"));
        }
        // Gamma = (I / gamma - C)^-1, so its row sums g satisfy g_i / gamma - sum_j C_ij g_j = 1.
        let mut sums: Vec<f64> = Vec::with_capacity(stages);
        for (i, row) in self.coupling.iter().enumerate() {
            let (sum, size) = check_length("C", row, i).map(|()| product(row, &sums))?;
            let (sum, size) = (self.gamma.value * (1.0 + sum), self.gamma.value * (1.0 + size));
            check_value(&format!("row {i} of Gamma"), sum, self.time_weights[i].value, size)?;
            sums.push(self.time_weights[i].value);
        }
        for (i, row) in self.a.iter().enumerate() {
            let (sum, size) = check_length("a", row, i).map(|()| product(row, &sums))?;
            check_value(&format!("row {i} of a Gamma"), sum, self.c[i].value, size)?;
        }
        for (name, weights) in [("b", Some(self.b)), ("b_hat", self.b_hat)] {
            let Some(weights) = weights else { continue };
            check_length(name, weights, stages)?;
            let (sum, size) = product(weights, &sums);
            check_value(&format!("{name} Gamma"), sum, 1.0, size)?;
        }
        Ok(())
    }
}

/// The sum of products, and of their sizes.
fn product(row: &[Coefficient], sums: &[f64]) -> (f64, f64) {
    let terms = row.iter().zip(sums).map(|(number, sum)| number.value * sum);
    terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
}

fn check_length(what: &str, row: &[Coefficient], expected: usize) -> Result<(), String> {
    match row.len() {
        length if length == expected => Ok(()),
        length => Err(format!("row {expected} of {what} has {length} coefficients instead of {expected}")),
    }
}

fn check_value(what: &str, sum: f64, expected: f64, size: f64) -> Result<(), String> {
    // Published digits are 15 or 16, and products of many were rounded on the way.
    if (sum - expected).abs() <= 5e-13 * size.max(1.0) {
        Ok(())
    } else {
        Err(format!("{what} sums to {sum} instead of {expected}"))
    }
}
