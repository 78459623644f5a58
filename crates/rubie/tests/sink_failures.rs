//! A file is complete or absent, and what goes wrong is said clearly.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use rubie::Precision;
use rubie::sink::{Chunk, Column, Discard, Layout, Samples, Sink, SinkError, TableForm, create};

const NAMES: [&str; 5] = ["a.parquet", "a.csv", "a.npy", "a.npz", "a.zarr"];

fn layout(runs: u64) -> Layout {
    let column = |name: &str| Column { name: name.to_owned(), unit: None };
    let (swept, variables) = (vec![column("rho")], vec![column("x")]);
    Layout {
        swept,
        variables,
        times: vec![1.0],
        summaries: None,
        events: None,
        status: false,
        runs,
        precision: Precision::F64,
    }
}

fn chunk(first_run: u64, values: &[f64]) -> Chunk<'_> {
    const SUCCESS: [u32; 8] = [0; 8];
    let samples = Samples::F64(values);
    Chunk {
        first_run,
        runs: values.len(),
        swept: values,
        samples,
        summaries: Samples::F64(&[]),
        events: &[],
        status: &SUCCESS[..values.len()],
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn message(path: &Path) -> String {
    create(path, TableForm::Wide, layout(1)).err().expect("a sink that cannot be opened").to_string()
}

#[test]
fn an_unfinished_file_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        let path = folder.path().join(name);
        let mut sink = create(&path, TableForm::Wide, layout(4)).unwrap();
        sink.write(&chunk(0, &[1.0, 2.0])).unwrap();
        let part = entries(folder.path());
        assert!(part[0].contains(name) && part[0].ends_with(".part"), "{part:?}");
        drop(sink);
        assert_eq!(entries(folder.path()), [""; 0]);
    }
}

#[test]
fn an_older_file_stays_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    for name in &NAMES[..4] {
        let path = folder.path().join(name);
        fs::write(&path, "older").unwrap();
        let mut sink = create(&path, TableForm::Wide, layout(2)).unwrap();
        sink.write(&chunk(0, &[1.0, 2.0])).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"older");
        sink.finish().unwrap();
        assert_ne!(fs::read(&path).unwrap(), b"older");
        fs::remove_file(&path).unwrap();
        assert_eq!(entries(folder.path()), [""; 0]);
    }
}

#[test]
fn missing_runs_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = create(&folder.path().join("a.csv"), TableForm::Wide, layout(3)).unwrap();
    sink.write(&chunk(0, &[1.0, 2.0])).unwrap();
    let error = sink.finish().unwrap_err();
    assert_eq!(error.to_string(), "only 2 of 3 runs were written, so no file is left behind");
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[test]
fn names_that_cannot_be_files_say_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    for name in ["result", "result.xlsx", ".parquet"] {
        assert_eq!(
            message(&folder.path().join(name)),
            format!(
                "cannot tell the kind of file from the name {place}/{name}; it must end in .parquet, .csv, .npy, .npz or .zarr"
            )
        );
    }
    assert_eq!(
        message(folder.path()),
        format!("{place} is a directory; name a file in it, such as {place}/result.parquet")
    );
    assert_eq!(
        message(&folder.path().join("none/a.csv")),
        format!("there is no directory {place}/none; make it first")
    );
    assert!(create(&folder.path().join("A.CSV"), TableForm::Wide, layout(1)).is_ok());
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_to_shows_at_once() {
    // Even for root, no files can be made there.
    if cfg!(target_os = "linux") {
        let message = message(Path::new("/proc/a.csv"));
        assert!(message.starts_with("cannot make a file in the directory /proc: "), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file_that_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target.csv"), folder.path().join("link.csv"));
    fs::write(&target, "older").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let mut sink = create(&link, TableForm::Wide, layout(1)).unwrap();
    sink.write(&chunk(0, &[1.0])).unwrap();
    sink.finish().unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), "run,rho,time,x\n0,1.0,1.0,1.0\n");
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&target), mode(&ordinary), "as readable as any new file");
}

