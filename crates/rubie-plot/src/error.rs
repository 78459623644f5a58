//! What can go wrong between a file and its plot.

use std::path::PathBuf;

/// Why a file cannot be plotted.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// An extension that no reader knows.
    #[error("{path}: plots are made of .parquet, .csv, .npz and .zarr files that `rubie solve` wrote")]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// A file of arrays without names and times.
    #[error(
        "{path}: a .npy file holds numbers alone, without names and times; write .npz instead to plot them"
    )]
    NoNames {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses to read it.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{path}: {problem}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// What was asked for is not in the file, or cannot be drawn of it.
    #[error("{0}")]
    Choice(String),
    /// The picture cannot be made.
    #[error("the picture cannot be drawn: {0}")]
    Draw(String),
}
