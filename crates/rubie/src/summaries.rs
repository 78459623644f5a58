//! Summaries: numbers about the course of a run instead of the course itself.

use rubie_kernel::SummaryControls;
use rubie_model::System;
use rubie_output::{MetricRequest, OutputGraph, Span, SummaryGraph, SummarySchedule, SummaryTiming};

use crate::error::Error;
use crate::sink::{Column, SummaryPart};

/// Which metrics of which variables, over which windows.
///
/// ```
/// use rubie::prelude::*;
///
/// let options = SolveOptions {
///     until: 10.0,
///     save: Schedule::Never,
///     summaries: Some(SummaryOptions::new(&["mean", "max"], 0.1)),
///     ..SolveOptions::default()
/// };
/// let model = Model::parse("decay", "state x = 1\nparam k = 1\nx' = -k*x")?;
/// let sweep = Sweep::product(vec![Axis::parse("k", "0.5,1,2", 0)?])?;
/// let solution = Solver::new(&model, &options)?.solve(&sweep)?;
/// let largest = solution.summary("x_max", 0, 1).unwrap();
/// assert!((largest - (-0.1f64).exp()).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryOptions {
    /// Names of metrics, such as `mean` or `peaks[3]`; [`rubie_output::metrics`] lists them.
    pub metrics: Vec<String>,
    /// Names of the summarised variables; all states and observables where absent.
    pub of: Option<Vec<String>>,
    /// When metrics look at a run, and the windows.
    pub timing: SummaryTiming,
}

impl SummaryOptions {
    /// Metrics of all states and observables over the whole recording, from samples every `sample_every` units of time.
    pub fn new(metrics: &[&str], sample_every: f64) -> Self {
        SummaryOptions {
            metrics: metrics.iter().map(|&name| name.to_owned()).collect(),
            of: None,
            timing: SummaryTiming { sample_every, summarise_every: None },
        }
    }
}

/// Summaries that were checked against a model.
#[derive(Clone, Debug)]
pub(crate) struct Summaries {
    variables: OutputGraph,
    metrics: Vec<MetricRequest>,
    pub(crate) schedule: SummarySchedule,
    pub(crate) part: SummaryPart,
    controls: Vec<f64>,
}

impl Summaries {
    pub(crate) fn new(system: &System<'_>, options: &SummaryOptions, span: Span) -> Result<Self, Error> {
        let schedule = options.timing.schedule(span)?;
        let variables = match &options.of {
            Some(names) => OutputGraph::named(system, names)?,
            None => OutputGraph::all(system),
        };
        let metrics: Vec<MetricRequest> =
            options.metrics.iter().map(|name| MetricRequest::parse(name)).collect::<Result<_, _>>()?;
        let graph = SummaryGraph::new(system, variables.clone(), &metrics)?;
        let columns = graph.columns().iter();
        let columns =
            columns.map(|column| Column { name: column.name.clone(), unit: column.unit_text.clone() });
        let windows = (0..schedule.windows())
            .filter_map(|window| Some([schedule.window_start(window)?, schedule.window_end(window)?]));
        Ok(Summaries {
            part: SummaryPart { columns: columns.collect(), windows: windows.collect() },
            controls: graph.control_values(schedule.interval()),
            variables,
            metrics,
            schedule,
        })
    }

    /// The expressions in a system's own graph.
    pub(crate) fn graph<'g>(&self, system: &System<'g>) -> Result<SummaryGraph<'g>, Error> {
        Ok(SummaryGraph::new(system, self.variables.clone(), &self.metrics)?)
    }

    pub(crate) fn controls(&self) -> SummaryControls {
        SummaryControls { schedule: self.schedule, controls: self.controls.clone() }
    }

    /// Numbers of one run, over all windows and columns.
    pub(crate) fn per_run(&self) -> usize {
        self.part.windows.len() * self.part.columns.len()
    }
}
