//! The metrics by name. One more metric is one file and one line of [`METRICS`].

mod auc;
mod d2xdt2_extrema;
mod d2xdt2_max;
mod d2xdt2_min;
mod dxdt_extrema;
mod dxdt_max;
mod dxdt_min;
mod extrema;
mod last;
mod max;
mod max_magnitude;
mod mean;
mod mean_std;
mod mean_std_rms;
mod min;
mod negative_peak_times;
mod negative_peaks;
mod parts;
mod peak_times;
mod peaks;
mod quantile;
mod request;
mod rms;
mod standard_deviation;
mod std_rms;
mod threshold_crossings;
mod time_of_max;
mod time_of_min;

pub use request::MetricError;

use crate::metric::Metric;

static METRICS: [Metric; 26] = [
    mean::METRIC,
    standard_deviation::METRIC,
    rms::METRIC,
    mean_std::METRIC,
    std_rms::METRIC,
    mean_std_rms::METRIC,
    max::METRIC,
    min::METRIC,
    extrema::METRIC,
    max_magnitude::METRIC,
    time_of_max::METRIC,
    time_of_min::METRIC,
    last::METRIC,
    auc::METRIC,
    quantile::METRIC,
    peaks::METRIC,
    negative_peaks::METRIC,
    peak_times::METRIC,
    negative_peak_times::METRIC,
    threshold_crossings::METRIC,
    dxdt_max::METRIC,
    dxdt_min::METRIC,
    dxdt_extrema::METRIC,
    d2xdt2_max::METRIC,
    d2xdt2_min::METRIC,
    d2xdt2_extrema::METRIC,
];

/// All metrics.
pub fn metrics() -> &'static [Metric] {
    &METRICS
}
