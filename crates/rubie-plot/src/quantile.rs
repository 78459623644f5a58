//! Quantiles over the runs.

/// The quantile of some numbers at a fraction between 0 and 1; those that are not finite do not count. `None` where none is left.
///
/// # Source
/// Definition 7 of R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996) 361-365:
/// linear between the sorted numbers, the first at 0 and the last at 1. It is what NumPy does.
///
/// ```
/// assert_eq!(rubie_plot::quantiles(&[3.0, 1.0, f64::NAN, 2.0, 4.0], &[0.0, 0.5, 0.9]).unwrap(), [1.0, 2.5, 3.7]);
/// assert_eq!(rubie_plot::quantiles(&[f64::NAN], &[0.5]), None);
/// ```
pub fn quantiles(numbers: &[f64], fractions: &[f64]) -> Option<Vec<f64>> {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let at = |fraction: &f64| {
        let place = fraction.clamp(0.0, 1.0) * last as f64;
        let below = place.floor() as usize;
        let above = sorted[last.min(below + 1)];
        sorted[below] + (place - below as f64) * (above - sorted[below])
    };
    Some(fractions.iter().map(at).collect())
}
