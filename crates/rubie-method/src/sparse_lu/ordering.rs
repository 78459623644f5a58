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
    let mut order = Vec::with_capacity(size);
    eliminate(size, pattern, preferred, |pivot, _, _| {
        order.push(pivot);
        true
    });
    order
}

/// The operations of a factorisation in the order of [`pivot_order`] as [`SparseLu::operations`](super::SparseLu::operations) counts
/// them, from the pattern alone; counting ends once there are more than `limit`.
///
/// ```
/// let line: Vec<_> = (1..1000).flat_map(|i| [(i - 1, i), (i, i - 1)]).collect();
/// assert_eq!(rubie_method::factor_operations(1000, &line, usize::MAX), 1000 + 3 * 999);
/// ```
pub fn factor_operations(size: usize, pattern: &[(usize, usize)], limit: usize) -> usize {
    let mut operations = 0;
    eliminate(
        size,
        pattern,
        |_| false,
        |_, row, column| {
            operations += 1 + row + column + row * column;
            operations <= limit
        },
    );
    operations
}

/// Eliminates one pivot after the other and tells of each: its index, and the other non-zeros in its row and in its column. Ends early
/// where `tell` says so.
fn eliminate(
    size: usize,
    pattern: &[(usize, usize)],
    preferred: impl Fn(usize) -> bool,
    mut tell: impl FnMut(usize, usize, usize) -> bool,
) {
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
    while let Some((_, _, pivot)) = waiting.pop_first() {
        let (row, column) = (std::mem::take(&mut rows[pivot]), std::mem::take(&mut columns[pivot]));
        if !tell(pivot, row.len(), column.len()) {
            return;
        }
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
    }
}
