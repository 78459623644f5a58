//! Pictures of the results of sweeps, from the files that `rubie solve` writes.
//!
//! A file is [`read`](fn@read) as [`Results`]; [`figure`] decides what to show of them; a [`Figure`] becomes SVG, PNG or characters.
//!
//! ```
//! use rubie_plot::{Label, Part, PlotOptions, Results, Rows, Swept, figure};
//!
//! let k: Vec<f64> = (1..=50).map(f64::from).collect();
//! let results = Results {
//!     runs: 50,
//!     swept: vec![Swept { label: Label::new("k", Some("1/s".to_owned())), values: k.clone() }],
//!     samples: Some(Part {
//!         rows: Rows::Times(vec![0.0, 0.5, 1.0]),
//!         columns: vec![Label::new("x", None)],
//!         values: [0.0, 0.5, 1.0].iter().flat_map(|t| k.iter().map(move |k| (-k * t).exp())).collect(),
//!     }),
//!     summaries: None,
//! };
//! let picture = figure(&results, &PlotOptions::default())?.to_svg();
//! assert!(picture.contains("x: median, bands of 50 % and 90 % of 50 runs"));
//! # Ok::<(), rubie_plot::PlotError>(())
//! ```

mod error;
mod results;
mod read;
mod quantile;
mod options;
mod panel;
mod choice;
mod scale;
mod trajectories;
mod over_swept;
mod draw;

pub use draw::Figure;
pub use error::PlotError;
pub use options::{Kind, PlotOptions};
pub use quantile::quantiles;
pub use read::read;
pub use results::{Label, Part, Results, Rows, Swept};

/// The picture of some results.
///
/// # Errors
/// Names that are not there, bands that are no parts of 1, a kind that the results do not allow.
pub fn figure(results: &Results, options: &PlotOptions) -> Result<Figure, PlotError> {
    if let Some(band) = options.bands.iter().find(|band| !(**band > 0.0 && **band < 1.0)) {
        return Err(PlotError::Choice(format!(
            "a band holds a part of the runs above 0 and below 1: {band}"
        )));
    }
    let kind = choice::kind(results, options);
    let chosen = choice::chosen(results, options, kind)?;
    let panels = match kind {
        Kind::Trajectories => trajectories::panels(results, &chosen, options),
        Kind::HeatMap => over_swept::heat_maps(results, &chosen, options)?,
        Kind::Scatter => over_swept::scatter(results, &chosen, options)?,
    };
    Ok(Figure { title: options.title.clone(), panels })
}
