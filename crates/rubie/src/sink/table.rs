//! The columns and rows of a table, whatever the file format.

use std::ops::Range;

use super::{Column, Layout, TableForm};

/// How the samples of a layout become columns and rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) form: TableForm,
    pub(super) columns: Vec<TableColumn>,
    pub(super) variables: Vec<String>,
    pub(super) times: Vec<f64>,
    /// Each name that has a unit: columns, and in long form the variables, which are no columns there.
    pub(super) units: Vec<(String, String)>,
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
    /// Time of the sample.
    Time,
    /// Samples of the variable at this position.
    Variable(usize),
    /// Name of the row's variable.
    VariableName,
    /// The sample of the row's variable.
    Value,
}

impl Table {
    pub(super) fn new(form: TableForm, layout: &Layout) -> Self {
        let columns = columns(form, layout);
        let unit = |name: &String, column: &Column| Some((name.clone(), column.unit.clone()?));
        let of_column = |column: &TableColumn| match column.content {
            Content::Swept(k) => unit(&column.name, &layout.swept[k]),
            Content::Variable(v) => unit(&column.name, &layout.variables[v]),
            _ => None,
        };
        let mut units: Vec<(String, String)> = columns.iter().filter_map(of_column).collect();
        if form == TableForm::Long {
            units.extend(layout.variables.iter().filter_map(|variable| unit(&variable.name, variable)));
        }
        let variables = layout.variables.iter().map(|variable| variable.name.clone()).collect();
        Table { form, columns, variables, times: layout.times.clone(), units }
    }

    /// Rows of one run. In wide form a run's rows are its times; in long form its times and variables, in the order of
    /// the samples.
    pub(super) fn rows_per_run(&self) -> usize {
        match self.form {
            TableForm::Wide => self.times.len(),
            TableForm::Long => self.times.len() * self.variables.len(),
        }
    }

    /// The time that a row of a run belongs to.
    pub(super) fn time(&self, row_of_run: usize) -> usize {
        match self.form {
            TableForm::Wide => row_of_run,
            TableForm::Long => row_of_run / self.variables.len(),
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

fn columns(form: TableForm, layout: &Layout) -> Vec<TableColumn> {
    let fixed: &[&str] = match form {
        TableForm::Wide => &["run", "time"],
        TableForm::Long => &["run", "time", "variable", "value"],
    };
    let mut taken: Vec<String> = fixed.iter().map(|name| (*name).to_owned()).collect();
    let mut free = |mut name: String| {
        while taken.contains(&name) {
            name.push('_');
        }
        taken.push(name.clone());
        name
    };
    let column = |name: &str, content| TableColumn { name: name.to_owned(), content };
    let variables: Vec<TableColumn> = match form {
        TableForm::Long => vec![column("variable", Content::VariableName), column("value", Content::Value)],
        TableForm::Wide => {
            let names = layout.variables.iter().map(|variable| free(variable.name.clone()));
            names.enumerate().map(|(v, name)| TableColumn { name, content: Content::Variable(v) }).collect()
        }
    };
    let is_saved = |name: &str| layout.variables.iter().any(|variable| variable.name == name);
    let swept = layout.swept.iter().enumerate().map(|(k, swept)| {
        let name = if is_saved(&swept.name) { format!("{}(0)", swept.name) } else { swept.name.clone() };
        TableColumn { name: free(name), content: Content::Swept(k) }
    });
    let mut columns = vec![column("run", Content::Run)];
    columns.extend(swept);
    columns.push(column("time", Content::Time));
    columns.extend(variables);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use rubie_program::Precision;

    fn names(form: TableForm, swept: &[&str], variables: &[&str]) -> Vec<String> {
        let column = |name: &&str| Column { name: (*name).to_owned(), unit: None };
        let layout = Layout {
            swept: swept.iter().map(column).collect(),
            variables: variables.iter().map(column).collect(),
            times: vec![0.0],
            runs: 1,
            precision: Precision::F64,
        };
        Table::new(form, &layout).columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn columns_have_names_of_their_own() {
        assert_eq!(
            names(TableForm::Wide, &["rho", "x"], &["x", "y"]),
            ["run", "rho", "x(0)", "time", "x", "y"]
        );
        assert_eq!(
            names(TableForm::Wide, &["run", "time"], &["time", "time_"]),
            ["run", "run_", "time(0)", "time", "time_", "time__"]
        );
        assert_eq!(
            names(TableForm::Long, &["value", "x"], &["x", "time"]),
            ["run", "value_", "x(0)", "time", "variable", "value"]
        );
    }
}
