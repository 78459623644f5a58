//! Variables over time: single runs where they are few, else quantiles over the runs.

use crate::choice::{Chosen, number};
use crate::options::PlotOptions;
use crate::panel::{Axis, Band, Content, Panel};
use crate::quantile::quantiles;
use crate::results::{Results, Rows};

/// So many runs are drawn one by one.
const FEW_RUNS: usize = 6;

/// Points of a curve at most: more cannot be seen, but make files large.
const MOST_POINTS: usize = 2000;

pub(crate) fn panels(results: &Results, chosen: &Chosen<'_>, options: &PlotOptions) -> Vec<Panel> {
    let part = chosen.part;
    let times: Vec<f64> = match &part.rows {
        Rows::Times(times) => times.clone(),
        Rows::Windows(windows) => windows.iter().map(|[_, end]| *end).collect(),
    };
    let rows: Vec<usize> = (0..times.len()).step_by(times.len().div_ceil(MOST_POINTS).max(1)).collect();
    let times: Vec<f64> = rows.iter().map(|row| times[*row]).collect();
    let panel = |column: &usize| {
        let label = &part.columns[*column];
        let (bands, lines, shown) = match results.runs <= FEW_RUNS {
            true => (Vec::new(), single_runs(results, chosen, *column, &rows), String::new()),
            false => over_runs(results, chosen, *column, &rows, options),
        };
        let x = Axis { label: "time".to_owned(), logarithmic: false };
        let y = Axis { label: label.text(), logarithmic: false };
        let title = format!("{}{shown}", label.name);
        Panel { title, x, y, content: Content::Curves { times: times.clone(), bands, lines } }
    };
    chosen.columns.iter().map(panel).collect()
}

fn single_runs(
    results: &Results,
    chosen: &Chosen<'_>,
    column: usize,
    rows: &[usize],
) -> Vec<(String, Vec<f64>)> {
    let name = |run: usize| {
        let values = results.swept.iter().map(|swept| {
            format!("{} = {}", swept.label.name, swept.values.get(run).map_or(String::new(), |v| number(*v)))
        });
        if results.swept.is_empty() { String::new() } else { values.collect::<Vec<_>>().join(", ") }
    };
    let value = |row: &usize, run: usize| {
        chosen.part.series(*row, column, results.runs).get(run).copied().unwrap_or(f64::NAN)
    };
    (0..results.runs).map(|run| (name(run), rows.iter().map(|row| value(row, run)).collect())).collect()
}

type Summary = (Vec<Band>, Vec<(String, Vec<f64>)>, String);

fn over_runs(
    results: &Results,
    chosen: &Chosen<'_>,
    column: usize,
    rows: &[usize],
    options: &PlotOptions,
) -> Summary {
    let mut parts = options.bands.clone();
    parts.sort_by(|a, b| b.total_cmp(a));
    let ends = parts.iter().flat_map(|part| [0.5 - part / 2.0, 0.5 + part / 2.0]);
    let fractions: Vec<f64> = ends.chain([0.5]).collect();
    let of_row = |row: &usize| {
        quantiles(chosen.part.series(*row, column, results.runs), &fractions)
            .unwrap_or_else(|| vec![f64::NAN; fractions.len()])
    };
    let quantiles: Vec<Vec<f64>> = rows.iter().map(of_row).collect();
    let curve = |k: usize| quantiles.iter().map(|row| row[k]).collect::<Vec<_>>();
    let band = |k: usize| Band { low: curve(2 * k), high: curve(2 * k + 1) };
    let bands = (0..parts.len()).map(band).collect();
    let lines = vec![("median".to_owned(), curve(fractions.len() - 1))];
    let last = rows.last().map_or(&[][..], |row| chosen.part.series(*row, column, results.runs));
    let lost = last.iter().filter(|value| !value.is_finite()).count();
    let ended = if lost > 0 { format!(", {lost} of them ended before") } else { String::new() };
    let held: Vec<String> = parts.iter().rev().map(|part| format!("{} %", number(100.0 * part))).collect();
    let held = if held.is_empty() { String::new() } else { format!(", bands of {}", held.join(" and ")) };
    (bands, lines, format!(": median{held} of {} runs{ended}", results.runs))
}
