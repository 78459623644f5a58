//! Models driven by samples, against exact solutions and the splines themselves.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::sync::Arc;

use rubie::prelude::*;
use rubie::{BackendChoice, Boundary, DriverOptions, Drivers, Isa, Outside, Precision, TimeAxis};

fn tolerance(options: SolveOptions, size: f64) -> SolveOptions {
    let mut options = options;
    options.steps.rtol = Tolerance::Uniform(size);
    options.steps.atol = Tolerance::Uniform(size);
    options
}

fn drivers(axis: &TimeAxis, samples: &[(&str, Vec<f64>)], options: DriverOptions) -> Option<Arc<Drivers>> {
    Some(Arc::new(Drivers::new(axis, samples, options).unwrap()))
}

/// x' = u - k x for u that is constant between the given times: the exact solution, step by step.
fn stepped(times: &[f64], values: &[f64], k: f64, x: f64, until: f64) -> f64 {
    let ends = times[1..].iter().copied().chain([f64::INFINITY]);
    times.iter().zip(ends).zip(values).fold(x, |x, ((begin, end), u)| {
        let span = end.min(until) - begin;
        if span <= 0.0 { x } else { u / k + (x - u / k) * (-k * span).exp() }
    })
}

const LEAK: &str = "param u = 0, k = 1\nstate x = 0.5\nx' = u - k*x";

#[test]
fn steps_of_a_pump_are_kept_to() {
    let model = Model::parse("leak", LEAK).unwrap();
    let times: Vec<f64> = (0..12).map(|i| f64::from(i) * 0.7).collect();
    let values: Vec<f64> = (0..12).map(|i| [3.0, 0.0, -1.0, 8.0][i % 4]).collect();
    let axis = TimeAxis::listed(&times).unwrap();
    let hold = DriverOptions { order: 0, boundary: None, outside: Outside::Hold };
    let options = SolveOptions {
        until: 9.0,
        drivers: drivers(&axis, &[("u", values.clone())], hold),
        ..SolveOptions::default()
    };
    for method in ["tsit5", "vern7", "rodas5p", "kvaerno5"] {
        let options = SolveOptions { method: method.to_owned(), ..tolerance(options.clone(), 1e-9) };
        let solver = Solver::new(&model, &options).unwrap();
        let sweep = Sweep::product(vec![Axis::parse("k", "0.2:3:40", 0).unwrap()]).unwrap();
        let solution = solver.solve(&sweep).unwrap();
        for run in 0..40 {
            let k = 0.2 + 2.8 * run as f64 / 39.0;
            let exact = stepped(&times, &values, k, 0.5, 9.0);
            let found = *solution.series("x", run).unwrap().last().unwrap();
            assert!((found - exact).abs() < 1e-7, "{method}, k {k}: {found} and {exact}");
        }
        // Twelve pieces: a jump costs a new start, not dozens of rejected steps. (A stage of kvaerno5 lies beyond the step.)
        let rejected = solution.report().rejected_steps;
        assert!(method == "kvaerno5" || rejected <= 40 * 12, "{method}: {rejected}");
    }
}

#[test]
fn declared_jumps_are_passed_over() {
    let model =
        Model::parse("leak", "param k = 1\nstate x = 0.5\nx' = if(t < 2, 3, if(t < 3.3, -1, 5)) - k*x")
            .unwrap();
    let plain = tolerance(SolveOptions { until: 5.0, ..SolveOptions::default() }, 1e-9);
    let known = SolveOptions { jumps: vec![3.3, 2.0], ..plain.clone() };
    let solve =
        |options: &SolveOptions| Solver::new(&model, options).unwrap().solve(&Sweep::single()).unwrap();
    let exact = stepped(&[0.0, 2.0, 3.3], &[3.0, -1.0, 5.0], 1.0, 0.5, 5.0);
    let (slow, quick) = (solve(&plain), solve(&known));
    assert!((quick.series("x", 0).unwrap()[1] - exact).abs() < 1e-8);
    assert!(quick.report().rejected_steps * 3 < slow.report().rejected_steps);

    let single = |options| tolerance(SolveOptions { precision: Precision::F32, ..options }, 1e-6);
    let (slow, quick) = (solve(&single(plain)), solve(&single(known)));
    assert!((quick.series("x", 0).unwrap()[1] - exact).abs() < 1e-4);
    assert!(quick.report().rejected_steps * 3 < slow.report().rejected_steps);
}

