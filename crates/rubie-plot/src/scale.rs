//! Scales of swept names: which values there are, and whether they are even steps of the logarithm.

/// The values of a swept name, each once, in ascending order.
pub(crate) fn distinct(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// Whether ascending values are better shown on a logarithmic axis: positive, over more than a decade, and more even there.
pub(crate) fn is_logarithmic(ascending: &[f64]) -> bool {
    let (Some(first), Some(last)) = (ascending.first(), ascending.last()) else { return false };
    if *first <= 0.0 || *last <= 10.0 * first || ascending.len() < 3 {
        return false;
    }
    let logarithms: Vec<f64> = ascending.iter().map(|value| value.log10()).collect();
    unevenness(&logarithms) < unevenness(ascending)
}

/// The largest step in units of the mean step.
fn unevenness(ascending: &[f64]) -> f64 {
    let steps = ascending.windows(2).map(|pair| pair[1] - pair[0]);
    let mean = (ascending[ascending.len() - 1] - ascending[0]) / (ascending.len() - 1) as f64;
    steps.fold(0.0, f64::max) / mean
}

/// Cells along an axis: a cell for each value where they are few and even, else cells of equal width.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cells {
    /// Edges of the first and the last cell, of logarithms where the axis is logarithmic.
    pub(crate) edges: [f64; 2],
    pub(crate) count: usize,
    pub(crate) logarithmic: bool,
}

/// Values that have cells of their own at most, and cells where there are more.
const MOST_VALUES: usize = 256;
const MOST_CELLS: usize = 60;

impl Cells {
    /// Cells for these values, of which `points` shall fall into each if they are random.
    pub(crate) fn new(values: &[f64], points: usize) -> Cells {
        let mut ascending = distinct(values);
        let logarithmic = is_logarithmic(&ascending);
        if logarithmic {
            ascending.iter_mut().for_each(|value| *value = value.log10());
        }
        let (first, last) =
            (ascending.first().copied().unwrap_or(0.0), ascending.last().copied().unwrap_or(1.0));
        let is_even = ascending.len() > 1 && unevenness(&ascending) < 1.01;
        if ascending.len() == 1 {
            return Cells { edges: [first - 0.5, first + 0.5], count: 1, logarithmic };
        }
        if is_even && ascending.len() <= MOST_VALUES {
            let half = 0.5 * (last - first) / (ascending.len() - 1) as f64;
            return Cells { edges: [first - half, last + half], count: ascending.len(), logarithmic };
        }
        let count = ((values.len() as f64 / points.max(1) as f64).sqrt() as usize).clamp(2, MOST_CELLS);
        let count = if ascending.len() <= MOST_CELLS { ascending.len().min(count) } else { count };
        Cells { edges: [first, last], count, logarithmic }
    }

    /// The cell of a value.
    pub(crate) fn place(&self, value: f64) -> Option<usize> {
        let value = if self.logarithmic { value.log10() } else { value };
        let [first, last] = self.edges;
        let place = (value - first) / (last - first) * self.count as f64;
        (place >= 0.0 && place <= self.count as f64).then(|| (place as usize).min(self.count - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_a_cell_for_each_value() {
        let even: Vec<f64> = (0..21).map(f64::from).collect();
        let cells = Cells::new(&even, 1);
        assert_eq!((cells.count, cells.edges, cells.logarithmic), (21, [-0.5, 20.5], false));
        assert!(even.iter().enumerate().all(|(k, value)| cells.place(*value) == Some(k)));
        let decades: Vec<f64> = (-3..=3).map(|k| 10f64.powi(k)).collect();
        let cells = Cells::new(&decades, 1);
        assert!(cells.logarithmic && cells.count == 7);
        assert!(decades.iter().enumerate().all(|(k, value)| cells.place(*value) == Some(k)));
    }

    #[test]
    fn random_values_fall_into_cells() {
        let values: Vec<f64> = (0..10_000).map(|k| (f64::from(k) * 0.618_033_988_75).fract()).collect();
        let cells = Cells::new(&values, 4);
        assert!(!cells.logarithmic && cells.count == 50);
        assert!(values.iter().all(|value| cells.place(*value).is_some()));
        assert_eq!(Cells::new(&[2.0, 2.0], 1).place(2.0), Some(0));
    }
}
