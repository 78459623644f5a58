//! Files that `rubie solve` wrote, read as [`Results`].
//!
//! | extension | what is read |
//! |---|---|
//! | `.parquet`, `.csv` | one table, wide or long, of samples or of summaries |
//! | `.npz`, `.zarr` | arrays: samples and summaries |
//!
//! Everything is read into memory.

mod table;
mod csv;
mod parquet;
mod numpy;
mod npz;
mod zarr;

use std::path::Path;

use crate::error::PlotError;
use crate::results::Results;

/// Reads the results in a file.
///
/// # Errors
/// An extension that is none of the above; a file that cannot be read, is damaged, or was not written by RuBIE.
pub fn read(path: &Path) -> Result<Results, PlotError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let results = match extension.as_deref() {
        Some("parquet") => parquet::read(path)?.results(path)?,
        Some("csv") => csv::read(path)?.results(path)?,
        Some("npz") => npz::read(path)?,
        Some("zarr") => zarr::read(path)?,
        Some("npy") => return Err(PlotError::NoNames { path: path.to_owned() }),
        _ => return Err(PlotError::Extension { path: path.to_owned() }),
    };
    let parts = [&results.samples, &results.summaries];
    if results.runs == 0 || parts.iter().all(|part| part.is_none()) {
        return Err(content(path, "there are no results in it"));
    }
    if parts.iter().filter_map(|part| part.as_ref()).any(|part| !part.fits(results.runs)) {
        return Err(content(path, "it has not as many numbers as its runs, times and variables ask for"));
    }
    Ok(results)
}

fn content(path: &Path, problem: impl Into<String>) -> PlotError {
    PlotError::Content { path: path.to_owned(), problem: problem.into() }
}

fn unreadable(path: &Path, source: std::io::Error) -> PlotError {
    PlotError::Read { path: path.to_owned(), source }
}
