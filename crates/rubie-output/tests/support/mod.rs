//! Runs a `SummaryGraph` over samples as a backend would, with the scalar evaluator.

use rubie_expr::{Evaluator, Expr, Graph};
use rubie_model::Model;
use rubie_output::{MetricRequest, OutputGraph, SummaryGraph};

/// Samples of one variable.
pub(crate) struct Samples<'a> {
    pub(crate) start: f64,
    pub(crate) interval: f64,
    pub(crate) start_value: f64,
    pub(crate) values: &'a [f64],
    pub(crate) per_window: usize,
}

pub(crate) fn parse(names: &[&str]) -> Vec<MetricRequest> {
    names.iter().map(|name| MetricRequest::parse(name).unwrap()).collect()
}

/// The names of the columns of variable `x`, and their values for each complete window.
pub(crate) fn summarise(names: &[&str], samples: &Samples<'_>) -> (Vec<String>, Vec<Vec<f64>>) {
    let model = Model::parse("one", "state x = 1\nx' = -x").unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let summary = SummaryGraph::new(&system, OutputGraph::all(&system), &parse(names)).unwrap();
    let columns = summary.columns().iter().map(|column| column.result.clone()).collect();
    (columns, windows(&graph, &summary, samples))
}

/// Values by symbol.
struct Values(Vec<f64>);

impl Values {
    fn set(&mut self, symbol: Expr<'_>, value: f64) {
        self.0[symbol.as_symbol().unwrap().index()] = value;
    }
}

pub(crate) fn windows<'g>(
    graph: &'g Graph,
    summary: &SummaryGraph<'g>,
    samples: &Samples<'_>,
) -> Vec<Vec<f64>> {
    let (time, value) = (graph.symbol("time"), graph.symbol("value"));
    let start = summary.start(&[value]);
    let mut update = Evaluator::new(&summary.update(time, &[value]));
    let mut finish = Evaluator::new(&[summary.finish(), &summary.restart()].concat());
    let mut values = Values(vec![f64::NAN; graph.symbol_count()]);
    for (control, number) in summary.controls().iter().zip(summary.control_values(samples.interval)) {
        values.set(control.symbol, number);
    }
    let keep = |values: &mut Values, numbers: &[f64]| {
        for (accumulator, number) in summary.accumulators().iter().zip(numbers) {
            values.set(accumulator.symbol, *number);
        }
    };
    values.set(value, samples.start_value);
    let first = Evaluator::new(&start).evaluate(&values.0);
    keep(&mut values, &first);
    let mut windows = Vec::new();
    for (i, sample) in samples.values.iter().enumerate() {
        values.set(time, samples.start + (i + 1) as f64 * samples.interval);
        values.set(value, *sample);
        let next = update.evaluate(&values.0);
        keep(&mut values, &next);
        if (i + 1).is_multiple_of(samples.per_window) {
            let mut results = finish.evaluate(&values.0);
            let restart = results.split_off(summary.columns().len());
            windows.push(results);
            keep(&mut values, &restart);
        }
    }
    windows
}
