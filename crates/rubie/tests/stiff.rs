//! The stiff problems of the shared collection of initial value problems against its reference digits. A table of steps and errors is printed by
//!
//!     cargo test --release -p rubie --test stiff -- --nocapture
//!
//! Skips, saying so, where the collection is not beside the project.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod ivp;

use rubie::prelude::*;

const METHODS: [&str; 5] = ["rodas5p", "rodas4", "ros34pw2", "kvaerno5", "radau-iia-5"];

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
fn allowed(name: &str, method: &str, tolerance: f64) -> f64 {
    match (name, method) {
        // Rounding in the right-hand side alone costs all but eight digits: fast terms that are 1e11 times as large as what is left of
        // them. Errors do not depend on the tolerance any more.
        ("ds_f5", _) if tolerance < 1e-9 => 300.0,
        // 42,000 steps of a method of order 3.
        ("rober", "ros34pw2") if tolerance < 1e-9 => 1000.0,
        // Sixteen steps to t = 100: the steps are too large to see all of a passing transient.
        ("ds_d5", "rodas5p") if tolerance > 1e-5 => 100.0,
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
                        if error.is_nan() || error > allowed(name, method, tolerance) {
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

/// Van der Pol's oscillator for some mu, solved with these settings.
fn van_der_pol(method: &str, steps: &StepSettings, mu: &str) -> Report {
    let text = "state x = 2, v = 0\nparam mu = 1\nx' = v\nv' = mu*(1 - x^2)*v - x";
    let model = Model::parse("van_der_pol", text).unwrap();
    let options =
        SolveOptions { method: method.into(), steps: steps.clone(), until: 20.0, ..SolveOptions::default() };
    let sweep = Sweep::product(vec![Axis::parse("mu", mu, 0).unwrap()]).unwrap();
    Solver::new(&model, &options).unwrap().solve(&sweep).unwrap().report().clone()
}

#[test]
fn iterations_and_jacobians_are_counted() {
    let frozen = Some(NewtonJacobian::Frozen);
    let exact = Some(NewtonJacobian::Exact);
    let of = |method, newton| {
        let steps = StepSettings { newton, ..StepSettings::default() };
        let report = van_der_pol(method, &steps, "1:500:20");
        assert_eq!(report.failed_runs, 0, "{method}");
        (report.accepted_steps + report.rejected_steps, report.newton_iterations, report.jacobians)
    };
    assert_eq!((of("tsit5", None).1, of("tsit5", None).2), (0, 0));
    let (attempts, iterations, jacobians) = of("rodas5p", None);
    assert_eq!((iterations, jacobians), (0, attempts));
    let (attempts, iterations, jacobians) = of("kvaerno3", frozen);
    assert!(iterations > 3 * attempts / 2 && jacobians == attempts, "{iterations} of {attempts}");
    let (_, iterations, jacobians) = of("kvaerno3", exact);
    assert_eq!(jacobians, iterations);
    // Three stages at once, and another for the smoothed error.
    let (attempts, iterations, jacobians) = of("radau_iia_5", exact);
    assert_eq!(jacobians, 3 * iterations + attempts);

    // The counts of a batch are those of its runs.
    let steps = StepSettings::default();
    let alone = |mu: &str| van_der_pol("radau_iia_5", &steps, mu).newton_iterations;
    assert_eq!(van_der_pol("radau_iia_5", &steps, "3,70").newton_iterations, alone("3") + alone("70"));
}

#[test]
fn failures_of_implicit_steps_are_told() {
    let status = |rate: &str, method: &str, steps: StepSettings| {
        let model = Model::parse("growth", &format!("state x = 1\nx' = {rate}")).unwrap();
        let options = SolveOptions { method: method.into(), steps, until: 2.0, ..SolveOptions::default() };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        solution.status()[0].to_string()
    };
    let fixed = |dt| StepSettings {
        controller: Some(ControllerKind::Fixed),
        dt: Some(dt),
        ..StepSettings::default()
    };
    // One iteration does not solve a cubic equation.
    let one = StepSettings { newton_max_iters: 1, ..fixed(0.5) };
    assert_eq!(status("-x^3", "backwards_euler", one), "newton_iterations");
    // 1 / (gamma dt) - J is 0.
    assert_eq!(status("4*x", "velds4", fixed(0.5)), "singular_matrix+non_finite");
    let iterated = status("2*x", "backwards_euler", fixed(0.5));
    assert!(iterated.contains("newton_divergence") && iterated.contains("singular_matrix"), "{iterated}");
    // x = 1 / (1 - t) has no value beyond 1.
    for method in ["rodas5p", "kvaerno5", "radau_iia_5", "trbdf2"] {
        let told = status("x^2", method, StepSettings::default());
        assert!(!told.contains("success") && told != "step_limit", "{method}: {told}");
    }
}

/// A concentration of 1e-22 with a tolerance to match, as in the chemical problem E5 of the CWI test set.
#[test]
fn tiny_states_are_resolved() {
    let model =
        Model::parse("tiny", "state x = 1e-22, y = 1\nx' = 1e-22*cos(t) - (x - 1e-22*sin(t))*1e4\ny' = -y")
            .unwrap();
    for method in ["rodas5p", "kvaerno5", "radau_iia_5"] {
        let steps =
            StepSettings { rtol: 1e-6.into(), atol: vec![1e-30, 1e-9].into(), ..StepSettings::default() };
        let options = SolveOptions {
            method: method.into(),
            steps,
            until: 3.0,
            save: Schedule::Final,
            ..SolveOptions::default()
        };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        let found = solution.series("x", 0).unwrap()[0];
        let exact = 1e-22 * 3.0f64.sin();
        assert!((found - exact).abs() < 1e-5 * exact, "{method}: {found:e} is not {exact:e}");
    }
}
