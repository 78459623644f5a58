//! Executors and what they work on: rows of lanes, and uniforms.

// Rows must lie on vector boundaries, which `Vec<f64>` does not promise.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use crate::element::{Element, Precision};
use crate::program::Program;

/// Something that can run a program on all lanes.
///
/// The conformance suite shows whether an executor does what [`Element::evaluate`] says, to the last bit.
pub trait Executor<T: Element>: Send + Sync {
    /// Makes a program ready to run many times.
    ///
    /// # Errors
    /// - [`ExecutorError::Precision`]: the program computes in another type than `T`.
    /// - [`ExecutorError::Isa`]: the processor lacks the instructions asked for.
    /// - [`ExecutorError::Unsupported`]: whatever else is in the executor's way.
    fn prepare(program: &Program, options: &ExecutorOptions) -> Result<Self, ExecutorError>
    where
        Self: Sized;

    /// Runs the program on all lanes of `rows`.
    ///
    /// # Panics
    /// If there are fewer rows or uniforms than the program needs.
    fn execute(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>);

    /// Runs the program on the lanes of a range alone.
    ///
    /// # Arguments
    /// - `lanes`: whole lines of 64 bytes: multiples of [`Element::LANES_PER_VECTOR`].
    ///
    /// # Panics
    /// As [`Executor::execute`], and if there are no such lanes.
    fn execute_lanes(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: Range<usize>);

    /// Runs the program on all lanes again and again, until a number of the row `until` is not 0 (in any of its bits) after
    /// a round, or `most` rounds are done. There is at least one. Returns how many there were.
    ///
    /// # Arguments
    /// - `visit`: called for [visited sections](crate::Course::Visited).
    ///
    /// # Panics
    /// If there are fewer rows or uniforms than the program needs, or no row `until`.
    fn repeat(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        until: u32,
        most: u32,
        visit: Visitor<'_, T>,
    ) -> u32;
}

/// Whoever is called in the course of a program, when a visited section has been carried out in all groups of lanes in which it matters.
/// Answers whether it matters again in some lane.
pub type Visitor<'a, T> = &'a mut dyn FnMut(&mut Rows<T>) -> bool;

/// Makes a program ready to run many times, as [`Executor::prepare`], by an executor of a kind that the caller need not know.
pub type Prepare<T> = fn(&Program, &ExecutorOptions) -> Result<Box<dyn Executor<T>>, ExecutorError>;

/// A kind of executors, for programs of either precision.
///
/// What runs kernels takes one of these. So it is compiled once, not for every kind of executors.
#[derive(Clone, Copy, Debug)]
pub struct Executors {
    /// For programs in f32.
    pub f32: Prepare<f32>,
    /// For programs in f64.
    pub f64: Prepare<f64>,
    /// Bytes of rows that whoever repeats programs should keep to, if that leaves a few vectors in each row.
    pub cache_bytes: usize,
}

impl Executors {
    /// The kind of these two.
    pub const fn new<X32: Executor<f32> + 'static, X64: Executor<f64> + 'static>(cache_bytes: usize) -> Self {
        Executors { f32: boxed::<f32, X32>, f64: boxed::<f64, X64>, cache_bytes }
    }
}

fn boxed<T: Element, X: Executor<T> + 'static>(
    program: &Program,
    options: &ExecutorOptions,
) -> Result<Box<dyn Executor<T>>, ExecutorError> {
    Ok(Box::new(X::prepare(program, options)?))
}

/// How an executor shall work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExecutorOptions {
    /// The vector instructions to use.
    pub isa: Isa,
}

/// Sets of vector instructions, from few to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Isa {
    /// What every processor has.
    Portable,
    /// x86-64 with AVX2 and FMA: vectors of 32 bytes.
    Avx2,
    /// x86-64 with AVX-512 (F, DQ, VL, BW): vectors of 64 bytes.
    Avx512,
}

