//! Interpolants with weights that are polynomials in theta.

use rubie_expr::Expr;

use super::hermite::{self, Bend};
use super::{Attempted, Exports};
use crate::step::Dense;
use crate::tableau::{Coefficient, Tableau, check_rows, equal};

/// The most that the mean derivative of a step may weigh in a [`Bend`]: the states' rounding errors are multiplied by a sixteenth of it.
const MOST_OF_MEAN: f64 = 16.0;

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
        if let Some(bend) = self.bend(attempt) {
            return Dense { order: self.order, ..hermite::dense(attempt, Some(bend)) };
        }
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

    /// What a quartic polynomial has besides the cubic one that states and derivatives at both ends give, if it meets those: then few
    /// values must be kept of a step instead of all stages. It is dt c^2 sum_i w_i4 k_i, as nothing else has a term with theta^4.
    fn bend<'g>(&self, attempt: &Attempted<'_, 'g>) -> Option<Bend<'g>> {
        if self.weights.iter().any(|row| row.len() > 4) {
            return None;
        }
        let slopes = (attempt.slopes)();
        let [first, last] = slopes.map(|slopes| attempt.stages.iter().position(|stage| *stage == slopes));
        let (first, last) = (first?, last?);
        if !(0..self.weights.len()).all(|stage| self.meets_slopes(stage, [first, last])) {
            return None;
        }
        let bend = |stage: usize| self.weights[stage].get(3).map_or(0.0, |number| number.value);
        let step = |stage: usize| self.weights[stage].iter().map(|number| number.value).sum::<f64>();
        // One of the other stages follows from the change of the states, in which all are summed up.
        let inner = (0..self.weights.len()).filter(|stage| ![first, last].contains(stage));
        let ratios =
            inner.clone().filter(|stage| bend(*stage) != 0.0).map(|stage| (stage, bend(stage) / step(stage)));
        let (spared, of_mean) = ratios.min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        if of_mean.abs() > MOST_OF_MEAN {
            return None;
        }
        let weight = |stage: usize| bend(stage) - of_mean * step(stage);
        let others = |state: usize| {
            let stages = inner.clone().filter(|stage| *stage != spared);
            weighted_sum(stages.map(|stage| (weight(stage), attempt.stages[stage][state])))
        };
        let others = (0..attempt.names.len()).map(others).collect::<Option<_>>()?;
        Some(Bend { of_slopes: [first, last].map(weight), of_mean, others })
    }

    /// Whether the derivatives at both ends have of a stage what they must have: these two stages are the derivatives there.
    fn meets_slopes(&self, stage: usize, ends: [usize; 2]) -> bool {
        let values = || self.weights[stage].iter().map(|number| number.value);
        let size: f64 = values().map(f64::abs).sum();
        let at_start = values().next().unwrap_or(0.0);
        let at_end: f64 = (1..).zip(values()).map(|(power, value)| f64::from(power) * value).sum();
        let expected = ends.map(|end| f64::from(u8::from(end == stage)));
        let meets = |(slope, expected): (f64, f64)| (slope - expected).abs() <= 1e-13 * size.max(1.0);
        [at_start, at_end].into_iter().zip(expected).all(meets)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::interpolant::Interpolant;
    use rubie_expr::{Graph, evaluate};

    /// What stands in for the derivatives of the stages of a step.
    fn derivatives(stages: usize) -> Vec<f64> {
        (0..stages).map(|stage| (1.7 * stage as f64 + 0.3).sin()).collect()
    }

    /// The interpolant of a step of one state, from 2 with dt = 0.5, as its weights say it.
    fn published(weights: &Continuous, theta: f64) -> f64 {
        let weight =
            |row: &&[Coefficient]| row.iter().rev().fold(0.0, |sum, number| theta * (number.value + sum));
        2.0 + 0.5
            * weights
                .weights
                .iter()
                .zip(derivatives(weights.weights.len()))
                .map(|(row, k)| weight(row) * k)
                .sum::<f64>()
    }

    #[test]
    fn quartic_interpolants_are_the_published_ones_from_fewer_values() {
        let mut quartic = Vec::new();
        for method in crate::methods() {
            let Interpolant::Continuous(weights) = method.interpolant() else { continue };
            let graph = Graph::new();
            let (dt, start, end) = (graph.symbol("step"), graph.symbol("old"), graph.symbol("new"));
            let stages: Vec<_> =
                (0..weights.weights.len()).map(|stage| vec![graph.symbol(&format!("k{stage}"))]).collect();
            let at_end = (weights.weights.iter()).position(|row| {
                (row.iter().zip(1..).map(|(w, power)| w.value * f64::from(power)).sum::<f64>() - 1.0).abs()
                    < 1e-12
            });
            let at_end = stages[at_end.unwrap_or(0)].clone();
            let attempt = Attempted {
                names: &["x"],
                dt,
                start: &[start],
                end: &[end],
                stages: &stages,
                slopes: &|| [stages[0].clone(), at_end.clone()],
            };
            let dense = weights.dense(&attempt);
            if weights.bend(&attempt).is_some() {
                quartic.push(method.name);
                assert!(dense.exports.len() == 6, "{}", method.name);
            }
            let mut values = vec![f64::NAN; graph.symbol_count()];
            let mut set = |symbol: Expr<'_>, value| values[symbol.as_symbol().unwrap().index()] = value;
            set(dt, 0.5);
            set(start, 2.0);
            set(end, published(weights, 1.0));
            stages.iter().zip(derivatives(stages.len())).for_each(|(k, value)| set(k[0], value));
            let exported: Vec<_> = dense.exports.iter().map(|export| export.value).collect();
            let exported = evaluate(&exported, &values);
            let mut set = |symbol: Expr<'_>, value| values[symbol.as_symbol().unwrap().index()] = value;
            dense.exports.iter().zip(exported).for_each(|(export, value)| set(export.symbol, value));
            for theta in [0.0, 0.1, 0.25, 0.5, 0.7, 0.95, 1.0] {
                values[dense.theta.as_symbol().unwrap().index()] = theta;
                let (found, expected) = (evaluate(&dense.states, &values)[0], published(weights, theta));
                assert!((found - expected).abs() < 1e-12, "{} at {theta}: {found}, {expected}", method.name);
            }
        }
        assert_eq!(quartic, ["dormand-prince-54", "tsit5"]);
    }
}
