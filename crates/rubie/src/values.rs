//! Numbers in either precision, in memory or in a file that looks like memory.

use std::fs::File;
use std::mem::MaybeUninit;
use std::ops::{Deref, Range, Sub};
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;
use rubie_kernel::SamplesMut;
use rubie_program::Precision;

use crate::sink::Samples;

/// Numbers one after the other: a slice, wherever it lies.
///
/// Clones of numbers that lie in a file share it; it vanishes with the last of them, and however the program ends.
#[derive(Clone, Debug)]
pub struct Numbers<T>(Place<T>);

#[derive(Clone, Debug)]
enum Place<T> {
    Memory(Vec<T>),
    File(Arc<Mmap>),
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(Place::Memory(Vec::new()))
    }
}

impl<T> From<Vec<T>> for Numbers<T> {
    fn from(values: Vec<T>) -> Self {
        Numbers(Place::Memory(values))
    }
}

impl<T: Pod> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Place::Memory(values) => values,
            // A map begins at a page; only whole numbers of it count.
            Place::File(map) => {
                let width = size_of::<T>();
                bytemuck::cast_slice(&map[..map.len() / width * width])
            }
        }
    }
}

impl<T: Pod + PartialEq> PartialEq for Numbers<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Pod> Numbers<T> {
    /// The numbers that a file without a name consists of.
    pub(crate) fn of_file(file: &File) -> std::io::Result<Self> {
        // SAFETY: the file has no name any more and no other handle writes to it, so nobody changes or cuts it.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(file)? };
        Ok(Numbers(Place::File(Arc::new(map))))
    }

    /// The numbers in memory: without a copy where they are there already.
    pub fn into_vec(self) -> Vec<T> {
        match self.0 {
            Place::Memory(values) => values,
            Place::File(_) => self.to_vec(),
        }
    }

    /// Makes room in memory. What stood there may be lost.
    pub(crate) fn resize(&mut self, length: usize) {
        match &mut self.0 {
            Place::Memory(values) if length <= values.capacity() => values.resize(length, T::zeroed()),
            place => {
                // What there is goes first, so that both never take memory together.
                *place = Place::Memory(Vec::new());
                *place = Place::Memory(zeros(length));
            }
        }
    }

    /// The numbers, to be written; those of a file cannot be.
    pub(crate) fn as_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Place::Memory(values) => values,
            Place::File(_) => &mut [],
        }
    }
}

/// So many zeros, in large pages where the system has them to give: kernels write to many places far apart, and a processor knows the
/// addresses of few pages by heart.
fn zeros<T: Pod>(length: usize) -> Vec<T> {
    let mut values = Vec::with_capacity(length);
    large_pages(values.spare_capacity_mut());
    values.resize(length, T::zeroed());
    values
}

#[cfg(target_os = "linux")]
fn large_pages<T>(memory: &mut [MaybeUninit<T>]) {
    /// Bytes of a large page.
    const LARGE: usize = 2 << 20;
    let start = memory.as_mut_ptr().cast::<u8>();
    let before = start.align_offset(LARGE);
    let bytes = size_of_val(memory).saturating_sub(before) / LARGE * LARGE;
    if bytes > 0 {
        // SAFETY: these are whole pages of our own memory, and what they contain does not change. A system that refuses does nothing.
        #[allow(unsafe_code)]
        unsafe {
            libc::madvise(start.add(before).cast(), bytes, libc::MADV_HUGEPAGE);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn large_pages<T>(_: &mut [MaybeUninit<T>]) {}

/// Numbers in the precision they were computed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// IEEE binary32.
    F32(Numbers<f32>),
    /// IEEE binary64.
    F64(Numbers<f64>),
}

impl Values {
    pub(crate) fn empty(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Values::F32(Numbers::default()),
            Precision::F64 => Values::F64(Numbers::default()),
        }
    }

    pub(crate) fn of_file(precision: Precision, file: &File) -> std::io::Result<Self> {
        Ok(match precision {
            Precision::F32 => Values::F32(Numbers::of_file(file)?),
            Precision::F64 => Values::F64(Numbers::of_file(file)?),
        })
    }

    pub(crate) fn resize(&mut self, length: usize) {
        match self {
            Values::F32(values) => values.resize(length),
            Values::F64(values) => values.resize(length),
        }
    }

    /// The number at `index`, as f64.
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Values::F32(values) => f64::from(values[index]),
            Values::F64(values) => values[index],
        }
    }

    /// Makes what these columns of samples (time, `width` columns, `runs` runs) count from the start of a run into what they count
    /// since the sample before.
    pub(crate) fn count_from_sample_to_sample(&mut self, columns: Range<usize>, width: usize, runs: usize) {
        match self {
            Values::F32(values) => differences(values.as_mut(), columns, width, runs),
            Values::F64(values) => differences(values.as_mut(), columns, width, runs),
        }
    }

    pub(crate) fn as_samples(&self) -> Samples<'_> {
        match self {
            Values::F32(values) => Samples::F32(values),
            Values::F64(values) => Samples::F64(values),
        }
    }

    pub(crate) fn as_samples_mut(&mut self) -> SamplesMut<'_> {
        match self {
            Values::F32(values) => SamplesMut::F32(values.as_mut()),
            Values::F64(values) => SamplesMut::F64(values.as_mut()),
        }
    }
}

fn differences<T: Copy + Sub<Output = T>>(
    samples: &mut [T],
    columns: Range<usize>,
    width: usize,
    runs: usize,
) {
    let time = width * runs;
    if columns.is_empty() || time == 0 {
        return;
    }
    for sample in (1..samples.len() / time).rev() {
        let (before, from) = samples.split_at_mut(sample * time);
        let counts = columns.start * runs..columns.end * runs;
        let before = &before[(sample - 1) * time..][counts.clone()];
        for (count, before) in from[counts].iter_mut().zip(before) {
            *count = *count - *before;
        }
    }
}