#[test]
fn chunks_must_fit_and_come_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = create(&folder.path().join("a.npz"), TableForm::Wide, layout(4)).unwrap();
    sink.write(&chunk(0, &[1.0, 2.0])).unwrap();
    for (chunk, problem) in [
        (chunk(1, &[1.0]), "it starts with run 1, but run 2 is next"),
        (chunk(2, &[1.0; 3]), "it has 3 runs, but only 2 are left"),
        (Chunk { swept: &[], ..chunk(2, &[1.0]) }, "it has 0 swept values, but 1 runs need 1 each"),
        (Chunk { status: &[], ..chunk(2, &[1.0]) }, "it has 0 status words, but 1 runs need 1 each"),
        (
            Chunk { samples: Samples::F64(&[1.0; 2]), ..chunk(2, &[1.0]) },
            "it has 2 samples, but 1 runs need 1 each",
        ),
        (Chunk { samples: Samples::F32(&[1.0]), ..chunk(2, &[1.0]) }, "its samples are F32, not F64"),
    ] {
        assert_eq!(sink.write(&chunk).unwrap_err().to_string(), format!("a chunk does not fit: {problem}"));
    }
    sink.write(&chunk(2, &[3.0, 4.0])).unwrap();
    sink.finish().unwrap();
}

#[test]
fn columns_are_saved_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut twice = layout(1);
    twice.variables.push(twice.variables[0].clone());
    let error = create(&folder.path().join("a.csv"), TableForm::Wide, twice).err().unwrap();
    assert_eq!(error.to_string(), "two columns are called `x`; save it once");
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[test]
fn arrays_larger_than_any_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.npy", "a.npz"] {
        for runs in [1 << 61, u64::MAX] {
            let error = create(&folder.path().join(name), TableForm::Wide, layout(runs)).err().unwrap();
            assert!(matches!(error, SinkError::Format { .. }), "{error}");
        }
    }
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[test]
fn nothing_can_be_kept() {
    let mut sink = Box::new(Discard);
    sink.write(&chunk(7, &[1.0])).unwrap();
    assert_eq!(sink.finish().unwrap().bytes, 0);
}

/// The system refuses to let files grow beyond a limit, as it does when a disk is full. The limit holds for a whole process,
/// so the test starts itself in one of its own.
#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_leaves_nothing() {
    const CHILD: &str = "RUBIE_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(CHILD) {
        return write_until_it_fails(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" --exact a_full_disk_is_reported_and_leaves_nothing --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[cfg(unix)]
fn write_until_it_fails(folder: &Path) {
    for name in ["a.parquet", "a.csv"] {
        let path = folder.join(name);
        let mut sink = create(&path, TableForm::Wide, layout(80_000)).expect("a sink");
        let runs = 8_u64;
        let chunks = (0..80_000).step_by(runs as usize);
        let failure = chunks.into_iter().find_map(|first| {
            let values: Vec<f64> = (first..first + runs).map(|run| (run as f64).sqrt()).collect();
            sink.write(&chunk(first, &values)).err()
        });
        let error = failure.expect("the limit to be reached");
        let SinkError::Write { written, .. } = &error else { panic!("{error:?}") };
        assert!(*written > 40_000 && *written <= 102_400, "{error}");
        assert!(error.to_string().starts_with(&format!("cannot write {}: ", path.display())), "{error}");
        assert!(
            error.to_string().ends_with("bytes had been written, and the unfinished file is removed"),
            "{error}"
        );
        let error = sink.finish().expect_err("a sink that failed cannot be finished");
        assert!(matches!(error, SinkError::Incomplete { .. }), "{error}");
    }
    for name in ["a.npy", "a.npz"] {
        let error = create(&folder.join(name), TableForm::Wide, layout(80_000)).err().expect("no room");
        assert!(matches!(error, SinkError::Write { .. }), "{error}");
    }
}
