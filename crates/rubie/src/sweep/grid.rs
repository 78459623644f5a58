//! `Sweep`: axes combined into runs.

use super::axis::Axis;
use super::error::SweepError;
use super::sobol::{DIMENSIONS, Dimension};
use super::values::Values;

/// The most runs that a sweep may have, 2^40.
pub const MAX_RUNS: u64 = 1 << 40;

/// Which names vary, and the value of each in each run.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    names: Vec<String>,
    columns: Vec<Column>,
    runs: u64,
}

/// In run r, a column has its value number (r / repeat) mod count.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    values: Values,
    count: u64,
    repeat: u64,
}

/// One factor of a product: an axis, or all sampled axes together.
struct Factor {
    names: String,
    count: u64,
    sampled: bool,
}

impl Sweep {
    /// One run; nothing varies.
    pub fn single() -> Sweep {
        Sweep { names: Vec::new(), columns: Vec::new(), runs: 1 }
    }

    /// All combinations of the axes' values; the last axis runs fastest. No axes give [`Sweep::single`].
    ///
    /// Random and Sobol axes are drawn together and crossed with the others as one axis, which stands at the place
    /// of the first of them; those with a single value have it in all runs.
    ///
    /// # Errors
    /// Axes without a name, or two with the same; random or Sobol axes that differ in their count; more runs than
    /// [`MAX_RUNS`].
    pub fn product(axes: Vec<Axis>) -> Result<Sweep, SweepError> {
        check_names(axes.iter().map(Axis::name))?;
        let (factors, factor_of) = factors(&axes)?;
        let mut runs: u64 = 1;
        let mut repeats = vec![1; factors.len()];
        for (factor, repeat) in factors.iter().zip(&mut repeats).rev() {
            *repeat = runs;
            let product = runs.checked_mul(factor.count).filter(|product| *product <= MAX_RUNS);
            runs = product.ok_or_else(|| SweepError::TooManyRuns {
                factors: factors.iter().map(|factor| (factor.names.clone(), factor.count)).collect(),
            })?;
        }
        Sweep::build(axes, |k| repeats[factor_of[k]], runs)
    }

    /// The axes' values paired run by run; an axis with a single value has it in all runs. No axes give
    /// [`Sweep::single`].
    ///
    /// # Errors
    /// Axes without a name, or two with the same; axes that differ in their number of values.
    pub fn zip(axes: Vec<Axis>) -> Result<Sweep, SweepError> {
        check_names(axes.iter().map(Axis::name))?;
        let runs = axes.iter().map(Axis::count).max().unwrap_or(1);
        if axes.iter().any(|axis| axis.count() != 1 && axis.count() != runs) {
            return Err(SweepError::Counts { counts: counts(&axes) });
        }
        Sweep::build(axes, |_| 1, runs)
    }

    /// A table: one column per name, one value per run. Values that are not finite are kept; their runs fail with a
    /// status of their own and disturb no other.
    ///
    /// # Errors
    /// No rows; columns of different lengths; as many names as columns are needed, each once.
    pub fn samples(names: Vec<String>, columns: Vec<Vec<f64>>) -> Result<Sweep, SweepError> {
        check_names(names.iter().map(String::as_str))?;
        if names.len() > columns.len() {
            return Err(SweepError::Ragged {
                name: names[columns.len()].clone(),
                found: 0,
                expected: rows(&columns),
            });
        }
        if columns.len() > names.len() {
            return Err(SweepError::Unnamed { position: names.len() + 1 });
        }
        let expected = rows(&columns);
        if let Some((name, column)) = names.iter().zip(&columns).find(|(_, column)| column.len() != expected)
        {
            return Err(SweepError::Ragged { name: name.clone(), found: column.len(), expected });
        }
        if expected == 0 {
            return Err(SweepError::NoRuns);
        }
        let count = expected as u64;
        let columns =
            columns.into_iter().map(|values| Column { values: Values::List(values), count, repeat: 1 });
        Ok(Sweep { names, columns: columns.collect(), runs: count })
    }

    /// Names that vary.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of runs; at least 1.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Writes the values of `runs` runs from `first_run` on, shape (name, run): `out[name * runs + run]`.
    ///
    /// `out` has room for `names().len() * runs` values (in a shorter one, only whole names are filled), and the runs
    /// exist: for others, the values have no meaning.
    pub fn fill(&self, first_run: u64, runs: usize, out: &mut [f64]) {
        for (column, out) in self.columns.iter().zip(out.chunks_exact_mut(runs.max(1))) {
            column.fill(first_run, out);
        }
    }

