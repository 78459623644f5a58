//! Samples of runs on their way to the outputs.
//!
//! In the outputs the samples of one time stand together, run after run, while a lane computes the samples of one run, time after
//! time. Written where they belong, one number after the other, each would touch a cache line and a page of its own. So
//! a run's samples are first written down one behind the other, in a column, and when neighbours that share the outputs'
//! cache lines are complete, their columns are transposed into the outputs, a line at a time.
//!
//! Neighbours are mostly at the same time. So their columns are cut in tiles of a cache line, and tiles for the same times stand
//! together.

use std::hint::black_box;

use rubie_program::{Element, Isa};

use crate::cpu::unit::Unit;

/// Bytes that the columns of a block may take. Runs that find no room are written directly.
const MOST_BYTES: usize = 8 << 20;
/// Runs with fewer samples are written directly.
const FEWEST_SAMPLES: usize = 8;
/// Tiles that a line of the outputs is fetched before it is written.
const AHEAD: usize = 2;

/// Nobody has asked yet.
const UNKNOWN: u32 = u32::MAX;
/// No room: written directly.
const NO_ROOM: u32 = u32::MAX - 1;

/// A place in the column of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place(usize);

impl Place {
    /// The place of the number after this one.
    #[inline(always)]
    fn next<T: Element>(self) -> Place {
        let tile = T::LANES_PER_VECTOR;
        let next = self.0 + 1;
        Place(if next.is_multiple_of(tile) { next + tile * (tile - 1) } else { next })
    }

    /// The place so many numbers after this one, which is the first of its column.
    pub(super) fn after<T: Element>(self, numbers: usize) -> Place {
        let tile = T::LANES_PER_VECTOR;
        Place(self.0 + numbers / tile * (tile * tile) + numbers % tile)
    }
}

/// Columns of the runs of a unit that are not complete.
pub(super) struct Columns<T> {
    /// Numbers of a run.
    length: usize,
    /// Numbers of a place, which is for `T::LANES_PER_VECTOR` columns.
    size: usize,
    numbers: Vec<T>,
    /// Runs that a place still waits for.
    missing: Vec<u32>,
    free: Vec<u32>,
    /// By group of neighbours in the unit: its place.
    place: Vec<u32>,
    most_places: usize,
    isa: Isa,
}

impl<T: Element> Columns<T> {
    /// For runs of `samples` samples of `variables` numbers.
    pub(super) fn new(samples: usize, variables: usize, isa: Isa) -> Self {
        let length = samples * variables;
        let size = length.next_multiple_of(T::LANES_PER_VECTOR) * T::LANES_PER_VECTOR;
        let bytes = size * size_of::<T>();
        let most_places =
            if samples < FEWEST_SAMPLES { 0 } else { MOST_BYTES.checked_div(bytes).unwrap_or(0) };
        Columns {
            length,
            size,
            numbers: Vec::new(),
            missing: Vec::new(),
            free: Vec::new(),
            place: Vec::new(),
            most_places,
            isa,
        }
    }

    /// Forgets everything for a unit of so many runs.
    pub(super) fn restart(&mut self, runs: usize) {
        self.place.clear();
        self.place.resize(runs.div_ceil(T::LANES_PER_VECTOR), UNKNOWN);
        self.free = (0..self.missing.len() as u32).collect();
    }

    /// Where the first number of a run goes; `None` where its samples are to be written directly.
    pub(super) fn start(&mut self, run: usize, unit: &Unit<'_, T>) -> Option<Place> {
        if self.most_places == 0 {
            return None;
        }
        let neighbours = T::LANES_PER_VECTOR;
        let group = run / neighbours;
        if self.place[group] == UNKNOWN {
            let runs = neighbours.min(unit.runs.len() - group * neighbours);
            self.place[group] = self.room(runs as u32);
        }
        let place = self.place[group];
        let first = place as usize * self.size + run % neighbours * neighbours;
        (place != NO_ROOM).then_some(Place(first))
    }

