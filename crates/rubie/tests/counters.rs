//! Counters as columns of samples: their sums are those of the report, on every backend, with events and in both precisions.
#![allow(clippy::unwrap_used)]

use rubie::prelude::*;

const STIFF: &str = "state x = 2, y = 0\nparam mu = 10\nx' = y\ny' = mu*(1 - x^2)*y - x";

fn solve(text: &str, options: SolveOptions) -> Solution {
    let options = SolveOptions { counters: true, ..options };
    let model = Model::parse("m", text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let mu = Sweep::product(vec![Axis::parse("mu", "1:20:100", 0).unwrap()]).unwrap();
    Solver::new(&model, &options).unwrap().solve(&mu).unwrap()
}

fn options(method: &str) -> SolveOptions {
    let save = Schedule::Every(0.5);
    SolveOptions { method: method.to_owned(), until: 20.0, save, ..SolveOptions::default() }
}

/// The sum of a counter over samples and runs.
fn sum(solution: &Solution, counter: &str) -> f64 {
    (0..solution.runs()).flat_map(|run| solution.series(counter, run).unwrap()).sum()
}

#[test]
fn sums_of_counters_are_those_of_the_report() {
    for precision in [Precision::F64, Precision::F32] {
        for backend in [BackendChoice::Interpreter, BackendChoice::Auto] {
            let options = SolveOptions { backend, precision, ..options("tsit5") };
            let solution = solve(STIFF, options);
            let report = solution.report();
            assert_eq!(sum(&solution, "accepted_steps"), report.accepted_steps as f64);
            assert_eq!(sum(&solution, "rejected_steps"), report.rejected_steps as f64);
            assert!(report.rejected_steps > 0);
            assert_eq!(sum(&solution, "newton_iterations") + sum(&solution, "linear_solves"), 0.0);
            // Nothing has been done at the start.
            let first = |counter| (0..100).all(|run| solution.series(counter, run).unwrap()[0] == 0.0);
            assert!(first("accepted_steps") && first("rejected_steps"));
        }
    }
}

#[test]
fn linear_solves_follow_from_attempts_and_iterations() {
    let attempts = |solution: &Solution| {
        let report = solution.report();
        (report.accepted_steps + report.rejected_steps) as f64
    };
    // Rodas5P has eight stages; Kvaerno5 smooths its error estimate by one more solve for each attempt, as Radau IIA does.
    let rosenbrock = solve(STIFF, options("rodas5p"));
    assert_eq!(sum(&rosenbrock, "linear_solves"), 8.0 * attempts(&rosenbrock));
    assert_eq!(sum(&rosenbrock, "newton_iterations"), 0.0);
    for method in ["kvaerno5", "radau_iia_5"] {
        let solution = solve(STIFF, options(method));
        let (iterations, solves) = (sum(&solution, "newton_iterations"), sum(&solution, "linear_solves"));
        assert!(iterations > attempts(&solution), "{method}: {iterations} iterations");
        let beside = solves - iterations;
        assert!(beside == 0.0 || beside == attempts(&solution), "{method}: {beside}");
    }
}

#[test]
fn events_start_methods_anew_and_leave_counters() {
    let text = format!("{STIFF}\nat t = 1 every 1: y = y + 0.1\nwhen x < 0: y = y");
    for method in ["tsit5", "radau_iia_5"] {
        let solution = solve(&text, options(method));
        assert_eq!(sum(&solution, "accepted_steps"), solution.report().accepted_steps as f64, "{method}");
        let all: Vec<f64> =
            (0..100).flat_map(|run| solution.series("newton_iterations", run).unwrap()).collect();
        assert!(all.iter().all(|count| *count >= 0.0), "{method}");
    }
}

#[test]
fn counters_change_nothing_else() {
    let with = solve(STIFF, options("tsit5"));
    let model = Model::parse("m", STIFF).unwrap();
    let mu = Sweep::product(vec![Axis::parse("mu", "1:20:100", 0).unwrap()]).unwrap();
    let without = Solver::new(&model, &options("tsit5")).unwrap().solve(&mu).unwrap();
    assert_eq!(with.variables()[..2], without.variables()[..]);
    for run in 0..100 {
        assert_eq!(with.series("x", run), without.series("x", run));
    }
    let model = Model::parse("m", "state accepted_steps = 1\naccepted_steps' = 0").unwrap();
    let options = SolveOptions { counters: true, ..SolveOptions::default() };
    let error = Solver::new(&model, &options).map(drop).unwrap_err().to_string();
    assert!(error.contains("rename the variable"), "{error}");
}
