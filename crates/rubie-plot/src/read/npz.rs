//! Archives of named arrays.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use super::numpy::{Array, array};
use super::{content, unreadable};
use crate::error::PlotError;
use crate::results::{Label, Part, Results, Rows, Swept};

/// An open archive.
struct Archive<'a> {
    path: &'a Path,
    file: ZipArchive<File>,
}

pub(super) fn read(path: &Path) -> Result<Results, PlotError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let file = ZipArchive::new(file).map_err(|error| content(path, error.to_string()))?;
    let mut archive = Archive { path, file };
    let runs = archive.numbers("status")?.len();
    let labels = archive.labels("swept_names", "swept_units")?;
    let values = archive.numbers("swept")?;
    let swept = labels.into_iter().enumerate().map(|(k, label)| Swept {
        label,
        values: values.get(k * runs..(k + 1) * runs).unwrap_or_default().to_vec(),
    });
    let swept = swept.collect();
    let times = archive.numbers("time")?;
    let samples = match times.is_empty() {
        true => None,
        false => Some(Part {
            rows: Rows::Times(times),
            columns: archive.labels("variables", "units")?,
            values: archive.numbers("samples")?,
        }),
    };
    let summaries = match archive.file.index_for_name("summaries.npy") {
        None => None,
        Some(_) => {
            let (starts, ends) = (archive.numbers("window_start")?, archive.numbers("window_end")?);
            Some(Part {
                rows: Rows::Windows(starts.into_iter().zip(ends).map(|(start, end)| [start, end]).collect()),
                columns: archive.labels("summary_names", "summary_units")?,
                values: archive.numbers("summaries")?,
            })
        }
    };
    Ok(Results { runs, swept, samples, summaries })
}

impl Archive<'_> {
    fn array(&mut self, name: &str) -> Result<Array, PlotError> {
        let missing = |problem: String| content(self.path, format!("the array `{name}`: {problem}"));
        let mut bytes = Vec::new();
        let mut member =
            self.file.by_name(&format!("{name}.npy")).map_err(|error| missing(error.to_string()))?;
        member.read_to_end(&mut bytes).map_err(|error| missing(error.to_string()))?;
        array(&bytes).ok_or_else(|| missing("it is not in a form that RuBIE writes".to_owned()))
    }

    fn numbers(&mut self, name: &str) -> Result<Vec<f64>, PlotError> {
        let numbers = self.array(name)?.numbers();
        numbers.ok_or_else(|| content(self.path, format!("the array `{name}` should hold numbers")))
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, PlotError> {
        let texts = self.array(name)?.texts();
        texts.ok_or_else(|| content(self.path, format!("the array `{name}` should hold text")))
    }

    fn labels(&mut self, names: &str, units: &str) -> Result<Vec<Label>, PlotError> {
        let (names, units) = (self.texts(names)?, self.texts(units)?);
        Ok(names.into_iter().zip(units).map(|(name, unit)| Label::new(name, Some(unit))).collect())
    }
}
