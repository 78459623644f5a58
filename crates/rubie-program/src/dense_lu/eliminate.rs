//! The loops of factorisation and solve, on one vector of lanes after the other.

use super::DenseMatrix;
use crate::element::Element;
use crate::interpreter::vector::Vector;

/// Pivots whose products are taken away from what is left of the matrix in one go, so that it is read and written seldom.
const PANEL: usize = 8;
/// Bytes of the pivots' rows that stay in the first-level cache meanwhile.
const TILE_BYTES: usize = 16 * 1024;
/// Unknowns that are computed side by side in a solve.
const BESIDE: usize = 4;

/// Where rows and factors are.
pub(super) struct Memory {
    pub(super) rows: *mut u8,
    /// Bytes from the start of a row to that of the next, and those of its lanes.
    pub(super) distance: usize,
    pub(super) row_bytes: usize,
    pub(super) factors: *mut u8,
    pub(super) size: usize,
}

impl Memory {
    fn vectors<V: Vector>(&self) -> usize {
        self.row_bytes / size_of::<V>()
    }

    /// The address of a vector of a row.
    #[inline(always)]
    unsafe fn row<V: Vector>(&self, row: u32, vector: usize) -> *mut u8 {
        // SAFETY: the caller vouches for row and vector.
        unsafe { self.rows.add(row as usize * self.distance + vector * size_of::<V>()) }
    }

    #[inline(always)]
    unsafe fn factors<V: Vector>(&self, vector: usize) -> Factors {
        let bytes = super::numbers(self.size) * size_of::<V>();
        // SAFETY: there are the factors of as many vectors as rows have.
        let base = unsafe { self.factors.add(vector * bytes) };
        Factors { base, size: self.size }
    }
}

/// The factors of one vector of lanes.
#[derive(Clone, Copy)]
struct Factors {
    base: *mut u8,
    size: usize,
}

impl Factors {
    #[inline(always)]
    unsafe fn number<V: Vector>(self, place: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the place.
        unsafe { self.base.add(place * size_of::<V>()) }
    }

    #[inline(always)]
    unsafe fn entry<V: Vector>(self, row: usize, column: usize) -> *mut u8 {
        // SAFETY: the caller vouches for row and column.
        unsafe { self.number::<V>(row * self.size + column) }
    }

    #[inline(always)]
    unsafe fn reciprocal<V: Vector>(self, pivot: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the pivot.
        unsafe { self.number::<V>(self.size * self.size + pivot) }
    }

    /// The row from which a pivot came.
    #[inline(always)]
    unsafe fn origin<V: Vector>(self, pivot: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the pivot.
        unsafe { self.number::<V>(self.size * (self.size + 1) + pivot) }
    }

    #[inline(always)]
    unsafe fn unknown<V: Vector>(self, row: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the row.
        unsafe { self.number::<V>(self.size * (self.size + 2) + row) }
    }
}

/// Factors the matrices of all lanes.
///
/// # Safety
/// - The processor has the instructions of `V`, and this is inlined into a function compiled for them.
/// - `memory` holds all rows that `matrix` names, and factors of its size for each vector, on 64-byte boundaries; the entries lie within it.
#[inline(always)]
pub(super) unsafe fn factor<V: Vector>(memory: &Memory, matrix: &DenseMatrix) {
    // SAFETY: as for the caller.
    unsafe {
        let number = |x: f64| V::splat(V::Lane::from_f64(x));
        for vector in 0..memory.vectors::<V>() {
            let factors = memory.factors::<V>(vector);
            for place in 0..memory.size * memory.size {
                V::splat(V::Lane::default()).store(factors.number::<V>(place));
            }
            for [row, column, at] in &matrix.entries {
                let entry = V::load(memory.row::<V>(*at, vector));
                entry.store(factors.entry::<V>(*row as usize, *column as usize));
            }
            eliminate::<V>(factors);
            let mut singular = V::splat(V::Lane::truth(false));
            for pivot in 0..memory.size {
                let size = V::load(factors.reciprocal::<V>(pivot)).abs();
                singular = singular.or(number(f64::INFINITY).le(size));
            }
            singular.select(number(1.0), number(0.0)).store(memory.row::<V>(matrix.singular, vector));
        }
    }
}

