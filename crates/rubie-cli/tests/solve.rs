//! The command as a user runs it: tables, reports, failures of single runs.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn solve(folder: &Path, model: &str, arguments: &[&str]) -> Output {
    let path = folder.join("m.model");
    fs::write(&path, model).unwrap();
    Command::new(env!("CARGO_BIN_EXE_rubie"))
        .current_dir(folder)
        .args(["solve", "m.model"])
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

const DECAY: &str = "state x = 1\nparam k = 2\nx' = -k*x\ntwice = 2*x\nobserve twice\n";

#[test]
fn a_table_has_the_promised_columns_and_the_right_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["--sweep", "k=1,2", "--until", "1", "--rtol", "1e-10", "--atol", "1e-12", "--save-every", "0.5"];
    succeeded(&solve(folder.path(), DECAY, &[&arguments[..], &["--out", "r.csv"]].concat()));
    let table = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next().unwrap(), "run,k,time,x,twice");
    let rows: Vec<Vec<f64>> =
        lines.map(|l| l.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 6);
    for (i, row) in rows.iter().enumerate() {
        let (run, k, time) = ((i / 3) as f64, [1.0, 2.0][i / 3], 0.5 * (i % 3) as f64);
        assert_eq!(row[..3], [run, k, time]);
        assert!((row[3] - (-k * time).exp()).abs() < 1e-8, "{row:?}");
        assert_eq!(row[4], 2.0 * row[3]);
    }
}

#[test]
fn the_json_report_has_the_promised_keys_alone_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = solve(folder.path(), DECAY, &["--until", "1", "--sweep", "k=1:2:10", "--report", "json"]);
    let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
    for key in [
        "runs",
        "threads",
        "backend",
        "method",
        "precision",
        "chunks",
        "compile_seconds",
        "solve_seconds",
        "runs_per_second",
        "accepted_steps",
        "rejected_steps",
        "failed",
        "output",
    ] {
        assert!(report.get(key).is_some(), "no `{key}` in {report}");
    }
    assert_eq!(report["runs"], 10);
    assert_eq!(report["failed"], serde_json::json!({}));
}

#[test]
fn a_method_that_is_chosen_is_reported_with_the_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let stiff = "state x = 1, y = 0\nparam k = 1\nx' = -k*(x - y)\ny' = x - y^3\n";
    let arguments = ["--until", "10", "--sweep", "k=1e5:1e6:20", "--method", "auto", "--save", "final"];
    let text = succeeded(&solve(folder.path(), stiff, &arguments));
    assert!(text.contains("\n  chosen        rodas5p, by 8 runs: work 1.00 (rodas5p), "), "{text}");
    let json = succeeded(&solve(folder.path(), stiff, &[&arguments[..], &["--report", "json"]].concat()));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["method"], &report["choice"]["runs"]), (&"rodas5p".into(), &8.into()));
    assert_eq!(report["choice"]["trials"].as_array().unwrap().len(), 3);
}

/// With a limit of one iteration that may end early only where there is nothing to do, a nonlinear step cannot succeed.
#[test]
fn the_limits_of_newtons_iteration_reach_the_solver() {
    let folder = tempfile::tempdir().unwrap();
    let model = "state x = 1\nx' = -x^3\n";
    let one = |option: &str| {
        let arguments =
            ["--until", "1", "--method", "backwards_euler", "--dt", "0.1", "--report", "json", option];
        let report = succeeded(&solve(folder.path(), model, &arguments));
        serde_json::from_str::<serde_json::Value>(&report).unwrap()
    };
    assert_eq!(one("--newton-max-iters=20")["failed_runs"], 0);
    assert_eq!(one("--newton-max-iters=1")["failed"]["newton_iterations"], 1);
    assert_eq!(one("--newton-rtol=1e9")["failed_runs"], 0);
}

