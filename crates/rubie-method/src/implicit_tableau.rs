//! The coefficients of implicit Runge-Kutta methods as data.

use crate::tableau::{Coefficient, check_sum, equal};

/// An implicit Runge-Kutta method: stage i is k_i = f(t + c_i dt, y + dt sum_j a_ij k_j), the step ends at
/// y + dt sum_i b_i k_i, and the companion solution for the error has `b_hat` in place of `b`.
#[derive(Clone, Copy, Debug)]
pub struct ImplicitTableau {
    /// Row i has the coefficients a_ij: up to the diagonal for diagonally implicit methods, all for fully implicit ones.
    pub a: &'static [&'static [Coefficient]],
    /// Weights of the solution.
    pub b: &'static [Coefficient],
    /// Weights of the companion, if there is one.
    pub b_hat: Option<&'static [Coefficient]>,
    /// Nodes.
    pub c: &'static [Coefficient],
}

impl ImplicitTableau {
    /// Number of stages.
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// Whether the last stage is the solution at the end of the step, so that its derivative is that of the solution there.
    pub fn stiffly_accurate(&self) -> bool {
        self.a.last().is_some_and(|last| equal(last, self.b)) && self.diagonal(self.stages() - 1) != 0.0
    }

    /// Whether the first stage is explicit and the last one gives its derivative for the next step.
    pub fn fsal(&self) -> bool {
        self.stiffly_accurate() && self.a[0].iter().all(|number| number.value == 0.0)
    }

    /// a_ii.
    pub fn diagonal(&self, stage: usize) -> f64 {
        self.a[stage].get(stage).map_or(0.0, |number| number.value)
    }

    /// The limit of the stability function at infinity: of the algebraic equation 0 = y, the implicit stages are 0. 0 for stiffly
    /// accurate methods, else 1 - b^T A^-1 1 (E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, section IV.3); an
    /// explicit first stage counts with the derivative that the step began with.
    pub fn damping_at_infinity(&self) -> f64 {
        let number = |i: usize, j: usize| self.a[i].get(j).map_or(0.0, |number| number.value);
        let stages = self.stages();
        let first = (0..stages).take_while(|i| (0..stages).all(|j| number(*i, j) == 0.0)).count();
        if self.stiffly_accurate() && first == 0 {
            return 0.0;
        }
        // With an explicit first stage: the factor of the derivative from step to step, k = -(A^-1 a) k1 of the rest.
        let size = stages - first;
        let mut rows: Vec<Vec<f64>> = (first..stages)
            .map(|i| {
                let right = if first > 0 { -number(i, 0) } else { 1.0 };
                (first..stages).map(|j| number(i, j)).chain([right]).collect()
            })
            .collect();
        for column in 0..size {
            let largest = (column..size)
                .max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
                .unwrap_or(column);
            rows.swap(column, largest);
            let pivot = rows[column].clone();
            for (i, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
                debug_assert_ne!(i, column);
                let multiplier = row[column] / pivot[column];
                row.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= multiplier * pivot);
            }
        }
        let k = |i: usize| rows[i][size] / rows[i][i];
        match first {
            0 => 1.0 - (0..size).map(|i| self.b[i].value * k(i)).sum::<f64>(),
            _ if self.stiffly_accurate() => k(size - 1),
            _ => f64::INFINITY,
        }
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
        let fully = self.a[0].len() == stages && stages > 1;
        for (i, (row, node)) in self.a.iter().zip(self.c).enumerate() {
            let expected = if fully { stages } else { i + 1 };
            if row.len() != expected {
                return Err(format!("row {i} of a has {} coefficients instead of {expected}", row.len()));
            }
            check_sum(&format!("row {i} of a"), row, node.value)?;
        }
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
