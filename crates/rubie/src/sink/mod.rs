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
//!     events: None,
//!     status: false,
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
//!     events: &[],
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
//! nothing is null. Row groups hold whole runs of about 8 MiB, at most 2^20 rows. The file's metadata has `rubie.version`,
//! and as JSON `rubie.units`
//! (of the swept names and variables that have one) and `rubie.swept` (names of the swept columns).
//!
//! In CSV each number has the fewest digits that give it back exactly; others are `NaN`, `inf` and `-inf`.
//!
//! Summaries are a table of their own, with `window_start` and `window_end` instead of `time`, and a column for each summary of
//! each variable. Where there are samples too, it goes into a second file: `result.summaries.parquet` beside `result.parquet`.
//!
//! Recorded events are one more table, `result.events.parquet`, with `slot` (0, 1, ...) instead of `time`, and the columns `event_time` and
//! `event`: when, and which one, by its number among the model's events. Slots that are left are NaN. What the numbers mean is in the
//! file's metadata, as JSON (`rubie.events`).
//!
//! Where it is asked for, a column `status` before these says how the run ended: `success`, or names of flags joined by `+`.
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
//! | `swept_names`, `swept_units` | (name) | text |
//! | `swept` | (name, run) | values of the swept names |
//! | `status` | (run) | status words, 0 where the run succeeded |
//! | `samples` | (time, variable, run) | |
//! | `window_start`, `window_end` | (window) | where there are summaries, as those below |
//! | `summary_names`, `summary_units` | (summary) | text |
//! | `summaries` | (window, summary, run) | |
//! | `status_bits`, `status_names` | (flag) | what the bits of a status word mean |
//! | `events` | (slot, 2, run) | where events are recorded: when and which |
//! | `event_names` | (event) | text |
//!
//! # Stores: Zarr
//!
//! A `.zarr` directory is a Zarr 3 store that `xarray.open_zarr` opens: an array (time, run) for each variable and (window, run)
//! for each summary, with `units`; coordinates `time`, `window_start`, `window_end`, `status` and the swept names, called as in
//! a table. Events are arrays (slot, run). Chunks are blocks of runs of about 8 MiB in all. The bits of `status` are explained by the
//! attributes `flag_masks` and `flag_meanings` of the CF conventions, the numbers of events by the group's `events`.
//!
//! # Unfinished files
//!
//! Files of [`create`] vanish when they are not finished; those of [`create_resumable`] stay and can be gone on with. What a file
//! is like never depends on how long the chunks were.

use std::path::{Path, PathBuf};

use rubie_program::Precision;
use serde_json::Value;

mod error;
mod part;
mod table;
mod csv;
mod parquet;
mod numpy;
mod npy;
mod zip;
mod npz;
mod zarr;
mod blocks;
mod journal;
mod checked;

pub use error::SinkError;
pub use journal::Earlier;

use crate::identity::Identity;
use checked::{Checked, Kept};
use journal::Journal;
use part::{PartFile, Start, part_of, resolve};
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
    /// The events, where they are recorded.
    pub events: Option<EventPart>,
    /// Whether tables have a column that says how the run ended.
    pub status: bool,
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

/// What all chunks of a solve have in common in their recorded events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPart {
    /// Events of a run that are recorded, at most.
    pub slots: usize,
    /// What the events are, by their numbers from 0.
    pub names: Vec<String>,
}

impl EventPart {
    /// Numbers of a recorded event: when, and which.
    pub const COLUMNS: [&'static str; 2] = ["event_time", "event"];
}

impl Layout {
    /// Whether there are samples.
    pub fn has_samples(&self) -> bool {
        !self.times.is_empty()
    }

    /// Numbers of the recorded events of one run.
    pub(crate) fn event_numbers(&self) -> usize {
        self.events.as_ref().map_or(0, |part| EventPart::COLUMNS.len() * part.slots)
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
    /// Recorded events, shape (slot, 2, run): when and which, NaN where there were no more.
    pub events: &'a [f64],
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

    /// Runs, counted from the first, that an earlier attempt has written: the first chunk begins after them.
    fn finished_runs(&self) -> u64 {
        0
    }

    /// Bytes of memory that the sink takes itself, about.
    fn buffer_bytes(&self) -> u64 {
        0
    }
}

/// What writes one kind of file: chunks fit and come in order, [`Checked`] sees to it.
trait Store: Send {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError>;

