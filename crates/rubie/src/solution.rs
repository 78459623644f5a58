//! `Solution`: the results of a sweep in memory.

use rubie_kernel::Status;

use crate::buffers::Buffers;
use crate::report::Report;
use crate::sink::{Column, Layout};
use crate::solver::Solver;
use crate::sweep::Sweep;
use crate::values::{Numbers, Values};

/// The results of a sweep: samples of shape (time, variable, run), summaries of shape (window, summary, run), run fastest, and a
/// status per run.
///
/// A failed run keeps its samples, and the summaries of complete windows, up to the failure; from there on they are NaN.
#[derive(Clone, Debug)]
pub struct Solution {
    layout: Layout,
    swept: Vec<String>,
    variables: Vec<String>,
    summary_names: Vec<String>,
    swept_values: Numbers<f64>,
    samples: Values,
    summaries: Values,
    events: Numbers<f64>,
    status: Vec<Status>,
    report: Report,
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The arrays of a [`Solution`], taken out of it.
#[derive(Clone, Debug)]
pub struct SolutionArrays {
    /// Values of the swept names, of shape (name, run).
    pub swept: Numbers<f64>,
    /// Samples, of shape (time, variable, run).
    pub samples: Values,
    /// Summaries, of shape (window, column, run).
    pub summaries: Values,
    /// Recorded events, of shape (slot, 2, run): when, and which one; NaN in slots that are left.
    pub events: Numbers<f64>,
    /// How each run ended.
    pub status: Vec<Status>,
}

impl Solution {
    pub(crate) fn new(solver: &Solver, sweep: &Sweep, arrays: Buffers, report: Report) -> Self {
        let layout = solver.layout(sweep);
        let mut swept_values = arrays.inputs;
        // What drivers need of each run stands behind the sweep. Files have the sweep alone.
        let swept = layout.swept.len() * arrays.status.len();
        if swept_values.len() > swept {
            swept_values.resize(swept);
        }
        Solution {
            swept: names(&layout.swept),
            variables: names(&layout.variables),
            summary_names: layout.summaries.as_ref().map(|part| names(&part.columns)).unwrap_or_default(),
            layout,
            swept_values,
            samples: arrays.samples,
            summaries: arrays.summaries,
            events: arrays.events,
            status: arrays.status,
            report,
        }
    }

    /// The arrays alone, for whoever wants to own them.
    pub fn into_arrays(self) -> SolutionArrays {
        let Solution { swept_values: swept, samples, summaries, events, status, .. } = self;
        SolutionArrays { swept, samples, summaries, events, status }
    }

    /// Names, units, times and windows of everything below.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.status.len()
    }

    /// Times of the samples, the same for all runs.
    pub fn times(&self) -> &[f64] {
        &self.layout.times
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
        let inside = time < self.times().len() && variable < self.variables.len() && run < self.runs();
        inside.then(|| self.samples.get((time * self.variables.len() + variable) * self.runs() + run))
    }

    /// The course of a variable in one run, one value per time; `None` for an unknown name or run.
    pub fn series(&self, variable: &str, run: usize) -> Option<Vec<f64>> {
        let v = self.variables.iter().position(|name| name == variable)?;
        (0..self.times().len()).map(|k| self.sample(k, v, run)).collect()
    }

    /// Names of the summaries, such as `x_mean`, in order.
    pub fn summary_names(&self) -> &[String] {
        &self.summary_names
    }

    /// Start and end of each window of the summaries.
    pub fn windows(&self) -> &[[f64; 2]] {
        self.layout.summaries.as_ref().map_or(&[], |part| &part.windows)
    }

    /// All summaries, shape (window, summary, run), run fastest.
    pub fn summaries(&self) -> &Values {
        &self.summaries
    }

    /// One summary by name, as f64; `None` for an unknown name or an index out of range.
    pub fn summary(&self, name: &str, window: usize, run: usize) -> Option<f64> {
        let column = self.summary_names.iter().position(|known| known == name)?;
        let inside = window < self.windows().len() && run < self.runs();
        inside.then(|| self.summaries.get((window * self.summary_names.len() + column) * self.runs() + run))
    }

    /// The recorded events of a run, in the order in which they happened: when, and which one, by its number among the model's events,
    /// from 0 ([`Layout::events`] has their names). Empty where events are not recorded, and for an unknown run.
    pub fn events(&self, run: usize) -> Vec<(f64, usize)> {
        let slots = self.layout.events.as_ref().filter(|_| run < self.runs()).map_or(0, |part| part.slots);
        let number = |slot: usize, column: usize| self.events[(2 * slot + column) * self.runs() + run];
        let recorded = (0..slots).map(|slot| (number(slot, 0), number(slot, 1)));
        recorded.take_while(|(time, _)| !time.is_nan()).map(|(time, event)| (time, event as usize)).collect()
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
