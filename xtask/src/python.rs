//! An environment of the project's own with Python packages: this project's, to be tested, and NVIDIA's compiler, which tests
//! of kernels for GPUs use.

use std::path::{Path, PathBuf};
use std::process::Command;

/// NVIDIA's compiler for kernels; needs no GPU.
const GPU_COMPILER: &str = "nvidia-cuda-nvrtc>=13,<14";

/// The environment with NVIDIA's compiler in it, installed if it was not; says why where there is none, and tests that need
/// it are then skipped. An environment variable that names a compiler has precedence.
pub(crate) fn with_gpu_compiler() -> Option<PathBuf> {
    let environment = environment()?;
    if runs(&program(&environment), &[&PIP[..], &[GPU_COMPILER]].concat()) {
        return Some(environment);
    }
    eprintln!(
        "{GPU_COMPILER} could not be installed: kernels for GPUs are not compiled, unless there is a CUDA toolkit"
    );
    None
}

/// Builds and tests the package where there is a Python that can; elsewhere says so and is content.
pub(crate) fn test() -> bool {
    let Some(environment) = environment() else {
        eprintln!("the Python package is not tested");
        return true;
    };
    let program = program(&environment);
    let root = root().to_string_lossy().into_owned();
    let package = format!("{root}[test]");
    runs(&program, &[&PIP[..], &[package.as_str()]].concat())
        && runs(&program, &["-m", "pytest", "--quiet", "--doctest-modules", "--pyargs", "rubie"])
        && runs(&program, &["-m", "pytest", "--quiet", &format!("{root}/python/tests")])
}

/// How an environment's Python installs.
const PIP: [&str; 5] = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];

/// The environment, made where it was not; says why where there is no Python that can.
fn environment() -> Option<PathBuf> {
    if !runs("python3", &["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]) {
        eprintln!("python3 from 3.10 on with venv was not found");
        return None;
    }
    let environment = std::path::absolute(target(&root()).join("python")).ok()?;
    runs("python3", &["-m", "venv", &environment.to_string_lossy()]).then_some(environment)
}

fn program(environment: &Path) -> String {
    environment.join("bin/python").to_string_lossy().into_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    eprintln!("{program} {}", arguments.join(" "));
    Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
}
