//! `Results`: what a file says about the runs of a sweep.

/// A name and, where it is known, its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name.
    pub name: String,
    /// The unit as text.
    pub unit: Option<String>,
}

impl Label {
    /// A label.
    pub fn new(name: impl Into<String>, unit: Option<String>) -> Self {
        Label { name: name.into(), unit: unit.filter(|unit| !unit.is_empty()) }
    }

    /// The name, and the unit in brackets.
    pub fn text(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} [{unit}]", self.name),
            None => self.name.clone(),
        }
    }
}

/// A name that differs from run to run, and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// Name and unit.
    pub label: Label,
    /// One value per run.
    pub values: Vec<f64>,
}

/// Samples or summaries of all runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Times of samples, or starts and ends of windows.
    pub rows: Rows,
    /// Names and units of the columns.
    pub columns: Vec<Label>,
    /// Numbers of shape (row, column, run), run fastest.
    pub values: Vec<f64>,
}

/// What tells the numbers of one run and column apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// Times of samples.
    Times(Vec<f64>),
    /// Starts and ends of windows.
    Windows(Vec<[f64; 2]>),
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Rows::Times(times) => times.len(),
            Rows::Windows(windows) => windows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a file says about the runs of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Number of runs.
    pub runs: usize,
    /// Names that differ from run to run.
    pub swept: Vec<Swept>,
    /// Samples, where the file has any.
    pub samples: Option<Part>,
    /// Summaries, where the file has any.
    pub summaries: Option<Part>,
}

impl Part {
    /// The numbers of a row and column, one per run of `runs`.
    pub fn series(&self, row: usize, column: usize, runs: usize) -> &[f64] {
        let start = (row * self.columns.len() + column) * runs;
        self.values.get(start..start + runs).unwrap_or_default()
    }

    /// Whether there are as many numbers as rows, columns and runs ask for.
    pub(crate) fn fits(&self, runs: usize) -> bool {
        self.rows.len().checked_mul(self.columns.len()).and_then(|n| n.checked_mul(runs))
            == Some(self.values.len())
    }
}