/// All instruction sets, both executors: the driver as an observable is what the spline says, between samples, at them, outside.
#[test]
fn observed_drivers_are_the_splines() {
    let text = "param u = 0, v = 0, k = 1\nstate x = 0\nobserve seen = u, other = 2*v\nx' = k*u";
    let model = Model::parse("seen", text).unwrap();
    let uneven = TimeAxis::listed(&[0.5, 0.7, 1.9, 2.0, 3.4, 4.0, 4.1]).unwrap();
    let regular = TimeAxis::regular(0.5, 0.6, 7).unwrap();
    let samples =
        [("v", vec![1.0, 3.0, -2.0, 0.5, 0.0, 2.0, 1.0]), ("u", vec![0.0, 1.0, 4.0, 0.0, -3.0, 2.0, 0.0])];
    let times: Vec<f64> = (0..=140).map(|i| f64::from(i) * 0.05 - 1.0).collect();
    for axis in [&uneven, &regular] {
        for (order, outside) in [
            (1, Outside::Hold),
            (2, Outside::Wrap),
            (3, Outside::Ramp),
            (3, Outside::Wrap),
            (5, Outside::Zero),
        ] {
            let options = DriverOptions { order, boundary: None, outside };
            let given = drivers(axis, &samples, options);
            let reference = given.clone().unwrap();
            for (backend, isa) in backends() {
                for (precision, near) in [(Precision::F64, 1e-12), (Precision::F32, 3e-5)] {
                    let options = SolveOptions {
                        t0: -1.0,
                        until: 6.0,
                        save: Schedule::At(times.clone()),
                        drivers: given.clone(),
                        precision,
                        backend,
                        vectors: Some(isa),
                        ..SolveOptions::default()
                    };
                    let solver = Solver::new(&model, &options).unwrap();
                    let sweep = Sweep::product(vec![Axis::parse("k", "1:2:11", 0).unwrap()]).unwrap();
                    let solution = solver.solve(&sweep).unwrap();
                    let (seen, other) =
                        (solution.series("seen", 7).unwrap(), solution.series("other", 7).unwrap());
                    for (i, time) in times.iter().enumerate() {
                        let at = |driver| reference.value(driver, *time);
                        // At the ends of what is 0 outside, rounding decides on which side a time is.
                        let edge = [axis.start(), axis.time(6)].iter().any(|end| (end - time).abs() < 1e-6);
                        let free = edge && matches!(outside, Outside::Zero | Outside::Wrap);
                        let size = 1.0 + at(0).abs() + at(1).abs();
                        let close = (seen[i] - at(1)).abs() <= near * size
                            && (other[i] - 2.0 * at(0)).abs() <= near * size;
                        assert!(
                            close || free,
                            "{backend:?} {isa:?} {precision:?} {outside:?} {order} at {time}: {} {} and {} {}",
                            seen[i],
                            other[i],
                            at(1),
                            2.0 * at(0)
                        );
                    }
                }
            }
        }
    }
}

fn backends() -> Vec<(BackendChoice, Isa)> {
    let mut all = vec![(BackendChoice::Interpreter, Isa::Portable)];
    for isa in [Isa::Avx2, Isa::Avx512].into_iter().filter(|isa| isa.is_available()) {
        all.extend([(BackendChoice::Interpreter, isa), (BackendChoice::Jit, isa)]);
    }
    all
}

