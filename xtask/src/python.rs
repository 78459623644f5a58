//! The Python package: built and installed into an environment of its own, then tested.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds and tests the package where there is a Python that can; elsewhere says so and is content.
pub(crate) fn test() -> bool {
    if !runs("python3", &["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]) {
        eprintln!("python3 from 3.10 on with venv was not found: the Python package is not tested");
        return true;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let environment = target(&root).join("python");
    let program = environment.join("bin/python");
    let [environment, program] = [environment, program].map(|path| path.to_string_lossy().into_owned());
    let root = root.to_string_lossy().into_owned();
    let package = format!("{root}[test]");
    runs("python3", &["-m", "venv", &environment])
        && runs(&program, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package])
        && runs(&program, &["-m", "pytest", "--quiet", "--doctest-modules", "--pyargs", "rubie"])
        && runs(&program, &["-m", "pytest", "--quiet", &format!("{root}/python/tests")])
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    eprintln!("{program} {}", arguments.join(" "));
    Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
}
