//! The project's own tasks, run as `cargo xtask TASK`.
//!
//! - `test`: every test of the workspace, doc tests included, and those of the Python package where there is a Python. That also
//!   gets NVIDIA's compiler from PyPI, so that kernels for GPUs are compiled; without it these tests are skipped.
//! - `python`: the Python package alone: built, installed into an environment of its own, tested.
//! - `lint`: formatting, clippy and documentation, with warnings as errors.
//! - `layers`: that crates import only what the architecture allows, and modules only earlier ones.

mod layers;
mod python;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("test") => layers::check() && test(python::with_gpu_compiler()) && python::test(),
        Some("python") => python::test(),
        Some("lint") => lint(),
        Some("layers") => layers::check(),
        _ => {
            eprintln!("tasks: cargo xtask test | python | lint | layers");
            return ExitCode::from(2);
        }
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The tests, with a Python environment that has NVIDIA's compiler, where there is one.
fn test(environment: Option<PathBuf>) -> bool {
    let path = environment.map(|environment| environment.to_string_lossy().into_owned());
    let variables: Vec<_> = path.iter().map(|path| ("VIRTUAL_ENV", path.as_str())).collect();
    cargo(&["test", "--workspace", "--all-targets"], &variables)
        && cargo(&["test", "--workspace", "--doc"], &variables)
}

fn lint() -> bool {
    cargo(&["fmt", "--all", "--check"], &[])
        && cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])
        && cargo(
            &["doc", "--workspace", "--no-deps", "--document-private-items"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        )
}

/// Runs cargo and says whether it succeeded.
fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> bool {
    eprintln!("cargo {}", arguments.join(" "));
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program).args(arguments).envs(variables.iter().copied()).status();
    match status {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("cannot run cargo: {error}");
            false
        }
    }
}
