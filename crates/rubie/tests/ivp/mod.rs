//! The shared collection of initial value problems as models. It is not part of the project: what needs it is skipped,
//! saying so, where it is not beside the project.
#![allow(dead_code, unreachable_pub)]

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
pub fn model_text(problem: &Value) -> String {
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

pub fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

/// The problems of the collection that are stiff, or those that are not.
pub fn problems(stiff: bool) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/ivp/problems.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    Some(all.into_iter().filter(|problem| problem["stiff"].as_bool().unwrap() == stiff).collect())
}

/// End values and what they took.
pub struct End {
    pub values: Vec<f64>,
    pub attempts: u64,
    pub seconds: f64,
}

/// End values with these options' method and tolerances, integrating from break to break of the right-hand side.
pub fn end_values(problem: &Value, options: &SolveOptions) -> Result<End, String> {
    let name = problem["name"].as_str().unwrap();
    let model = Model::parse(name, &model_text(problem)).unwrap_or_else(|d| panic!("{}", d.render(false)));
    let states: Vec<&str> =
        problem["states"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let mut ends: Vec<f64> = problem["breaks"].as_array().unwrap().iter().map(number).collect();
    ends.push(number(&problem["t1"]));
    let mut t0 = number(&problem["t0"]);
    let mut set: Vec<(String, f64)> = Vec::new();
    let (mut attempts, mut seconds) = (0, 0.0);
    for until in ends {
        let options = SolveOptions { t0, until, set, save: Schedule::Final, ..options.clone() };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        if !solution.status()[0].is_success() {
            return Err(format!("{name}: {}", solution.status()[0]));
        }
        attempts += solution.report().accepted_steps + solution.report().rejected_steps;
        seconds += solution.report().solve_seconds;
        set = states.iter().map(|s| ((*s).to_owned(), solution.series(s, 0).unwrap()[0])).collect();
        t0 = until;
    }
    Ok(End { values: set.into_iter().map(|(_, value)| value).collect(), attempts, seconds })
}

/// The reference digits at the end.
pub fn reference(problem: &Value) -> Vec<f64> {
    problem["reference_end"].as_array().unwrap().iter().map(number).collect()
}

/// One model, many parameter sets and initial states: a zip of all of them, at all times. `bound` is relative to 1 and the
/// value.
pub fn check_batch(name: &str, method: &str, steps: &StepSettings, bound: f64) {
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
        method: method.to_owned(),
        steps: steps.clone(),
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
                assert!(error < bound, "{name}, set {run}, time {k}: {state} is {}, not {exact}", found[k]);
            }
        }
    }
}