/// Linear samples: a stiff relaxation towards a ramp, whose solution is exact, by methods that need df/dt and by others.
#[test]
fn stiff_methods_follow_a_driver() {
    let model = Model::parse("follow", "param u = 0, k = 1000\nstate x = 0\nx' = -k*(x - u)").unwrap();
    // The last sample begins no piece: it is linear from 0 to 10.
    let axis = TimeAxis::regular(0.0, 1.0, 11).unwrap();
    let ramp: Vec<f64> = (0..=10).map(|i| f64::from(i) * 2.0).collect();
    let options = DriverOptions { order: 1, boundary: Some(Boundary::Natural), outside: Outside::Hold };
    let given = drivers(&axis, &[("u", ramp)], options);
    for method in ["rodas5p", "rodas4p", "rosenbrock23", "kvaerno5", "radau_iia_5"] {
        let options = SolveOptions {
            method: method.to_owned(),
            until: 9.5,
            drivers: given.clone(),
            ..SolveOptions::default()
        };
        let solution =
            Solver::new(&model, &tolerance(options, 1e-8)).unwrap().solve(&Sweep::single()).unwrap();
        let exact = 2.0 * 9.5 - 2.0 / 1000.0;
        let found = *solution.series("x", 0).unwrap().last().unwrap();
        assert!(solution.status()[0].is_success());
        assert!((found - exact).abs() < 1e-7, "{method}: {found} and {exact}");
        assert!(solution.report().accepted_steps < 400, "{method}: {}", solution.report().accepted_steps);
    }
}

#[test]
fn driven_runs_are_the_same_however_they_are_computed() {
    let model =
        Model::parse("leak", "param u = 0, k = 1\nstate x = 0.5\nx' = sin(u) - k*x\nwhen x < 0.1: x = u")
            .unwrap();
    let axis = TimeAxis::listed(&[0.0, 0.3, 1.0, 1.1, 2.0, 4.0]).unwrap();
    let given = drivers(&axis, &[("u", vec![1.0, 2.0, 0.5, -3.0, 1.0, 1.0])], DriverOptions::default());
    let sweep = Sweep::product(vec![Axis::parse("k", "0.2:3:531", 0).unwrap()]).unwrap();
    let mut first: Option<Vec<u64>> = None;
    for (backend, isa) in backends() {
        for threads in [1, 3] {
            let options = SolveOptions {
                until: 9.0,
                save: Schedule::Every(0.25),
                drivers: given.clone(),
                backend,
                vectors: Some(isa),
                threads: NonZeroUsize::new(threads),
                ..SolveOptions::default()
            };
            let solution = Solver::new(&model, &options).unwrap().solve(&sweep).unwrap();
            let bits: Vec<u64> =
                (0..531).flat_map(|run| solution.series("x", run).unwrap()).map(f64::to_bits).collect();
            let first = first.get_or_insert_with(|| bits.clone());
            assert!(*first == bits, "{backend:?} {isa:?} {threads}");
        }
    }
}

#[test]
fn mistakes_are_told() {
    let model = Model::parse("leak", "param u = 0, k = 1\nstate x = k\nx' = u - k*x\nat u: x = 1").unwrap();
    let axis = TimeAxis::regular(0.0, 1.0, 5).unwrap();
    let error = |name: &str, set: &[(String, f64)]| {
        let given = drivers(&axis, &[(name, vec![0.0; 5])], DriverOptions::default());
        let options = SolveOptions { drivers: given, set: set.to_vec(), ..SolveOptions::default() };
        Solver::new(&model, &options).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(error("uu", &[]).contains("did you mean `u`?"), "{}", error("uu", &[]));
    assert!(error("k", &[]).contains("the initial value of `x` depends on `k`"));
    assert!(error("u", &[]).contains("the event in line 4"), "{}", error("u", &[]));
    let model = Model::parse("leak", LEAK).unwrap();
    let given = drivers(&axis, &[("u", vec![0.0; 5])], DriverOptions::default());
    let options =
        SolveOptions { drivers: given, set: vec![("u".to_owned(), 1.0)], ..SolveOptions::default() };
    let error = Solver::new(&model, &options).err().unwrap().to_string();
    assert!(error.contains("is a driver"), "{error}");
}

#[test]
fn samples_come_from_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.csv");
    std::fs::write(&path, "u,time,w\n1,0,5\n3,2,5\n2,3,5\n").unwrap();
    let hold = DriverOptions { order: 1, boundary: None, outside: Outside::Hold };
    let found = rubie::drivers_from_file(&path, hold).unwrap();
    assert_eq!(found.names(), ["u", "w"]);
    assert_eq!([0.5, 2.5, 9.0].map(|time| found.value(0, time)), [1.5, 2.5, 2.0]);

    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        rubie::drivers_from_file(&path, hold).unwrap_err().to_string()
    };
    assert!(error("u,w\n1,2\n3,4\n").contains("a column `time` or `t`"), "{}", error("u,w\n1,2\n3,4\n"));
    assert!(error("t,u\n1,2\n1,4\n").contains("must increase"));
    assert!(error("t,u\n1,2\n2,nan\n").contains("finite"));
    assert!(error("t\n1\n2\n").contains("no driver"));
}

