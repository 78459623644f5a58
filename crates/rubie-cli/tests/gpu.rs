//! What the command says of GPUs and of kernels compiled for them.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::process::{Command, Output};

fn rubie(arguments: &[&str], cache: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubie"));
    command.args(arguments).env("RUBIE_CACHE_DIR", cache).output().unwrap()
}

#[test]
fn the_cache_is_listed_and_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let text = |arguments: &[&str]| {
        let output = rubie(arguments, folder.path());
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(text(&["cache"]).contains(": 0 kernels"));
    rubie::gpu::Cache::new(folder.path()).put("key", &[0; 3 << 20]).unwrap();
    let listing = text(&["cache"]);
    assert!(listing.contains(": 1 kernels, 3.0 MiB") && listing.lines().count() == 2, "{listing}");
    assert!(text(&["cache", "--clear"]).contains(": 1 kernels removed"));
    assert!(text(&["cache"]).contains(": 0 kernels"));
}

/// Where there is no GPU the message says what is missing; nothing is solved elsewhere in its stead.
#[test]
fn a_gpu_that_is_not_there_is_an_error() {
    if let Ok(gpus) = rubie::gpu::gpus() {
        eprintln!("skipped: this machine has {} GPUs", gpus.len());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("decay.model");
    std::fs::write(&model, "state x = 1\nx' = -x\n").unwrap();
    let model = model.to_str().unwrap();
    let output = rubie(&["solve", model, "--until", "1", "--device", "cuda"], folder.path());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("NVIDIA driver"), "{message}");
}
