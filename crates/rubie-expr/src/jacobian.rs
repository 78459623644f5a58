//! Sparse Jacobians: the derivatives of many functions with respect to many symbols.

use crate::derivative::Differentiator;
use crate::graph::Expr;

/// The derivatives that are not identically 0 of some functions with respect to some symbols.
#[derive(Clone, Debug)]
pub struct Jacobian<'g> {
    /// Number of functions.
    pub rows: usize,
    /// Number of symbols.
    pub columns: usize,
    /// The structural non-zeros by row, then column.
    pub entries: Vec<JacobianEntry<'g>>,
}

/// One derivative of a [`Jacobian`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JacobianEntry<'g> {
    /// Index of the function.
    pub row: usize,
    /// Index of the symbol.
    pub column: usize,
    /// The derivative of the function with respect to the symbol.
    pub value: Expr<'g>,
}

impl<'g> Jacobian<'g> {
    /// Differentiates every function with respect to every symbol that it depends on.
    ///
    /// The work for a symbol is proportional to the number of nodes that depend on it, so sparse
    /// systems cost as much as they have entries.
    pub fn new(functions: &[Expr<'g>], symbols: &[Expr<'g>]) -> Self {
        let mut differentiator = Differentiator::new(functions);
        let mut entries = Vec::new();
        for (column, symbol) in symbols.iter().enumerate() {
            let one = symbol.graph().constant(1.0);
            let found = differentiator.along(&[(*symbol, one)]);
            entries.extend(found.into_iter().map(|(row, value)| JacobianEntry { row, column, value }));
        }
        entries.sort_by_key(|entry| (entry.row, entry.column));
        Self { rows: functions.len(), columns: symbols.len(), entries }
    }

    /// The entries of one row, by column; nothing for a row that does not exist.
    pub fn row(&self, row: usize) -> &[JacobianEntry<'g>] {
        let start = self.entries.partition_point(|entry| entry.row < row);
        let end = self.entries.partition_point(|entry| entry.row <= row);
        &self.entries[start..end]
    }

    /// The entry at a place, or `None` where the derivative is identically 0.
    pub fn get(&self, row: usize, column: usize) -> Option<Expr<'g>> {
        let entries = self.row(row);
        let place = entries.binary_search_by_key(&column, |entry| entry.column).ok()?;
        Some(entries[place].value)
    }

    /// The places of the entries as `(row, column)`, in order.
    pub fn pattern(&self) -> Vec<(usize, usize)> {
        self.entries.iter().map(|entry| (entry.row, entry.column)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;
    use crate::operators::Operand;

    #[test]
    fn entries_are_sorted_and_structural() {
        let graph = Graph::new();
        let [x, y, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
        // z occurs in the third function, but its derivative is the constant 0.
        let functions = [y * y, 2.0 * x + y, x.sin() + z.floor(), 3.0.operand(&graph), y];
        let jacobian = Jacobian::new(&functions, &[x, y, z]);
        assert_eq!(jacobian.pattern(), [(0, 1), (1, 0), (1, 1), (2, 0), (4, 1)]);
        assert_eq!((jacobian.rows, jacobian.columns), (5, 3));
        assert_eq!(jacobian.get(0, 1), Some(2.0 * y));
        assert_eq!(jacobian.get(1, 0), Some(graph.constant(2.0)));
        assert_eq!(jacobian.get(2, 0), Some(x.cos()));
        assert_eq!(jacobian.get(2, 2), None);
        assert_eq!(jacobian.get(9, 0), None);
        assert_eq!(jacobian.row(3), []);
    }

    #[test]
    fn no_functions_no_entries() {
        let graph = Graph::new();
        let x = graph.symbol("x");
        assert_eq!(Jacobian::new(&[], &[x]).entries, []);
        assert_eq!(Jacobian::new(&[x], &[]).entries, []);
    }
}
