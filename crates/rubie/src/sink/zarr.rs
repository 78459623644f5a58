//! Arrays in a Zarr store, which `xarray.open_zarr` opens as a dataset.
//!
//! A directory with a `zarr.json` for the group and one for each array; the elements lie in files of one chunk each, raw.
//! Axes of times or windows are whole in each chunk; along the run axis a chunk is a block.
//!
//! # Source
//! Zarr core specification, version 3.1: sections "Group metadata", "Array metadata", "Regular grids", "Default chunk key
//! encoding"; codec `bytes` version 1.0. Dimension names and the `coordinates` attribute as xarray reads them (its page
//! "Zarr encoding specification").

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use rubie_kernel::Status;
use rubie_program::Precision;
use serde_json::{Map, Value, json};

use super::error::SinkError;
use super::part::{Start, beside, folder_of, part_of, resolve};
use super::table::Kind;
use super::{Chunk, Layout, Samples, Store, TableForm, Written};

struct ZarrSink {
    /// The directory until it is whole, and then.
    part: PathBuf,
    target: PathBuf,
    block_runs: usize,
    arrays: Vec<Growing>,
    /// Files that may not be on the disk yet.
    unsettled: Vec<PathBuf>,
    written: u64,
    /// Whether an unfinished store stays.
    kept: bool,
}

/// An array with a run axis.
struct Growing {
    name: String,
    content: Content,
    /// Length of the axis before the run axis; `None` where there is no such axis.
    rows: Option<usize>,
}

#[derive(Clone, Copy)]
enum Content {
    Status,
    Swept(usize),
    Variable { kind: Kind, column: usize, columns: usize },
}

/// Opens a store and writes everything but the chunks.
pub(super) fn open(path: &Path, layout: &Layout, start: &Start) -> Result<Box<dyn Store>, SinkError> {
    let target = resolve(path)?;
    if target.exists() && !target.join("zarr.json").is_file() {
        let problem = "something that is no Zarr store has this name; move it away".to_owned();
        return Err(SinkError::Format { path: target, problem });
    }
    let part = part_of(&target);
    if start.runs() == 0 && part.exists() {
        // What is left of an attempt without a finished run.
        std::fs::remove_dir_all(&part).map_err(|source| SinkError::Create { path: part.clone(), source })?;
    }
    let mut sink = ZarrSink {
        part,
        target,
        block_runs: layout.block_runs() as usize,
        arrays: Vec::new(),
        unsettled: Vec::new(),
        written: 0,
        kept: !matches!(start, Start::Vanishing),
    };
    let failed = |source| SinkError::Create { path: folder_of(&sink.target), source };
    std::fs::create_dir_all(&sink.part).map_err(failed)?;
    let group = sink.describe(layout)?;
    sink.put("zarr.json", group.to_string().as_bytes())?;
    Ok(Box::new(sink))
}

impl ZarrSink {
    /// Writes the metadata of all arrays and the coordinates that are known. Returns that of the group.
    fn describe(&mut self, layout: &Layout) -> Result<Value, SinkError> {
        let mut all = Map::new();
        let mut coordinates = vec!["status".to_owned()];
        let runs = layout.runs;
        let block = self.block_runs as u64;
        // The same names for the same columns as in a table.
        let tables =
            super::kinds(layout).into_iter().map(|kind| super::Table::new(TableForm::Wide, kind, layout));
        let tables: Vec<_> = tables.collect();
        let mut known = Vec::new();
        if layout.has_samples() {
            known.push(("time", "time", layout.times.clone()));
        }
        if let Some(part) = &layout.summaries {
            for (k, name) in ["window_start", "window_end"].into_iter().enumerate() {
                known.push((name, "window", part.windows.iter().map(|window| window[k]).collect()));
                coordinates.push(name.to_owned());
            }
        }
        for (name, axis, values) in known {
            let length = values.len() as u64;
            all.insert(name.to_owned(), array("float64", &[(axis, length, length)], None));
            self.put(&format!("{name}/c/0"), bytemuck::cast_slice(&values))?;
        }
        let mut status = array("uint32", &[("run", runs, block)], None);
        let flags = Status::FLAGS;
        status["attributes"] = json!({
            "flag_masks": flags.iter().map(|flag| flag.bit).collect::<Vec<_>>(),
            "flag_meanings": flags.iter().map(|flag| flag.name).collect::<Vec<_>>().join(" "),
        });
        all.insert("status".to_owned(), status);
        self.arrays.push(Growing { name: "status".to_owned(), content: Content::Status, rows: None });
        for column in &tables[0].columns {
            if let super::table::Content::Swept(k) = column.content {
                let unit = layout.swept[k].unit.as_deref();
                all.insert(column.name.clone(), array("float64", &[("run", runs, block)], unit));
                coordinates.push(column.name.clone());
                self.arrays.push(Growing {
                    name: column.name.clone(),
                    content: Content::Swept(k),
                    rows: None,
                });
            }
        }
        for table in &tables {
            let rows = table.keys[0].len();
            let kind = table.kind;
            let axis = match kind {
                Kind::Samples => "time",
                Kind::Summaries => "window",
                Kind::Events => "slot",
            };
            let columns = kind.columns(layout);
            let number = match kind.precision(layout) {
                Precision::F32 => "float32",
                Precision::F64 => "float64",
            };
            for column in &table.columns {
                if let super::table::Content::Variable(v) = column.content {
                    // A state may be called like a coordinate or a summary.
                    let mut name = column.name.clone();
                    while all.contains_key(&name) {
                        name.push('_');
                    }
                    let axes = [(axis, rows as u64, rows.max(1) as u64), ("run", runs, block)];
                    all.insert(name.clone(), array(number, &axes, columns[v].unit.as_deref()));
                    let content = Content::Variable { kind, column: v, columns: columns.len() };
                    self.arrays.push(Growing { name, content, rows: Some(rows) });
                }
            }
        }
        for (name, metadata) in &all {
            self.put(&format!("{name}/zarr.json"), metadata.to_string().as_bytes())?;
        }
        let mut attributes = json!({
            "coordinates": coordinates.join(" "),
            "rubie_version": env!("CARGO_PKG_VERSION"),
        });
        if let Some(part) = &layout.events {
            attributes["events"] = part.names.clone().into();
        }
        Ok(json!({
            "zarr_format": 3,
            "node_type": "group",
            "attributes": attributes,
            "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": all},
        }))
    }

    /// Writes a file of the store.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), SinkError> {
        let path = self.part.join(name);
        let put = || -> std::io::Result<()> {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            File::create(&path)?.write_all(bytes)
        };
        put().map_err(|source| self.failure(source))?;
        self.unsettled.push(path);
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn failure(&self, source: std::io::Error) -> SinkError {
        SinkError::Write { path: self.target.clone(), written: self.written, kept: self.kept, source }
    }
}

