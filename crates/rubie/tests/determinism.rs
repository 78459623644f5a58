//! The determinism promise: a run's result is the same to the last bit whatever the batch, the order of the runs, the
//! number of threads, and whether its inputs vary or are the same for all.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

const MODEL: &str = "
    state x = 1, y = 0, z = 0
    param sigma = 10, rho = 28, beta = 8/3
    x' = sigma*(y - x) + 0.1*sin(t)
    y' = x*(rho - z) - y
    z' = x*y - beta*z
    observe speed = sqrt(x'^2 + y'^2 + z'^2)
";

fn solver(threads: usize, set: &[(&str, f64)], precision: Precision) -> Solver {
    let model = Model::parse("lorenz", MODEL).unwrap();
    let options = SolveOptions {
        until: 2.0,
        save: Schedule::Every(0.3),
        precision,
        threads: NonZeroUsize::new(threads),
        set: set.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        ..SolveOptions::default()
    };
    Solver::new(&model, &options).unwrap()
}

/// Values of rho that differ widely in cost, so that lanes finish at different times.
fn rhos(count: usize) -> Vec<f64> {
    (0..count).map(|i| 60.0 * ((i * 7919) % count) as f64 / count as f64).collect()
}

fn sweep(values: &[f64]) -> Sweep {
    Sweep::zip(vec![Axis::list("rho", values.to_vec()).unwrap()]).unwrap()
}

/// All samples of a run, by their bits.
fn bits(solution: &Solution, run: usize) -> Vec<u64> {
    let (times, variables) = (solution.times().len(), solution.variables().len());
    let places = (0..times).flat_map(|k| (0..variables).map(move |v| (k, v)));
    places.map(|(k, v)| solution.sample(k, v, run).unwrap().to_bits()).collect()
}

fn check(precision: Precision) {
    let values = rhos(1000);
    let reference = solver(1, &[], precision).solve(&sweep(&values)).unwrap();
    assert!(reference.status().iter().all(|status| status.is_success()));

    for threads in [2, 7] {
        let solution = solver(threads, &[], precision).solve(&sweep(&values)).unwrap();
        assert_eq!(solution.samples(), reference.samples(), "{threads} threads");
    }

    let mut shuffled: Vec<usize> = (0..values.len()).collect();
    shuffled.sort_by_key(|i| (i * 104_729) % 997);
    let order: Vec<f64> = shuffled.iter().map(|&i| values[i]).collect();
    let solution = solver(2, &[], precision).solve(&sweep(&order)).unwrap();
    for (place, &run) in shuffled.iter().enumerate() {
        assert_eq!(bits(&solution, place), bits(&reference, run), "run {run} at place {place}");
    }

    for run in [0, 1, 63, 64, 500, 999] {
        let alone = solver(1, &[], precision).solve(&sweep(&values[run..=run])).unwrap();
        assert_eq!(bits(&alone, 0), bits(&reference, run), "run {run} alone");
        let set = solver(1, &[("rho", values[run])], precision).solve(&Sweep::single()).unwrap();
        assert_eq!(bits(&set, 0), bits(&reference, run), "run {run} with rho set instead of swept");
        let beta = Axis::list("beta", vec![8.0 / 3.0]).unwrap();
        let rho = Axis::list("rho", vec![values[run]]).unwrap();
        let more = solver(1, &[], precision).solve(&Sweep::zip(vec![beta, rho]).unwrap()).unwrap();
        assert_eq!(bits(&more, 0), bits(&reference, run), "run {run} with beta swept too");
    }
}

#[test]
fn results_of_every_method_depend_on_the_run_alone() {
    let values = rhos(40);
    for method in rubie::methods() {
        let solver = |threads: usize, set: &[(&str, f64)]| {
            let dt = method.embedded_order.is_none().then_some(0.005);
            let options = SolveOptions {
                method: method.name.to_owned(),
                steps: StepSettings { dt, ..StepSettings::default() },
                until: 0.5,
                ..solver(threads, set, Precision::F64).options().clone()
            };
            Solver::new(&Model::parse("lorenz", MODEL).unwrap(), &options).unwrap()
        };
        let reference = solver(1, &[]).solve(&sweep(&values)).unwrap();
        assert!(reference.status().iter().all(|status| status.is_success()), "{}", method.name);
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let solution = solver(3, &[]).solve(&sweep(&reversed)).unwrap();
        for run in 0..values.len() {
            assert_eq!(bits(&solution, values.len() - 1 - run), bits(&reference, run), "{}", method.name);
        }
        for run in [0, 17] {
            let set = solver(1, &[("rho", values[run])]).solve(&Sweep::single()).unwrap();
            assert_eq!(bits(&set, 0), bits(&reference, run), "{}, run {run} with rho set", method.name);
        }
    }
}

#[test]
fn f64_results_depend_on_the_run_alone() {
    check(Precision::F64);
}

#[test]
fn f32_results_depend_on_the_run_alone() {
    check(Precision::F32);
}

#[test]
fn chunks_do_not_change_results() {
    let values = rhos(5000);
    let reference = solver(2, &[], Precision::F64).solve(&sweep(&values)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.npy");
    let model = Model::parse("lorenz", MODEL).unwrap();
    let options = SolveOptions { chunk_bytes: 1, ..solver(2, &[], Precision::F64).options().clone() };
    let chunked = Solver::new(&model, &options).unwrap();
    let sweep = sweep(&values);
    let sink = rubie::sink::create(&path, rubie::sink::TableForm::Wide, chunked.layout(&sweep)).unwrap();
    let report = chunked.solve_into(&sweep, sink, &rubie::Monitor::default()).unwrap();
    assert!(report.chunks > 3, "{} chunks", report.chunks);
    let bytes = std::fs::read(&path).unwrap();
    let count = 8 * reference.times().len() * reference.variables().len() * values.len();
    let numbers = bytes[bytes.len() - count..].chunks_exact(8);
    let numbers: Vec<f64> = numbers.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(&Values::F64(numbers.into()), reference.samples());
}
