//! `rubie plot` of files that `rubie solve` wrote: every format says the same.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn rubie(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rubie")).current_dir(folder).args(arguments).output().unwrap()
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn solve(folder: &Path, more: &[&str]) {
    let model = "state x = 1 [mM], y = 0\nparam k = 2 [1/s], a = 1\nx' = -k*x\ny' = a*x\n";
    fs::write(folder.join("m.model"), model).unwrap();
    let sweep =
        ["solve", "m.model", "--quiet", "--sweep", "k=1:3:5", "--sweep", "a=log:0.1:10:5", "--until", "1"];
    succeeded(&rubie(folder, &[&sweep[..], more].concat()));
}

/// The picture of a file, as SVG, without what tells formats apart.
fn picture(folder: &Path, file: &str, more: &[&str]) -> String {
    succeeded(&rubie(folder, &[&["plot", file, "--out", "p.svg"], more].concat()));
    fs::read_to_string(folder.join("p.svg")).unwrap()
}

#[test]
fn every_format_gives_the_same_picture() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let formats = ["r.parquet", "r.npz", "r.zarr"];
    for file in formats {
        solve(folder, &["--save-every", "0.1", "--out", file]);
    }
    let first = picture(folder, formats[0], &[]);
    assert!(first.contains("x [mM]") && first.contains("median, bands of 50 % and 90 % of 25 runs"));
    for file in &formats[1..] {
        assert!(picture(folder, file, &[]) == first, "{file}");
    }
    // A table as text has no units; its long form has all else.
    solve(folder, &["--save-every", "0.1", "--out", "r.csv"]);
    solve(folder, &["--save-every", "0.1", "--status", "--table", "long", "--out", "long.csv"]);
    solve(folder, &["--save-every", "0.1", "--status", "--table", "long", "--out", "long.parquet"]);
    assert_eq!(first.replace(" [mM]", ""), picture(folder, "r.csv", &[]));
    assert_eq!(picture(folder, "long.csv", &[]), picture(folder, "r.csv", &[]));
    assert_eq!(picture(folder, "long.parquet", &[]), first);
}

#[test]
fn summaries_are_heat_maps_and_scatter_plots() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let summary = ["--summary", "mean,max", "--save-every", "0.5"];
    for file in ["r.parquet", "r.npz", "r.zarr"] {
        solve(folder, &[&summary[..], &["--out", file]].concat());
    }
    let map = picture(folder, "r.summaries.parquet", &["--keep", "x_mean"]);
    assert!(map.contains("x_mean [mM] for t = 0 to 1") && map.contains("k [1/s]"), "{map}");
    assert_eq!(picture(folder, "r.zarr", &["--kind", "heatmap", "--keep", "x_mean", "--x", "k"]), map);
    let points = picture(folder, "r.npz", &["--kind", "scatter", "--x", "a", "--keep", "y_max"]);
    assert!(points.contains("y_max") && points.contains(">a<"));
}

#[test]
fn a_quick_look_needs_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    solve(folder, &["--save-every", "0.1", "--out", "r.parquet"]);
    let text = succeeded(&rubie(folder, &["plot", "r.parquet", "--keep", "x"]));
    assert!(text.contains("median") && text.contains("time") && !text.contains('\u{1b}'), "{text}");
    let png = rubie(folder, &["plot", "r.parquet", "--out", "p.png"]);
    succeeded(&png);
    assert!(fs::read(folder.join("p.png")).unwrap().starts_with(b"\x89PNG"));

    let fails = |arguments: &[&str], word: &str| {
        let output = rubie(folder, arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(word), "{message}");
    };
    fails(&["plot", "r.parquet", "--out", "p.gif"], ".png or .svg");
    fails(&["plot", "r.parquet", "--keep", "z"], "it has x, y");
    fails(&["plot", "none.parquet"], "none.parquet");
}
