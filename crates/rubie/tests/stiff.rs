//! The stiff problems of the shared collection of initial value problems against its reference digits. The work-precision
//! table of docs/stiff-problems.md is printed by
//!
//!     cargo test --release -p rubie --test stiff -- --nocapture
//!
//! Skips, saying so, where the collection is not beside the project.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod ivp;

use rubie::prelude::*;

const METHODS: [&str; 5] = ["rodas5p", "rodas4", "ros34pw2", "kvaerno5", "radau_iia_5"];

/// The absolute tolerance for a relative one of 1: below the smallest size that matters in the problem's states.
fn smallest_size(name: &str) -> f64 {
    match name {
        "rober" | "ds_f3" => 1e-14,
        "ds_e5" => 1e-13,
        "ds_f5" | "ds_f1" | "ds_e1" => 1e-8,
        _ => 1e-4,
    }
}

/// How many tolerances the largest error of a state is.
fn error(found: &[f64], reference: &[f64], tolerance: f64, smallest: f64) -> f64 {
    let scaled = |(f, r): (&f64, &f64)| (f - r).abs() / (tolerance * (r.abs() + smallest));
    found.iter().zip(reference).map(scaled).fold(0.0, f64::max)
}

/// How many tolerances the error may be.
fn allowed(name: &str, tolerance: f64) -> f64 {
    match name {
        // Rounding in the right-hand side alone costs all but eight digits of the small states: fast terms that are 1e8 times
        // as large as what is left of them. Errors do not depend on the tolerance any more.
        "rober" | "ds_f3" | "ds_f5" if tolerance < 1e-9 => 1000.0,
        // Sixteen steps to t = 100: the steps are too large to see all of a passing transient.
        "ds_d5" if tolerance > 1e-5 => 100.0,
        _ => 30.0,
    }
}

#[test]
fn stiff_problems_meet_their_tolerance() {
    let Some(problems) = ivp::problems(true) else { return };
    assert!(problems.len() > 10);
    let mut wrong = Vec::new();
    for problem in &problems {
        let name = problem["name"].as_str().unwrap();
        let smallest = smallest_size(name);
        for method in METHODS {
            let mut cells = Vec::new();
            for tolerance in [1e-4, 1e-6, 1e-8, 1e-10] {
                let steps = StepSettings {
                    rtol: tolerance.into(),
                    atol: (tolerance * smallest).into(),
                    ..StepSettings::default()
                };
                let options = SolveOptions { method: method.to_owned(), steps, ..SolveOptions::default() };
                match ivp::end_values(problem, &options) {
                    Ok(end) => {
                        let error = error(&end.values, &ivp::reference(problem), tolerance, smallest);
                        cells.push(format!("{} / {error:.2}", end.attempts));
                        if error.is_nan() || error > allowed(name, tolerance) {
                            wrong.push(format!("{name}, {method} at {tolerance:e}: {error:.1} tolerances"));
                        }
                    }
                    Err(reason) => {
                        cells.push("-".to_owned());
                        wrong.push(format!("{method} at {tolerance:e}: {reason}"));
                    }
                }
            }
            println!("| `{name}` | `{method}` | {} |", cells.join(" | "));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn batches_of_parameters_and_initial_states_are_met() {
    let steps = StepSettings { rtol: 1e-8.into(), atol: 1e-14.into(), ..StepSettings::default() };
    ivp::check_batch("hires", "rodas5p", &steps, 1e-7);
    ivp::check_batch("rober", "rodas5p", &steps, 1e-7);
}
