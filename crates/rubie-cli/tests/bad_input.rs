//! Wrong input of every kind: exit code 2 (or 1 where the system is at fault), a message that names the place and the
//! mend, nothing on standard output, no file left behind, never a panic.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DECAY: &str = "state x = 1\nparam k = 2\nx' = -k*x\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn model(&self, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path("m.model");
        fs::write(&path, text).unwrap();
        path
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn rubie(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rubie")).args(arguments).output().unwrap()
}

fn solve(model: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["solve", model.to_str().unwrap()];
    all.extend(arguments);
    rubie(&all)
}

/// The message of a command that must fail with `code` and say nothing on standard output.
#[track_caller]
fn refused(output: &Output, code: i32) -> String {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// Checks that the message for a model text names all of `parts`.
#[track_caller]
fn model_refused(text: impl AsRef<[u8]>, parts: &[&str]) {
    let folder = Folder::new();
    let message = refused(&solve(&folder.model(text), &["--until", "1"]), 2);
    for part in parts {
        assert!(message.contains(part), "no `{part}` in:\n{message}");
    }
}

/// Checks that the message for these options on a sound model names all of `parts`.
#[track_caller]
fn options_refused(arguments: &[&str], parts: &[&str]) {
    let folder = Folder::new();
    let message = refused(&solve(&folder.model(DECAY), arguments), 2);
    for part in parts {
        assert!(message.contains(part), "no `{part}` in:\n{message}");
    }
    assert_eq!(folder.files(), ["m.model"]);
}

#[test]
fn empty_file() {
    model_refused("", &["empty"]);
    model_refused("# only a comment\n", &["state"]);
}

#[test]
fn binary_file() {
    model_refused([0u8, 159, 146, 150, 255, 0, 1, 2], &["text"]);
}

#[test]
fn a_line_of_ten_megabytes() {
    let line = format!("{DECAY}y = {}x", "x + ".repeat(2_500_000));
    let folder = Folder::new();
    let output = solve(&folder.model(line), &["--until", "1"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{message}");
    assert!(message.len() < 10_000, "the message has {} bytes", message.len());
}

#[test]
fn ten_thousand_nested_parentheses() {
    let deep = format!("{DECAY}y = {}x{}\nobserve y\n", "(".repeat(10_000), ")".repeat(10_000));
    let folder = Folder::new();
    let output = solve(&folder.model(deep), &["--until", "1"]);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{}", String::from_utf8_lossy(&output.stderr));
    let open = format!("{DECAY}y = {}x\n", "(".repeat(10_000));
    model_refused(open, &["("]);
}

#[test]
fn names_that_shadow_functions() {
    model_refused("state x = 1\nparam exp = 2\nx' = -exp*x", &["exp", "function"]);
    model_refused("state x = 1\nparam t = 2\nx' = -t*x", &["`t`"]);
}

#[test]
fn unknown_names_have_a_suggestion() {
    model_refused("state x = 1\nparam beta = 2\nx' = -bta*x", &["bta", "did you mean `beta`?", "3:"]);
}

#[test]
fn values_that_are_not_finite() {
    options_refused(&["--until", "1", "--set", "k=NaN"], &["k", "finite"]);
    options_refused(&["--until", "1", "--set", "k=inf"], &["k", "finite"]);
    options_refused(&["--until", "1", "--sweep", "k=1,NaN"], &["k"]);
    options_refused(&["--until", "1", "--sweep", "k=0:inf:3"], &["k"]);
    options_refused(&["--until", "NaN"], &["finite"]);
}

#[test]
fn zero_runs() {
    options_refused(&["--until", "1", "--sweep", "k=0:1:0"], &["k"]);
    options_refused(&["--until", "1", "--sweep", "k="], &["--sweep"]);
}

#[test]
fn a_product_that_overflows() {
    let spec = "0:1:4000000000";
    let (k, x) = (format!("k={spec}"), format!("x={spec}"));
    options_refused(&["--until", "1", "--sweep", &k, "--sweep", &x, "--grid", "product"], &["4000000000"]);
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = Folder::new();
    let model = folder.model(DECAY);
    for (out, part) in [
        ("/nonexistent/place/r.parquet", "/nonexistent/place"),
        ("/proc/r.csv", "/proc"),
        (folder.0.path().to_str().unwrap(), "m"),
        ("r.xlsx", ".parquet"),
    ] {
        let output = solve(&model, &["--until", "1", "--out", out]);
        let message = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(matches!(output.status.code(), Some(1 | 2)), "{out}: {message}");
        assert!(message.contains(part), "{out}: {message}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(folder.files(), ["m.model"]);
}

#[test]
fn tolerances_and_steps_that_make_no_sense() {
    options_refused(&["--until", "1", "--rtol=-1e-6"], &["rtol", "-0.000001", "at least 0"]);
    options_refused(&["--until", "1", "--atol", "x=1e-6,y=1"], &["unknown state `y`"]);
    options_refused(&["--until", "1", "--method", "rk4"], &["rk4", "dt"]);
    options_refused(&["--until", "1", "--method", "rk4", "--dt", "0"], &["dt"]);
    options_refused(&["--until", "1", "--dt-min", "1", "--dt-max", "0.1"], &["dt_min", "dt_max"]);
    let implicit = ["--until", "1", "--method", "kvaerno5"];
    let newton = |option| [&implicit[..], &[option]].concat();
    options_refused(&newton("--newton-max-iters=0"), &["newton_max_iters", "from 1 to 32767"]);
    options_refused(&newton("--newton-rtol=-1"), &["newton_rtol", "at least 0"]);
    options_refused(&newton("--newton-atol=nan"), &["newton_atol"]);
    options_refused(&newton("--linear-solver=bicgstb"), &["--linear-solver", "`bicgstab`", "sparse"]);
    options_refused(&newton("--preconditioner=neuman"), &["--preconditioner", "`neumann`"]);
    options_refused(
        &["--until", "1", "--method", "tsit5", "--linear-solver=dense"],
        &["linear_solver", "tsit5", "implicit"],
    );
    options_refused(&["--until", "1", "--max-steps", "0"], &["step limit"]);
}

#[test]
fn times_that_make_no_sense() {
    options_refused(&["--until", "0"], &["until 0"]);
    options_refused(&["--until", "1", "--t0", "2"], &["until 1", "t0 2"]);
    options_refused(&["--until", "1", "--save-every", "-1"], &["positive"]);
    options_refused(&["--until", "1", "--save", "0.5,0.2"], &["0.2 follows 0.5"]);
    options_refused(&["--until", "1", "--save", "sometimes"], &["final"]);
    options_refused(&["--until", "1", "--save", "none"], &["nothing is to be recorded"]);
    options_refused(&["--until", "1", "--summary", "maen"], &["maen", "did you mean `mean`"]);
    options_refused(&["--until", "1", "--summary", "mean", "--summarise", "xx"], &["xx"]);
    options_refused(
        &["--until", "1", "--summary", "mean", "--sample-summaries-every", "2"],
        &["longer than"],
    );
    options_refused(&["--until", "1", "--sample-summaries-every", "0.1"], &["--summary"]);
    let both = ["--until", "1", "--summary", "mean", "--save", "final", "--out", "x.npy"];
    options_refused(&both, &["npz"]);
}

#[test]
fn an_unknown_method_lists_the_known_and_the_nearest() {
    options_refused(
        &["--until", "1", "--method", "tsti5"],
        &["tsti5", "did you mean `tsit5`?", "vern9", "rk4"],
    );
}

#[test]
fn unknown_names_of_sweeps_settings_and_outputs() {
    options_refused(&["--until", "1", "--sweep", "kk=1,2"], &["kk", "did you mean `k`?"]);
    options_refused(&["--until", "1", "--set", "y=1"], &["y", "k", "x"]);
    options_refused(&["--until", "1", "--keep", "z"], &["z", "x"]);
    options_refused(&["--until", "1", "--set", "k=1", "--sweep", "k=1,2"], &["set", "swept"]);
    options_refused(&["--until", "1", "--sweep", "k=1,2", "--sweep", "k=1,2"], &["k"]);
}

#[test]
fn memory_that_makes_no_sense() {
    options_refused(&["--until", "1", "--memory-limit", "much"], &["--memory-limit", "4GiB", "much"]);
    options_refused(&["--until", "1", "--device-memory-fraction", "0"], &["memory", "above 0", "at most 1"]);
    options_refused(&["--until", "1", "--device-memory-fraction", "1.5"], &["1.5"]);
}

#[test]
fn a_missing_model_and_missing_samples() {
    let message = refused(&rubie(&["solve", "nowhere.model", "--until", "1"]), 2);
    assert!(message.contains("nowhere.model"), "{message}");
    options_refused(&["--until", "1", "--samples", "nowhere.csv"], &["nowhere.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_leaves_nothing() {
    // A file-size limit stands in for the full disk: writes beyond it fail just so.
    let folder = Folder::new();
    let model = folder.model(DECAY);
    let out = folder.path("r.csv");
    let script = "ulimit -f 64; trap '' XFSZ; exec \"$@\"";
    let output = Command::new("bash")
        .args(["-c", script, "bash", env!("CARGO_BIN_EXE_rubie"), "solve"])
        .arg(&model)
        .args(["--until", "1", "--sweep", "k=0:1:100000", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let message = refused(&output, 1);
    assert!(message.contains("r.csv"), "{message}");
    assert_eq!(folder.files(), ["m.model"]);
}
