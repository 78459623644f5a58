//! `method: "auto"`: what a pilot chooses, and that the choice depends on nothing but the problem.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

const VAN_DER_POL: &str = "state x = 2, v = 0\nparam mu = 1\nx' = v\nv' = mu*(1 - x^2)*v - x";

fn model() -> Model {
    Model::parse("van_der_pol", VAN_DER_POL).unwrap()
}

fn options() -> SolveOptions {
    SolveOptions { method: "Auto".into(), until: 10.0, save: Schedule::Every(1.0), ..SolveOptions::default() }
}

fn sweep(mu: &str) -> Sweep {
    Sweep::product(vec![Axis::parse("mu", mu, 0).unwrap()]).unwrap()
}

#[test]
fn stiff_sweeps_get_a_stiff_method_and_others_do_not() {
    let stiff = Solver::for_sweep(&model(), &options(), &sweep("log:500:5000:200")).unwrap();
    let choice = stiff.choice().unwrap();
    assert_eq!(choice.method, "rodas5p");
    assert!(choice.trials.iter().all(|trial| trial.method == "rodas5p" || trial.failed > 0), "{choice}");

    let easy = Solver::for_sweep(&model(), &options(), &sweep("0.1:1:200")).unwrap();
    let choice = easy.choice().unwrap();
    assert_ne!(choice.method, "rodas5p");
    assert!(choice.trials.iter().all(|trial| trial.failed == 0), "{choice}");
}

#[test]
fn the_choice_has_the_least_work() {
    let solver = Solver::for_sweep(&model(), &options(), &sweep("0.1:30:500")).unwrap();
    let choice = solver.choice().unwrap();
    let least = choice.trials.iter().min_by_key(|trial| (trial.failed, trial.work())).unwrap();
    assert_eq!(choice.method, least.method);
    assert_eq!(choice.trials.len(), 3);
    // Attempts are those that a solve of the same runs reports.
    let lone = sweep("7");
    let solver = Solver::for_sweep(&model(), &options(), &lone).unwrap();
    let choice = solver.choice().unwrap();
    for trial in choice.trials.iter().filter(|trial| trial.failed == 0) {
        let options = SolveOptions { method: trial.method.into(), ..options() };
        let solution = Solver::new(&model(), &options).unwrap().solve(&lone).unwrap();
        let report = solution.report();
        assert_eq!(trial.attempts, report.accepted_steps + report.rejected_steps, "{}", trial.method);
    }
}

#[test]
fn the_choice_is_the_same_with_other_threads_and_backends_and_so_are_the_results() {
    let sweep = sweep("log:0.1:1000:300");
    let reference = Solver::for_sweep(&model(), &options(), &sweep).unwrap();
    let choice = reference.choice().unwrap();
    let expected = reference.solve(&sweep).unwrap();
    assert_eq!(expected.report().choice.as_ref(), Some(choice));
    assert_eq!(expected.report().method, choice.method);

    let named = SolveOptions { method: choice.method.into(), ..options() };
    let named = Solver::new(&model(), &named).unwrap().solve(&sweep).unwrap();
    assert!(named.samples() == expected.samples(), "the method by name gives other results");
    assert_eq!(named.report().choice, None);

    let threads = SolveOptions { threads: NonZeroUsize::new(3), ..options() };
    let interpreter = SolveOptions { backend: BackendChoice::Interpreter, ..options() };
    for options in [threads, interpreter] {
        let solver = Solver::for_sweep(&model(), &options, &sweep).unwrap();
        assert_eq!(solver.choice(), Some(choice));
        assert!(solver.solve(&sweep).unwrap().samples() == expected.samples());
    }
}

#[test]
fn a_solver_without_a_sweep_cannot_choose() {
    let error = Solver::new(&model(), &options()).err().unwrap().to_string();
    assert!(error.contains("Solver::for_sweep"), "{error}");
}

#[test]
fn mistakes_are_told_as_they_are_without_a_choice() {
    let unknown = Sweep::product(vec![Axis::parse("mou", "0:1:3", 0).unwrap()]).unwrap();
    let error = Solver::for_sweep(&model(), &options(), &unknown).err().unwrap().to_string();
    assert!(error.contains("`mu`"), "{error}");
}
