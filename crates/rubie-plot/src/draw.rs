//! Panels as pictures.
//!
//! Colours are those of M. Okabe, K. Ito, Color Universal Design (2008), which people with any common colour blindness can tell
//! apart, and for heat maps cividis (J. R. Nunez, C. R. Anderton, R. S. Renslow, PLoS ONE 13 (2018) e0199239).

use std::sync::Arc;

use kuva::backend::png::PngBackend;
use kuva::backend::svg::SvgBackend;
use kuva::backend::terminal::TerminalBackend;
use kuva::plot::{BandPlot, ColorMap, Heatmap, LinePlot, ScatterPlot};
use kuva::render::figure::Figure as Grid;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Scene, render_multiple};
use kuva::render::theme::Theme;

use crate::choice::number;
use crate::error::PlotError;
use crate::panel::{Axis, Content, Panel};

/// Blue, orange, green, purple, sky blue, vermilion.
const COLOURS: [&str; 6] = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];

/// Cells without a number.
const NOTHING: &str = "#d9d9d9";

/// Size of a panel in pixels.
const PANEL: [f64; 2] = [640.0, 420.0];

/// Pixels of a bitmap for each pixel of size.
const SCALE: f32 = 2.0;

/// Panels beside each other, where there are more than three.
const BESIDE: usize = 2;

/// A picture, not yet in any format.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub(crate) title: Option<String>,
    pub(crate) panels: Vec<Panel>,
}

impl Figure {
    /// Number of panels.
    pub fn panels(&self) -> usize {
        self.panels.len()
    }

    /// As SVG text; it needs no fonts but those of whoever shows it.
    pub fn to_svg(&self) -> String {
        SvgBackend.render_scene(&self.scene())
    }

    /// As a PNG file; the font is part of the program.
    ///
    /// # Errors
    /// A picture too large to be held.
    pub fn to_png(&self) -> Result<Vec<u8>, PlotError> {
        PngBackend::new().with_scale(SCALE).render_scene(&self.scene()).map_err(PlotError::Draw)
    }

    /// As characters, one panel below the other, with the colours of a terminal.
    ///
    /// # Arguments
    /// - `columns`, `rows`: size of a panel in characters.
    pub fn to_terminal(&self, columns: usize, rows: usize) -> String {
        // A character is about twice as high as wide.
        let size = [8.0 * columns as f64, 16.0 * rows as f64];
        let draw = |panel: &Panel| {
            let (plots, layout) = parts(panel);
            let layout = layout.with_theme(Theme::dark()).with_width(size[0]).with_height(size[1]);
            let layout = layout.with_term_rows(rows as u32);
            TerminalBackend::new(columns, rows).render_scene(&render_multiple(plots, layout))
        };
        self.panels.iter().map(draw).collect::<Vec<_>>().join("\n")
    }

    fn scene(&self) -> Scene {
        let count = self.panels.len().max(1);
        let columns = if count > 3 { BESIDE } else { 1 };
        let (plots, layouts) = self.panels.iter().map(parts).unzip();
        let grid = Grid::new(count.div_ceil(columns), columns).with_plots(plots).with_layouts(layouts);
        let grid = grid.with_cell_size(PANEL[0], PANEL[1]);
        match &self.title {
            Some(title) => grid.with_title(title.clone()).render(),
            None => grid.render(),
        }
    }
}

fn parts(panel: &Panel) -> (Vec<Plot>, Layout) {
    let plots = match &panel.content {
        Content::Curves { times, bands, lines } => curves(times, bands, lines),
        Content::Cells { x, y, rows } => vec![cells(*x, *y, rows)],
        Content::Points(points) => {
            let points = ScatterPlot::new().with_data(points.clone()).with_color(COLOURS[0]).with_size(3.0);
            vec![points.with_marker_opacity(0.6).into()]
        }
    };
    let layout = Layout::auto_from_plots(&plots).with_title(panel.title.clone());
    let layout = layout.with_x_label(panel.x.label.clone()).with_y_label(panel.y.label.clone());
    let is_grid = matches!(panel.content, Content::Cells { .. });
    // Cells fill their panel; elsewhere ticks need as many digits as tell them apart.
    let layout = match digits(&panel.content) {
        None => fitted(layout, &panel.content),
        Some(digits) => {
            let text = move |value: f64| if digits > 0 { format!("{value:.digits$}") } else { number(value) };
            layout.with_y_tick_format(TickFormat::Custom(Arc::new(text)))
        }
    };
    (plots, axes(layout, &panel.x, &panel.y, is_grid))
}

