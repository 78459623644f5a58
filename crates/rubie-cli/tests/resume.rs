//! A solve that is killed, or whose disk is full, goes on and ends with the same bits.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const MODEL: &str = "state x = 1, y = 0\nparam k = 2\nx' = y\ny' = -k*x\n";

/// Some tenths of a second of work in many chunks.
const SWEEP: [&str; 11] = [
    "--sweep",
    "k=1:4:20000",
    "--until",
    "20",
    "--save-every",
    "0.5",
    "--memory-limit",
    "24MiB",
    "--quiet",
    "--threads",
    "1",
];

fn command(folder: &Path, out: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubie"));
    command.current_dir(folder).args(["solve", "m.model"]).args(SWEEP).args(["--out", out]).args(more);
    command
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.model"), MODEL).unwrap();
    folder
}

/// All files of a folder with their contents.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let inner = contents(&entry.path());
            all.extend(inner.into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

/// Kills a solve 50 times at random moments, ten times for each kind of file, going on each time until it is whole.
#[test]
fn a_killed_solve_goes_on_to_the_same_bits() {
    let mut seed = 20_261_123_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let mut resumed = 0;
    for name in ["a.parquet", "a.csv", "a.npy", "a.npz", "a.zarr"] {
        let whole = folder();
        let start = std::time::Instant::now();
        succeeded(&command(whole.path(), name, &[]).output().unwrap());
        let (whole, took) = (contents(whole.path()), start.elapsed().as_micros() as u64);
        let mut kills = 0;
        while kills < 10 {
            let folder = folder();
            loop {
                let mut child =
                    command(folder.path(), name, &["--resume"]).stderr(Stdio::piped()).spawn().unwrap();
                std::thread::sleep(Duration::from_micros(random() % took));
                let _ = child.kill();
                let output = child.wait_with_output().unwrap();
                if output.status.code().is_some() {
                    succeeded(&output);
                    break;
                }
                kills += 1;
                let journal =
                    fs::read_to_string(folder.path().join(format!("{name}.journal"))).unwrap_or_default();
                resumed += u32::from(journal.lines().count() > 1);
                if kills >= 10 {
                    succeeded(&command(folder.path(), name, &["--resume"]).output().unwrap());
                    break;
                }
            }
            assert!(contents(folder.path()) == whole, "{name} after {kills} kills");
        }
    }
    assert!(resumed >= 10, "only {resumed} of 50 kills left finished runs");
}

/// The system refuses to let files grow beyond a limit, as it does when a disk is full.
#[test]
fn a_full_disk_keeps_what_is_finished() {
    for (name, most) in [("a.parquet", "19000"), ("a.csv", "70000")] {
        let (whole, folder) = (folder(), folder());
        succeeded(&command(whole.path(), name, &[]).output().unwrap());
        let script = format!("trap '' XFSZ; ulimit -f {most}; exec \"$@\"");
        let words = command(folder.path(), name, &[]);
        let output = Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", &script, "sh"])
            .arg(words.get_program())
            .args(words.get_args())
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains("cannot write") && message.contains("--resume"), "{message}");
        assert!(
            fs::read_to_string(folder.path().join(format!("{name}.journal"))).unwrap().lines().count() > 1
        );
        let refused = command(folder.path(), name, &[]).output().unwrap();
        assert!(String::from_utf8_lossy(&refused.stderr).contains("of 20000 runs"));
        succeeded(&command(folder.path(), name, &["--resume"]).output().unwrap());
        assert!(contents(folder.path()) == contents(whole.path()), "{name}");
    }
}

#[test]
fn memory_is_explained_before_solving() {
    let folder = folder();
    let output = command(folder.path(), "a.npy", &["--explain-memory"]).output().unwrap();
    succeeded(&output);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("chunks of") && text.contains("samples"), "{text}");
}
