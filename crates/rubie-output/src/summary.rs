//! `SummaryGraph`: the summaries of a system's variables, as expressions.

use std::collections::BTreeMap;

use rubie_expr::{Expr, substitute};
use rubie_model::System;

use crate::metric::{Accumulator, Control, Fold, Folds, MetricRequest, Unit};
use crate::variables::OutputGraph;

/// One result per window and run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    /// Name of variable and result: `x_mean`, `v_peaks_2`.
    pub name: String,
    /// Position of the variable among the summarised ones.
    pub variable: usize,
    /// Name of the result alone: `mean`, `peaks_2`.
    pub result: String,
    /// How the unit follows from those of the variable and of time.
    pub unit: Unit,
    /// The unit as far as the model tells, with `t` for the unit of time.
    pub unit_text: Option<String>,
}

/// Why summaries cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// An empty list.
    #[error("no metric is asked for: name at least one, such as `mean`")]
    NoMetrics,
    /// Names of variables and metrics that read the same when joined.
    #[error(
        "two summaries would be called `{name}`: of `{first}` and of `{second}`; rename one of the variables"
    )]
    SameName {
        /// The name of both columns.
        name: String,
        /// The variable of the first.
        first: String,
        /// The variable of the second.
        second: String,
    },
}

/// What is remembered of a run's samples, how a sample changes it, and what it says at the end of a window.
///
/// Everything is an expression; a backend needs one place per accumulator and three programs:
///
/// 1. [`SummaryGraph::start`] at the start of the recording gives accumulators their first values;
/// 2. [`SummaryGraph::update`] at every summary sample gives their next ones, all at once;
/// 3. [`SummaryGraph::finish`] after the last sample of a window gives the results, and [`SummaryGraph::restart`] the accumulators that
///    the next window begins with, all in terms of [`Accumulator::symbol`].
///
/// [`crate::SummarySchedule`] says when. Results are ordered by variable, then by metric. A result that several of the
/// metrics give (`mean` of `mean_std` and `mean`) is there once.
#[derive(Clone, Debug)]
pub struct SummaryGraph<'g> {
    variables: OutputGraph,
    metrics: Vec<MetricRequest>,
    folds: Folds<'g>,
    columns: Vec<Column>,
    results: Vec<Expr<'g>>,
}

impl<'g> SummaryGraph<'g> {
    /// The given metrics of the given variables.
    ///
    /// # Errors
    /// No metrics; variables whose names make two columns of one name.
    pub fn new(
        system: &System<'g>,
        variables: OutputGraph,
        metrics: &[MetricRequest],
    ) -> Result<SummaryGraph<'g>, SummaryError> {
        if metrics.is_empty() {
            return Err(SummaryError::NoMetrics);
        }
        let names: Vec<&str> = variables.variables().iter().map(|v| v.name.as_str()).collect();
        let mut folds = Folds::new(system.graph, &names);
        let (mut columns, mut results) = (Vec::new(), Vec::new());
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (index, variable) in variables.variables().iter().enumerate() {
            let mut fold = Fold::new(&mut folds, index, &variable.name);
            for request in metrics {
                for entry in (request.metric.define)(&mut fold, request.argument) {
                    let name = format!("{}_{}", variable.name, entry.name);
                    match known.get(&name) {
                        Some(&first) if first == index => continue,
                        Some(&first) => {
                            let (first, second) = (names[first].to_owned(), variable.name.clone());
                            return Err(SummaryError::SameName { name, first, second });
                        }
                        None => known.insert(name.clone(), index),
                    };
                    let unit_text = entry.unit.text(variable.unit.as_deref(), None);
                    columns.push(Column {
                        name,
                        variable: index,
                        result: entry.name,
                        unit: entry.unit,
                        unit_text,
                    });
                    results.push(entry.value);
                }
            }
        }
        Ok(SummaryGraph { variables, metrics: metrics.to_vec(), folds, columns, results })
    }

    /// The summarised variables; [`OutputGraph::values_at`] gives the values that [`SummaryGraph::update`] takes.
    pub fn variables(&self) -> &OutputGraph {
        &self.variables
    }

    /// The metrics, as they were asked for.
    pub fn metrics(&self) -> &[MetricRequest] {
        &self.metrics
    }

    /// The results of a window, in order: all of the first variable, then all of the second.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What a run keeps between samples.
    pub fn accumulators(&self) -> &[Accumulator<'g>] {
        &self.folds.accumulators
    }

    /// The numbers that steer the metrics; the first is the interval between samples.
    pub fn controls(&self) -> &[Control<'g>] {
        &self.folds.controls
    }

    /// The values of [`SummaryGraph::controls`], for samples that are `interval` apart.
    pub fn control_values(&self, interval: f64) -> Vec<f64> {
        self.folds.controls.iter().map(|control| control.value.unwrap_or(interval)).collect()
    }

    /// Whether [`SummaryGraph::start`] depends on the values given to it. If not, it is a list of constants that may be written at
    /// any time before the first sample.
    pub fn starts_from_values(&self) -> bool {
        self.folds.uses_start
    }

    /// First values of the accumulators, where the recording starts with the given values of the variables.
    pub fn start(&self, values: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let first: Vec<_> = self.accumulators().iter().map(|a| a.first).collect();
        debug_assert_eq!(values.len(), self.folds.starts.len());
        let starts = self.folds.starts.iter().copied();
        substitute(&first, &starts.zip(values.iter().copied()).collect::<Vec<_>>())
    }

    /// The accumulators after a sample at `time` with the given values of the variables, in terms of the accumulators' symbols
    /// (their values before it) and the controls'.
    pub fn update(&self, time: Expr<'g>, values: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let next: Vec<_> = self.accumulators().iter().map(|a| a.next).collect();
        debug_assert_eq!(values.len(), self.folds.values.len());
        let mut replacements = vec![(self.folds.time, time)];
        replacements.extend(self.folds.values.iter().copied().zip(values.iter().copied()));
        substitute(&next, &replacements)
    }

    /// The results of a window, one for each of [`SummaryGraph::columns`], in terms of accumulators and controls.
    pub fn finish(&self) -> &[Expr<'g>] {
        &self.results
    }

    /// The accumulators before the first sample of the next window, in terms of the accumulators.
    pub fn restart(&self) -> Vec<Expr<'g>> {
        self.accumulators().iter().map(|a| a.restart).collect()
    }
}