/// What a method leaves open can be chosen, and shows in the work.
#[test]
fn choices_within_an_implicit_method_reach_the_solver() {
    let folder = tempfile::tempdir().unwrap();
    let model = "state x = 1, y = 0\nparam k = 1e4\nx' = -k*(x^3 - cos(t)) - y\ny' = x - y\n";
    let work = |options: &[&str]| {
        let arguments = ["--until", "10", "--method", "trbdf2", "--rtol", "1e-6", "--report", "json"];
        let report = succeeded(&solve(folder.path(), model, &[&arguments[..], options].concat()));
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["failed_runs"], 0, "{options:?}");
        let number = |key: &str| report[key].as_u64().unwrap();
        [number("accepted_steps"), number("rejected_steps"), number("newton_iterations")]
    };
    let own = work(&[]);
    let same = work(&["--newton", "frozen"]);
    assert!(work(&["--newton", "exact"]) != same, "an exact Jacobian takes other iterations");
    assert!(own == same || own == work(&["--newton", "exact"]));
    assert!(work(&["--predict-stages", "on"]) != work(&["--predict-stages", "off"]));
    assert!(work(&["--smooth-error", "on"])[0] != work(&["--smooth-error", "off"])[0]);
    assert!(
        work(&["--controller", "gustafsson"])
            != work(&["--controller", "gustafsson", "--newton-target-iters", "1"])
    );
}

/// In a dead band that takes all factors, accepted steps keep their size; without one, steps of a slow decay grow.
#[test]
fn the_dead_band_reaches_the_solver() {
    let folder = tempfile::tempdir().unwrap();
    let steps = |options: &[&str]| {
        let arguments = ["--until", "1", "--method", "tsit5", "--dt", "0.0078125", "--report", "json"];
        let report =
            succeeded(&solve(folder.path(), "state x = 1\nx' = -x\n", &[&arguments[..], options].concat()));
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        ["accepted_steps", "rejected_steps"].map(|key| report[key].as_u64().unwrap())
    };
    assert_eq!(steps(&["--deadband-min", "0", "--deadband-max", "1e9"]), [128, 0]);
    assert!(steps(&[])[0] < 64);
}

/// x' = -x with x + z = 1 from x = 1, z = 5: consistent is z = 0, or where all may change the nearest point of x + z = 1.
#[test]
fn initial_values_of_algebraic_equations_are_found_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let model = "state x = 1, z = 5\nx' = -x\n0 = x + z - 1\n";
    let first = |how: &str| {
        let arguments =
            ["--until", "1", "--method", "rodas5p", "--dae-initialisation", how, "--report", "json"];
        let output = solve(folder.path(), model, &[&arguments[..], &["--out", "r.csv"]].concat());
        let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
        let table = fs::read_to_string(folder.path().join("r.csv")).unwrap();
        let row: Vec<f64> =
            table.lines().nth(1).unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
        (report["failed"].clone(), row[row.len() - 2], row[row.len() - 1])
    };
    let none = serde_json::json!({});
    let (failed, x, z) = first("brown");
    assert_eq!((failed, x), (none.clone(), 1.0));
    assert!(z.abs() < 1e-9, "{z}");
    let (failed, x, z) = first("shampine");
    assert_eq!(failed, none);
    assert!((x + z - 1.0).abs() < 1e-9, "{x}, {z}");
    assert_eq!(first("check").0, serde_json::json!({"dae_initialisation_failed": 1}));
    let arguments = ["--until", "1", "--method", "rodas5p", "--dae-initialisation", "bron"];
    let output = solve(folder.path(), model, &arguments);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("brown"));
}

#[test]
fn runs_that_blow_up_do_not_disturb_the_others() {
    // x' = x^2 from x(0) = 1/a is 1/(a - t): infinite at t = a.
    let folder = tempfile::tempdir().unwrap();
    let model = "param a = 1\nstate x = 1/a\nx' = x^2\n";
    let arguments = ["--sweep", "a=0.5,2,0.75,4", "--until", "1", "--save-every", "0.25", "--report", "json"];
    let output = solve(folder.path(), model, &[&arguments[..], &["--out", "r.csv"]].concat());
    let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(report["failed_runs"], 2);
    assert_eq!(report["failed"]["step_too_small"], 2, "{report}");
    let table = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    for line in table.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let (a, time, x) = (row[1], row[2], row[3]);
        if time < a {
            assert!((x * (a - time) - 1.0).abs() < 1e-3, "{line}");
        } else {
            assert!(x.is_nan() || x > 1e6, "{line}");
        }
    }
}

