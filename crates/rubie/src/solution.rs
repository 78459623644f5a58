//! `Solution`: the results of a sweep in memory.

use rubie_kernel::Status;
use rubie_program::Precision;

use crate::report::Report;
use crate::solver::Solver;
use crate::sweep::Sweep;

/// Numbers in the precision they were computed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// IEEE binary32.
    F32(Vec<f32>),
    /// IEEE binary64.
    F64(Vec<f64>),
}

impl Values {
    pub(crate) fn empty(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Values::F32(Vec::new()),
            Precision::F64 => Values::F64(Vec::new()),
        }
    }

    pub(crate) fn resize(&mut self, length: usize) {
        match self {
            Values::F32(values) => values.resize(length, 0.0),
            Values::F64(values) => values.resize(length, 0.0),
        }
    }

    /// The number at `index`, as f64.
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Values::F32(values) => f64::from(values[index]),
            Values::F64(values) => values[index],
        }
    }
}

/// The results of a sweep: samples of shape (time, variable, run), run fastest, and a status per run.
///
/// A failed run keeps its samples up to the failure; from there on they are NaN.
#[derive(Clone, Debug)]
pub struct Solution {
    times: Vec<f64>,
    variables: Vec<String>,
    swept: Vec<String>,
    swept_values: Vec<f64>,
    samples: Values,
    status: Vec<Status>,
    report: Report,
}

impl Solution {
    pub(crate) fn new(
        solver: &Solver,
        sweep: &Sweep,
        swept_values: Vec<f64>,
        samples: Values,
        status: Vec<Status>,
        report: Report,
    ) -> Self {
        Solution {
            times: solver.times.clone(),
            variables: solver.output.variables().iter().map(|v| v.name.clone()).collect(),
            swept: sweep.names().to_vec(),
            swept_values,
            samples,
            status,
            report,
        }
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.status.len()
    }

    /// Times of the samples, the same for all runs.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Names of the saved variables, in order.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Names that differ from run to run.
    pub fn swept(&self) -> &[String] {
        &self.swept
    }

    /// Values of a swept name, one per run; `None` for a name that was not swept.
    pub fn swept_values(&self, name: &str) -> Option<&[f64]> {
        let k = self.swept.iter().position(|swept| swept == name)?;
        let runs = self.runs();
        Some(&self.swept_values[k * runs..(k + 1) * runs])
    }

    /// All samples, shape (time, variable, run), run fastest.
    pub fn samples(&self) -> &Values {
        &self.samples
    }

    /// One sample, as f64; `None` where an index is out of range.
    pub fn sample(&self, time: usize, variable: usize, run: usize) -> Option<f64> {
        let inside = time < self.times.len() && variable < self.variables.len() && run < self.runs();
        inside.then(|| self.samples.get((time * self.variables.len() + variable) * self.runs() + run))
    }

    /// The course of a variable in one run, one value per time; `None` for an unknown name or run.
    pub fn series(&self, variable: &str, run: usize) -> Option<Vec<f64>> {
        let v = self.variables.iter().position(|name| name == variable)?;
        (0..self.times.len()).map(|k| self.sample(k, v, run)).collect()
    }

    /// How each run ended.
    pub fn status(&self) -> &[Status] {
        &self.status
    }

    /// What the solve did.
    pub fn report(&self) -> &Report {
        &self.report
    }
}
