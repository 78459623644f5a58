//! One coordinate system and what is drawn in it, as plain data.

/// A coordinate system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) content: Content,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) logarithmic: bool,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// Curves over time.
    Curves {
        times: Vec<f64>,
        /// From the widest to the narrowest.
        bands: Vec<Band>,
        /// Legend and values; those that are not finite are left out.
        lines: Vec<(String, Vec<f64>)>,
    },
    /// Colours in a grid.
    Cells {
        /// Edges of the grid, of logarithms where the axis is logarithmic.
        x: [f64; 2],
        y: [f64; 2],
        /// From the lowest row to the highest.
        rows: Vec<Vec<f64>>,
    },
    /// Points.
    Points(Vec<(f64, f64)>),
}

/// The room between two curves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Band {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
}