#[test]
fn samples_that_are_not_numbers_fail_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("s.csv"), "k,x\n1,1\nNaN,1\n2,inf\n3,1\n").unwrap();
    let arguments =
        ["--samples", "s.csv", "--until", "1", "--save", "final", "--report", "json", "--out", "r.csv"];
    let output = solve(folder.path(), "state x = 1\nparam k = 2\nx' = -k*x\n", &arguments);
    let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(report["failed"], serde_json::json!({"non_finite": 2}));
    let table = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    let last: Vec<f64> =
        table.lines().skip(1).map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
    assert!((last[0] - (-1f64).exp()).abs() < 1e-5 && (last[3] - (-3f64).exp()).abs() < 1e-5);
    assert!(last[1].is_nan() && last[2].is_nan());
}

#[test]
fn check_and_info_print_what_was_understood() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.model"), DECAY).unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_rubie")).current_dir(folder.path()).args(arguments).output().unwrap()
    };
    let check = succeeded(&run(&["check", "m.model"]));
    for part in ["states        1", "parameters    1", "observables   1", "Jacobian      1 x 1"] {
        assert!(check.contains(part), "no `{part}` in:\n{check}");
    }
    let listing = succeeded(&run(&["check", "m.model", "--listing"]));
    assert!(listing.contains("attempt"), "{listing}");
    let info = succeeded(&run(&["info"]));
    assert!(info.contains("tsit5") && info.contains("cores"), "{info}");
    assert!(info.contains("GPUs  ") && info.contains("GPU compiler  "), "{info}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.model"), "state x = 1\nparam k = 1\nx' = sin(k*t*x)\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rubie"))
        .current_dir(folder.path())
        .args(["solve", "m.model", "--sweep", "k=1:2:1000000", "--until", "1e6", "--out", "r.parquet"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(files, ["m.model"]);
}

#[test]
fn backends_and_vectors_write_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    let table = |options: &[&str]| {
        let arguments = ["--sweep", "k=1:2:20", "--until", "1", "--save-every", "0.25", "--out", "r.csv"];
        let output = solve(folder.path(), DECAY, &[&arguments[..], options].concat());
        output.status.success().then(|| fs::read(folder.path().join("r.csv")).unwrap())
    };
    let expected = table(&["--backend", "interpreter", "--vectors", "portable"]).unwrap();
    assert!(table(&[]).unwrap() == expected);
    for vectors in ["avx2", "avx512"] {
        // A processor without them refuses.
        if let Some(found) = table(&["--backend", "jit", "--vectors", vectors]) {
            assert!(found == expected, "{vectors}");
        }
    }
    assert!(table(&["--backend", "jit", "--vectors", "portable"]).is_none());
}

#[test]
fn a_parameter_follows_samples_of_a_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pump.csv"), "time,u\n0,1\n1,3\n2,0\n").unwrap();
    let model = "param u = 0, k = 1\nstate x = 0\nx' = k*u\n";
    let arguments = ["--until", "5", "--sweep", "k=1,2", "--drivers", "pump.csv", "--driver-order", "0"];
    let file = ["--driver-outside", "hold", "--save", "0.5,1.5,5", "--out", "r.csv"];
    succeeded(&solve(folder.path(), model, &[&arguments[..], &file].concat()));
    let table = fs::read_to_string(folder.path().join("r.csv")).unwrap();
    let found: Vec<f64> =
        table.lines().skip(1).map(|l| l.rsplit(',').next().unwrap().parse().unwrap()).collect();
    let expected = [0.5, 2.5, 4.0, 1.0, 5.0, 8.0];
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");

    let error = |words: &[&str]| {
        let arguments = ["--until", "5", "--drivers", "pump.csv", "--driver-order", "1"];
        let output = solve(folder.path(), model, &[&arguments[..], words].concat());
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(error(&[]).contains("repeat the first sample"), "{}", error(&[]));
    assert!(
        error(&["--driver-boundary", "open"]).contains("natural, clamped"),
        "{}",
        error(&["--driver-boundary", "open"])
    );
    assert!(error(&["--driver-outside", "hold", "--set", "u=1"]).contains("is a driver"));
}
