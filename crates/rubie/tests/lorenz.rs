//! The sweep that the README runs, checked against an integration at a far tighter tolerance.
#![allow(clippy::unwrap_used)]

use rubie::prelude::*;

fn lorenz() -> Model {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/lorenz.model");
    Model::parse("lorenz", &std::fs::read_to_string(path).unwrap()).unwrap()
}

fn final_values(method: &str, tolerance: f64, runs: usize) -> Solution {
    let options = SolveOptions {
        method: method.to_owned(),
        steps: StepSettings::with_tolerance(tolerance),
        until: 1.0,
        save: Schedule::Final,
        ..SolveOptions::default()
    };
    let sweep = Sweep::product(vec![Axis::parse("rho", &format!("0:21:{runs}"), 0).unwrap()]).unwrap();
    Solver::new(&lorenz(), &options).unwrap().solve(&sweep).unwrap()
}

#[test]
fn a_hundred_thousand_runs_agree_with_a_tight_reference() {
    let runs = 100_000;
    let solution = final_values("tsit5", 1e-8, runs);
    let reference = final_values("vern9", 1e-13, runs);
    assert!(solution.status().iter().all(|status| status.is_success()));
    for run in 0..runs {
        for variable in 0..3 {
            let value = solution.sample(0, variable, run).unwrap();
            let exact = reference.sample(0, variable, run).unwrap();
            assert!((value - exact).abs() <= 1e-7, "run {run}, variable {variable}: {value} against {exact}");
        }
    }
}
