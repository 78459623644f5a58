//! In which order the diagonal entries become pivots.

use std::collections::BTreeSet;

/// An order of the diagonal pivots that makes little fill, for a matrix of `size` rows with the non-zeros `pattern`
/// (row, column) beside its diagonal; entries on the diagonal are passed over.
///
/// Each pivot is one with the least product of other non-zeros in its row and in its column: H. M. Markowitz, The
/// elimination form of the inverse and its application to linear programming, Management Sci. 3 (1957) 255-269, kept
/// to the diagonal. On a symmetric pattern this is the minimum-degree rule. Of equals, `preferred` ones go first, then
/// those with smaller indices. The time is proportional to the non-zeros of the factors, times a logarithm.
///
/// ```
/// // An arrow that points to the first row: its tip must go last, or all would fill.
/// let arrow = [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)];
/// assert_eq!(rubie_method::pivot_order(4, &arrow, |_| false), [1, 2, 0, 3]);
/// ```
pub fn pivot_order(size: usize, pattern: &[(usize, usize)], preferred: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut rows = vec![BTreeSet::new(); size];
    let mut columns = vec![BTreeSet::new(); size];
    for &(row, column) in pattern.iter().filter(|(row, column)| row != column) {
        rows[row].insert(column);
        columns[column].insert(row);
    }
    let key = |rows: &[BTreeSet<usize>], columns: &[BTreeSet<usize>], i: usize| {
        (rows[i].len() * columns[i].len(), !preferred(i), i)
    };
    let mut waiting: BTreeSet<_> = (0..size).map(|i| key(&rows, &columns, i)).collect();
    let mut order = Vec::with_capacity(size);
    while let Some((_, _, pivot)) = waiting.pop_first() {
        let (row, column) = (std::mem::take(&mut rows[pivot]), std::mem::take(&mut columns[pivot]));
        let touched: BTreeSet<usize> = row.union(&column).copied().collect();
        for i in &touched {
            waiting.remove(&key(&rows, &columns, *i));
        }
        for i in &column {
            rows[*i].remove(&pivot);
            rows[*i].extend(row.iter().filter(|j| *j != i));
        }
        for j in &row {
            columns[*j].remove(&pivot);
            columns[*j].extend(column.iter().filter(|i| *i != j));
        }
        waiting.extend(touched.iter().map(|i| key(&rows, &columns, *i)));
        order.push(pivot);
    }
    order
}
