//! What a picture shall show.

/// The kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Variables over time: single runs where they are few, else quantiles over the runs.
    Trajectories,
    /// A number of each run over two swept names, as colours.
    HeatMap,
    /// A number of each run over one swept name.
    Scatter,
}

/// What a picture shall show. What is left open follows from the results.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotOptions {
    /// The kind; by default trajectories where there are samples at three times or more, else a heat map where two names or more
    /// were swept, else a scatter plot.
    pub kind: Option<Kind>,
    /// Names of the variables or summaries, a panel each; by default the first six.
    pub variables: Vec<String>,
    /// The swept name along the horizontal axis; by default the first.
    pub x: Option<String>,
    /// The swept name along the vertical axis of a heat map; by default the first other.
    pub y: Option<String>,
    /// The time that heat maps and scatter plots look at: the nearest sample, or the window around it; by default the last.
    pub at: Option<f64>,
    /// Summaries instead of samples, where a file has both.
    pub summaries: bool,
    /// The parts of the runs that bands hold, in (0, 1): 0.5 is the band from the first to the third quartile.
    pub bands: Vec<f64>,
    /// The title; by default it says what is shown.
    pub title: Option<String>,
}

impl Default for PlotOptions {
    fn default() -> Self {
        PlotOptions {
            kind: None,
            variables: Vec::new(),
            x: None,
            y: None,
            at: None,
            summaries: false,
            bands: vec![0.5, 0.9],
            title: None,
        }
    }
}
