//! Tables: a row for each run and time or window; in long form for each variable, too.

use std::collections::BTreeMap;
use std::path::Path;

use super::content;
use crate::error::PlotError;
use crate::results::{Label, Part, Results, Rows, Swept};

/// A table as it stands in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Name and cells of each column.
    pub(super) columns: Vec<(String, Cells)>,
    /// Units of names.
    pub(super) units: BTreeMap<String, String>,
}

/// The cells of a column.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Numbers(Vec<f64>),
    /// Names of variables, each once, and which of them stands in each row.
    Names(Vec<String>, Vec<usize>),
}

impl Table {
    fn label(&self, name: &str) -> Label {
        Label::new(name, self.units.get(name).cloned())
    }

    fn numbers(&self, place: usize) -> Option<&[f64]> {
        match self.columns.get(place)? {
            (_, Cells::Numbers(numbers)) => Some(numbers),
            _ => None,
        }
    }

    /// The columns are `run`, the swept names, `time` or `window_start` and `window_end`, and then variables, or `variable` and
    /// `value`.
    pub(super) fn results(&self, path: &Path) -> Result<Results, PlotError> {
        let foreign = || {
            content(
                path,
                "it is no table of RuBIE's: the first column should be `run`, and one after the swept names `time` or `window_start`",
            )
        };
        let place = |name: &str| self.columns.iter().position(|(known, _)| known == name);
        let keys = place("time").map(|time| time..time + 1);
        let keys =
            keys.or_else(|| place("window_start").map(|start| start..start + 2)).ok_or_else(foreign)?;
        let run = self.numbers(0).filter(|_| self.columns[0].0 == "run").ok_or_else(foreign)?;
        if run.is_empty() {
            return Err(content(path, "the table has no rows"));
        }
        let per_run = run.iter().take_while(|number| **number == run[0]).count();
        let runs = run.len() / per_run;
        let regular = run.len().is_multiple_of(per_run)
            && run.chunks(per_run).all(|rows| rows.iter().all(|number| *number == rows[0]));
        if !regular {
            return Err(content(path, "its rows are not those of whole runs, one after the other"));
        }
        let is_swept = |place: &usize| !matches!(self.columns[*place].1, Cells::Names(..));
        let swept = (1..keys.start).filter(is_swept).map(|place| {
            let values = self.numbers(place)?.iter().step_by(per_run).copied().collect();
            Some(Swept { label: self.label(&self.columns[place].0), values })
        });
        let swept = swept.collect::<Option<Vec<_>>>().ok_or_else(foreign)?;
        let (columns, values, rows) = self.values(keys.end, per_run, runs).ok_or_else(foreign)?;
        let stride = per_run / rows;
        let key = |place: usize| {
            self.numbers(place).map(|key| key[..per_run].iter().step_by(stride).copied().collect::<Vec<_>>())
        };
        let first = key(keys.start).ok_or_else(foreign)?;
        let mut results = Results { runs, swept, samples: None, summaries: None };
        if keys.len() == 1 {
            results.samples = Some(Part { rows: Rows::Times(first), columns, values });
        } else {
            let last = key(keys.start + 1).ok_or_else(foreign)?;
            let windows = first.into_iter().zip(last).map(|(start, end)| [start, end]).collect();
            results.summaries = Some(Part { rows: Rows::Windows(windows), columns, values });
        }
        Ok(results)
    }

    /// The variables, their numbers by (row, variable, run), and the number of rows of a run.
    fn values(&self, first: usize, per_run: usize, runs: usize) -> Option<(Vec<Label>, Vec<f64>, usize)> {
        if let Some((_, Cells::Names(names, of_rows))) = self.columns.get(first) {
            let width = names.len();
            let in_order = |(row, name): (usize, &usize)| *name == row % width;
            if !per_run.is_multiple_of(width) || !of_rows.iter().enumerate().all(in_order) {
                return None;
            }
            let values = self.numbers(first + 1)?;
            let columns = names.iter().map(|name| self.label(name)).collect();
            let transposed = (0..per_run).flat_map(|row| values.iter().skip(row).step_by(per_run).copied());
            return Some((columns, transposed.collect(), per_run / width));
        }
        let columns = (first..self.columns.len()).map(|place| self.numbers(place));
        let columns = columns.collect::<Option<Vec<_>>>()?;
        let mut values = Vec::with_capacity(per_run * columns.len() * runs);
        for row in 0..per_run {
            for column in &columns {
                values.extend(column.iter().skip(row).step_by(per_run));
            }
        }
        let labels = self.columns[first..].iter().map(|(name, _)| self.label(name)).collect();
        Some((labels, values, per_run))
    }
}

/// Names as they come, row by row.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    of_rows: Vec<usize>,
}

impl Names {
    pub(super) fn push(&mut self, name: &str) {
        let place = self.names.iter().position(|known| known == name);
        let place = place.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        self.of_rows.push(place);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of_rows.is_empty()
    }

    pub(super) fn cells(self) -> Cells {
        Cells::Names(self.names, self.of_rows)
    }
}
