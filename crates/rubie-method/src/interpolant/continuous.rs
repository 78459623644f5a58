//! Interpolants with weights that are polynomials in theta.

use rubie_expr::Expr;

use super::{Attempted, Exports};
use crate::step::Dense;
use crate::tableau::{Coefficient, Tableau, check_rows, equal};

/// Weights b_i(theta) over the stages of a tableau and further ones:
/// y(t + theta dt) = y + dt sum_i b_i(theta) k_i.
#[derive(Clone, Copy, Debug)]
pub struct Continuous {
    /// Order of accuracy.
    pub order: u32,
    /// Rows of the further stages, continuing the tableau's; each is one longer than the last.
    pub a: &'static [&'static [Coefficient]],
    /// Their nodes.
    pub c: &'static [Coefficient],
    /// For every stage the coefficients of theta, theta^2, ...; none for a stage that is not used.
    pub weights: &'static [&'static [Coefficient]],
}

impl Continuous {
    /// Whether the first further stage is the derivative at the end of the step.
    pub(crate) fn starts_at_end(&self, tableau: &Tableau) -> bool {
        self.a.first().is_some_and(|row| equal(row, tableau.b))
    }

    /// Checks shapes and row sums, and that the weights at theta = 1 are the method's.
    ///
    /// # Errors
    /// A sentence that names the row.
    pub fn check(&self, tableau: &Tableau) -> Result<(), String> {
        check_rows(self.a, self.c, tableau.stages())?;
        let stages = tableau.stages() + self.a.len();
        if self.weights.len() != stages {
            return Err(format!("{} rows of weights for {stages} stages", self.weights.len()));
        }
        for (stage, row) in self.weights.iter().enumerate() {
            let sum: f64 = row.iter().map(|number| number.value).sum();
            let size: f64 = row.iter().map(|number| number.value.abs()).sum();
            let expected = tableau.b.get(stage).map_or(0.0, |weight| weight.value);
            if (sum - expected).abs() > 1e-14 * size.max(1.0) {
                return Err(format!("weights of stage {stage} sum to {sum} instead of {expected}"));
            }
        }
        Ok(())
    }

    pub(super) fn dense<'g>(&self, attempt: &Attempted<'_, 'g>) -> Dense<'g> {
        let graph = attempt.dt.graph();
        let theta = graph.symbol("theta");
        let mut exports = Exports::new(graph);
        let reach = theta * exports.take("dt", attempt.dt);
        let mut states = Vec::with_capacity(attempt.names.len());
        for (i, name) in attempt.names.iter().enumerate() {
            let start = exports.take(&format!("start.{name}"), attempt.start[i]);
            let used = |stage: &usize| !self.weights[*stage].is_empty();
            let slopes: Vec<_> = (0..attempt.stages.len())
                .filter(used)
                .map(|stage| {
                    (stage, exports.take(&format!("k{}.{name}", stage + 1), attempt.stages[stage][i]))
                })
                .collect();
            states.push(match self.mean_slope(theta, &slopes) {
                Some(slope) => start + reach * slope,
                None => start,
            });
        }
        exports.dense(theta, states, self.order)
    }

    /// sum_i b_i(theta) / theta k_i by Horner's scheme; its coefficients do not depend on theta.
    fn mean_slope<'g>(&self, theta: Expr<'g>, slopes: &[(usize, Expr<'g>)]) -> Option<Expr<'g>> {
        let degree = self.weights.iter().map(|row| row.len()).max().unwrap_or(0);
        (0..degree).rev().fold(None, |higher, power| {
            let terms = slopes
                .iter()
                .map(|(stage, k)| (self.weights[*stage].get(power).map_or(0.0, |w| w.value), *k));
            match (weighted_sum(terms), higher) {
                (Some(coefficient), Some(higher)) => Some(coefficient + theta * higher),
                (coefficient, None) => coefficient,
                (None, Some(higher)) => Some(theta * higher),
            }
        })
    }
}

/// sum_j weight_j term_j without the terms of weight zero, one multiplication or multiply-add per term.
pub(crate) fn weighted_sum<'g>(terms: impl IntoIterator<Item = (f64, Expr<'g>)>) -> Option<Expr<'g>> {
    let products = terms.into_iter().filter(|(weight, _)| *weight != 0.0).map(|(weight, term)| weight * term);
    products.reduce(|sum, product| sum + product)
}
