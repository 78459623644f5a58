//! `rubie cache`: kernels that were compiled for GPUs and are kept on disk.

use std::fmt::Write;
use std::time::SystemTime;

use rubie::gpu::Cache;

use crate::arguments::CacheArguments;
use crate::failure::Failure;
use crate::show::show;

/// Runs the command.
pub(crate) fn cache(arguments: &CacheArguments) -> Result<(), Failure> {
    let Some(cache) = Cache::of_user() else {
        return show("no folder: neither RUBIE_CACHE_DIR nor a home folder is known, so nothing is kept\n");
    };
    let folder = cache.folder().display();
    if arguments.clear {
        let removed = cache.clear().map_err(|error| Failure::System(format!("{folder}: {error}")))?;
        return show(&format!("{folder}: {removed} kernels removed\n"));
    }
    let entries = cache.entries();
    let bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    let mut text = format!("{folder}: {} kernels, {:.1} MiB\n", entries.len(), mebibytes(bytes));
    for entry in &entries {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
        let age = SystemTime::now().duration_since(entry.used).unwrap_or_default();
        let hours = age.as_secs_f64() / 3600.0;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name}  {:>6.1} MiB  used {hours:.1} hours ago", mebibytes(entry.bytes));
    }
    show(&text)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