    /// Waits until everything written is on the disk.
    ///
    /// # Returns
    /// What is needed, with that of all times before, to go on from here in a new process.
    fn settle(&mut self) -> Result<Value, SinkError>;

    /// Completes the file and puts it into place.
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
    /// The file with the events, where these have one of their own.
    pub events: Option<PathBuf>,
}

impl Written {
    /// A single file.
    fn file(path: PathBuf, bytes: u64) -> Self {
        Written { path, bytes, summaries: None, events: None }
    }
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
    /// Whether the file consists of blocks.
    in_blocks: bool,
}

type Opened = Result<Box<dyn Store>, SinkError>;

/// How a file is opened.
enum Open {
    /// A table of one kind.
    Table(fn(PartFile, Table, &Layout, &Start) -> Opened),
    /// Everything as arrays in one file.
    Arrays(fn(PartFile, &Layout, &Start) -> Opened),
    /// Everything as arrays in a directory.
    Directory(fn(&Path, &Layout, &Start) -> Opened),
}

const FORMATS: &[Format] = &[
    Format { extension: "parquet", open: Open::Table(parquet::open), in_blocks: true },
    Format { extension: "csv", open: Open::Table(csv::open), in_blocks: false },
    Format { extension: "npy", open: Open::Arrays(npy::open), in_blocks: false },
    Format { extension: "npz", open: Open::Arrays(npz::open), in_blocks: false },
    Format { extension: "zarr", open: Open::Directory(zarr::open), in_blocks: true },
];

/// Opens a file for results: `.parquet`, `.csv`, `.npy`, `.npz` or `.zarr`.
///
/// # Errors
/// An extension that is none of these, a directory that is missing or cannot be written to, names that occur
/// twice, both samples and summaries for a `.npy` file. All of it shows before anything is computed.
pub fn create(path: &Path, form: TableForm, layout: Layout) -> Result<Box<dyn Sink>, SinkError> {
    let format = format_of(path, &layout)?;
    let store = open(format, path, form, &layout, &Start::Vanishing)?;
    Ok(Box::new(Checked::new(store, layout, format.in_blocks, None, 0)))
}

/// [`create`], with a file that can be gone on with: if the solve does not end, because it fails, is stopped or killed, the
/// runs that are finished stay in `NAME.part`, and `NAME.journal` says which they are and what decides the results.
///
/// With [`Earlier::Resume`] the sink goes on after them ([`Sink::finished_runs`]), and the file is the same in the end, to
/// the last bit.
///
/// # Errors
/// As for [`create`]; an earlier attempt with [`Earlier::Refuse`]; one whose model, options, sweep or file differ
/// with [`Earlier::Resume`]; another process that is writing the same file.
pub fn create_resumable(
    path: &Path,
    form: TableForm,
    layout: Layout,
    identity: &Identity,
    earlier: Earlier,
) -> Result<Box<dyn Sink>, SinkError> {
    let format = format_of(path, &layout)?;
    let target = resolve(path)?;
    let output = format!("{} {form:?} {layout:?}", format.extension);
    let heading = journal::heading(identity, &output, layout.runs);
    let mut parts = vec![part_of(&target)];
    parts.extend([Kind::Summaries, Kind::Events].map(|kind| part_of(&beside_with(path, format, kind))));
    let (journal, start) = Journal::open(&target, &parts[0], &heading, earlier)?;
    let store = open(format, path, form, &layout, &start).inspect_err(|_| {
        if journal.runs() == 0 {
            journal.remove();
        }
    })?;
    let kept = Some(Kept { journal, parts });
    Ok(Box::new(Checked::new(store, layout, format.in_blocks, kept, start.runs())))
}

/// The format that the name says, once the names of the columns are known to differ.
fn format_of(path: &Path, layout: &Layout) -> Result<&'static Format, SinkError> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let format = FORMATS.iter().find(|format| Some(format.extension) == extension.as_deref());
    if path.is_dir() && !format.is_some_and(|format| matches!(format.open, Open::Directory(_))) {
        return Err(SinkError::IsDirectory { path: path.to_owned() });
    }
    let format = format.ok_or_else(|| SinkError::UnknownExtension {
        path: path.to_owned(),
        known: FORMATS.iter().map(|format| format.extension).collect(),
    })?;
    check_names(&layout.swept)?;
    check_names(&layout.variables)?;
    check_names(layout.summaries.as_ref().map_or(&[], |part| &part.columns))?;
    Ok(format)
}

/// Where tables go that are not the first.
fn beside_with(path: &Path, format: &Format, kind: Kind) -> PathBuf {
    path.with_extension(format!("{}.{}", kind.name(), format.extension))
}

/// The tables that results are, the first of which has the name of the file.
fn kinds(layout: &Layout) -> Vec<Kind> {
    let there = [
        (layout.has_samples(), Kind::Samples),
        (layout.summaries.is_some(), Kind::Summaries),
        (layout.events.is_some(), Kind::Events),
    ];
    let kinds: Vec<Kind> =
        there.into_iter().filter_map(|(is_there, kind)| is_there.then_some(kind)).collect();
    if kinds.is_empty() { vec![Kind::Samples] } else { kinds }
}

fn open(format: &Format, path: &Path, form: TableForm, layout: &Layout, start: &Start) -> Opened {
    let open_table = match format.open {
        Open::Directory(open) => return whole_or(path, layout, start, || open(path, layout, start)),
        Open::Arrays(open) => {
            return whole_or(path, layout, start, || open(PartFile::open(path, start)?, layout, start));
        }
        Open::Table(open) => open,
    };
    let table = |path: &Path, kind, start: &Start| {
        whole_or(path, layout, start, || {
            open_table(PartFile::open(path, start)?, Table::new(form, kind, layout), layout, start)
        })
    };
    let kinds = kinds(layout);
    if let [kind] = kinds[..] {
        return table(path, kind, start);
    }
    let mut tables = Vec::with_capacity(kinds.len());
    for (k, kind) in kinds.into_iter().enumerate() {
        let path = if k == 0 { path.to_owned() } else { beside_with(path, format, kind) };
        if path.is_dir() {
            return Err(SinkError::IsDirectory { path });
        }
        tables.push((kind, table(&path, kind, &Several::part(start, k))?));
    }
    Ok(Box::new(Several(tables)))
}

/// Opens a file, unless an earlier attempt was killed just after it had put it into place.
fn whole_or(path: &Path, layout: &Layout, start: &Start, open: impl FnOnce() -> Opened) -> Opened {
    let path = resolve(path)?;
    let is_whole = start.runs() == layout.runs && !part_of(&path).exists() && path.exists();
    if is_whole { Ok(Box::new(Whole(path))) } else { open() }
}

/// A file that is in its place.
struct Whole(PathBuf);

impl Store for Whole {
    fn write(&mut self, _: &Chunk<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        Ok(Value::Null)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let bytes = self.0.metadata().map_or(0, |metadata| metadata.len());
        Ok(Written::file(self.0, bytes))
    }
}

/// More than one table.
struct Several(Vec<(Kind, Box<dyn Store>)>);

impl Several {
    /// How one of them begins.
    fn part(start: &Start, k: usize) -> Start {
        match start {
            Start::Again { runs, states } => {
                Start::Again { runs: *runs, states: states.iter().map(|state| state[k].clone()).collect() }
            }
            start => start.clone(),
        }
    }
}

impl Store for Several {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.0.iter_mut().try_for_each(|(_, table)| table.write(chunk))
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        let states = self.0.iter_mut().map(|(_, table)| table.settle());
        Ok(Value::from(states.collect::<Result<Vec<_>, _>>()?))
    }

    /// The first table gets its name last: where it is, the others are.
    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let mut written = Written::file(PathBuf::new(), 0);
        for (kind, table) in self.0.into_iter().rev() {
            let table = table.finish()?;
            written.bytes += table.bytes;
            match kind {
                Kind::Summaries => written.summaries = Some(table.path.clone()),
                Kind::Events => written.events = Some(table.path.clone()),
                Kind::Samples => {}
            }
            written.path = table.path;
        }
        // The first has told its name already.
        let first = Some(&written.path);
        let (summaries, events) = (written.summaries.as_ref() == first, written.events.as_ref() == first);
        written.summaries.take_if(|_| summaries);
        written.events.take_if(|_| events);
        Ok(written)
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
        Ok(Written::file(PathBuf::new(), 0))
    }
}

fn check_names(columns: &[Column]) -> Result<(), SinkError> {
    let mut seen = std::collections::HashSet::new();
    match columns.iter().find(|column| !seen.insert(&column.name)) {
        Some(column) => Err(SinkError::Duplicate { name: column.name.clone() }),
        None => Ok(()),
    }
}
