//! The columns and rows of a table, whatever the file format.

use std::ops::Range;

use rubie_kernel::Status;
use rubie_program::Precision;

use super::{Chunk, Column, EventPart, Layout, Samples, TableForm};

/// How the samples or summaries of a layout become columns and rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) form: TableForm,
    pub(super) kind: Kind,
    pub(super) columns: Vec<TableColumn>,
    pub(super) variables: Vec<String>,
    /// What tells the rows of a run apart: times, starts and ends of windows, or slots, by column.
    pub(super) keys: Vec<Vec<f64>>,
    /// What the numbers of events mean, where the table is about events.
    pub(super) events: Vec<String>,
    /// Each name that has a unit: columns, and in long form the variables, which are no columns there.
    pub(super) units: Vec<(String, String)>,
}

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Samples: a row for each time.
    Samples,
    /// Summaries: a row for each window.
    Summaries,
    /// Recorded events: a row for each slot.
    Events,
}

impl Kind {
    /// Names of the columns that tell the rows of a run apart.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Kind::Samples => &["time"],
            Kind::Summaries => &["window_start", "window_end"],
            Kind::Events => &["slot"],
        }
    }

    /// What files are called that hold such a table and are not the first.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Samples => "samples",
            Kind::Summaries => "summaries",
            Kind::Events => "events",
        }
    }

    /// Type of the numbers. Times of events are as exact as times always are.
    pub(super) fn precision(self, layout: &Layout) -> Precision {
        match self {
            Kind::Samples | Kind::Summaries => layout.precision,
            Kind::Events => Precision::F64,
        }
    }

    /// The columns whose numbers the table holds.
    pub(super) fn columns(self, layout: &Layout) -> Vec<Column> {
        let part = layout.summaries.as_ref();
        match self {
            Kind::Samples => layout.variables.clone(),
            Kind::Summaries => part.map(|part| part.columns.clone()).unwrap_or_default(),
            Kind::Events => {
                EventPart::COLUMNS.map(|name| Column { name: name.to_owned(), unit: None }).to_vec()
            }
        }
    }

    /// The numbers of a chunk that the table holds.
    pub(super) fn numbers<'a>(self, chunk: &Chunk<'a>) -> Samples<'a> {
        match self {
            Kind::Samples => chunk.samples,
            Kind::Summaries => chunk.summaries,
            Kind::Events => Samples::F64(chunk.events),
        }
    }
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableColumn {
    pub(super) name: String,
    pub(super) content: Content,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Number of the run in the batch.
    Run,
    /// Value of the swept name at this position.
    Swept(usize),
    /// How the run ended.
    Status,
    /// Time of the sample, or start or end of the window: the key at this position.
    Key(usize),
    /// Numbers of the variable at this position.
    Variable(usize),
    /// Name of the row's variable.
    VariableName,
    /// The number of the row's variable.
    Value,
}

impl Table {
    pub(super) fn new(form: TableForm, kind: Kind, layout: &Layout) -> Self {
        let windows = layout.summaries.iter().flat_map(|part| &part.windows);
        let slots = layout.events.as_ref().map_or(0, |part| part.slots);
        let keys = match kind {
            Kind::Samples => vec![layout.times.clone()],
            Kind::Summaries => [0, 1].map(|end| windows.clone().map(|window| window[end]).collect()).to_vec(),
            Kind::Events => vec![(0..slots).map(|slot| slot as f64).collect()],
        };
        let variables = &kind.columns(layout)[..];
        // Times and numbers of events have nothing in common that one column could hold.
        let form = if kind == Kind::Events { TableForm::Wide } else { form };
        let columns = columns(form, kind, &layout.swept, variables, layout.status);
        let unit = |name: &String, column: &Column| Some((name.clone(), column.unit.clone()?));
        let of_column = |column: &TableColumn| match column.content {
            Content::Swept(k) => unit(&column.name, &layout.swept[k]),
            Content::Variable(v) => unit(&column.name, &variables[v]),
            _ => None,
        };
        let mut units: Vec<(String, String)> = columns.iter().filter_map(of_column).collect();
        if form == TableForm::Long {
            units.extend(variables.iter().filter_map(|variable| unit(&variable.name, variable)));
        }
        let variables = variables.iter().map(|variable| variable.name.clone()).collect();
        let events = layout.events.as_ref().filter(|_| kind == Kind::Events);
        let events = events.map(|part| part.names.clone()).unwrap_or_default();
        Table { form, kind, columns, variables, keys, events, units }
    }

