//! docs/outputs.md says of every metric how many numbers a run keeps for it.
#![allow(clippy::unwrap_used)]

use rubie_expr::Graph;
use rubie_model::Model;
use rubie_output::{ArgumentKind, MetricRequest, OutputGraph, SummaryGraph, metrics};

fn accumulators(metrics: &[&str], variables: usize) -> usize {
    let states: String = (0..variables).map(|i| format!("state x{i} = 1\nx{i}' = -x{i}\n")).collect();
    let model = Model::parse("some", &states).unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let requests: Vec<_> = metrics.iter().map(|name| MetricRequest::parse(name).unwrap()).collect();
    SummaryGraph::new(&system, OutputGraph::all(&system), &requests).unwrap().accumulators().len()
}

/// Accumulators of one variable, and those that all variables share.
fn kept(metrics: &[&str]) -> (usize, usize) {
    let (one, two) = (accumulators(metrics, 1), accumulators(metrics, 2));
    (two - one, 2 * one - two)
}

#[test]
fn the_table_has_every_metric_and_its_memory() {
    let page = include_str!("../../../docs/outputs.md");
    for metric in metrics() {
        let form = metric.form();
        let row = page.lines().find(|line| line.starts_with(&format!("| `{form}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/outputs.md has no row for `{form}`"));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (name, slots) = match metric.argument {
            ArgumentKind::None => (form.clone(), None),
            ArgumentKind::Slots => (form.replace("[n]", "[5]"), Some(5)),
            ArgumentKind::Level | ArgumentKind::Fraction => (format!("{}[0.5]", metric.name), None),
        };
        let (own, shared) = kept(&[&name]);
        let written = slots.map_or(own.to_string(), |slots| format!("{} + n", own - slots));
        assert_eq!((cells[3], cells[4]), (written.as_str(), shared.to_string().as_str()), "{form}");
    }
}

#[test]
fn metrics_share_what_they_have_in_common() {
    assert_eq!(kept(&["mean", "std", "rms"]), kept(&["mean_std_rms"]));
    assert_eq!(kept(&["max", "min"]), kept(&["extrema"]));
    assert_eq!(kept(&["dxdt_max", "dxdt_min"]), kept(&["dxdt_extrema"]));
    assert_eq!(kept(&["d2xdt2_max", "d2xdt2_min"]), kept(&["d2xdt2_extrema"]));
    assert_eq!(kept(&["std", "mean", "std"]), kept(&["std"]));
}
