//! The matrix on the left of M y' = f(t, y, p).

use rubie_expr::Expr;

/// A constant matrix by its rows: entries that are not identically 0, in terms of parameters only.
///
/// Rows are those of the equations, columns those of the states; row i is the equation that stands in the place of state i. A row
/// without entries is an algebraic equation, 0 = f_i, and the rows that have entries are linearly independent. So the system is one of
/// ordinary differential equations where every row has entries, and else of differential-algebraic ones; then the matrix of the
/// rows with entries and, in place of the others, of the derivatives of f_i by the states can be inverted (index 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Mass<'g> {
    /// For each equation its entries (column, value), by column.
    pub rows: Vec<Vec<(usize, Expr<'g>)>>,
}

impl<'g> Mass<'g> {
    /// Whether row `row` is an algebraic equation.
    pub fn is_algebraic(&self, row: usize) -> bool {
        self.rows[row].is_empty()
    }

    /// The entry at a place, or `None` where it is identically 0.
    pub fn get(&self, row: usize, column: usize) -> Option<Expr<'g>> {
        let entries = &self.rows[row];
        let place = entries.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        Some(entries[place].1)
    }

    /// Whether every entry is the number 1 on the diagonal.
    pub(crate) fn is_identity(&self) -> bool {
        let is_one = |(row, entries): (usize, &Vec<(usize, Expr<'g>)>)| matches!(entries[..], [(column, value)] if column == row && value.as_constant() == Some(1.0));
        self.rows.iter().enumerate().all(is_one)
    }

    /// The product with a vector; 0 in the rows of algebraic equations.
    pub fn times(&self, values: &[Expr<'g>], zero: Expr<'g>) -> Vec<Expr<'g>> {
        let product = |(column, entry): &(usize, Expr<'g>)| *entry * values[*column];
        let sum = |row: &Vec<(usize, Expr<'g>)>| row.iter().map(product).reduce(|sum, term| sum + term);
        self.rows.iter().map(|row| sum(row).unwrap_or(zero)).collect()
    }
}
