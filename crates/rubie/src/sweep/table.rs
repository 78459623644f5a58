//! Sweeps from files: a table with a header of names and one row per run.

use std::path::Path;

use super::error::SweepError;
use super::grid::Sweep;
use super::{csv, parquet};

/// Columns of a table: names, and the values of each.
pub(super) type Table = (Vec<String>, Vec<Vec<f64>>);

impl Sweep {
    /// The rows of a file as runs, read by its extension: `.csv`, `.tsv` or `.parquet`.
    ///
    /// All columns are taken. Values that are not finite are kept; their runs fail with a status of their own.
    ///
    /// # Errors
    /// What is wrong with the file, with the line or row and the column.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Sweep, SweepError> {
        read(path.as_ref(), None)
    }

    /// [`Sweep::from_file`], but only these columns, in this order. Others may hold anything, text included.
    ///
    /// # Errors
    /// As for [`Sweep::from_file`]; a column that the file has not.
    pub fn from_file_columns(path: impl AsRef<Path>, columns: &[&str]) -> Result<Sweep, SweepError> {
        read(path.as_ref(), Some(columns))
    }

    /// A table of comma-separated values (of values separated by tabs where the extension is `.tsv`).
    ///
    /// The first row has the names; each other row is a run. Lines that start with `#` and empty lines are skipped, blanks around
    /// values do not matter. Numbers are written as in Rust, C or Python: `1`, `-0.5`, `1e-3`, `nan`, `inf`.
    ///
    /// # Errors
    /// [`SweepError::Read`] and [`SweepError::Contents`] with line and column; the errors of [`Sweep::samples`].
    pub fn from_csv(path: impl AsRef<Path>) -> Result<Sweep, SweepError> {
        finish(path.as_ref(), csv::read(path.as_ref(), None))
    }

    /// A Parquet file whose columns are numbers (signed or unsigned integers, `float`, `double`), without nulls.
    ///
    /// # Errors
    /// [`SweepError::Read`] and [`SweepError::Contents`] with row and column; the errors of [`Sweep::samples`].
    pub fn from_parquet(path: impl AsRef<Path>) -> Result<Sweep, SweepError> {
        finish(path.as_ref(), parquet::read(path.as_ref(), None))
    }
}

fn read(path: &Path, columns: Option<&[&str]>) -> Result<Sweep, SweepError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let table = match extension.as_deref() {
        Some("csv" | "tsv") => csv::read(path, columns),
        Some("parquet") => parquet::read(path, columns),
        _ => Err(contents(path, "the name must end in .csv, .tsv or .parquet".to_owned())),
    };
    finish(path, table)
}

/// Mistakes in the table itself get the name of the file.
fn finish(path: &Path, table: Result<Table, SweepError>) -> Result<Sweep, SweepError> {
    let (names, columns) = table?;
    Sweep::samples(names, columns).map_err(|error| contents(path, error.to_string()))
}

/// The positions of the columns that are asked for, all where none are named.
pub(super) fn positions(
    path: &Path,
    names: &[String],
    columns: Option<&[&str]>,
) -> Result<Vec<usize>, SweepError> {
    let Some(columns) = columns else { return Ok((0..names.len()).collect()) };
    let position = |column: &&str| {
        let found = names.iter().position(|name| name == column);
        found.ok_or_else(|| {
            contents(path, format!("it has no column `{column}`; it has {}", names.join(", ")))
        })
    };
    columns.iter().map(position).collect()
}

pub(super) fn contents(path: &Path, problem: String) -> SweepError {
    SweepError::Contents { path: path.to_owned(), problem }
}

pub(super) fn unreadable(path: &Path, source: std::io::Error) -> SweepError {
    SweepError::Read { path: path.to_owned(), source }
}
