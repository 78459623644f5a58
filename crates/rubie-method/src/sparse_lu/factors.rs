//! Factors and solves as expressions.

use std::collections::BTreeMap;

use rubie_expr::Expr;

use super::ordering::pivot_order;

/// The factors L D U of a sparse square matrix, its rows and columns in the order of the pivots.
///
/// L and U have ones on their diagonals, D has the pivots, whose reciprocals are computed once. So a solve has no division:
/// it takes one multiply-add for each entry beside the diagonals and one multiplication for each row, and on the way back
/// from one unknown to the next there is a single multiply-add, for the multiplication with the reciprocal comes before.
///
/// ```
/// use rubie_expr::{Graph, evaluate};
/// use rubie_method::SparseLu;
///
/// let graph = Graph::new();
/// let [a, b, c] = ["a", "b", "c"].map(|name| graph.symbol(name));
/// let entries = [(0, 0, a), (0, 1, b), (1, 1, c)];
/// let lu = SparseLu::new(2, &entries, |_| false);
/// let solution = lu.solve(&[graph.constant(8.0), graph.constant(6.0)]);
/// assert_eq!(evaluate(&solution, &[2.0, 1.0, 3.0]), [3.0, 2.0]);
/// let singular = [lu.singular().unwrap()];
/// assert_eq!(evaluate(&singular, &[2.0, 1.0, 3.0]), [0.0]);
/// assert_eq!(evaluate(&singular, &[2.0, 1.0, 0.0]), [1.0]);
///
/// // Factored in one program, solved with in another: the factors are handed on as symbols.
/// let handed: Vec<_> = (0..lu.values().len()).map(|i| graph.symbol(&format!("lu{i}"))).collect();
/// let later = lu.with_values(&handed);
/// assert_eq!(later.values(), handed);
/// ```
#[derive(Clone, Debug)]
pub struct SparseLu<'g> {
    pivots: Vec<Pivot<'g>>,
    fill: usize,
}

