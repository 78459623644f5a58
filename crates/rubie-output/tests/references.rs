//! Every metric against NumPy and SciPy, on saved trajectories (`tools/metrics/make_references.py`).
#![allow(clippy::unwrap_used)]

mod support;

use rubie_output::{ArgumentKind, metrics};
use serde_json::Value;
use support::{Samples, summarise};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Relative to the size of the samples for what is computed by rounding operations, exact for all else.
fn tolerance(metric: &str, size: f64, interval: f64) -> f64 {
    let eps = f64::EPSILON;
    match metric {
        "mean" | "rms" => 4.0 * eps * size,
        "std" | "mean_std" | "std_rms" | "mean_std_rms" => 8.0 * eps * size,
        name if name.starts_with("quantile") => 64.0 * eps * size,
        "auc" => 200.0 * eps * size * interval * 120.0,
        name if name.starts_with("dxdt") => 2.0 * eps * size / interval,
        name if name.starts_with("d2xdt2") => 4.0 * eps * size / (interval * interval),
        _ => 0.0,
    }
}

#[test]
fn metrics_agree_with_numpy() {
    let cases: Value = serde_json::from_str(include_str!("data/metrics.json")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for case in cases.as_array().unwrap() {
        let values = numbers(&case["samples"]);
        let samples = Samples {
            start: number(&case["start"]),
            interval: number(&case["interval"]),
            start_value: number(&case["start_value"]),
            values: &values,
            per_window: case["samples_per_window"].as_u64().unwrap() as usize,
        };
        let size = values.iter().filter(|v| v.is_finite()).fold(0.0, |a: f64, v| a.max(v.abs()));
        let windows = case["windows"].as_array().unwrap();
        for metric in windows[0].as_object().unwrap().keys() {
            seen.insert(metric.clone());
            let (_, found) = summarise(&[metric], &samples);
            assert_eq!(found.len(), windows.len());
            let tolerance = tolerance(metric, size, samples.interval);
            for (window, (found, expected)) in found.iter().zip(windows).enumerate() {
                let expected = numbers(&expected[metric]);
                assert_eq!(found.len(), expected.len());
                for (a, b) in found.iter().zip(&expected) {
                    let same = (a - b).abs() <= tolerance || (a.is_nan() && b.is_nan());
                    assert!(same, "{}, {metric}, window {window}: {found:?} and {expected:?}", case["name"]);
                }
            }
        }
    }
    for metric in metrics() {
        let form = match metric.argument {
            ArgumentKind::None => metric.name.to_owned(),
            ArgumentKind::Slots => format!("{}[3]", metric.name),
            ArgumentKind::Level | ArgumentKind::Fraction => format!("{}[0.5]", metric.name),
        };
        assert!(seen.contains(&form), "{form} has no references");
    }
}

/// Where the mean is 1e11 times the spread, sums of squares would have no correct digit; the spread found is as good as the
/// samples allow.
#[test]
fn a_large_mean_takes_no_digits_from_the_spread() {
    let values: Vec<f64> = (1..=1000).map(|i| 1e8 + 1e-3 * (0.01 * f64::from(i)).sin()).collect();
    let samples = Samples { start: 0.0, interval: 1.0, start_value: 0.0, values: &values, per_window: 1000 };
    let (_, found) = summarise(&["std"], &samples);
    // The samples' offsets from 1e8 are exact numbers, so their deviation can be computed directly.
    let offsets: Vec<f64> = values.iter().map(|v| v - 1e8).collect();
    let mean = offsets.iter().sum::<f64>() / 1000.0;
    let variance = offsets.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 1000.0;
    let relative = (found[0][0] - variance.sqrt()).abs() / variance.sqrt();
    assert!(relative < 1e-8, "{relative}");
}

/// The worked example of Jain and Chlamtac's paper (table 1): 20 samples, median 4.44.
#[test]
fn the_published_example_of_p_square() {
    let values = [
        0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.60, 10.28, 1.47, 0.40, 0.05,
        11.39, 0.27, 0.42, 0.09, 11.37,
    ];
    let samples = Samples { start: 0.0, interval: 1.0, start_value: 0.0, values: &values, per_window: 20 };
    let (columns, found) = summarise(&["quantile[0.5]"], &samples);
    assert_eq!(columns, ["quantile_0.5"]);
    assert!((found[0][0] - 4.44).abs() < 0.005, "{found:?}");
}

/// Against the exact quantiles of 10,000 samples of a smooth distribution, within a fiftieth of its width.
#[test]
fn p_square_is_near_the_quantile_of_many_samples() {
    // A low-discrepancy sequence, unordered and the same on every machine.
    let values: Vec<f64> =
        (1..=10_000).map(|i| (f64::from(i) * 0.618_033_988_749_894_9).fract().powi(2)).collect();
    let samples =
        Samples { start: 0.0, interval: 1.0, start_value: 0.0, values: &values, per_window: 10_000 };
    let fractions = [0.05, 0.25, 0.5, 0.75, 0.95];
    let names = fractions.map(|p| format!("quantile[{p}]"));
    let (_, found) = summarise(&names.each_ref().map(String::as_str), &samples);
    for (found, p) in found[0].iter().zip(fractions) {
        assert!((found - p * p).abs() < 0.02, "{p}: {found}");
    }
}
