//! Dense linear systems, one for each lane: LU factors with partial pivoting, in loops over rows and columns.
//!
//! A straight-line program can factor a matrix only as long as the unrolled factors are small, and cannot choose pivots by size. What
//! is here can do both: it is called between two programs, takes the entries of each lane's matrix from rows, and keeps the factors
//! beside them. All lanes of a vector go through the same loops; each swaps rows as its own numbers want it.

// Vector instructions and unchecked places; the sizes are compared first.
#![allow(unsafe_code)]

mod eliminate;
#[cfg(test)]
mod tests;

use crate::element::{Element, Precision};
use crate::execute::{Isa, Rows};
use crate::interpreter::portable;
#[cfg(target_arch = "x86_64")]
use crate::interpreter::{avx2, avx512};
use eliminate::{Memory, factor, solve};

/// Where the entries of a matrix are found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DenseMatrix {
    /// Rows, as many as columns.
    pub size: u32,
    /// Row and column of each entry, each place at most once, and the row of lanes that holds it; all others are 0.
    pub entries: Vec<[u32; 3]>,
    /// The row of lanes that becomes 1 where the matrix has no inverse, else 0.
    pub singular: u32,
}

impl DenseMatrix {
    /// Instructions on a vector of lanes that the factorisation takes, divisions among them not counted.
    pub fn factor_operations(&self) -> u64 {
        let size = u64::from(self.size);
        (0..size).map(|left| left * left + left).sum()
    }

    /// Instructions on a vector of lanes that a solve takes.
    pub fn solve_operations(&self) -> u64 {
        let size = u64::from(self.size);
        size * size
    }
}

/// The factors P A = L U of a matrix in each lane.
///
/// The pivot of a column is the entry of largest magnitude on the diagonal or below, of equal ones the first. Of every entry the
/// products l_ik u_kj are taken away in the order of k, each with one rounding; L has ones on its diagonal, the pivots' reciprocals are kept.
/// A solve takes unknowns away in the order of k on the way down, from the last one on the way up. So the bits of a solution
/// depend on the lane's own numbers only, and are the same with all instruction sets.
///
/// ```
/// use rubie_program::{DenseLu, DenseMatrix, Isa, Rows};
///
/// // Rows 0 to 3 hold the matrix [0 2; 4 1], rows 4 and 5 the right-hand side, and then the solution.
/// let matrix = DenseMatrix { size: 2, entries: vec![[0, 1, 1], [1, 0, 2], [1, 1, 3]], singular: 6 };
/// let mut rows = Rows::<f64>::new(7, 8);
/// for (row, value) in [(1, 2.0), (2, 4.0), (3, 1.0), (4, 6.0), (5, 11.0)] {
///     rows.row_mut(row).fill(value);
/// }
/// let mut lu = DenseLu::new(2, 8);
/// lu.factor(Isa::detect(), &mut rows, &matrix);
/// lu.solve(Isa::detect(), &mut rows, &[4, 5], &[4, 5]);
/// assert_eq!([rows.get(4, 0), rows.get(5, 7), rows.get(6, 3)], [2.0, 3.0, 0.0]);
/// ```
#[derive(Clone)]
pub struct DenseLu<T: Element> {
    /// For each vector of lanes its matrix, the reciprocals of the pivots, the places that they came from, and one more column.
    numbers: Rows<T>,
    size: usize,
    lanes: usize,
}

impl<T: Element> DenseLu<T> {
    /// Room for matrices of `size` rows in so many lanes.
    ///
    /// # Panics
    /// If `lanes` is 0 or no multiple of [`Element::LANES_PER_VECTOR`].
    pub fn new(size: u32, lanes: usize) -> Self {
        let size = size as usize;
        let lines = (numbers(size) * lanes).div_ceil(T::LANES_PER_VECTOR);
        assert!(lanes > 0 && lanes.is_multiple_of(T::LANES_PER_VECTOR), "{lanes} lanes are no whole vectors");
        Self { numbers: Rows::new(lines, T::LANES_PER_VECTOR), size, lanes }
    }

    /// Bytes that the factors of matrices of `size` rows take in so many lanes.
    pub fn bytes(size: u32, lanes: usize) -> usize {
        numbers(size as usize) * lanes * size_of::<T>()
    }