/// What one pivot eliminates with.
#[derive(Clone, Debug)]
struct Pivot<'g> {
    /// Its row and column.
    index: usize,
    /// 1 / pivot.
    reciprocal: Expr<'g>,
    /// The column of L below: row and multiplier.
    lower: Vec<(usize, Expr<'g>)>,
    /// The row of U beyond: column and entry; those known first on the way back come first.
    upper: Vec<(usize, Expr<'g>)>,
}

impl<'g> SparseLu<'g> {
    /// Factors the matrix of `size` rows with these entries (row, column, value), each place at most once; an entry that
    /// is the constant 0 counts as absent. The order is that of [`pivot_order`].
    ///
    /// # Panics
    /// Where a diagonal entry is absent, or a row or column is not below `size`.
    pub fn new(size: usize, entries: &[(usize, usize, Expr<'g>)], preferred: impl Fn(usize) -> bool) -> Self {
        let present = entries.iter().filter(|(_, _, value)| !is_zero(*value));
        let pattern: Vec<_> = present.clone().map(|(row, column, _)| (*row, *column)).collect();
        let order = pivot_order(size, &pattern, preferred);
        let beside = pattern.iter().filter(|(row, column)| row != column).count();
        let mut rows = vec![BTreeMap::new(); size];
        let mut columns = vec![Vec::new(); size];
        for (row, column, value) in present {
            rows[*row].insert(*column, *value);
            columns[*column].push(*row);
        }
        let mut position = vec![0; size];
        order.iter().enumerate().for_each(|(place, index)| position[*index] = place);
        let mut done = vec![false; size];
        let pivots = order.into_iter().map(|index| {
            done[index] = true;
            let mut upper = std::mem::take(&mut rows[index]);
            let pivot = upper.remove(&index).expect("a diagonal entry");
            let reciprocal = 1.0 / pivot;
            let mut below = std::mem::take(&mut columns[index]);
            below.retain(|row| !done[*row]);
            below.sort_unstable();
            let lower = below.into_iter().map(|row| {
                let entry = rows[row].remove(&index).expect("an entry in the list of its column");
                let multiplier = entry * reciprocal;
                for (column, value) in &upper {
                    subtract_product(&mut rows[row], *column, multiplier, *value, || {
                        columns[*column].push(row)
                    });
                }
                (row, multiplier)
            });
            let lower = lower.collect();
            let scaled = upper.iter().map(|(column, value)| (*column, *value * reciprocal));
            let mut scaled: Vec<_> = scaled.collect();
            scaled.sort_unstable_by_key(|(column, _)| std::cmp::Reverse(position[*column]));
            Pivot { index, reciprocal, lower, upper: scaled }
        });
        let mut lu = Self { pivots: pivots.collect(), fill: 0 };
        lu.fill = lu.entries() - beside;
        lu
    }

    /// The number of entries of L and U beside their diagonals.
    pub fn entries(&self) -> usize {
        self.pivots.iter().map(|pivot| pivot.lower.len() + pivot.upper.len()).sum()
    }

    /// How many of these the matrix did not have.
    pub fn fill(&self) -> usize {
        self.fill
    }

    /// Operations of the factorisation: one reciprocal for each pivot, one multiplication for each entry of L and U, one
    /// multiply-add for each entry that an elimination changes.
    pub fn operations(&self) -> usize {
        let of = |lower, upper| 1 + lower + upper + lower * upper;
        self.pivots.iter().map(|pivot| of(pivot.lower.len(), pivot.upper.len())).sum()
    }

    /// Operations of a solve with a right-hand side without zeros: one multiply-add for each entry, one multiplication for
    /// each pivot.
    pub fn solve_operations(&self) -> usize {
        self.entries() + self.pivots.len()
    }

    /// Whether a pivot has vanished, so that its reciprocal is infinite; `None` for a matrix without rows.
    pub fn singular(&self) -> Option<Expr<'g>> {
        let infinite = self.pivots.iter().map(|pivot| pivot.reciprocal.abs().ge(f64::INFINITY));
        infinite.reduce(|any, one| any.or(one))
    }

    /// All that a solve needs, in a fixed order: of each pivot its reciprocal, its column of L, its row of U.
    pub fn values(&self) -> Vec<Expr<'g>> {
        let of = |pivot: &Pivot<'g>| {
            let beside = pivot.lower.iter().chain(&pivot.upper).map(|(_, value)| *value);
            std::iter::once(pivot.reciprocal).chain(beside).collect::<Vec<_>>()
        };
        self.pivots.iter().flat_map(of).collect()
    }

    /// The same factors with other expressions in place of [`SparseLu::values`], in the same order: symbols, where a
    /// factorisation is kept and solved with later (Newton's iterations).
    ///
    /// # Panics
    /// Where the number of values is not that of [`SparseLu::values`].
    #[must_use]
    pub fn with_values(&self, values: &[Expr<'g>]) -> Self {
        assert_eq!(values.len(), self.entries() + self.pivots.len(), "one value for each of the factors");
        let mut lu = self.clone();
        let mut values = values.iter();
        let mut next = |place: &mut Expr<'g>| values.next().into_iter().for_each(|value| *place = *value);
        for pivot in &mut lu.pivots {
            next(&mut pivot.reciprocal);
            pivot.lower.iter_mut().chain(&mut pivot.upper).for_each(|(_, value)| next(value));
        }
        lu
    }

    /// The x with A x = `right`, both of as many values as the matrix has rows. A value that is the constant 0 costs nothing.
    pub fn solve(&self, right: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let mut x = right.to_vec();
        for pivot in &self.pivots {
            let value = x[pivot.index];
            if !is_zero(value) {
                pivot.lower.iter().for_each(|(row, multiplier)| x[*row] = x[*row] - *multiplier * value);
            }
        }
        for pivot in self.pivots.iter().rev() {
            let own = x[pivot.index];
            let scaled = if is_zero(own) { own } else { own * pivot.reciprocal };
            let known = pivot.upper.iter().filter(|(column, _)| !is_zero(x[*column]));
            x[pivot.index] = known.fold(scaled, |rest, (column, value)| rest - *value * x[*column]);
        }
        x
    }
}

/// row[column] -= multiplier value, where a new entry is told of.
fn subtract_product<'g>(
    row: &mut BTreeMap<usize, Expr<'g>>,
    column: usize,
    multiplier: Expr<'g>,
    value: Expr<'g>,
    filled: impl FnOnce(),
) {
    let product = multiplier * value;
    match row.get_mut(&column) {
        Some(entry) => *entry = *entry - product,
        None => {
            row.insert(column, -product);
            filled();
        }
    }
}

fn is_zero(value: Expr<'_>) -> bool {
    value.as_constant() == Some(0.0)
}
