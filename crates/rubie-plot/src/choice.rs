//! From results and options to what is looked at: part, columns, row, swept names.

use crate::error::PlotError;
use crate::options::{Kind, PlotOptions};
use crate::results::{Part, Results, Rows, Swept};

/// Panels where nothing is said.
const FEW_PANELS: usize = 6;

/// Samples or summaries, and which of their columns.
pub(crate) struct Chosen<'a> {
    pub(crate) part: &'a Part,
    pub(crate) columns: Vec<usize>,
}

/// The kind of picture.
pub(crate) fn kind(results: &Results, options: &PlotOptions) -> Kind {
    let times = results.samples.as_ref().map_or(0, |part| part.rows.len());
    options.kind.unwrap_or(match results.swept.len() {
        _ if times >= 3 && !options.summaries => Kind::Trajectories,
        0 => Kind::Trajectories,
        1 => Kind::Scatter,
        _ => Kind::HeatMap,
    })
}

/// What the panels show.
///
/// # Errors
/// Summaries that are not there, a name that is not there.
pub(crate) fn chosen<'a>(
    results: &'a Results,
    options: &PlotOptions,
    kind: Kind,
) -> Result<Chosen<'a>, PlotError> {
    if options.summaries && results.summaries.is_none() {
        return Err(PlotError::Choice("there are no summaries in the file".to_owned()));
    }
    let summaries = options.summaries || kind != Kind::Trajectories;
    let (first, second) = (results.samples.as_ref(), results.summaries.as_ref());
    let part = if summaries { second.or(first) } else { first.or(second) };
    let part = part.ok_or_else(|| PlotError::Choice("there is nothing to plot in the file".to_owned()))?;
    let names = || part.columns.iter().map(|column| column.name.as_str());
    let columns = match options.variables.is_empty() {
        true => (0..part.columns.len().min(FEW_PANELS)).collect(),
        false => {
            let place = |name: &String| {
                names().position(|known| known == name).ok_or_else(|| unknown("variable", name, names()))
            };
            options.variables.iter().map(place).collect::<Result<_, _>>()?
        }
    };
    Ok(Chosen { part, columns })
}

/// The row that is looked at, and what it is called.
pub(crate) fn row(part: &Part, at: Option<f64>) -> (usize, String) {
    let last = part.rows.len().saturating_sub(1);
    match &part.rows {
        Rows::Times(times) => {
            let distance = |row: &usize, at: f64| (times[*row] - at).abs();
            let nearest = |at: f64| {
                (0..times.len()).min_by(|a, b| distance(a, at).total_cmp(&distance(b, at))).unwrap_or(last)
            };
            let row = at.map_or(last, nearest);
            (row, times.get(row).map_or(String::new(), |time| format!("at t = {}", number(*time))))
        }
        Rows::Windows(windows) => {
            let around = |at: f64| windows.iter().position(|[_, end]| at <= *end).unwrap_or(last);
            let row = at.map_or(last, around);
            let text = |[start, end]: &[f64; 2]| format!("for t = {} to {}", number(*start), number(*end));
            (row, windows.get(row).map_or(String::new(), text))
        }
    }
}

/// The swept name for an axis: the one asked for, or the first that is not `other`.
///
/// # Errors
/// A name that was not swept, or too few of them.
pub(crate) fn swept<'a>(
    results: &'a Results,
    asked: Option<&String>,
    other: Option<&Swept>,
) -> Result<&'a Swept, PlotError> {
    let names = || results.swept.iter().map(|swept| swept.label.name.as_str());
    if let Some(name) = asked {
        let found = results.swept.iter().find(|swept| swept.label.name == *name);
        return found.ok_or_else(|| unknown("swept name", name, names()));
    }
    let is_other = |swept: &&Swept| other.is_none_or(|other| other.label != swept.label);
    results.swept.iter().find(is_other).ok_or_else(|| {
        let wanted = if other.is_some() { "a heat map needs two swept names" } else { "no name was swept" };
        PlotError::Choice(format!("{wanted}: the runs in the file differ by {}", list(names())))
    })
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> PlotError {
    PlotError::Choice(format!("there is no {what} `{name}` in the file; it has {}", list(known)))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.len() {
        0 => "none".to_owned(),
        count if count > 20 => format!("{} and {} more", names[..20].join(", "), count - 20),
        _ => names.join(", "),
    }
}

/// A number in few digits.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
