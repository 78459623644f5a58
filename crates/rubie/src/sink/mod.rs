//! Sinks: where the chunks of a solve go.
//!
//! [`create`] opens a file by its extension; the chunks come in run order; [`Sink::finish`] puts the file into place.
//! Until then it has a temporary name beside the target (`.NAME.….part`), which disappears when the sink is dropped:
//! a file is complete or absent, and an older file of the same name stays until then. The memory a sink takes
//! does not grow with the batch.
//!
//! ```
//! use rubie::sink::{Chunk, Column, Layout, Samples, TableForm, create};
//!
//! let column = |name: &str| Column { name: name.to_owned(), unit: None };
//! let layout = Layout {
//!     swept: vec![column("rho")],
//!     variables: vec![column("x")],
//!     times: vec![0.0, 1.0],
//!     summaries: None,
//!     runs: 2,
//!     precision: rubie::Precision::F64,
//! };
//! let folder = tempfile::tempdir()?;
//! let mut sink = create(&folder.path().join("result.csv"), TableForm::Wide, layout)?;
//! sink.write(&Chunk {
//!     first_run: 0,
//!     runs: 2,
//!     swept: &[10.0, 28.0],
//!     samples: Samples::F64(&[1.0, 1.0, 0.5, 0.25]), // time 0: both runs; time 1: both runs
//!     summaries: Samples::F64(&[]),
//!     status: &[0, 0],
//! })?;
//! let written = sink.finish()?;
//! let text = std::fs::read_to_string(written.path)?;
//! assert_eq!(text, "run,rho,time,x\n0,10.0,0.0,1.0\n0,10.0,1.0,0.5\n1,28.0,0.0,1.0\n1,28.0,1.0,0.25\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Tables: Parquet and CSV
//!
//! | form | columns | rows |
//! |---|---|---|
//! | [`TableForm::Wide`] | `run`, the swept names, `time`, then each variable by name | by run, then time |
//! | [`TableForm::Long`] | `run`, the swept names, `time`, `variable`, `value` | by run, time, then variable |
//!
//! Runs are counted from 0. A name that is swept and also saved (an initial value) is called `x(0)` as a swept column. A
//! name that equals another column's, such as a state called `time`, gets underscores until it differs: `time_`.
//! Values of failed runs are NaN from the failure on.
//!
//! In Parquet `run` is `int64`, swept values and time are `double`, samples `double` or `float` as they were computed;
//! nothing is null. Row groups have up to 2^20 rows. The file's metadata has `rubie.version`, and as JSON `rubie.units`
//! (of the swept names and variables that have one) and `rubie.swept` (names of the swept columns).
//!
//! In CSV each number has the fewest digits that give it back exactly; others are `NaN`, `inf` and `-inf`.
//!
//! Summaries are a table of their own, with `window_start` and `window_end` instead of `time`, and a column for each summary of
//! each variable. Where there are samples too, it goes into a second file: `result.summaries.parquet` beside `result.parquet`.
//!
//! # Arrays: NPY and NPZ
//!
//! A `.npy` file is the array of samples alone, of shape (time, variable, run), in C order; or that of the summaries, of shape
//! (window, summary, run), where there are no samples. An `.npz` file has
//! these arrays, uncompressed:
//!
//! | name | shape | |
//! |---|---|---|
//! | `time` | (time) | times of the samples |
//! | `variables`, `units` | (variable) | text; an unknown unit is empty |
//! | `swept_names` | (name) | text |
//! | `swept` | (name, run) | values of the swept names |
//! | `status` | (run) | status words, 0 where the run succeeded |
//! | `samples` | (time, variable, run) | |
//! | `window_start`, `window_end` | (window) | where there are summaries, as those below |
//! | `summary_names`, `summary_units` | (summary) | text |
//! | `summaries` | (window, summary, run) | |

use std::path::{Path, PathBuf};

use rubie_program::Precision;

mod error;
mod part;
mod table;
mod csv;
mod parquet;
mod numpy;
mod npy;
mod zip;
mod npz;
mod checked;

pub use error::SinkError;

use checked::Checked;
use part::PartFile;
use table::{Kind, Table};

/// A named column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The unit as text, where it is known.
    pub unit: Option<String>,
}

/// What all chunks of a solve have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Names that differ from run to run.
    pub swept: Vec<Column>,
    /// What is saved.
    pub variables: Vec<Column>,
    /// Times of the samples; none where there are only summaries.
    pub times: Vec<f64>,
    /// The summaries, where there are any.
    pub summaries: Option<SummaryPart>,
    /// Number of runs of the batch.
    pub runs: u64,
    /// Type of the samples.
    pub precision: Precision,
}

/// What all chunks of a solve have in common in their summaries.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryPart {
    /// Each summary of each variable.
    pub columns: Vec<Column>,
    /// Start and end of each window.
    pub windows: Vec<[f64; 2]>,
}

impl Layout {
    /// Whether there are samples.
    pub fn has_samples(&self) -> bool {
        !self.times.is_empty()
    }
}