impl Isa {
    /// Every set.
    pub const ALL: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];

    /// The largest set that this processor has.
    pub fn detect() -> Isa {
        *Isa::ALL.iter().rev().find(|isa| isa.is_available()).unwrap_or(&Isa::Portable)
    }

    /// Whether this processor has the instructions.
    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw");
        match self {
            Isa::Portable => true,
            Isa::Avx2 => avx2,
            Isa::Avx512 => avx2 && avx512,
        }
    }

    /// Whether this processor has the instructions.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        self == Isa::Portable
    }

    /// Calls `work` where the compiler may use these instructions, so that its loops over lanes become vector loops.
    /// Closures and functions in it must be `#[inline(always)]` to have any use of it. What is computed does not change:
    /// the compiler neither fuses nor reorders floating-point operations.
    ///
    /// # Panics
    /// If the processor does not have them.
    #[inline(always)]
    pub fn vectorise<R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                assert!(self.is_available(), "this processor has no {}", self.name());
                // SAFETY: the processor has the instructions.
                unsafe { with_avx512(work) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => {
                assert!(self.is_available(), "this processor has no {}", self.name());
                // SAFETY: the processor has the instructions.
                unsafe { with_avx2(work) }
            }
            _ => work(),
        }
    }

    /// Name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Portable => "portable",
            Isa::Avx2 => "AVX2",
            Isa::Avx512 => "AVX-512",
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Tells the processor that this place in memory will be written soon, so that its line is at hand by then. Nothing else happens.
#[inline]
pub fn expect_write<T>(place: &T) {
    // SAFETY: all x86-64 processors have the instruction, which neither reads nor writes.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_ET0 }>(
            std::ptr::from_ref(place).cast(),
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Why an executor cannot run a program.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExecutorError {
    /// The program computes in another type.
    #[error("the program `{program}` computes in {precision:?}, the executor in {executor:?}")]
    Precision {
        /// Name of the program.
        program: String,
        /// What the program computes in.
        precision: Precision,
        /// What the executor computes in.
        executor: Precision,
    },
    /// The processor lacks the vector instructions.
    #[error("this processor has no {} instructions; the largest set it has is {}", .0.name(), Isa::detect().name())]
    Isa(Isa),
    /// Anything else.
    #[error("{0}")]
    Unsupported(String),
}

impl ExecutorError {
    /// The checks that all executors for `T` begin with.
    ///
    /// # Errors
    /// [`ExecutorError::Precision`] and [`ExecutorError::Isa`].
    pub fn check<T: Element>(program: &Program, options: &ExecutorOptions) -> Result<(), ExecutorError> {
        if program.precision() != T::PRECISION {
            return Err(ExecutorError::Precision {
                program: program.name().to_owned(),
                precision: program.precision(),
                executor: T::PRECISION,
            });
        }
        if options.isa.is_available() { Ok(()) } else { Err(ExecutorError::Isa(options.isa)) }
    }
}

/// 64 bytes on a 64-byte boundary.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// Numbers on 64-byte boundaries, a multiple of 64 bytes of them.
#[derive(Clone)]
struct Lines<T> {
    lines: Vec<Line>,
    element: PhantomData<T>,
}

impl<T: Element> Lines<T> {
    fn new(count: usize) -> Self {
        Self { lines: vec![Line([0; 8]); count], element: PhantomData }
    }

    fn numbers(&self) -> &[T] {
        let length = self.lines.len() * T::LANES_PER_VECTOR;
        // SAFETY: the lines are `length` numbers long, aligned to more than a number needs, and any bits
        // are an f32 or f64, which are all that `Element` (sealed) can be.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), length) }
    }

    fn numbers_mut(&mut self) -> &mut [T] {
        let length = self.lines.len() * T::LANES_PER_VECTOR;
        // SAFETY: as in `numbers`, and borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), length) }
    }
}

/// Rows of lanes: what programs compute on. All rows have the same number of lanes and follow each other in
/// memory, each on a 64-byte boundary. New rows are 0.
///
/// The distance between rows is an odd number of lines of 64 bytes. Were it a power of two, the same lanes of all rows would have
/// to share a few places of the processor's caches, and its addresses would look alike where it compares their lowest bits only.
#[derive(Clone)]
pub struct Rows<T: Element> {
    lines: Lines<T>,
    rows: usize,
    lanes: usize,
    /// Numbers from the start of a row to that of the next.
    distance: usize,
}

impl<T: Element> Rows<T> {
    /// `rows` rows of `lanes` lanes.
    ///
    /// # Panics
    /// If `lanes` is 0 or no multiple of [`Element::LANES_PER_VECTOR`].
    pub fn new(rows: usize, lanes: usize) -> Self {
        let vector = T::LANES_PER_VECTOR;
        assert!(lanes > 0 && lanes.is_multiple_of(vector), "{lanes} lanes are not a multiple of {vector}");
        let lines = (lanes / vector) | 1;
        Self { lines: Lines::new(rows * lines), rows, lanes, distance: lines * vector }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// Bytes of the lanes of a row.
    pub fn row_bytes(&self) -> usize {
        self.lanes * size_of::<T>()
    }

    /// Bytes from the start of a row to that of the next.
    pub fn distance(&self) -> usize {
        self.distance * size_of::<T>()
    }

    /// The lanes of a row.
    ///
    /// # Panics
    /// If there is no such row, as for slices.
    pub fn row(&self, row: u32) -> &[T] {
        &self.lines.numbers()[self.range(row)]
    }

    /// The lanes of a row, to be changed.
    ///
    /// # Panics
    /// If there is no such row, as for slices.
    pub fn row_mut(&mut self, row: u32) -> &mut [T] {
        let range = self.range(row);
        &mut self.lines.numbers_mut()[range]
    }

    /// The number in a lane of a row.
    ///
    /// # Panics
    /// If there is no such row or lane.
    #[inline]
    pub fn get(&self, row: u32, lane: usize) -> T {
        assert!(lane < self.lanes, "there is no such lane");
        self.lines.numbers()[row as usize * self.distance + lane]
    }

    /// Changes the number in a lane of a row.
    ///
    /// # Panics
    /// If there is no such row or lane.
    #[inline]
    pub fn set(&mut self, row: u32, lane: usize, value: T) {
        assert!(lane < self.lanes, "there is no such lane");
        self.lines.numbers_mut()[row as usize * self.distance + lane] = value;
    }

    /// Copies some lanes of some rows of `from` into lanes of the same rows here; `lanes`: where to, and where from.
    ///
    /// # Panics
    /// If there is no such row or lane, as for slices.
    pub fn copy_lanes(
        &mut self,
        from: &Rows<T>,
        rows: impl IntoIterator<Item = u32>,
        lanes: &[(usize, usize)],
    ) {
        for row in rows {
            let (numbers, given) = (self.row_mut(row), from.row(row));
            lanes.iter().for_each(|(to, lane)| numbers[*to] = given[*lane]);
        }
    }

    /// The start of the first row, for executors; row `r` starts `r * distance()` bytes later.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.lines.lines.as_mut_ptr().cast()
    }

    fn range(&self, row: u32) -> Range<usize> {
        let start = row as usize * self.distance;
        start..start + self.lanes
    }
}

/// What all lanes share: values, each repeated over one 64-byte vector, new ones 0; and a table, at first empty, in which
/// [`crate::Opcode::Lookup`] finds its numbers.
#[derive(Clone)]
pub struct Uniforms<T: Element> {
    /// The table's address and its number of entries, then the values.
    lines: Lines<T>,
    table: Arc<[T]>,
}

/// Vectors before the values.
const HEADER: usize = 2;

impl<T: Element> Uniforms<T> {
    /// `count` values.
    pub fn new(count: usize) -> Self {
        let mut uniforms = Self { lines: Lines::new(HEADER + count), table: Arc::new([]) };
        uniforms.set_table(Arc::new([]));
        uniforms
    }

    /// Gives the table. Entries from [`Element::MOST_ENTRIES`] on are never found.
    pub fn set_table(&mut self, table: Arc<[T]>) {
        let entries = table.len().min(T::MOST_ENTRIES);
        self.lines.lines[0].0.fill(table.as_ptr() as u64);
        self.lines.numbers_mut()[T::LANES_PER_VECTOR..2 * T::LANES_PER_VECTOR]
            .fill(T::from_f64(entries as f64));
        self.table = table;
    }

    /// The table.
    pub fn table(&self) -> &[T] {
        &self.table
    }

    /// All values given.
    pub fn from_values(values: &[T]) -> Self {
        let mut uniforms = Self::new(values.len());
        for (uniform, value) in (0..).zip(values) {
            uniforms.set(uniform, *value);
        }
        uniforms
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.lines.lines.len() - HEADER
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A value.
    ///
    /// # Panics
    /// If there is no such uniform, as for slices.
    pub fn get(&self, uniform: u32) -> T {
        self.lines.numbers()[(HEADER + uniform as usize) * T::LANES_PER_VECTOR]
    }

    /// Changes a value.
    ///
    /// # Panics
    /// If there is no such uniform, as for slices.
    pub fn set(&mut self, uniform: u32, value: T) {
        let start = (HEADER + uniform as usize) * T::LANES_PER_VECTOR;
        self.lines.numbers_mut()[start..start + T::LANES_PER_VECTOR].fill(value);
    }

    /// The start of the first value's vector, for executors; the next follows 64 bytes later. 128 bytes before it stands the
    /// address of the table, 64 bytes before it, as a number in each lane, how many entries can be found there.
    pub fn as_ptr(&self) -> *const T {
        self.lines.lines[HEADER..].as_ptr().cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_apart_and_aligned() {
        let mut rows = Rows::<f32>::new(3, 32);
        for row in 0..3 {
            rows.row_mut(row).fill(row as f32);
            assert!((rows.row(row).as_ptr() as usize).is_multiple_of(64));
        }
        rows.set(1, 31, 5.0);
        assert_eq!((rows.get(1, 30), rows.row(1)[31], rows.row(2)[0]), (1.0, 5.0, 2.0));
        assert_eq!(rows.row(2), [2.0; 32]);
        let mut others = Rows::<f32>::new(3, 16);
        others.copy_lanes(&rows, [1, 2], &[(3, 0)]);
        assert_eq!(
            [0, 1, 2].map(|row| (others.row(row)[2], others.row(row)[3])),
            [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0)]
        );
        assert_eq!((rows.rows(), rows.lanes(), rows.row_bytes(), rows.distance()), (3, 32, 128, 192));
    }

    #[test]
    fn uniforms_are_repeated() {
        let mut uniforms = Uniforms::from_values(&[1.0, 2.0]);
        uniforms.set(0, 3.0);
        assert_eq!((uniforms.get(0), uniforms.get(1), uniforms.len()), (3.0, 2.0, 2));
        assert_eq!(uniforms.lines.numbers()[16..24], [3.0; 8]);
    }

    #[test]
    #[should_panic(expected = "12 lanes are not a multiple of 8")]
    fn lanes_fill_vectors() {
        let _ = Rows::<f64>::new(1, 12);
    }
}