/// Metadata of an array: each axis has a name, a length and a length of its chunks.
fn array(kind: &str, axes: &[(&str, u64, u64)], unit: Option<&str>) -> Value {
    let endian = if cfg!(target_endian = "little") { "little" } else { "big" };
    let of = |value: fn(&(&str, u64, u64)) -> Value| axes.iter().map(value).collect::<Vec<_>>();
    let mut attributes = Map::new();
    attributes.extend(unit.map(|unit| ("units".to_owned(), unit.into())));
    json!({
        "zarr_format": 3,
        "node_type": "array",
        "shape": of(|axis| axis.1.into()),
        "data_type": kind,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": of(|axis| axis.2.into())}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": if kind == "uint32" { json!(0) } else { json!("NaN") },
        "codecs": [{"name": "bytes", "configuration": {"endian": endian}}],
        "attributes": attributes,
        "dimension_names": of(|axis| axis.0.into()),
    })
}

/// The rows of one column of an array of shape (row, column, run), each row filled up to the length of a block.
fn gather<T: bytemuck::Pod>(
    values: &[T],
    chunk: &Chunk<'_>,
    column: usize,
    columns: usize,
    fill: T,
    block: usize,
) -> Vec<u8> {
    let mut rows = Vec::new();
    for row in values.chunks(chunk.runs).skip(column).step_by(columns.max(1)) {
        rows.extend_from_slice(row);
        rows.resize(rows.len() + block - row.len(), fill);
    }
    bytemuck::cast_slice(&rows).to_vec()
}

impl Drop for ZarrSink {
    fn drop(&mut self) {
        if !self.kept {
            // After it is finished, there is nothing any more.
            let _ = std::fs::remove_dir_all(&self.part);
        }
    }
}

impl Store for ZarrSink {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let block = self.block_runs;
        let index = chunk.first_run / block as u64;
        for k in 0..self.arrays.len() {
            let Growing { name, content, rows } = &self.arrays[k];
            let place =
                if rows.is_some() { format!("{name}/c/0/{index}") } else { format!("{name}/c/{index}") };
            let bytes = match *content {
                Content::Status => gather(chunk.status, chunk, 0, 1, 0, block),
                Content::Swept(k) => {
                    let values = &chunk.swept[k * chunk.runs..(k + 1) * chunk.runs];
                    gather(values, chunk, 0, 1, f64::NAN, block)
                }
                Content::Variable { kind, column, columns } => match kind.numbers(chunk) {
                    Samples::F64(values) => gather(values, chunk, column, columns, f64::NAN, block),
                    Samples::F32(values) => gather(values, chunk, column, columns, f32::NAN, block),
                },
            };
            self.put(&place, &bytes)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        let mut unsettled = std::mem::take(&mut self.unsettled);
        let settle = |path: PathBuf| File::open(path)?.sync_all();
        unsettled.drain(..).try_for_each(settle).map_err(|source| self.failure(source))?;
        Ok(Value::Null)
    }

    fn finish(mut self: Box<Self>) -> Result<Written, SinkError> {
        self.settle()?;
        // A directory cannot be replaced in one step: an older store makes room just before.
        let older = beside(&self.target, ".older");
        let exists = self.target.exists();
        let place = || -> std::io::Result<()> {
            if exists {
                std::fs::rename(&self.target, &older)?;
            }
            std::fs::rename(&self.part, &self.target)?;
            if exists { std::fs::remove_dir_all(&older) } else { Ok(()) }
        };
        place().map_err(|source| SinkError::Rename { path: self.target.clone(), source })?;
        Ok(Written::file(self.target.clone(), self.written))
    }
}