    /// Bytes of the values that are held one by one, as those of a table are.
    pub fn held_bytes(&self) -> u64 {
        let held = |column: &Column| match &column.values {
            Values::List(values) => 8 * values.len() as u64,
            _ => 0,
        };
        self.columns.iter().map(held).sum()
    }

    /// Hands everything that decides the values of the runs to `take`, piece by piece.
    pub(crate) fn describe(&self, mut take: impl FnMut(&[u8])) {
        take(format!("{} {:?}", self.runs, self.names).as_bytes());
        for column in &self.columns {
            take(format!(" {} {} ", column.count, column.repeat).as_bytes());
            match &column.values {
                Values::List(values) => take(bytemuck::cast_slice(values)),
                values => take(format!("{values:?}").as_bytes()),
            }
        }
    }

    fn build(axes: Vec<Axis>, repeat: impl Fn(usize) -> u64, runs: u64) -> Result<Sweep, SweepError> {
        let mut sweep = Sweep { names: Vec::new(), columns: Vec::new(), runs };
        let mut dimensions = 0;
        for (k, axis) in axes.into_iter().enumerate() {
            let (name, count, mut values) = axis.into_parts();
            if let Values::Sobol { dimension, .. } = &mut values {
                let numbers = Dimension::new(dimensions).ok_or_else(|| SweepError::Axis {
                    name: name.clone(),
                    problem: format!(
                        "a sweep can have {DIMENSIONS} Sobol axes at most; make the others uniform"
                    ),
                })?;
                *dimension = Some(Box::new(numbers));
                dimensions += 1;
            }
            sweep.names.push(name);
            sweep.columns.push(Column { values, count, repeat: repeat(k) });
        }
        Ok(sweep)
    }
}

impl Column {
    fn fill(&self, first_run: u64, mut out: &mut [f64]) {
        let mut buffer = [0.0; 256];
        let mut place = first_run / self.repeat % self.count;
        let mut offset = first_run % self.repeat;
        while !out.is_empty() {
            let needed = (offset + out.len() as u64).div_ceil(self.repeat);
            let taken = needed.min(self.count - place).min(buffer.len() as u64);
            let values = &mut buffer[..taken as usize];
            self.values.fill(place, values);
            for value in values {
                let length = (self.repeat - offset).min(out.len() as u64) as usize;
                let (equal, rest) = out.split_at_mut(length);
                equal.fill(*value);
                (out, offset) = (rest, 0);
            }
            place = (place + taken) % self.count;
        }
    }
}

/// The factors of a product, and to which of them each axis belongs.
fn factors(axes: &[Axis]) -> Result<(Vec<Factor>, Vec<usize>), SweepError> {
    let is_sample = |axis: &Axis| axis.is_sampled() && axis.count() > 1;
    let mut factors: Vec<Factor> = Vec::new();
    let mut factor_of = Vec::with_capacity(axes.len());
    for axis in axes {
        let joint = factors.iter().position(|factor| factor.sampled && is_sample(axis));
        match joint {
            Some(joint) if factors[joint].count != axis.count() => {
                let sampled: Vec<Axis> = axes.iter().filter(|axis| is_sample(axis)).cloned().collect();
                return Err(SweepError::SampleCounts { counts: counts(&sampled) });
            }
            Some(joint) => factors[joint].names = format!("{}, {}", factors[joint].names, axis.name()),
            None => {
                factors.push(Factor {
                    names: axis.name().to_owned(),
                    count: axis.count(),
                    sampled: is_sample(axis),
                });
            }
        }
        factor_of.push(joint.unwrap_or(factors.len() - 1));
    }
    Ok((factors, factor_of))
}

fn counts(axes: &[Axis]) -> Vec<(String, u64)> {
    axes.iter().map(|axis| (axis.name().to_owned(), axis.count())).collect()
}

fn rows(columns: &[Vec<f64>]) -> usize {
    columns.first().map_or(0, Vec::len)
}

/// Each name is there, once.
pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), SweepError> {
    let mut seen = std::collections::HashSet::new();
    for (k, name) in names.enumerate() {
        if name.trim().is_empty() {
            return Err(SweepError::Unnamed { position: k + 1 });
        }
        if !seen.insert(name) {
            return Err(SweepError::Duplicate { name: name.to_owned() });
        }
    }
    Ok(())
}
