//! A number of each run over what was swept: heat maps over two names, scatter plots over one.

use crate::choice::{Chosen, row, swept};
use crate::error::PlotError;
use crate::options::PlotOptions;
use crate::panel::{Axis, Content, Panel};
use crate::results::Results;
use crate::scale::{Cells, distinct, is_logarithmic};

/// Runs of random samples that fall into a cell, about.
const POINTS_PER_CELL: usize = 4;

/// Points of a scatter plot at most.
const MOST_POINTS: usize = 5000;

pub(crate) fn heat_maps(
    results: &Results,
    chosen: &Chosen<'_>,
    options: &PlotOptions,
) -> Result<Vec<Panel>, PlotError> {
    let x = swept(results, options.x.as_ref(), None)?;
    let y = swept(results, options.y.as_ref(), Some(x))?;
    if x.label == y.label {
        return Err(PlotError::Choice(format!("`{}` cannot be along both axes", x.label.name)));
    }
    let (across, up) = (Cells::new(&x.values, POINTS_PER_CELL), Cells::new(&y.values, POINTS_PER_CELL));
    let (row, when) = row(chosen.part, options.at);
    let panel = |column: &usize| {
        let numbers = chosen.part.series(row, *column, results.runs);
        let mut sums = vec![vec![(0.0, 0_u32); across.count]; up.count];
        for ((number, x), y) in numbers.iter().zip(&x.values).zip(&y.values) {
            if let (true, Some(column), Some(line)) = (number.is_finite(), across.place(*x), up.place(*y)) {
                let (sum, count) = &mut sums[line][column];
                (*sum, *count) = (*sum + number, *count + 1);
            }
        }
        let shared = sums.iter().flatten().any(|(_, count)| *count > 1);
        let mean = |(sum, count): (f64, u32)| if count == 0 { f64::NAN } else { sum / f64::from(count) };
        let rows = sums.into_iter().map(|line| line.into_iter().map(mean).collect()).collect();
        let label = &chosen.part.columns[*column];
        let means = if shared { ", mean of the runs in each cell" } else { "" };
        Panel {
            title: format!("{} {when}{means}", label.text()),
            x: Axis { label: x.label.text(), logarithmic: across.logarithmic },
            y: Axis { label: y.label.text(), logarithmic: up.logarithmic },
            content: Content::Cells { x: across.edges, y: up.edges, rows },
        }
    };
    Ok(chosen.columns.iter().map(panel).collect())
}

pub(crate) fn scatter(
    results: &Results,
    chosen: &Chosen<'_>,
    options: &PlotOptions,
) -> Result<Vec<Panel>, PlotError> {
    let x = swept(results, options.x.as_ref(), None)?;
    let logarithmic = is_logarithmic(&distinct(&x.values));
    let (row, when) = row(chosen.part, options.at);
    let step = results.runs.div_ceil(MOST_POINTS).max(1);
    let panel = |column: &usize| {
        let numbers = chosen.part.series(row, *column, results.runs);
        let points = x.values.iter().copied().zip(numbers.iter().copied()).step_by(step);
        let points = points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        let label = &chosen.part.columns[*column];
        let thinned = if step > 1 { format!(", one run in {step}") } else { String::new() };
        Panel {
            title: format!("{} {when}{thinned}", label.name),
            x: Axis { label: x.label.text(), logarithmic },
            y: Axis { label: label.text(), logarithmic: false },
            content: Content::Points(points),
        }
    };
    Ok(chosen.columns.iter().map(panel).collect())
}
