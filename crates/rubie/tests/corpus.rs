//! The non-stiff problems of the shared collection of initial value problems: end values to the digits that the
//! tolerance promises. Skips, saying so, where the collection is not beside the project.

use std::path::Path;

use rubie::prelude::*;
use serde_json::Value;

/// The collection writes `where(c, a, b)` and `**`; the model language `if(c, a, b)` and both powers.
fn model_text(problem: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().replace("where(", "if(");
    let list = |key: &str| problem[key].as_array().unwrap().clone();
    let mut lines = Vec::new();
    for (name, value) in problem["parameters"].as_object().unwrap() {
        lines.push(format!("param {name} = {}", text(value)));
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
        let steps = StepSettings {
            rtol: Tolerance::Uniform(tolerance),
            atol: Tolerance::Uniform(tolerance),
            ..StepSettings::default()
        };
        let options = SolveOptions {
            method: method.to_owned(),
            steps,
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
        // One period of a close orbit multiplies errors by about 1e6; the seven stars pass close to each other.
        "arenstorf" => 1e6,
        "pleiades" => 1e4,
        // Errors in the phase of an orbit grow over its several revolutions.
        "dn_d1" | "dn_d3" => 1e3,
        "dn_d5" => 1e4,
        _ => 100.0,
    }
}

#[test]
fn non_stiff_problems_meet_their_tolerance() {
    let Some(problems) = problems() else { return };
    assert!(problems.len() > 10);
    for problem in &problems {
        let name = problem["name"].as_str().unwrap();
        for (method, tolerance) in [("tsit5", 1e-6), ("tsit5", 1e-9), ("dop853", 1e-10), ("vern7", 1e-10), ("vern9", 1e-11)] {
            let error = error(&end_values(problem, method, tolerance), &problem["reference_end"]);
            let bound = tolerance * magnification(name);
            println!("{name:12} {method:7} {tolerance:.0e} error {error:.2e} = {:.1} tolerances", error / tolerance);
            assert!(error < bound, "{name}, {method} at {tolerance:e}: error {error:e}, bound {bound:e}");
        }
    }
}