    /// Rows of one run. In wide form a run's rows are its times or windows; in long form these and variables, in the order of
    /// the numbers.
    pub(super) fn rows_per_run(&self) -> usize {
        match self.form {
            TableForm::Wide => self.keys[0].len(),
            TableForm::Long => self.keys[0].len() * self.variables.len(),
        }
    }

    /// The value of a key column in a row of a run.
    pub(super) fn key(&self, key: usize, row_of_run: usize) -> f64 {
        match self.form {
            TableForm::Wide => self.keys[key][row_of_run],
            TableForm::Long => self.keys[key][row_of_run / self.variables.len()],
        }
    }

    /// Fills a column's rows: `value` takes the run, counted in the chunk, and the row of the run.
    pub(super) fn fill<T>(&self, rows: Range<usize>, out: &mut Vec<T>, value: impl Fn(usize, usize) -> T) {
        let per_run = self.rows_per_run();
        out.clear();
        out.reserve(rows.len());
        let mut next = rows.start;
        while next < rows.end {
            let run = next / per_run;
            let end = rows.end.min((run + 1) * per_run);
            out.extend((next - run * per_run..end - run * per_run).map(|row| value(run, row)));
            next = end;
        }
    }
}

/// How a run ended, in the words of a table.
pub(super) fn status_text(word: u32) -> String {
    Status(word).to_string()
}

fn columns(
    form: TableForm,
    kind: Kind,
    swept: &[Column],
    variables: &[Column],
    status: bool,
) -> Vec<TableColumn> {
    let status: &[&str] = if status { &["status"] } else { &[] };
    let of_form: &[&str] = match form {
        TableForm::Wide => &[],
        TableForm::Long => &["variable", "value"],
    };
    let fixed = [&["run"], status, kind.keys(), of_form].concat();
    let mut taken: Vec<String> = fixed.iter().map(|name| (*name).to_owned()).collect();
    let mut free = |mut name: String| {
        while taken.contains(&name) {
            name.push('_');
        }
        taken.push(name.clone());
        name
    };
    let column = |name: &str, content| TableColumn { name: name.to_owned(), content };
    let of_variables: Vec<TableColumn> = match form {
        TableForm::Long => vec![column("variable", Content::VariableName), column("value", Content::Value)],
        TableForm::Wide => {
            let names = variables.iter().map(|variable| free(variable.name.clone()));
            names.enumerate().map(|(v, name)| TableColumn { name, content: Content::Variable(v) }).collect()
        }
    };
    let is_saved = |name: &str| variables.iter().any(|variable| variable.name == name);
    let swept = swept.iter().enumerate().map(|(k, swept)| {
        let name = if is_saved(&swept.name) { format!("{}(0)", swept.name) } else { swept.name.clone() };
        TableColumn { name: free(name), content: Content::Swept(k) }
    });
    let mut columns = vec![column("run", Content::Run)];
    columns.extend(swept);
    columns.extend(status.iter().map(|name| column(name, Content::Status)));
    columns.extend(kind.keys().iter().enumerate().map(|(k, name)| column(name, Content::Key(k))));
    columns.extend(of_variables);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(form: TableForm, kind: Kind, swept: &[&str], variables: &[&str]) -> Vec<String> {
        let list = |names: &[&str]| -> Vec<Column> {
            names.iter().map(|name| Column { name: (*name).to_owned(), unit: None }).collect()
        };
        let columns = columns(form, kind, &list(swept), &list(variables), false);
        columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn columns_have_names_of_their_own() {
        assert_eq!(
            names(TableForm::Wide, Kind::Samples, &["rho", "x"], &["x", "y"]),
            ["run", "rho", "x(0)", "time", "x", "y"]
        );
        assert_eq!(
            names(TableForm::Wide, Kind::Samples, &["run", "time"], &["time", "time_"]),
            ["run", "run_", "time(0)", "time", "time_", "time__"]
        );
        assert_eq!(
            names(TableForm::Long, Kind::Samples, &["value", "x"], &["x", "time"]),
            ["run", "value_", "x(0)", "time", "variable", "value"]
        );
        assert_eq!(
            names(TableForm::Wide, Kind::Summaries, &["x"], &["x_mean"]),
            ["run", "x", "window_start", "window_end", "x_mean"]
        );
    }
}
