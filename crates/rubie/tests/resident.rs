//! Results that stay on the device, which is the host where the CPU computes.
#![allow(clippy::unwrap_used)]

use rubie::sink::Layout;
use rubie::{
    Axis, DeviceChoice, ErrorKind, Model, Monitor, Precision, Schedule, SolveOptions, Solver, Sweep, Values,
};

fn solver(options: SolveOptions) -> Solver {
    let model = Model::parse("decay", "state x = 1, y = 2\nparam k = 1\nx' = -k*x\ny' = -2*k*y").unwrap();
    Solver::new(&model, &SolveOptions { device: DeviceChoice::Cpu, until: 1.0, ..options }).unwrap()
}

fn sweep(runs: u64) -> Sweep {
    Sweep::product(vec![Axis::even("k", 0.5, 2.0, runs).unwrap()]).unwrap()
}

#[test]
fn resident_results_are_those_of_a_solution() {
    for precision in [Precision::F64, Precision::F32] {
        let solver =
            solver(SolveOptions { precision, save: Schedule::Every(0.25), ..SolveOptions::default() });
        let solution = solver.solve(&sweep(500)).unwrap();
        let resident = solver.solve_resident(&sweep(500), &Monitor::default()).unwrap();
        let samples = &resident.samples;
        assert_eq!((samples.shape(), samples.precision()), ([5, 2, 500], precision));
        assert_eq!(samples.location().device, None);
        assert_eq!(&samples.to_values().unwrap(), solution.samples());
        assert_eq!(resident.swept[..], *solution.swept_values("k").unwrap());
        assert_eq!(resident.report.accepted_steps, solution.report().accepted_steps);
        let Layout { times, runs, .. } = &resident.layout;
        assert_eq!((times.len(), *runs), (5, 500));
        // The array outlives the rest.
        let kept = samples.clone();
        drop(resident);
        assert!(matches!(kept.to_values().unwrap(), Values::F32(_) | Values::F64(_)));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let solver = solver(SolveOptions { memory_limit: Some(10_000), ..SolveOptions::default() });
    let refused = solver.solve_resident(&sweep(5_000), &Monitor::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Memory);
    assert!(refused.to_string().contains("solve fewer runs at a time"), "{refused}");
    assert!(solver.solve_resident(&sweep(10), &Monitor::default()).is_ok());
}
