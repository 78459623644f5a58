//! `Axis`: one name and its values.

use super::error::SweepError;
use super::grid::MAX_RUNS;
use super::random::Stream;
use super::specification;
use super::values::{Law, Range, Scale, Values};

/// One name that varies, and its values.
///
/// The name is a parameter's, or a state's whose initial value varies; a solver checks that its model has it. Values of
/// an axis are finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    name: String,
    count: u64,
    values: Values,
}

impl Axis {
    /// Reads a specification such as `0:21:1000`; the [module's page](super) has all forms.
    ///
    /// `seed` steers random and Sobol axes; others ignore it.
    ///
    /// ```
    /// use rubie::sweep::Axis;
    ///
    /// assert_eq!(Axis::parse("rho", "log:1e-3:1e3:1000", 0)?.count(), 1000);
    /// let error = Axis::parse("rho", "0:21:many", 0).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "cannot read the sweep `rho=0:21:many`: `many` is not a whole number of runs; \
    ///      even steps are written START:STOP:COUNT, such as 0:21:1000"
    /// );
    /// # Ok::<(), rubie::sweep::SweepError>(())
    /// ```
    ///
    /// # Errors
    /// [`SweepError::Specification`] names the part that is wrong and the right form.
    pub fn parse(name: &str, specification: &str, seed: u64) -> Result<Axis, SweepError> {
        specification::parse(name, specification, seed)
    }

