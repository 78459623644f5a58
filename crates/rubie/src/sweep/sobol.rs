//! One dimension of the Sobol sequence, from any place on.

/// Dimensions that there are direction numbers for.
pub(super) const DIMENSIONS: usize = 1000;

/// Directions are this long, so that points are multiples of 2^-53.
const BITS: usize = 53;

/// The Sobol sequence in one dimension, as words of 64 bits whose upper 53 count, in Gray code order.
///
/// # Source
/// S. Joe and F. Y. Kuo, Remark on algorithm 659, ACM Trans. Math. Softw. 29 (2003) 49-57, equations (2) to (4);
/// direction numbers from `joe_kuo_6.txt`. Gray code order: I. A. Antonov and V. M. Saleev, USSR Comput. Math. Math.
/// Phys. 19 (1979) 252-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dimension {
    directions: [u64; BITS],
}

impl Dimension {
    /// Dimension `index`, counted from 0; `None` where there are no direction numbers for it.
    pub(super) fn new(index: usize) -> Option<Self> {
        let mut directions: [u64; BITS] = std::array::from_fn(|j| 1 << (63 - j));
        if index > 0 {
            let mut table = include_str!("joe_kuo_6.txt").lines().filter(|line| !line.starts_with('#'));
            let mut numbers = table.nth(index - 1)?.split(' ').map(str::parse::<u64>);
            let mut number = || numbers.next()?.ok();
            let _dimension = number()?;
            let degree = number()? as usize;
            let coefficients = number()?;
            for direction in directions.iter_mut().take(degree) {
                *direction *= number()?; // 2^(63 - j) m_j
            }
            for j in degree..BITS {
                let oldest = directions[j - degree];
                let inner = (1..degree).filter(|k| coefficients >> (degree - 1 - k) & 1 == 1);
                directions[j] = inner.fold(oldest ^ oldest >> degree, |sum, k| sum ^ directions[j - k]);
            }
        }
        Some(Dimension { directions })
    }

    /// The points from the `first`-th on.
    pub(super) fn words(&self, first: u64) -> impl Iterator<Item = u64> {
        let gray = first ^ first >> 1;
        let set = (0..BITS).filter(|j| gray >> j & 1 == 1);
        let start = set.fold(0, |word, j| word ^ self.directions[j]);
        (first..).scan(start, |word, place| {
            let present = *word;
            // The next point differs in the direction of the lowest zero bit of this place.
            *word ^= self.directions.get(place.trailing_ones() as usize).unwrap_or(&0);
            Some(present)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::random::unit;

    fn points(dimension: usize, count: usize) -> Vec<f64> {
        Dimension::new(dimension).unwrap().words(0).take(count).map(unit).collect()
    }

    /// The first ten points of Joe and Kuo's own program `sobol.cc` in three dimensions.
    #[test]
    fn the_first_points_are_the_published_ones() {
        assert_eq!(points(0, 10), [0.0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125, 0.1875, 0.6875]);
        assert_eq!(points(1, 10), [0.0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625, 0.3125, 0.8125]);
        assert_eq!(points(2, 10), [0.0, 0.5, 0.25, 0.75, 0.625, 0.125, 0.875, 0.375, 0.9375, 0.4375]);
    }

    /// SciPy 1.17, `qmc.Sobol(d, scramble=False)` after `fast_forward`: (dimension, place, value).
    #[test]
    fn far_dimensions_and_places_agree_with_scipy() {
        for (dimension, place, expected) in [
            (0, 12345, 0.64093017578125),
            (1, 12345, 0.81341552734375),
            (2, 12345, 0.16033935546875),
            (3, 12345, 0.52679443359375),
            (10, 12345, 0.07427978515625),
            (100, 12345, 0.53948974609375),
            (500, 12345, 0.30255126953125),
            (998, 12345, 0.76434326171875),
            (999, 12345, 0.13104248046875),
            (0, 20000001, 0.5072873532772064),
            (1, 20000001, 0.7169763743877411),
            (5, 20000001, 0.45165345072746277),
            (11, 20000001, 0.11795487999916077),
        ] {
            let far = Dimension::new(dimension).unwrap().words(place).map(unit).next().unwrap();
            assert_eq!(far, expected, "dimension {dimension}");
        }
    }

    #[test]
    fn any_place_can_be_asked_for() {
        let sobol = Dimension::new(17).unwrap();
        let all: Vec<u64> = sobol.words(0).take(300).collect();
        for first in 0..300 {
            assert_eq!(sobol.words(first).next(), Some(all[first as usize]));
        }
    }

    #[test]
    fn each_of_the_dimensions_is_balanced() {
        for dimension in (0..DIMENSIONS).step_by(37).chain([DIMENSIONS - 1]) {
            let mut cells: Vec<u32> = points(dimension, 64).iter().map(|x| (x * 64.0) as u32).collect();
            cells.sort_unstable();
            assert!(cells.into_iter().eq(0..64), "dimension {dimension}: one point in each 64th");
        }
        assert_eq!(Dimension::new(DIMENSIONS), None);
    }
}