/// Linear samples of each run's own: the integral is exact, in memory and in chunks, by even and by uneven times.
#[test]
fn runs_have_samples_of_their_own() {
    let model = Model::parse("sum", "param u = 0, k = 1\nstate x = 0\nx' = k*u").unwrap();
    const RUNS: usize = 2503;
    let height = |run: usize, sample: usize| ((run * 37 + sample * 101) % 19) as f64 - 9.0;
    for times in [[0.0, 1.0, 2.0, 3.0], [0.0, 0.5, 2.5, 3.0]] {
        let axis = TimeAxis::listed(&times).unwrap();
        let samples: Vec<f64> = (0..RUNS).flat_map(|run| (0..4).map(move |i| height(run, i))).collect();
        let hold = DriverOptions { order: 1, boundary: None, outside: Outside::Hold };
        let runs = NonZeroUsize::new(RUNS).unwrap();
        let given = Drivers::each(&axis, &[("u", samples)], runs, hold).unwrap();
        let options = SolveOptions {
            until: 3.0,
            save: Schedule::Final,
            drivers: Some(Arc::new(given)),
            chunk_bytes: 1,
            ..SolveOptions::default()
        };
        let solver = Solver::new(&model, &options).unwrap();
        let sweep = Sweep::product(vec![Axis::parse("k", &format!("1:2:{RUNS}"), 0).unwrap()]).unwrap();
        let solution = solver.solve(&sweep).unwrap();
        for run in 0..RUNS {
            let area: f64 =
                (0..3).map(|i| 0.5 * (times[i + 1] - times[i]) * (height(run, i) + height(run, i + 1))).sum();
            let exact = (1.0 + run as f64 / (RUNS - 1) as f64) * area;
            assert!((solution.series("x", run).unwrap()[0] - exact).abs() < 1e-11, "run {run}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.npy");
        let sink = rubie::sink::create(&path, rubie::sink::TableForm::Wide, solver.layout(&sweep)).unwrap();
        let report = solver.solve_into(&sweep, sink, &rubie::Monitor::default()).unwrap();
        assert!(report.chunks > 1);
        let bytes = std::fs::read(&path).unwrap();
        let last = f64::from_le_bytes(bytes[bytes.len() - 8..].try_into().unwrap());
        assert_eq!(last, solution.series("x", RUNS - 1).unwrap()[0]);

        let few = Sweep::product(vec![Axis::parse("k", "1:2:5", 0).unwrap()]).unwrap();
        let error = solver.solve(&few).err().unwrap().to_string();
        assert!(error.contains("samples for 2503 runs, the sweep has 5"), "{error}");
    }
}

#[test]
fn a_table_can_have_rows_for_each_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pumps.csv");
    std::fs::write(&path, "run,time,u\n0,0,1\n0,2,3\n1,0,5\n1,2,6\n").unwrap();
    let hold = DriverOptions { order: 1, boundary: None, outside: Outside::Hold };
    let found = rubie::drivers_from_file(&path, hold).unwrap();
    assert_eq!((found.runs().unwrap().get(), found.value_of(1, 0, 1.0)), (2, 5.5));
    for (text, row) in
        [("run,time,u\n0,0,1\n0,2,3\n1,0,5\n", 3), ("run,time,u\n0,0,1\n0,2,3\n1,0,5\n1,3,6\n", 4)]
    {
        std::fs::write(&path, text).unwrap();
        let error = rubie::drivers_from_file(&path, hold).unwrap_err().to_string();
        assert!(error.contains(&format!("in row {row} the column `run`")), "{error}");
    }
}