    fn room(&mut self, runs: u32) -> u32 {
        if self.free.is_empty() && self.missing.len() < self.most_places {
            self.free.push(self.missing.len() as u32);
            self.missing.push(0);
            self.numbers.resize(self.missing.len() * self.size, T::default());
        }
        let Some(place) = self.free.pop() else { return NO_ROOM };
        self.missing[place as usize] = runs;
        place
    }

    /// Writes a number, and goes on to the place of the next.
    #[inline(always)]
    pub(super) fn push(&mut self, place: &mut Place, value: T) {
        self.numbers[place.0] = value;
        *place = place.next::<T>();
    }

    /// Says that a run is complete but for the rows of the samples from `first` on, which are NaN.
    pub(super) fn finish(&mut self, run: usize, first: usize, unit: &mut Unit<'_, T>) {
        let Some(mut at) = self.start(run, unit) else {
            return unit.samples[first..].iter_mut().for_each(|row| row[run] = T::from_f64(f64::NAN));
        };
        let place = at.0 / self.size;
        at = at.after::<T>(first);
        (first..self.length).for_each(|_| self.push(&mut at, T::from_f64(f64::NAN)));
        self.missing[place] -= 1;
        if self.missing[place] == 0 {
            let first_run = run / T::LANES_PER_VECTOR * T::LANES_PER_VECTOR;
            let columns = &self.numbers[place * self.size..][..self.size];
            self.isa.vectorise(
                #[inline(always)]
                || transpose(columns, first_run, unit),
            );
            self.free.push(place as u32);
        }
    }
}

/// Columns into the outputs of the runs from `first` on.
#[inline(always)]
fn transpose<T: Element>(columns: &[T], first: usize, unit: &mut Unit<'_, T>) {
    let tile = T::LANES_PER_VECTOR;
    let neighbours = tile.min(unit.runs.len() - first);
    let rows = unit.samples.len();
    for (start, tiles) in (0..rows).step_by(tile).zip(columns.chunks_exact(tile * tile)) {
        // Lines are fetched in time if they are read before they are needed, all at once.
        let ahead = unit.samples.get(start + AHEAD * tile..).unwrap_or_default();
        black_box(ahead.iter().take(tile).fold(0.0, |sum, row| sum + row[first].to_f64()));
        for (place, row) in unit.samples[start..rows.min(start + tile)].iter_mut().enumerate() {
            let row = &mut row[first..first + neighbours];
            match neighbours == tile {
                true => (0..tile).for_each(|run| row[run] = tiles[run * tile + place]),
                false => (0..neighbours).for_each(|run| row[run] = tiles[run * tile + place]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    /// The number of a run in a row of the samples.
    fn number(run: usize, row: usize) -> f64 {
        (1000 * run + row) as f64
    }

    #[test]
    fn columns_arrive_where_they_belong_in_any_order() {
        for (samples, variables, runs) in [(9, 3, 21), (16, 1, 8), (2, 3, 20), (100_000, 3, 9)] {
            let rows = samples * variables;
            let mut outputs = vec![0.0; rows * runs];
            let mut status = vec![Status::SUCCESS; runs];
            let samples_of_unit = outputs.chunks_mut(runs).collect();
            let mut unit = Unit {
                runs: 5..5 + runs,
                samples: samples_of_unit,
                summaries: Vec::new(),
                status: &mut status,
            };
            let mut columns = Columns::<f64>::new(samples, variables, Isa::detect());
            columns.restart(runs);
            // The run 4 fails in its last row.
            let known = |run| if run == 4 { rows - 1 } else { rows };
            // 11 has no factor in common with any of the numbers of runs.
            for run in (0..runs).map(|k| k * 11 % runs) {
                let mut place = columns.start(run, &unit);
                for row in 0..known(run) {
                    match &mut place {
                        Some(place) => columns.push(place, number(run, row)),
                        None => unit.write(run, row, number(run, row)),
                    }
                }
                columns.finish(run, known(run), &mut unit);
            }
            for (row, values) in outputs.chunks(runs).enumerate() {
                for (run, value) in values.iter().enumerate() {
                    let lost = row >= known(run);
                    assert!(if lost { value.is_nan() } else { *value == number(run, row) }, "{run} {row}");
                }
            }
        }
    }
}
