//! Stores of arrays: a directory with `zarr.json`, and a file for each chunk.
//!
//! # Source
//! Zarr core specification, version 3.1, as far as RuBIE writes it: raw chunks, the run axis last.

use std::path::Path;

use serde_json::Value;

use super::numpy::{Elements, elements};
use super::{content, unreadable};
use crate::error::PlotError;
use crate::results::{Label, Part, Results, Rows, Swept};

pub(super) fn read(path: &Path) -> Result<Results, PlotError> {
    let file = path.join("zarr.json");
    let text = std::fs::read_to_string(&file).map_err(|source| unreadable(&file, source))?;
    let group: Value = serde_json::from_str(&text).map_err(|error| content(&file, error.to_string()))?;
    let store = Store { path, arrays: &group["consolidated_metadata"]["metadata"] };
    let coordinates = group["attributes"]["coordinates"].as_str().unwrap_or_default();
    let names = store.arrays.as_object().map(|arrays| arrays.keys().cloned().collect::<Vec<_>>());
    let names = names.ok_or_else(|| content(path, "it is no Zarr store that RuBIE wrote"))?;
    let runs = store.read("status")?.len();
    let (mut swept, mut samples, mut summaries) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let axes: Vec<&str> = store.list(&name, "dimension_names").filter_map(Value::as_str).collect();
        match axes[..] {
            ["run"] if name != "status" && coordinates.split(' ').any(|known| known == name) => {
                swept.push(Swept { label: store.label(&name), values: store.read(&name)? });
            }
            ["time", "run"] => samples.push(name),
            ["window", "run"] => summaries.push(name),
            _ => {}
        }
    }
    let samples = match samples.is_empty() {
        true => None,
        false => Some(store.part(&samples, Rows::Times(store.read("time")?), runs)?),
    };
    let summaries = match summaries.is_empty() {
        true => None,
        false => {
            let (starts, ends) = (store.read("window_start")?, store.read("window_end")?);
            let windows = starts.into_iter().zip(ends).map(|(start, end)| [start, end]).collect();
            Some(store.part(&summaries, Rows::Windows(windows), runs)?)
        }
    };
    Ok(Results { runs, swept, samples, summaries })
}

struct Store<'a> {
    path: &'a Path,
    /// Metadata of every array.
    arrays: &'a Value,
}

impl Store<'_> {
    fn list<'b>(&'b self, name: &str, key: &str) -> impl Iterator<Item = &'b Value> {
        self.arrays[name][key].as_array().into_iter().flatten()
    }

    fn label(&self, name: &str) -> Label {
        Label::new(name, self.arrays[name]["attributes"]["units"].as_str().map(str::to_owned))
    }

    /// All arrays of the same rows as one of shape (row, column, run).
    fn part(&self, names: &[String], rows: Rows, runs: usize) -> Result<Part, PlotError> {
        let arrays = names.iter().map(|name| self.read(name)).collect::<Result<Vec<_>, _>>()?;
        let row = |row: usize| {
            arrays.iter().flat_map(move |array| array.get(row * runs..(row + 1) * runs).unwrap_or_default())
        };
        let values = (0..rows.len()).flat_map(row).copied().collect();
        Ok(Part { columns: names.iter().map(|name| self.label(name)).collect(), rows, values })
    }

    /// The numbers of an array of one axis, or of two of which only the last is cut into chunks.
    fn read(&self, name: &str) -> Result<Vec<f64>, PlotError> {
        let problem = |problem: &str| content(self.path, format!("the array `{name}` {problem}"));
        let lengths = |value: &Value| -> Option<Vec<usize>> {
            value.as_array()?.iter().map(|length| usize::try_from(length.as_u64()?).ok()).collect()
        };
        let array = &self.arrays[name];
        let shape = lengths(&array["shape"]).ok_or_else(|| problem("is missing"))?;
        let chunk = lengths(&array["chunk_grid"]["configuration"]["chunk_shape"]);
        let chunk = chunk.filter(|chunk| chunk.len() == shape.len() && !chunk.is_empty());
        let chunk = chunk.ok_or_else(|| problem("has chunks of another form than RuBIE writes"))?;
        let (kind, width) = match array["data_type"].as_str() {
            Some("float64") => ("<f8", 8),
            Some("float32") => ("<f4", 4),
            Some("uint32") => ("<u4", 4),
            _ => return Err(problem("has elements of another type than RuBIE writes")),
        };
        let (total, block) = (shape[shape.len() - 1], chunk[chunk.len() - 1].max(1));
        let rows = if shape.len() == 2 { shape[0] } else { 1 };
        let mut values = vec![f64::NAN; rows * total];
        for index in 0..total.div_ceil(block) {
            let place = if shape.len() == 2 { format!("c/0/{index}") } else { format!("c/{index}") };
            let file = self.path.join(name).join(place);
            let bytes = std::fs::read(&file).map_err(|source| unreadable(&file, source))?;
            let Some(Elements::Numbers(numbers)) = elements(kind, &bytes) else { continue };
            if bytes.len() != rows * block * width {
                return Err(content(&file, "the chunk is not as long as it should be"));
            }
            let (start, end) = (index * block, total.min((index + 1) * block));
            for (row, numbers) in numbers.chunks(block).enumerate() {
                values[row * total + start..row * total + end].copy_from_slice(&numbers[..end - start]);
            }
        }
        Ok(values)
    }
}
