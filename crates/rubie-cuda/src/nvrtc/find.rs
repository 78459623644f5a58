//! Where NVRTC may be: an environment variable, the system's loader, CUDA toolkits, Python packages.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The environment variable that names the library, or a folder with it.
pub const fn variable() -> &'static str {
    "RUBIE_NVRTC"
}

/// Major versions that are tried, the newest first.
const VERSIONS: [u32; 2] = [13, 12];

/// Paths and names to be tried, in this order. Of the folders only those with such a library are named.
pub fn candidates() -> Vec<PathBuf> {
    if let Some(named) = env::var_os(variable()).map(PathBuf::from) {
        return if named.is_dir() { libraries(&named) } else { vec![named] };
    }
    let mut found: Vec<PathBuf> = VERSIONS.into_iter().map(|major| PathBuf::from(soname(major))).collect();
    let mut folders = Vec::new();
    for name in ["CUDA_PATH", "CUDA_HOME"] {
        folders.extend(env::var_os(name).into_iter().flat_map(|root| toolkit(Path::new(&root))));
    }
    folders.extend(toolkit(Path::new("/usr/local/cuda")));
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        folders.extend(env::var_os(name).into_iter().flat_map(|root| python(Path::new(&root))));
    }
    // Where this program itself lies in a Python environment.
    let own = env::current_exe().ok();
    folders.extend(own.iter().filter_map(|path| path.parent()?.parent()).flat_map(python));
    folders.extend(env::home_dir().into_iter().flat_map(|home| python(&home.join(".local"))));
    found.extend(folders.iter().flat_map(|folder| libraries(folder)));
    found
}

#[cfg(not(windows))]
fn soname(major: u32) -> String {
    format!("libnvrtc.so.{major}")
}

#[cfg(windows)]
fn soname(major: u32) -> String {
    format!("nvrtc64_{major}0_0.dll")
}

/// Folders of a toolkit that may hold the library.
fn toolkit(root: &Path) -> Vec<PathBuf> {
    ["lib64", "lib", "bin", "bin/x64", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"]
        .map(|f| root.join(f))
        .to_vec()
}

/// Folders of NVIDIA's packages in a Python environment.
fn python(root: &Path) -> Vec<PathBuf> {
    let versions = [root.join("lib"), root.join("lib64")].into_iter().flat_map(|lib| entries(&lib));
    let versions = versions
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python")));
    let sites = versions.map(|path| path.join("site-packages")).chain([root.join("Lib/site-packages")]);
    let inside =
        ["nvidia/cu13/lib", "nvidia/cuda_nvrtc/lib", "nvidia/cu13/bin/x86_64", "nvidia/cuda_nvrtc/bin"];
    sites.flat_map(|site| inside.map(|folder| site.join(folder))).collect()
}

/// The libraries in a folder, newest version first.
fn libraries(folder: &Path) -> Vec<PathBuf> {
    let there: Vec<PathBuf> = VERSIONS.into_iter().map(|major| folder.join(soname(major))).collect();
    there.into_iter().filter(|path| path.is_file()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn packages_in_a_python_environment_are_found() {
        let root = env::temp_dir().join(format!("rubie-nvrtc-{}", std::process::id()));
        let folder = root.join("lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib");
        fs::create_dir_all(&folder).unwrap();
        let library = folder.join("libnvrtc.so.12");
        fs::write(&library, "").unwrap();
        fs::write(folder.join("libnvrtc-builtins.so.12.9"), "").unwrap();
        let found: Vec<PathBuf> = python(&root).iter().flat_map(|folder| libraries(folder)).collect();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, [library]);
    }
}