/// Samples of shape (time, variable, run) or summaries of shape (window, summary, run), run fastest.
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// IEEE binary64.
    F64(&'a [f64]),
    /// IEEE binary32.
    F32(&'a [f32]),
}

impl Samples<'_> {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Samples::F64(values) => values.len(),
            Samples::F32(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their type.
    pub fn precision(&self) -> Precision {
        match self {
            Samples::F64(_) => Precision::F64,
            Samples::F32(_) => Precision::F32,
        }
    }
}

/// Results of consecutive runs.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The first run, counted over the batch.
    pub first_run: u64,
    /// Number of runs.
    pub runs: usize,
    /// Values of the swept names, shape (name, run).
    pub swept: &'a [f64],
    /// Samples, shape (time, variable, run).
    pub samples: Samples<'a>,
    /// Summaries, shape (window, summary, run).
    pub summaries: Samples<'a>,
    /// Status word of each run.
    pub status: &'a [u32],
}

/// Takes the chunks of a solve, in run order.
pub trait Sink: Send {
    /// Takes the next chunk.
    ///
    /// # Errors
    /// The chunk cannot be written, or is not the next one; the sink can then only be dropped.
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError>;

    /// Puts the finished file into place. Dropping a sink instead leaves nothing behind.
    ///
    /// # Errors
    /// Runs are missing, or the file cannot be completed; nothing is left behind.
    fn finish(self: Box<Self>) -> Result<Written, SinkError>;
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it is; empty where nothing was written ([`Discard`]).
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The file with the summaries, where these have one of their own.
    pub summaries: Option<PathBuf>,
}

/// How a table is laid out; arrays (NPY, NPZ) ignore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableForm {
    /// One column per variable, one row per run and time.
    #[default]
    Wide,
    /// One row per run, time and variable.
    Long,
}

/// One file format.
struct Format {
    extension: &'static str,
    open: Open,
}

type Opened = Result<Box<dyn Sink>, SinkError>;

/// How a file is opened.
enum Open {
    /// A table of one kind.
    Table(fn(PartFile, Table, &Layout) -> Opened),
    /// Everything as arrays.
    Arrays(fn(PartFile, &Layout) -> Opened),
}

const FORMATS: &[Format] = &[
    Format { extension: "parquet", open: Open::Table(parquet::open) },
    Format { extension: "csv", open: Open::Table(csv::open) },
    Format { extension: "npy", open: Open::Arrays(npy::open) },
    Format { extension: "npz", open: Open::Arrays(npz::open) },
];

/// Opens a file for results: `.parquet`, `.csv`, `.npy` or `.npz`.
///
/// # Errors
/// An extension that is none of these, a directory that is missing or cannot be written to, names that occur
/// twice, both samples and summaries for a `.npy` file. All of it shows before anything is computed.
pub fn create(path: &Path, form: TableForm, layout: Layout) -> Result<Box<dyn Sink>, SinkError> {
    if path.is_dir() {
        return Err(SinkError::IsDirectory { path: path.to_owned() });
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let format = FORMATS.iter().find(|format| Some(format.extension) == extension.as_deref());
    let format = format.ok_or_else(|| SinkError::UnknownExtension {
        path: path.to_owned(),
        known: FORMATS.iter().map(|format| format.extension).collect(),
    })?;
    check_names(&layout.swept)?;
    check_names(&layout.variables)?;
    check_names(layout.summaries.as_ref().map_or(&[], |part| &part.columns))?;
    let sink = match format.open {
        Open::Arrays(open) => open(PartFile::create(path)?, &layout)?,
        Open::Table(open) => {
            let table =
                |path: &Path, kind| open(PartFile::create(path)?, Table::new(form, kind, &layout), &layout);
            match (layout.has_samples(), &layout.summaries) {
                (_, None) => table(path, Kind::Samples)?,
                (false, Some(_)) => table(path, Kind::Summaries)?,
                (true, Some(_)) => {
                    let beside = path.with_extension(format!("summaries.{}", format.extension));
                    if beside.is_dir() {
                        return Err(SinkError::IsDirectory { path: beside });
                    }
                    let samples = table(path, Kind::Samples)?;
                    Box::new(Both { samples, summaries: table(&beside, Kind::Summaries)? })
                }
            }
        }
    };
    Ok(Box::new(Checked::new(sink, layout)))
}

/// Two tables: samples and summaries.
struct Both {
    samples: Box<dyn Sink>,
    summaries: Box<dyn Sink>,
}

impl Sink for Both {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.samples.write(chunk)?;
        self.summaries.write(chunk)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let summaries = self.summaries.finish()?;
        let samples = self.samples.finish()?;
        let bytes = samples.bytes + summaries.bytes;
        Ok(Written { bytes, summaries: Some(summaries.path), ..samples })
    }
}

/// Takes everything and keeps nothing: for solves whose report is all that is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Sink for Discard {
    fn write(&mut self, _chunk: &Chunk<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        Ok(Written { path: PathBuf::new(), bytes: 0, summaries: None })
    }
}

fn check_names(columns: &[Column]) -> Result<(), SinkError> {
    let mut seen = std::collections::HashSet::new();
    match columns.iter().find(|column| !seen.insert(&column.name)) {
        Some(column) => Err(SinkError::Duplicate { name: column.name.clone() }),
        None => Ok(()),
    }
}
