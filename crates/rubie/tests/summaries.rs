//! Summaries: against the same numbers computed from saved samples, on every backend, in files.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::path::Path;

use rubie::prelude::*;
use rubie::sink::{TableForm, create};
use rubie::{Monitor, sink};

const RUNS: usize = 333;

fn lorenz() -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/lorenz.model");
    Model::parse("lorenz", &std::fs::read_to_string(path).unwrap()).unwrap()
}

fn sweep() -> Sweep {
    Sweep::product(vec![Axis::parse("rho", &format!("0:28:{RUNS}"), 0).unwrap()]).unwrap()
}

fn options(save: Schedule, precision: Precision) -> SolveOptions {
    let timing = SummaryTiming { sample_every: 0.0625, summarise_every: Some(0.5) };
    let metrics = ["mean", "std", "rms", "max", "min", "final", "time_of_max", "dxdt_max"];
    SolveOptions {
        until: 2.75,
        settle: 0.25,
        save,
        precision,
        summaries: Some(SummaryOptions { timing, ..SummaryOptions::new(&metrics, 1.0) }),
        threads: NonZeroUsize::new(2),
        ..SolveOptions::default()
    }
}

#[test]
fn summaries_are_those_of_the_saved_samples() {
    for precision in [Precision::F64, Precision::F32] {
        let options = options(Schedule::Every(0.0625), precision);
        let solution = Solver::new(&lorenz(), &options).unwrap().solve(&sweep()).unwrap();
        assert_eq!(solution.windows().len(), 5);
        assert_eq!(solution.windows()[0], [0.25, 0.75]);
        let tolerance = if precision == Precision::F64 { 1e-11 } else { 1e-4 };
        for run in 0..RUNS {
            let z = solution.series("z", run).unwrap();
            for window in 0..5 {
                // The first sample is at the start of the recording, which is none of the summaries'.
                let first = 1 + 8 * window;
                let values = &z[first..first + 8];
                let mean = values.iter().sum::<f64>() / 8.0;
                let square = values.iter().map(|value| value * value).sum::<f64>() / 8.0;
                let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 8.0;
                let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
                let position = values.iter().position(|value| *value == largest).unwrap();
                let slopes = (first.max(2)..first + 8).map(|k| (z[k] - z[k - 1]) / 0.0625);
                let expected = [
                    ("z_mean", mean, tolerance),
                    ("z_std", variance.sqrt(), 1e-5f64.max(30.0 * tolerance)),
                    ("z_rms", square.sqrt(), tolerance),
                    ("z_max", largest, 0.0),
                    ("z_min", smallest, 0.0),
                    ("z_final", values[7], 0.0),
                    ("z_time_of_max", solution.times()[first + position], 0.0),
                    ("z_dxdt_max", slopes.fold(f64::NEG_INFINITY, f64::max), 100.0 * tolerance),
                ];
                for (name, expected, tolerance) in expected {
                    let found = solution.summary(name, window, run).unwrap();
                    let error = (found - expected).abs() / (1.0 + expected.abs());
                    assert!(
                        error <= tolerance,
                        "{name}, window {window}, run {run}: {found}, not {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn summaries_depend_on_the_run_alone() {
    for precision in [Precision::F64, Precision::F32] {
        let alone = Solver::new(&lorenz(), &options(Schedule::Never, precision)).unwrap();
        let reference = alone.solve(&sweep()).unwrap();
        assert!(reference.times().is_empty() && reference.status().iter().all(|status| status.is_success()));
        for (threads, backend, vectors, save) in [
            (1, BackendChoice::Auto, None, Schedule::Never),
            (7, BackendChoice::Interpreter, Some(Isa::Portable), Schedule::Never),
            (2, BackendChoice::Auto, None, Schedule::Every(0.1)),
            (2, BackendChoice::Interpreter, None, Schedule::Final),
        ] {
            let threads = NonZeroUsize::new(threads);
            let options = SolveOptions { threads, backend, vectors, ..options(save, precision) };
            let solution = Solver::new(&lorenz(), &options).unwrap().solve(&sweep()).unwrap();
            assert_eq!(solution.summaries(), reference.summaries());
        }
    }
}

#[test]
fn a_failed_run_keeps_its_complete_windows() {
    let model = Model::parse("blow up", "param a = 1\nstate x = 1\nx' = a*x*x").unwrap();
    let timing = SummaryTiming { sample_every: 0.1, summarise_every: Some(0.2) };
    let summaries = SummaryOptions { timing, ..SummaryOptions::new(&["max"], 1.0) };
    let options =
        SolveOptions { save: Schedule::Never, summaries: Some(summaries), ..SolveOptions::default() };
    let sweep = Sweep::product(vec![Axis::parse("a", "0.5,2", 0).unwrap()]).unwrap();
    let solution = Solver::new(&model, &options).unwrap().solve(&sweep).unwrap();
    let course = |run: usize| -> Vec<f64> {
        (0..5).map(|window| solution.summary("x_max", window, run).unwrap()).collect()
    };
    assert!(solution.status()[0].is_success() && !solution.status()[1].is_success());
    assert!(course(0).iter().all(|value| value.is_finite()));
    assert!((course(1)[1] - 5.0).abs() < 1e-3, "1/(1 - 2*0.4)");
    assert!(course(1)[2..].iter().all(|value| value.is_nan()));
}

fn write(path: &Path, save: Schedule, chunk_bytes: u64) -> Report {
    let solver =
        Solver::new(&lorenz(), &SolveOptions { chunk_bytes, ..options(save, Precision::F64) }).unwrap();
    let sweep = sweep();
    let sink = create(path, TableForm::Wide, solver.layout(&sweep)).unwrap();
    solver.solve_into(&sweep, sink, &Monitor::default()).unwrap()
}

#[test]
fn tables_of_summaries() {
    let folder = tempfile::tempdir().unwrap();
    let reference = Solver::new(&lorenz(), &options(Schedule::Never, Precision::F64)).unwrap();
    let reference = reference.solve(&sweep()).unwrap();
    let alone = folder.path().join("alone.csv");
    write(&alone, Schedule::Never, 1 << 20);
    let text = std::fs::read_to_string(&alone).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(header[..5], ["run", "rho", "window_start", "window_end", "x_mean"]);
    for (row, line) in lines.enumerate() {
        let (run, window) = (row / 5, row % 5);
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells[0], run as f64);
        assert_eq!(cells[2..4], reference.windows()[window]);
        for (name, value) in header[4..].iter().zip(&cells[4..]) {
            assert_eq!(reference.summary(name, window, run), Some(*value));
        }
    }
    assert_eq!(text.lines().count(), 1 + 5 * RUNS);

    // With samples there are two files, each what it is alone.
    let both = folder.path().join("both.csv");
    let report = write(&both, Schedule::Final, 1 << 20);
    let beside = folder.path().join("both.summaries.csv");
    assert_eq!((report.output, report.summaries), (Some(both.clone()), Some(beside.clone())));
    assert_eq!(std::fs::read_to_string(beside).unwrap(), text);
    assert_eq!(std::fs::read_to_string(both).unwrap().lines().count(), 1 + RUNS);

    let parquet = |name: &str, chunk_bytes| {
        let path = folder.path().join(name);
        write(&path, Schedule::Never, chunk_bytes);
        std::fs::metadata(path).unwrap().len()
    };
    assert!(parquet("whole.parquet", 1 << 20) > 0);
}

#[test]
fn arrays_of_summaries() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str, save, chunk_bytes| {
        let path = folder.path().join(name);
        write(&path, save, chunk_bytes);
        std::fs::read(path).unwrap()
    };
    assert_eq!(bytes("a.npz", Schedule::Ends, 1), bytes("b.npz", Schedule::Ends, 1 << 30));
    let array = bytes("a.npy", Schedule::Never, 1);
    let header = String::from_utf8_lossy(&array[..128]).into_owned();
    assert!(header.contains(&format!("(5,24,{RUNS},)")), "{header}");
    let solver = Solver::new(&lorenz(), &options(Schedule::Ends, Precision::F64)).unwrap();
    let refused = create(&folder.path().join("c.npy"), TableForm::Wide, solver.layout(&sweep()));
    assert!(refused.map(drop).unwrap_err().to_string().contains(".npz"));
    let _: Option<sink::SummaryPart> = solver.layout(&sweep()).summaries;
}
