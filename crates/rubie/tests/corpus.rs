//! The non-stiff problems of the shared collection of initial value problems: end values to the digits that the
//! tolerance promises. Skips, saying so, where the collection is not beside the project.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod ivp;

use rubie::prelude::*;

/// Error relative to the larger of the value and the tolerance's own scale.
fn error(found: &[f64], reference: &[f64]) -> f64 {
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
    let Some(problems) = ivp::problems(false) else { return };
    assert!(problems.len() > 10);
    for problem in &problems {
        let name = problem["name"].as_str().unwrap();
        for (method, tolerance) in
            [("tsit5", 1e-6), ("tsit5", 1e-9), ("dop853", 1e-10), ("vern7", 1e-10), ("vern9", 1e-11)]
        {
            let options = SolveOptions {
                method: method.to_owned(),
                steps: StepSettings::with_tolerance(tolerance),
                ..SolveOptions::default()
            };
            let error = error(&ivp::end_values(problem, &options).unwrap().values, &ivp::reference(problem));
            let bound = tolerance * magnification(name);
            println!(
                "{name:12} {method:7} {tolerance:.0e} error {error:.2e} = {:.1} tolerances",
                error / tolerance
            );
            assert!(error < bound, "{name}, {method} at {tolerance:e}: error {error:e}, bound {bound:e}");
        }
    }
}

#[test]
fn batches_of_parameters_and_initial_states_are_met() {
    let steps = StepSettings { rtol: 1e-10.into(), atol: 1e-12.into(), ..StepSettings::default() };
    ivp::check_batch("lotka", "vern7", &steps, 1e-7);
    ivp::check_batch("brusselator", "vern7", &steps, 1e-7);
}
