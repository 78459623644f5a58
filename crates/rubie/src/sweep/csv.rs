//! Samples from text: comma-separated or tab-separated values.

use std::fs::File;
use std::path::Path;

use csv::{ErrorKind, StringRecord, Trim};

use super::error::SweepError;
use super::grid::check_names;
use super::table::{Table, contents, positions, unreadable};

/// Reads the named columns, or all.
pub(super) fn read(path: &Path, columns: Option<&[&str]>) -> Result<Table, SweepError> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let tabs = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(file);
    let names: Vec<String> =
        reader.headers().map_err(|e| problem(path, e))?.iter().map(str::to_owned).collect();
    check_header(path, &names)?;
    let positions = positions(path, &names, columns)?;
    let mut values = vec![Vec::new(); positions.len()];
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| problem(path, e))? {
        for (position, values) in positions.iter().zip(&mut values) {
            let cell = record.get(*position).unwrap_or_default();
            match cell.parse::<f64>() {
                Ok(value) => values.push(value),
                Err(_) => return Err(not_a_number(path, &record, *position, &names[*position], cell)),
            }
        }
    }
    Ok((positions.iter().map(|position| names[*position].clone()).collect(), values))
}

fn check_header(path: &Path, names: &[String]) -> Result<(), SweepError> {
    if names.is_empty() {
        return Err(contents(
            path,
            "it is empty; the first row must have the names, each other row one run".into(),
        ));
    }
    if names.iter().all(|name| name.parse::<f64>().is_ok()) {
        let problem =
            format!("the first row must have the names of the columns, not numbers: {}", names.join(", "));
        return Err(contents(path, problem));
    }
    check_names(names.iter().map(String::as_str)).map_err(|error| {
        let problem = match error {
            SweepError::Duplicate { name } => format!("two columns are called `{name}`"),
            SweepError::Unnamed { position } => format!("column {position} has no name in the first row"),
            error => error.to_string(),
        };
        contents(path, problem)
    })?;
    match names {
        [name] if name.contains([';', '\t']) => {
            let advice = "values must be separated by commas, or by tabs in a file called .tsv";
            Err(contents(path, format!("the first row is one name: `{name}`; {advice}")))
        }
        _ => Ok(()),
    }
}

fn not_a_number(path: &Path, record: &StringRecord, position: usize, name: &str, cell: &str) -> SweepError {
    let line = record.position().map_or(0, csv::Position::line);
    let place = format!("line {line}, column {} (`{name}`)", position + 1);
    let problem = match cell {
        "" => format!("{place}: a number is missing; write nan for a run that shall fail"),
        cell => format!("{place}: `{cell}` is not a number"),
    };
    contents(path, problem)
}

fn problem(path: &Path, error: csv::Error) -> SweepError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(source) => unreadable(path, source),
        ErrorKind::UnequalLengths { expected_len, len, .. } => contents(
            path,
            format!("line {line} has {len} values, but the first row has {expected_len} names"),
        ),
        ErrorKind::Utf8 { .. } => contents(path, format!("line {line} is not UTF-8 text")),
        kind => contents(path, format!("line {line}: {kind:?}")),
    }
}