    /// These values.
    ///
    /// # Errors
    /// No value; a value that is not finite.
    pub fn list(name: &str, values: Vec<f64>) -> Result<Axis, SweepError> {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(wrong(name, format!("{value} is not a finite number")));
        }
        Axis::new(name, values.len() as u64, Values::List(values))
    }

    /// `count` values from `start` to `stop` in even steps, both included; `start` alone where `count` is 1.
    ///
    /// # Errors
    /// Ends that are not finite or too far apart, a count of 0.
    pub fn even(name: &str, start: f64, stop: f64, count: u64) -> Result<Axis, SweepError> {
        Axis::steps(name, Scale::Linear, start, stop, count)
    }

    /// `count` values from `start` to `stop` in even steps of the logarithm, both included.
    ///
    /// # Errors
    /// As for [`Axis::even`]; ends that are not positive.
    pub fn log(name: &str, start: f64, stop: f64, count: u64) -> Result<Axis, SweepError> {
        Axis::steps(name, Scale::Logarithmic, start, stop, count)
    }

    /// `count` independent random values, all between `low` and `high` equally likely.
    ///
    /// # Errors
    /// Bounds that are not finite, too far apart or in the wrong order, a count of 0.
    pub fn uniform(name: &str, low: f64, high: f64, count: u64, seed: u64) -> Result<Axis, SweepError> {
        let law = uniform(name, Scale::Linear, low, high)?;
        Axis::random(name, law, count, seed)
    }

    /// `count` independent random values whose logarithms are all equally likely.
    ///
    /// # Errors
    /// As for [`Axis::uniform`]; bounds that are not positive.
    pub fn log_uniform(name: &str, low: f64, high: f64, count: u64, seed: u64) -> Result<Axis, SweepError> {
        let law = uniform(name, Scale::Logarithmic, low, high)?;
        Axis::random(name, law, count, seed)
    }

    /// `count` independent random values of a normal distribution with this mean and standard deviation.
    ///
    /// # Errors
    /// Numbers that are not finite, a deviation that is not positive, a count of 0.
    pub fn normal(name: &str, mean: f64, deviation: f64, count: u64, seed: u64) -> Result<Axis, SweepError> {
        finite(name, &[mean, deviation])?;
        if deviation <= 0.0 {
            return Err(wrong(name, format!("the standard deviation must be above 0, not {deviation}")));
        }
        // No sample lies 9 deviations off.
        if !(mean.abs() + 9.0 * deviation).is_finite() {
            return Err(wrong(name, format!("the standard deviation {deviation} is too large")));
        }
        Axis::random(name, Law::Normal { mean, deviation }, count, seed)
    }

    /// `count` values between `low` and `high` of a Sobol sequence; all Sobol axes of a sweep together form one set.
    ///
    /// Seed 0 gives the sequence itself, any other a digital shift of it.
    ///
    /// # Errors
    /// As for [`Axis::uniform`].
    pub fn sobol(name: &str, low: f64, high: f64, count: u64, seed: u64) -> Result<Axis, SweepError> {
        let law = uniform(name, Scale::Linear, low, high)?;
        Axis::low_discrepancy(name, law, count, seed)
    }

    /// [`Axis::sobol`] for the logarithm of the values.
    ///
    /// # Errors
    /// As for [`Axis::log_uniform`].
    pub fn log_sobol(name: &str, low: f64, high: f64, count: u64, seed: u64) -> Result<Axis, SweepError> {
        let law = uniform(name, Scale::Logarithmic, low, high)?;
        Axis::low_discrepancy(name, law, count, seed)
    }

    /// Name of the parameter or state.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of values; at least 1.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Name, number of values, values.
    pub(super) fn into_parts(self) -> (String, u64, Values) {
        (self.name, self.count, self.values)
    }

    /// Whether the values are samples, which a grid draws together with those of other axes.
    pub(super) fn is_sampled(&self) -> bool {
        self.values.are_samples()
    }

    fn new(name: &str, count: u64, values: Values) -> Result<Axis, SweepError> {
        match count {
            0 => Err(wrong(name, "it needs at least one value".to_owned())),
            1..=MAX_RUNS => Ok(Axis { name: name.to_owned(), count, values }),
            _ => {
                Err(wrong(name, format!("{count} values are too many; a sweep has {MAX_RUNS} runs at most")))
            }
        }
    }

    fn steps(name: &str, scale: Scale, start: f64, stop: f64, count: u64) -> Result<Axis, SweepError> {
        let range = range(name, scale, start, stop, count)?;
        Axis::new(name, count, Values::Even { range, count })
    }

    fn random(name: &str, law: Law, count: u64, seed: u64) -> Result<Axis, SweepError> {
        Axis::new(name, count, Values::Random { law, stream: Stream::new(seed, name) })
    }

    fn low_discrepancy(name: &str, law: Law, count: u64, seed: u64) -> Result<Axis, SweepError> {
        let shift = match seed {
            0 => 0,
            seed => Stream::new(seed, name).words(0).next().unwrap_or_default(),
        };
        Axis::new(name, count, Values::Sobol { law, shift, dimension: None })
    }
}

fn wrong(name: &str, problem: String) -> SweepError {
    SweepError::Axis { name: name.to_owned(), problem }
}

fn finite(name: &str, numbers: &[f64]) -> Result<(), SweepError> {
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(number) => Err(wrong(name, format!("{number} is not a finite number"))),
        None => Ok(()),
    }
}

fn range(name: &str, scale: Scale, start: f64, stop: f64, count: u64) -> Result<Range, SweepError> {
    finite(name, &[start, stop])?;
    let positive = start > 0.0 && stop > 0.0;
    if scale == Scale::Logarithmic && !positive {
        let end = if start > 0.0 { stop } else { start };
        return Err(wrong(name, format!("{end} has no logarithm; both ends must be above 0")));
    }
    if !((stop - start) * count as f64).is_finite() {
        return Err(wrong(name, format!("{start} and {stop} are too far apart")));
    }
    Ok(Range::new(scale, start, stop))
}

fn uniform(name: &str, scale: Scale, low: f64, high: f64) -> Result<Law, SweepError> {
    let range = range(name, scale, low, high, 1)?;
    if low >= high {
        return Err(wrong(
            name,
            format!("the first bound must be below the second: {low} is not below {high}"),
        ));
    }
    Ok(Law::Uniform { range })
}
