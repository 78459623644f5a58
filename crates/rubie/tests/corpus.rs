//! The non-stiff problems of the shared collection of initial value problems: end values to the digits that the
//! tolerance promises. Skips, saying so, where the collection is not beside the project.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use rubie::prelude::*;
use serde_json::Value;

/// The text with every name `pi` (reserved in the model language, a function's name in the collection) replaced by `pi_`.
fn without_pi(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .map(|word| match word.strip_prefix("pi") {
            Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                format!("pi_{rest}")
            }
            _ => word.to_owned(),
        })
        .collect()
}

/// The collection writes `where(c, a, b)` and `**`; the model language `if(c, a, b)` and both powers.
fn model_text(problem: &Value) -> String {
    let text = |value: &Value| without_pi(&value.as_str().unwrap().replace("where(", "if("));
    let list = |key: &str| problem[key].as_array().unwrap().clone();
    let mut lines = Vec::new();
    for (name, value) in problem["parameters"].as_object().unwrap() {
        lines.push(format!("param {} = {}", without_pi(name), text(value)));
    }
    for (state, initial) in list("states").iter().zip(list("initial")) {
        lines.push(format!("state {} = {}", text(state), text(&initial)));
    }
    for assignment in list("assignments") {
        lines.push(format!("{} = {}", text(&assignment[0]), text(&assignment[1])));
    }
    for (state, derivative) in list("states").iter().zip(list("rhs")) {
        lines.push(format!("{}' = {}", text(state), text(&derivative)));
    }
    lines.join("\n")
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

fn problems() -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/ivp/problems.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    Some(all.into_iter().filter(|problem| !problem["stiff"].as_bool().unwrap()).collect())
}

/// End values by `method` at `tolerance`, integrating from break to break of the right-hand side.
fn end_values(problem: &Value, method: &str, tolerance: f64) -> Vec<f64> {
    let name = problem["name"].as_str().unwrap();
    let model = Model::parse(name, &model_text(problem)).unwrap_or_else(|d| panic!("{}", d.render(false)));
    let states: Vec<&str> =
        problem["states"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let mut ends: Vec<f64> = problem["breaks"].as_array().unwrap().iter().map(number).collect();
    ends.push(number(&problem["t1"]));
    let mut t0 = number(&problem["t0"]);
    let mut set: Vec<(String, f64)> = Vec::new();
    for until in ends {
        let options = SolveOptions {
            method: method.to_owned(),
            steps: StepSettings::with_tolerance(tolerance),
            t0,
            until,
            set,
            save: Schedule::Final,
            ..SolveOptions::default()
        };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        assert!(solution.status()[0].is_success(), "{name}: {}", solution.status()[0]);
        set = states.iter().map(|s| ((*s).to_owned(), solution.series(s, 0).unwrap()[0])).collect();
        t0 = until;
    }
    set.into_iter().map(|(_, value)| value).collect()
}

/// Error relative to the larger of the value and the tolerance's own scale.
fn error(found: &[f64], reference: &Value) -> f64 {
    let reference: Vec<f64> = reference.as_array().unwrap().iter().map(number).collect();
    found.iter().zip(reference).map(|(f, r)| (f - r).abs() / (1.0 + r.abs())).fold(0.0, f64::max)
}

/// How much a problem magnifies local errors until its end, from the sensitivity of its solution.
fn magnification(name: &str) -> f64 {
    match name {
        // One period of an orbit with close encounters.
        "arenstorf" => 1e4,
        "pleiades" => 500.0,
        // Errors in the phase of an orbit grow over its several revolutions.
        "dn_d1" | "dn_d3" | "dn_d5" => 1e3,
        // The last stages of the step before each of 19 jumps lie on its far side, and the solution grows.
        "dn_f1" => 1e3,
        _ => 100.0,
    }
}

#[test]
fn non_stiff_problems_meet_their_tolerance() {
    let Some(problems) = problems() else { return };
    assert!(problems.len() > 10);
    for problem in &problems {
        let name = problem["name"].as_str().unwrap();
        for (method, tolerance) in
            [("tsit5", 1e-6), ("tsit5", 1e-9), ("dop853", 1e-10), ("vern7", 1e-10), ("vern9", 1e-11)]
        {
            let error = error(&end_values(problem, method, tolerance), &problem["reference_end"]);
            let bound = tolerance * magnification(name);
            println!(
                "{name:12} {method:7} {tolerance:.0e} error {error:.2e} = {:.1} tolerances",
                error / tolerance
            );
            assert!(error < bound, "{name}, {method} at {tolerance:e}: error {error:e}, bound {bound:e}");
        }
    }
}

/// One model, many parameter sets and initial states: a zip of all of them, at all times.
fn check_batch(name: &str) {
    let path = format!("{}/../../../shared/corpora/ivp/batch_public_{name}.json", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let batch: Value = serde_json::from_str(&text).unwrap();
    let mut problem = batch["model"].clone();
    problem["parameters"] = batch["base_parameters"].clone();
    problem["initial"] = batch["initial"].clone();
    let model = Model::parse(name, &model_text(&problem)).unwrap();
    let sets = batch["sets"].as_array().unwrap();
    let times: Vec<f64> = batch["times"].as_array().unwrap().iter().map(number).collect();
    let states: Vec<&str> =
        problem["states"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let parameters: Vec<&String> = problem["parameters"].as_object().unwrap().keys().collect();
    let axis = |name: &str, value: &dyn Fn(&Value) -> f64| Axis::list(name, sets.iter().map(value).collect());
    let mut axes = Vec::new();
    for name in parameters {
        axes.push(axis(name, &|set| number(&set["parameters"][name])).unwrap());
    }
    for (i, state) in states.iter().enumerate() {
        axes.push(axis(state, &|set| number(&set["initial"][i])).unwrap());
    }
    let options = SolveOptions {
        method: "vern7".to_owned(),
        steps: StepSettings { rtol: 1e-10.into(), atol: 1e-12.into(), ..StepSettings::default() },
        until: *times.last().unwrap(),
        save: Schedule::At(times),
        ..SolveOptions::default()
    };
    let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::zip(axes).unwrap()).unwrap();
    for (run, set) in sets.iter().enumerate() {
        for (s, state) in states.iter().enumerate() {
            let found = solution.series(state, run).unwrap();
            for (k, row) in set["values"].as_array().unwrap().iter().enumerate() {
                let exact = number(&row[s]);
                let error = (found[k] - exact).abs() / (1.0 + exact.abs());
                assert!(error < 1e-7, "{name}, set {run}, time {k}: {state} is {}, not {exact}", found[k]);
            }
        }
    }
}

#[test]
fn batches_of_parameters_and_initial_states_are_met() {
    check_batch("lotka");
    check_batch("brusselator");
}