    /// Factors the matrices whose entries stand in `rows`, and says there which have no inverse.
    ///
    /// # Panics
    /// Where matrix, rows and lanes are not those that there is room for, or the processor has not the instructions.
    pub fn factor(&mut self, isa: Isa, rows: &mut Rows<T>, matrix: &DenseMatrix) {
        assert_eq!(matrix.size as usize, self.size, "there is room for matrices of {} rows", self.size);
        let place = |entry: &[u32; 3]| entry[0].max(entry[1]);
        assert!(matrix.entries.iter().all(|entry| place(entry) < matrix.size), "an entry outside the matrix");
        let named = matrix.entries.iter().map(|entry| entry[2]).chain([matrix.singular]);
        let memory = self.memory(isa, rows, named);
        // SAFETY: `memory` compared rows and lanes, and asked for the instructions; entries lie within the matrix.
        unsafe {
            match (isa, T::PRECISION) {
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F64) => with_avx512::factor_f64(&memory, matrix),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F32) => with_avx512::factor_f32(&memory, matrix),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F64) => with_avx2::factor_f64(&memory, matrix),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F32) => with_avx2::factor_f32(&memory, matrix),
                (_, Precision::F64) => factor::<portable::F64>(&memory, matrix),
                (_, Precision::F32) => factor::<portable::F32>(&memory, matrix),
            }
        }
    }

    /// Solves with the factors of the last [`DenseLu::factor`]: right-hand sides and solutions stand in these rows, which may be the same.
    ///
    /// # Panics
    /// Where rows and lanes are not those that there is room for, or the processor has not the instructions.
    pub fn solve(&mut self, isa: Isa, rows: &mut Rows<T>, right: &[u32], solution: &[u32]) {
        assert_eq!([right.len(), solution.len()], [self.size; 2], "there is room for {} unknowns", self.size);
        let memory = self.memory(isa, rows, right.iter().chain(solution).copied());
        // SAFETY: `memory` compared rows and lanes, and asked for the instructions; there are as many unknowns as rows of the matrix.
        unsafe {
            match (isa, T::PRECISION) {
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F64) => with_avx512::solve_f64(&memory, right, solution),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F32) => with_avx512::solve_f32(&memory, right, solution),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F64) => with_avx2::solve_f64(&memory, right, solution),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F32) => with_avx2::solve_f32(&memory, right, solution),
                (_, Precision::F64) => solve::<portable::F64>(&memory, right, solution),
                (_, Precision::F32) => solve::<portable::F32>(&memory, right, solution),
            }
        }
    }

    fn memory(&mut self, isa: Isa, rows: &mut Rows<T>, named: impl Iterator<Item = u32>) -> Memory {
        assert!(isa.is_available(), "this processor has no {}", isa.name());
        assert_eq!(rows.lanes(), self.lanes, "there is room for {} lanes", self.lanes);
        let most = named.max().unwrap_or(0) as usize;
        assert!(most < rows.rows(), "there is no row {most}");
        Memory {
            rows: rows.as_mut_ptr().cast(),
            distance: rows.distance(),
            row_bytes: rows.row_bytes(),
            factors: self.numbers.as_mut_ptr().cast(),
            size: self.size,
        }
    }
}

/// Numbers for each lane.
fn numbers(size: usize) -> usize {
    size * size + 3 * size
}

/// The loops, compiled for a set of instructions.
macro_rules! compiled {
    ($module:ident, $vectors:ident, $features:literal) => {
        #[cfg(target_arch = "x86_64")]
        mod $module {
            use super::$vectors::{F32, F64};
            use super::{DenseMatrix, Memory, factor, solve};

            /// # Safety
            /// The processor has the instructions; the rest as for [`factor`].
            #[target_feature(enable = $features)]
            pub(super) unsafe fn factor_f64(memory: &Memory, matrix: &DenseMatrix) {
                // SAFETY: as for the caller.
                unsafe { factor::<F64>(memory, matrix) }
            }

            /// # Safety
            /// The processor has the instructions; the rest as for [`factor`].
            #[target_feature(enable = $features)]
            pub(super) unsafe fn factor_f32(memory: &Memory, matrix: &DenseMatrix) {
                // SAFETY: as for the caller.
                unsafe { factor::<F32>(memory, matrix) }
            }

            /// # Safety
            /// The processor has the instructions; the rest as for [`solve`].
            #[target_feature(enable = $features)]
            pub(super) unsafe fn solve_f64(memory: &Memory, right: &[u32], solution: &[u32]) {
                // SAFETY: as for the caller.
                unsafe { solve::<F64>(memory, right, solution) }
            }

            /// # Safety
            /// The processor has the instructions; the rest as for [`solve`].
            #[target_feature(enable = $features)]
            pub(super) unsafe fn solve_f32(memory: &Memory, right: &[u32], solution: &[u32]) {
                // SAFETY: as for the caller.
                unsafe { solve::<F32>(memory, right, solution) }
            }
        }
    };
}

compiled!(with_avx512, avx512, "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma");
compiled!(with_avx2, avx2, "avx2,fma");
