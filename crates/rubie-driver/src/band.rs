//! Systems of linear equations with a band matrix.
//!
//! # Source
//! G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 4.3.3 (Gaussian elimination with partial pivoting
//! keeps to a band that is wider on the right by the width on the left).

/// The factors of a band matrix.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    size: usize,
    /// How far entries reach to the left of the diagonal.
    lower: usize,
    /// How far they reach to the right, with what pivoting adds.
    upper: usize,
    /// Row by row, `lower + 1 + upper` entries each.
    entries: Vec<f64>,
    /// The row that each step exchanged its own with.
    pivots: Vec<usize>,
}

impl Band {
    /// Factors the matrix of the given rows, each a list of columns and values (those of one column add up); `None` if it is singular.
    pub(crate) fn factor(rows: &[Vec<(usize, f64)>]) -> Option<Band> {
        let reach = |towards: fn(usize, usize) -> usize| {
            let row =
                |(i, row): (usize, &Vec<(usize, f64)>)| row.iter().map(move |&(j, _)| towards(i, j)).max();
            rows.iter().enumerate().filter_map(row).max().unwrap_or(0)
        };
        let lower = reach(|i, j| i.saturating_sub(j));
        let upper = reach(|i, j| j.saturating_sub(i)) + lower;
        let size = rows.len();
        let entries = vec![0.0; size * (lower + 1 + upper)];
        let mut band = Band { size, lower, upper, entries, pivots: Vec::with_capacity(size) };
        for (i, row) in rows.iter().enumerate() {
            for &(j, value) in row {
                *band.at(i, j) += value;
            }
        }
        (0..size).all(|step| band.eliminate(step)).then_some(band)
    }

    fn place(&self, i: usize, j: usize) -> usize {
        i * (self.lower + 1 + self.upper) + j + self.lower - i
    }

    fn at(&mut self, i: usize, j: usize) -> &mut f64 {
        let place = self.place(i, j);
        &mut self.entries[place]
    }

    fn get(&self, i: usize, j: usize) -> f64 {
        self.entries[self.place(i, j)]
    }

    /// The last row that reaches column `j`, and the last column that row `i` reaches.
    fn ends(&self, step: usize) -> (usize, usize) {
        ((step + self.lower).min(self.size - 1), (step + self.upper).min(self.size - 1))
    }

    fn eliminate(&mut self, step: usize) -> bool {
        let (last_row, last_column) = self.ends(step);
        let largest = |a: &usize, b: &usize| {
            self.get(*a, step).abs().total_cmp(&self.get(*b, step).abs()).then(b.cmp(a))
        };
        let pivot = (step..=last_row).max_by(largest).unwrap_or(step);
        self.pivots.push(pivot);
        for column in step..=last_column {
            let (a, b) = (self.place(step, column), self.place(pivot, column));
            self.entries.swap(a, b);
        }
        let divisor = self.get(step, step);
        if divisor == 0.0 || !divisor.is_finite() {
            return false;
        }
        for row in step + 1..=last_row {
            let factor = self.get(row, step) / divisor;
            *self.at(row, step) = factor;
            for column in step + 1..=last_column {
                let known = self.get(step, column);
                *self.at(row, column) -= factor * known;
            }
        }
        true
    }

    /// Replaces a right-hand side by the solution.
    pub(crate) fn solve(&self, values: &mut [f64]) {
        for step in 0..self.size {
            values.swap(step, self.pivots[step]);
            for row in step + 1..=self.ends(step).0 {
                values[row] -= self.get(row, step) * values[step];
            }
        }
        for row in (0..self.size).rev() {
            let known: f64 = (row + 1..=self.ends(row).1).map(|j| self.get(row, j) * values[j]).sum();
            values[row] = (values[row] - known) / self.get(row, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn solutions_satisfy_their_equations(
            values in prop::collection::vec(-1.0..1.0f64, 12 * 12),
            (lower, upper) in (0..5usize, 0..5usize),
        ) {
            let inside = |i: usize, j: usize| j + lower >= i && j <= i + upper;
            let rows: Vec<Vec<(usize, f64)>> = (0..12)
                .map(|i| (0..12).filter(|&j| inside(i, j)).map(|j| (j, values[12 * i + j] + 0.01)).collect())
                .collect();
            let right: Vec<f64> = (0..12).map(|i| f64::from(i) - 5.5).collect();
            if let Some(band) = Band::factor(&rows) {
                let mut x = right.clone();
                band.solve(&mut x);
                let size = x.iter().fold(1.0, |a: f64, b| a.max(b.abs()));
                for (row, right) in rows.iter().zip(right) {
                    let left: f64 = row.iter().map(|&(j, a)| a * x[j]).sum();
                    prop_assert!((left - right).abs() < 1e-12 * size, "{left} {right}");
                }
            }
        }
    }

    #[test]
    fn a_pivot_may_be_below() {
        let band = Band::factor(&[vec![(1, 2.0)], vec![(0, 3.0), (1, 1.0)]]).unwrap();
        let mut values = [4.0, 5.0];
        band.solve(&mut values);
        assert_eq!(values, [1.0, 2.0]);
        assert!(Band::factor(&[vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (1, 1.0)]]).is_none());
    }
}
