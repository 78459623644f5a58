//! Every metric through the whole engine: backends agree to the last bit, and each result is defined or not as it should be.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use rubie::prelude::*;

const RUNS: usize = 37;

fn solve(backend: BackendChoice, precision: Precision) -> Solution {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/lorenz.model");
    let model = Model::parse("lorenz", &std::fs::read_to_string(path).unwrap()).unwrap();
    let forms = rubie::metrics().iter().map(|metric| metric.form());
    let names = forms.map(|form| form.replace("[n]", "[3]").replace("[level]", "[0.5]"));
    let names: Vec<String> = names.map(|name| name.replace("[fraction]", "[0.75]")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let timing = SummaryTiming { sample_every: 0.0625, summarise_every: Some(2.0) };
    let options = SolveOptions {
        until: 8.0,
        save: Schedule::Never,
        precision,
        backend,
        summaries: Some(SummaryOptions { timing, ..SummaryOptions::new(&names, 1.0) }),
        ..SolveOptions::default()
    };
    let sweep = Sweep::product(vec![Axis::parse("rho", &format!("20:28:{RUNS}"), 0).unwrap()]).unwrap();
    Solver::new(&model, &options).unwrap().solve(&sweep).unwrap()
}

#[test]
fn every_metric_has_the_same_bits_on_every_backend() {
    for precision in [Precision::F64, Precision::F32] {
        let reference = solve(BackendChoice::Interpreter, precision);
        let other = solve(BackendChoice::Auto, precision);
        for name in reference.summary_names() {
            for (window, run) in (0..4).flat_map(|window| (0..RUNS).map(move |run| (window, run))) {
                let found = other.summary(name, window, run).unwrap();
                let expected = reference.summary(name, window, run).unwrap();
                assert_eq!(found.to_bits(), expected.to_bits(), "{name}, window {window}, run {run}");
                // Only slots of peak times may be empty.
                assert!(expected.is_finite() || name.contains("peak_times"), "{name}, {window}, {run}");
            }
        }
    }
}