/// Axes that end where cells do.
fn fitted(layout: Layout, content: &Content) -> Layout {
    let Content::Cells { x, y, .. } = content else { return layout };
    let layout = layout.with_x_axis_min(x[0]).with_x_axis_max(x[1]);
    layout.with_y_axis_min(y[0]).with_y_axis_max(y[1])
}

/// Digits behind the point that ticks of the vertical axis need to differ; `None` for cells.
fn digits(content: &Content) -> Option<usize> {
    let mut range = [f64::INFINITY, f64::NEG_INFINITY];
    let mut take = |value: f64| {
        if value.is_finite() {
            range = [range[0].min(value), range[1].max(value)];
        }
    };
    match content {
        Content::Cells { .. } => return None,
        Content::Points(points) => points.iter().for_each(|(_, y)| take(*y)),
        Content::Curves { bands, lines, .. } => {
            bands.iter().flat_map(|band| band.low.iter().chain(&band.high)).for_each(|y| take(*y));
            lines.iter().flat_map(|(_, values)| values).for_each(|y| take(*y));
        }
    }
    let [low, high] = range;
    let size = low.abs().max(high.abs());
    // A tick is about a tenth of the range. Numbers far from 1 have an exponent.
    let needed = (-((high - low) / 10.0).log10()).ceil();
    let plain = high > low && (1e-3..1e6).contains(&size) && (1.0..12.0).contains(&needed);
    Some(if plain { needed as usize } else { 0 })
}

/// Cells lie on the logarithms themselves; other axes are told to be logarithmic.
fn axes(mut layout: Layout, x: &Axis, y: &Axis, is_grid: bool) -> Layout {
    let powers = || TickFormat::Custom(Arc::new(|logarithm: f64| number(10f64.powf(logarithm))));
    layout = match (x.logarithmic, is_grid) {
        (false, _) => layout,
        (true, true) => layout.with_x_tick_format(powers()),
        (true, false) => layout.with_log_x(),
    };
    match (y.logarithmic, is_grid) {
        (false, _) => layout,
        (true, true) => layout.with_y_tick_format(powers()),
        (true, false) => layout.with_log_y(),
    }
}

fn curves(times: &[f64], bands: &[crate::panel::Band], lines: &[(String, Vec<f64>)]) -> Vec<Plot> {
    let mut plots = Vec::with_capacity(bands.len() + lines.len());
    for (k, band) in bands.iter().enumerate() {
        let ends = times.iter().zip(&band.low).zip(&band.high);
        let ends = ends.filter(|((_, low), high)| low.is_finite() && high.is_finite());
        let (mut x, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
        for ((time, bottom), top) in ends {
            x.push(*time);
            low.push(*bottom);
            high.push(*top);
        }
        let opacity = 0.18 + 0.17 * k as f64;
        let band = BandPlot::new(x, low, high).with_color(COLOURS[0]).with_opacity(opacity.min(0.6));
        plots.push(band.into());
    }
    for (k, (label, values)) in lines.iter().enumerate() {
        let points = times.iter().copied().zip(values.iter().copied()).filter(|(_, value)| value.is_finite());
        let line = LinePlot::new().with_data(points.collect::<Vec<_>>()).with_stroke_width(1.8);
        let line = line.with_color(COLOURS[k % COLOURS.len()]);
        let line = if label.is_empty() { line } else { line.with_legend(label.clone()) };
        plots.push(line.into());
    }
    plots
}

fn cells(x: [f64; 2], y: [f64; 2], rows: &[Vec<f64>]) -> Plot {
    let colours = ColorMap::Custom(Arc::new(|share: f64| match share.is_nan() {
        true => NOTHING.to_owned(),
        false => ColorMap::Cividis.map(share),
    }));
    let map = Heatmap::new().with_data(rows.to_vec()).with_color_map(colours).with_cell_size(1.0);
    map.with_x_range(x[0], x[1]).with_y_range(y[0], y[1]).into()
}