#[inline(always)]
unsafe fn eliminate<V: Vector>(factors: Factors) {
    let size = factors.size;
    // SAFETY: as for the caller; all indices are below the size.
    unsafe {
        for first in (0..size).step_by(PANEL) {
            let end = size.min(first + PANEL);
            for pivot in first..end {
                find_pivot::<V>(factors, pivot);
                let reciprocal =
                    V::splat(V::Lane::from_f64(1.0)).div(V::load(factors.entry::<V>(pivot, pivot)));
                reciprocal.store(factors.reciprocal::<V>(pivot));
                for row in pivot + 1..size {
                    let at = factors.entry::<V>(row, pivot);
                    let multiplier = V::load(at).mul(reciprocal);
                    multiplier.store(at);
                    take_away::<V>(factors, multiplier, [row, pivot], pivot + 1..end);
                }
            }
            for row in first + 1..end {
                for pivot in first..row {
                    let multiplier = V::load(factors.entry::<V>(row, pivot));
                    take_away::<V>(factors, multiplier, [row, pivot], end..size);
                }
            }
            // The last panel leaves nothing to do, so this one is whole.
            let tile = (TILE_BYTES / (PANEL * size_of::<V>())).max(1);
            for start in (end..size).step_by(tile) {
                for row in end..size {
                    let multiplier = |i: usize| V::load(factors.entry::<V>(row, first + i));
                    let multipliers: [V; PANEL] = [
                        multiplier(0),
                        multiplier(1),
                        multiplier(2),
                        multiplier(3),
                        multiplier(4),
                        multiplier(5),
                        multiplier(6),
                        multiplier(7),
                    ];
                    for column in start..size.min(start + tile) {
                        let at = factors.entry::<V>(row, column);
                        let mut rest = V::load(at);
                        let mut above = factors.entry::<V>(first, column);
                        for multiplier in multipliers {
                            rest = multiplier.neg_mul_add(V::load(above), rest);
                            above = above.wrapping_add(size * size_of::<V>());
                        }
                        rest.store(at);
                    }
                }
            }
        }
    }
}

/// Takes a multiple of a pivot's row away from another row.
#[inline(always)]
unsafe fn take_away<V: Vector>(
    factors: Factors,
    multiplier: V,
    [row, pivot]: [usize; 2],
    columns: std::ops::Range<usize>,
) {
    for column in columns {
        // SAFETY: as for the caller.
        unsafe {
            let at = factors.entry::<V>(row, column);
            multiplier.neg_mul_add(V::load(factors.entry::<V>(pivot, column)), V::load(at)).store(at);
        }
    }
}

/// Brings the largest entry of a column, on the diagonal or below, to the diagonal.
#[inline(always)]
unsafe fn find_pivot<V: Vector>(factors: Factors, pivot: usize) {
    // SAFETY: as for the caller; all indices are below the size, also those that come from lanes.
    unsafe {
        let place = |row: usize| V::splat(V::Lane::from_f64(row as f64));
        let mut largest = V::load(factors.entry::<V>(pivot, pivot)).abs();
        let mut origin = place(pivot);
        for row in pivot + 1..factors.size {
            let other = V::load(factors.entry::<V>(row, pivot)).abs();
            let larger = largest.lt(other);
            largest = larger.select(other, largest);
            origin = larger.select(place(row), origin);
        }
        origin.store(factors.origin::<V>(pivot));
        let lanes = factors.origin::<V>(pivot).cast::<V::Lane>();
        for lane in 0..size_of::<V>() / size_of::<V::Lane>() {
            let from = *lanes.add(lane);
            let row = from.to_f64() as usize;
            let known = (0..lane).any(|earlier| *lanes.add(earlier) == from);
            if row == pivot || known {
                continue;
            }
            let swaps = origin.eq(V::splat(from));
            for column in 0..factors.size {
                let [here, there] = [pivot, row].map(|row| factors.entry::<V>(row, column));
                let [a, b] = [V::load(here), V::load(there)];
                swaps.select(b, a).store(here);
                swaps.select(a, b).store(there);
            }
        }
    }
}

