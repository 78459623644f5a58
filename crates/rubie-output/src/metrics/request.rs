//! Reading a metric's name and its brackets.

use super::{METRICS, metrics};
use crate::metric::{Argument, ArgumentKind, Metric, MetricRequest};

/// Why a text names no metric.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MetricError {
    /// No metric has this name.
    #[error("unknown metric `{name}`{} (metrics: {})", proposal(*nearest), list())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The known name that is most like it.
        nearest: Option<&'static str>,
    },
    /// Brackets that are not closed, or text after them.
    #[error("`{text}` is not a metric: write a name, or a name and brackets as in `peaks[5]`")]
    Brackets {
        /// What was given.
        text: String,
    },
    /// A metric that takes no brackets was given some.
    #[error("the metric `{name}` takes nothing in brackets: `{text}`")]
    NoArgument {
        /// The metric.
        name: &'static str,
        /// What was given.
        text: String,
    },
    /// The number of slots is missing, no number, or out of range.
    #[error(
        "`{text}`: `{name}` needs a number of slots from 1 to {}, as in `{name}[5]`",
        ArgumentKind::MOST_SLOTS
    )]
    Slots {
        /// The metric.
        name: &'static str,
        /// What was given.
        text: String,
    },
    /// The level is missing or not a finite number.
    #[error("`{text}`: `{name}` needs a level to compare with, a finite number as in `{name}[0.5]`")]
    Level {
        /// The metric.
        name: &'static str,
        /// What was given.
        text: String,
    },
    /// The fraction is missing or not between 0 and 1.
    #[error(
        "`{text}`: `{name}` needs a fraction between 0 and 1, as in `{name}[0.5]`; `min` and `max` are the ends"
    )]
    Fraction {
        /// The metric.
        name: &'static str,
        /// What was given.
        text: String,
    },
}

fn proposal(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(", did you mean `{nearest}`?"))
}

fn list() -> String {
    METRICS.iter().map(Metric::form).collect::<Vec<_>>().join(", ")
}

impl MetricRequest {
    /// Reads a metric as users write it: `mean`, `peaks[5]`, `threshold_crossings[-20.5]`; in any case, spaces are free.
    ///
    /// ```
    /// use rubie_output::MetricRequest;
    ///
    /// assert_eq!(MetricRequest::parse(" Peaks[ 5 ]").unwrap().to_string(), "peaks[5]");
    /// let error = MetricRequest::parse("peeks[5]").unwrap_err().to_string();
    /// assert!(error.starts_with("unknown metric `peeks`, did you mean `peaks`?"));
    /// ```
    ///
    /// # Errors
    /// [`MetricError`]: an unknown name (with the nearest known one), brackets that are missing, not wanted or not
    /// well-formed.
    pub fn parse(text: &str) -> Result<MetricRequest, MetricError> {
        let trimmed = text.trim();
        let (name, bracketed) = match trimmed.split_once('[') {
            None => (trimmed, None),
            Some((name, rest)) => match rest.strip_suffix(']') {
                Some(inside) if !inside.contains(['[', ']']) => (name.trim(), Some(inside.trim())),
                _ => return Err(MetricError::Brackets { text: text.to_owned() }),
            },
        };
        let found = metrics().iter().find(|metric| metric.name.eq_ignore_ascii_case(name));
        let metric = found.ok_or_else(|| MetricError::Unknown {
            name: name.to_owned(),
            nearest: rubie_model::nearest(name, METRICS.iter().map(|metric| metric.name)),
        })?;
        Ok(MetricRequest { metric: *metric, argument: argument(metric, bracketed, text)? })
    }
}

fn argument(metric: &Metric, bracketed: Option<&str>, text: &str) -> Result<Argument, MetricError> {
    let (name, text) = (metric.name, text.trim().to_owned());
    match metric.argument {
        ArgumentKind::None => match bracketed {
            None => Ok(Argument::None),
            Some(_) => Err(MetricError::NoArgument { name, text }),
        },
        ArgumentKind::Slots => {
            let number = bracketed.and_then(|inside| inside.parse().ok());
            let number = number.filter(|n| (1..=ArgumentKind::MOST_SLOTS).contains(n));
            number.map(Argument::Slots).ok_or(MetricError::Slots { name, text })
        }
        ArgumentKind::Level => {
            let number = bracketed.and_then(|inside| inside.parse().ok());
            let number = number.filter(|n: &f64| n.is_finite());
            number.map(Argument::Level).ok_or(MetricError::Level { name, text })
        }
        ArgumentKind::Fraction => {
            let number = bracketed.and_then(|inside| inside.parse().ok());
            let number = number.filter(|n: &f64| *n > 0.0 && *n < 1.0);
            number.map(Argument::Fraction).ok_or(MetricError::Fraction { name, text })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        MetricRequest::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn names_are_unique_in_any_case() {
        let mut names: Vec<_> = metrics().iter().map(|metric| metric.name.to_lowercase()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), metrics().len());
    }

    #[test]
    fn every_metric_is_read_back_from_its_text() {
        for metric in metrics() {
            let text = metric.form().replace("[n]", "[7]").replace("[level]", "[-1.5e-300]");
            let text = text.replace("[fraction]", "[0.25]");
            let request = MetricRequest::parse(&text).unwrap();
            assert_eq!(request.to_string(), text);
            assert_eq!(request.metric.name, metric.name);
        }
    }

    #[test]
    fn mistakes_are_explained() {
        assert!(message("men").contains("did you mean `mean`?"));
        assert!(message("median").contains("metrics: mean, std"));
        assert!(message("").contains("unknown metric ``"));
        for wrong in ["peaks", "peaks[]", "peaks[0]", "peaks[-1]", "peaks[1.5]", "peaks[257]", "peaks[a]"] {
            assert!(message(wrong).contains("a number of slots from 1 to 256, as in `peaks[5]`"), "{wrong}");
        }
        for wrong in ["threshold_crossings", "threshold_crossings[nan]", "threshold_crossings[x]"] {
            assert!(message(wrong).contains("a finite number"), "{wrong}");
        }
        for wrong in ["quantile", "quantile[0]", "quantile[1]", "quantile[nan]", "quantile[50%]"] {
            assert!(message(wrong).contains("between 0 and 1"), "{wrong}");
        }
        for wrong in ["peaks[5", "peaks[5]x", "peaks[5]]", "peaks[[5]"] {
            assert!(message(wrong).contains("is not a metric"), "{wrong}");
        }
        assert!(message("mean[2]").contains("takes nothing in brackets"));
    }
}
