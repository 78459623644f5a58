//! Which equation determines which unknown.

use std::collections::VecDeque;

/// For each of `columns` columns a row in which it stands, each row once, or `None` for columns that are left over where rows and
/// columns do not fit. Of the ways to do so one is taken that keeps to the places given by `first`, and to `preferred` columns of rows
/// before `others`, as far as one after the other allows.
///
/// The method is that of augmenting paths, each found by a search in breadth: J. E. Hopcroft, R. M. Karp, SIAM J. Comput. 2 (1973)
/// 225-231, without its phases. The time is at most proportional to rows times entries; rows with a place of their own cost nothing.
pub(crate) fn matching(
    columns: usize,
    first: &[Option<usize>],
    preferred: &[Vec<usize>],
    others: &[Vec<usize>],
) -> Vec<Option<usize>> {
    let mut row_of = vec![None; columns];
    let mut placed = vec![false; first.len()];
    for (row, column) in first.iter().enumerate() {
        if let Some(column) = column.filter(|column| row_of[*column].is_none()) {
            row_of[column] = Some(row);
            placed[row] = true;
        }
    }
    let mut search = Search { from: vec![None; columns], reached: Vec::new() };
    for widened in [false, true] {
        for (row, placed) in placed.iter_mut().enumerate() {
            if !*placed {
                let wide = if widened { others } else { &[] };
                *placed = search.augment(row, &mut row_of, preferred, wide);
            }
        }
    }
    row_of
}

/// How columns were reached in a search.
struct Search {
    /// For each column that was reached: the row it was reached from, and the column that row has now.
    from: Vec<Option<(usize, Option<usize>)>>,
    reached: Vec<usize>,
}

impl Search {
    /// Finds a place for `start`, moving other rows where that helps.
    fn augment(
        &mut self,
        start: usize,
        row_of: &mut [Option<usize>],
        preferred: &[Vec<usize>],
        others: &[Vec<usize>],
    ) -> bool {
        for column in self.reached.drain(..) {
            self.from[column] = None;
        }
        let mut queue = VecDeque::from([(start, None)]);
        while let Some((row, own)) = queue.pop_front() {
            let wide = others.get(row).into_iter().flatten();
            for column in preferred[row].iter().chain(wide).copied() {
                if self.from[column].is_some() {
                    continue;
                }
                self.from[column] = Some((row, own));
                self.reached.push(column);
                match row_of[column] {
                    Some(other) => queue.push_back((other, Some(column))),
                    None => {
                        self.follow(column, row_of);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Gives every row on the way to a free column the column that was reached from it.
    fn follow(&self, free: usize, row_of: &mut [Option<usize>]) {
        let mut place = Some(free);
        while let Some((column, (row, own))) = place.and_then(|column| Some((column, self.from[column]?))) {
            row_of[column] = Some(row);
            place = own;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_move_to_make_place() {
        // Row 0 and 1 can both have column 0, row 0 column 1 as well.
        let preferred = [vec![0, 1], vec![0], vec![2]];
        let none = vec![Vec::new(); 3];
        assert_eq!(matching(3, &[None; 3], &preferred, &none), [Some(1), Some(0), Some(2)]);
        assert_eq!(matching(3, &[None, None, Some(0)], &preferred, &none), [Some(1), Some(0), Some(2)]);
        let preferred = [vec![0], vec![0], vec![2]];
        assert_eq!(matching(3, &[None; 3], &preferred, &none), [Some(0), None, Some(2)]);
    }

    #[test]
    fn other_columns_only_where_needed() {
        let (preferred, others) = ([vec![1], vec![1]], [vec![0], vec![]]);
        assert_eq!(matching(2, &[None; 2], &preferred, &others), [Some(0), Some(1)]);
    }

    #[test]
    fn long_chains_take_no_recursion() {
        let count = 100_000;
        let preferred: Vec<_> =
            (0..count).map(|i| if i + 1 < count { vec![i, i + 1] } else { vec![0] }).collect();
        let none = vec![Vec::new(); count];
        let found = matching(count, &vec![None; count], &preferred, &none);
        assert!(found.iter().all(Option::is_some));
    }
}
