//! The architecture as a check: which crate may import which, and that modules import only earlier ones.

use std::fs;
use std::path::{Path, PathBuf};

/// Each crate and the crates of the project that it may import, lowest layer first.
const LAYERS: &[(&str, &[&str])] = &[
    ("rubie-expr", &[]),
    ("rubie-plot", &[]),
    ("rubie-memory", &[]),
    ("rubie-model", &["rubie-expr"]),
    ("rubie-program", &["rubie-expr"]),
    ("rubie-jit", &["rubie-program"]),
    ("rubie-method", &["rubie-expr", "rubie-model"]),
    ("rubie-output", &["rubie-expr", "rubie-model"]),
    ("rubie-driver", &["rubie-expr", "rubie-model"]),
    (
        "rubie-kernel",
        &["rubie-expr", "rubie-memory", "rubie-model", "rubie-program", "rubie-method", "rubie-output"],
    ),
    ("rubie-cuda", &["rubie-memory", "rubie-program", "rubie-kernel"]),
    (
        "rubie",
        &[
            "rubie-expr",
            "rubie-memory",
            "rubie-model",
            "rubie-program",
            "rubie-method",
            "rubie-output",
            "rubie-driver",
            "rubie-kernel",
            "rubie-jit",
            "rubie-cuda",
        ],
    ),
    ("rubie-cli", &["rubie", "rubie-plot"]),
    ("rubie-python", &["rubie"]),
];

/// Checks the whole workspace; prints what is wrong.
pub(crate) fn check() -> bool {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut mistakes = unlisted(&crates);
    for (name, allowed) in LAYERS {
        mistakes.extend(forbidden_imports(&crates.join(name), name, allowed));
        mistakes.extend(backward_modules(&crates.join(name).join("src"), name));
    }
    for mistake in &mistakes {
        eprintln!("layers: {mistake}");
    }
    mistakes.is_empty()
}

fn unlisted(crates: &Path) -> Vec<String> {
    let listed = |name: &str| LAYERS.iter().any(|(known, _)| *known == name);
    let names = fs::read_dir(crates).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !listed(name)).map(|name| format!("{name} has no place in the layers")).collect()
}

/// Dependencies (not those of tests) on crates of the project that the layer does not allow.
fn forbidden_imports(folder: &Path, name: &str, allowed: &[&str]) -> Vec<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let section = manifest.split("\n[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let dependencies = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    let forbidden = dependencies.filter(|d| d.starts_with("rubie") && !allowed.contains(d));
    forbidden.map(|d| format!("{name} must not import {d}")).collect()
}

/// The order of `mod` lines in `lib.rs` is the order of layers inside a crate: a module that says
/// `crate::later` of a module declared after its own breaks it.
fn backward_modules(source: &Path, name: &str) -> Vec<String> {
    let lib = fs::read_to_string(source.join("lib.rs")).unwrap_or_default();
    let declared = |line: &str| {
        let line = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)
    };
    let modules: Vec<String> = lib.lines().filter_map(declared).collect();
    let mut mistakes = Vec::new();
    for (place, module) in modules.iter().enumerate() {
        for file in files_of(source, module) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let later = modules[place + 1..].iter().filter(|later| imports(code, later));
            mistakes.extend(later.map(|later| {
                format!("{name}: {} uses crate::{later}, which stands later in lib.rs", file.display())
            }));
        }
    }
    mistakes
}

fn imports(code: &str, module: &str) -> bool {
    let path = format!("crate::{module}");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| line.match_indices(&path).any(|(at, _)| ends(&line[at + path.len()..])))
}

/// The files of a module, those of its tests left out.
fn files_of(source: &Path, module: &str) -> Vec<PathBuf> {
    let file = source.join(format!("{module}.rs"));
    let mut files: Vec<PathBuf> = file.exists().then_some(file).into_iter().collect();
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|e| e == "rs") && !file.ends_with("tests.rs"));
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_keeps_to_its_layers() {
        assert!(check());
    }

    #[test]
    fn an_import_is_a_whole_name() {
        assert!(imports("use crate::plan::Plan;", "plan"));
        assert!(imports("use crate::plan;", "plan"));
        assert!(!imports("use crate::planner::Plan;", "plan"));
        assert!(!imports("// use crate::plan;", "plan"));
    }
}
