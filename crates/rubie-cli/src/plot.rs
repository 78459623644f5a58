//! `rubie plot`: a picture of a file with results.

use std::io::IsTerminal;
use std::path::Path;

use rubie_plot::{Kind, PlotOptions, figure, read};

use crate::arguments::{PlotArguments, PlotKind};
use crate::failure::Failure;
use crate::show::{show, tell};

/// Size of a panel on a terminal where that does not tell its own.
const COLUMNS: usize = 100;
const ROWS: usize = 28;

/// Runs the command.
pub(crate) fn plot(arguments: &PlotArguments) -> Result<(), Failure> {
    let words = |error: rubie_plot::PlotError| Failure::Words(error.to_string());
    let options = PlotOptions {
        kind: arguments.kind.map(|kind| match kind {
            PlotKind::Trajectories => Kind::Trajectories,
            PlotKind::Heatmap => Kind::HeatMap,
            PlotKind::Scatter => Kind::Scatter,
        }),
        variables: arguments.keep.clone().unwrap_or_default(),
        x: arguments.x.clone(),
        y: arguments.y.clone(),
        at: arguments.at,
        summaries: arguments.summaries,
        bands: arguments.bands.clone(),
        title: arguments.title.clone(),
    };
    let format = arguments.out.as_deref().map(format).transpose()?;
    let results = read(&arguments.file).map_err(words)?;
    let figure = figure(&results, &options).map_err(words)?;
    match (&arguments.out, format) {
        (Some(path), Some(format)) => {
            let bytes = match format {
                Format::Svg => figure.to_svg().into_bytes(),
                Format::Png => figure.to_png().map_err(words)?,
            };
            write(path, &bytes)?;
            tell(&format!("{} ({} panels)", path.display(), figure.panels()));
            Ok(())
        }
        _ => {
            let size = |name: &str| std::env::var(name).ok().and_then(|size| size.parse().ok());
            let columns = size("COLUMNS").unwrap_or(COLUMNS).clamp(40, 400);
            let rows = size("LINES").map_or(ROWS, |lines: usize| lines.saturating_sub(4)).clamp(12, 60);
            let text = figure.to_terminal(columns, rows);
            show(&if std::io::stdout().is_terminal() { text } else { plain(&text) })
        }
    }
}

enum Format {
    Svg,
    Png,
}

fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        _ => Err(Failure::Words(format!("--out takes a .png or .svg file: {}", path.display()))),
    }
}

/// A file is complete or absent.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::System(format!("cannot write {}: {error}", path.display()));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        // Nothing is left of what could not be finished.
        let _ = std::fs::remove_file(&part);
        failed(error)
    })
}

/// The same characters without colours: `ESC [ ... m` are left out.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    let lines = out.lines().map(str::trim_end);
    lines.map(|line| format!("{line}\n")).collect()
}