/// Solves with the factors of all lanes.
///
/// # Safety
/// - The processor has the instructions of `V`, and this is inlined into a function compiled for them.
/// - `memory` holds all rows that are named, and factors of as many rows as there are names, on 64-byte boundaries.
#[inline(always)]
pub(super) unsafe fn solve<V: Vector>(memory: &Memory, right: &[u32], solution: &[u32]) {
    // SAFETY: as for the caller.
    unsafe {
        for vector in 0..memory.vectors::<V>() {
            let factors = memory.factors::<V>(vector);
            for (i, row) in right.iter().enumerate() {
                V::load(memory.row::<V>(*row, vector)).store(factors.unknown::<V>(i));
            }
            permute::<V>(factors);
            downwards::<V>(factors);
            upwards::<V>(factors);
            for (i, row) in solution.iter().enumerate() {
                V::load(factors.unknown::<V>(i)).store(memory.row::<V>(*row, vector));
            }
        }
    }
}

/// Swaps the right-hand side as the rows of the matrix were.
#[inline(always)]
unsafe fn permute<V: Vector>(factors: Factors) {
    // SAFETY: as for the caller; origins are rows.
    unsafe {
        for pivot in 0..factors.size {
            let origins = factors.origin::<V>(pivot).cast::<V::Lane>();
            let here = factors.unknown::<V>(pivot).cast::<V::Lane>();
            for lane in 0..size_of::<V>() / size_of::<V::Lane>() {
                let row = (*origins.add(lane)).to_f64() as usize;
                let there = factors.unknown::<V>(row).cast::<V::Lane>();
                std::ptr::swap(here.add(lane), there.add(lane));
            }
        }
    }
}

/// The solution of L x = b.
#[inline(always)]
unsafe fn downwards<V: Vector>(factors: Factors) {
    let whole = factors.size / BESIDE * BESIDE;
    // SAFETY: as for the caller; all indices are below the size.
    unsafe {
        for first in (0..whole).step_by(BESIDE) {
            let unknown = |i: usize| V::load(factors.unknown::<V>(first + i));
            let mut x = [unknown(0), unknown(1), unknown(2), unknown(3)];
            for column in 0..first {
                let known = V::load(factors.unknown::<V>(column));
                for (i, x) in x.iter_mut().enumerate() {
                    *x = V::load(factors.entry::<V>(first + i, column)).neg_mul_add(known, *x);
                }
            }
            for i in 0..BESIDE {
                for j in 0..i {
                    let entry = V::load(factors.entry::<V>(first + i, first + j));
                    x[i] = entry.neg_mul_add(x[j], x[i]);
                }
                x[i].store(factors.unknown::<V>(first + i));
            }
        }
        for row in whole..factors.size {
            let mut x = V::load(factors.unknown::<V>(row));
            for column in 0..row {
                let known = V::load(factors.unknown::<V>(column));
                x = V::load(factors.entry::<V>(row, column)).neg_mul_add(known, x);
            }
            x.store(factors.unknown::<V>(row));
        }
    }
}

/// The solution of U x = b.
#[inline(always)]
unsafe fn upwards<V: Vector>(factors: Factors) {
    let rest = factors.size % BESIDE;
    // SAFETY: as for the caller; all indices are below the size.
    unsafe {
        for first in (rest..factors.size).step_by(BESIDE).rev() {
            let unknown = |i: usize| V::load(factors.unknown::<V>(first + i));
            let mut x = [unknown(0), unknown(1), unknown(2), unknown(3)];
            for column in (first + BESIDE..factors.size).rev() {
                let known = V::load(factors.unknown::<V>(column));
                for (i, x) in x.iter_mut().enumerate() {
                    *x = V::load(factors.entry::<V>(first + i, column)).neg_mul_add(known, *x);
                }
            }
            for i in (0..BESIDE).rev() {
                for j in (i + 1..BESIDE).rev() {
                    let entry = V::load(factors.entry::<V>(first + i, first + j));
                    x[i] = entry.neg_mul_add(x[j], x[i]);
                }
                x[i] = x[i].mul(V::load(factors.reciprocal::<V>(first + i)));
                x[i].store(factors.unknown::<V>(first + i));
            }
        }
        for row in (0..rest).rev() {
            let mut x = V::load(factors.unknown::<V>(row));
            for column in (row + 1..factors.size).rev() {
                let known = V::load(factors.unknown::<V>(column));
                x = V::load(factors.entry::<V>(row, column)).neg_mul_add(known, x);
            }
            x.mul(V::load(factors.reciprocal::<V>(row))).store(factors.unknown::<V>(row));
        }
    }
}
