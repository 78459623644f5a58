//! Tables as text.

use std::path::Path;

use super::table::{Cells, Names, Table};
use super::{content, unreadable};
use crate::error::PlotError;

pub(super) fn read(path: &Path) -> Result<Table, PlotError> {
    let file = std::fs::File::open(path).map_err(|source| unreadable(path, source))?;
    let mut reader = csv::Reader::from_reader(file);
    let problem = |error: csv::Error| content(path, error.to_string());
    let names: Vec<String> = reader.headers().map_err(problem)?.iter().map(str::to_owned).collect();
    // Names of variables, in long form, and how runs ended are text; all else is numbers.
    let is_text = |name: &str| ["variable", "status"].contains(&name);
    let mut numbers: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
    let mut texts: Vec<Names> = names.iter().map(|_| Names::default()).collect();
    let mut record = csv::StringRecord::new();
    let mut line = 1;
    while reader.read_record(&mut record).map_err(problem)? {
        line += 1;
        for (place, cell) in record.iter().enumerate() {
            match cell.trim().parse() {
                Ok(number) => numbers[place].push(number),
                Err(_) if is_text(&names[place]) => texts[place].push(cell),
                Err(_) => {
                    let problem = format!("line {line}, column `{}`: `{cell}` is not a number", names[place]);
                    return Err(content(path, problem));
                }
            }
        }
    }
    let columns = names.into_iter().zip(numbers).zip(texts).map(|((name, numbers), texts)| {
        let cells = if texts.is_empty() { Cells::Numbers(numbers) } else { texts.cells() };
        (name, cells)
    });
    Ok(Table { columns: columns.collect(), ..Table::default() })
}
