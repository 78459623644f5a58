//! The values of one axis, computed for any range of places.

use super::normal;
use super::random::{Stream, unit};
use super::sobol::Dimension;

/// What an axis's values are; checked by the constructors of [`super::Axis`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Given one by one.
    List(Vec<f64>),
    /// `count` values in even steps, the range's ends included.
    Even { range: Range, count: u64 },
    /// Independent samples.
    Random { law: Law, stream: Stream },
    /// Samples that fill the range evenly, with `shift` exclusive-or-ed to each point. The sweep gives the dimension.
    Sobol { law: Law, shift: u64, dimension: Option<Box<Dimension>> },
}

/// What is even along a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// The values.
    Linear,
    /// Their logarithms.
    Logarithmic,
}

/// How a sample in the unit interval becomes a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Law {
    /// Evenly over a range.
    Uniform { range: Range },
    /// Normally distributed.
    Normal { mean: f64, deviation: f64 },
}

impl Values {
    /// Writes the values from place `first` on.
    pub(super) fn fill(&self, first: u64, out: &mut [f64]) {
        match self {
            Values::List(values) => {
                let rest =
                    usize::try_from(first).ok().and_then(|first| values.get(first..)).unwrap_or_default();
                out.iter_mut().zip(rest).for_each(|(out, value)| *out = *value);
            }
            Values::Even { range, count } => {
                let value = |place| match place {
                    0 => range.start,
                    place if place + 1 == *count => range.stop,
                    place => range.at(place as f64, (count - 1) as f64),
                };
                out.iter_mut().zip(first..).for_each(|(out, place)| *out = value(place));
            }
            Values::Random { law, stream } => {
                out.iter_mut().zip(stream.words(first)).for_each(|(out, word)| *out = law.value(word));
            }
            Values::Sobol { law, shift, dimension } => {
                let words = dimension.iter().flat_map(|dimension| dimension.words(first));
                out.iter_mut().zip(words).for_each(|(out, word)| *out = law.value(word ^ shift));
            }
        }
    }

    /// Whether the values are samples, which are drawn together with those of other axes.
    pub(super) fn are_samples(&self) -> bool {
        matches!(self, Values::Random { .. } | Values::Sobol { .. })
    }
}

/// From one number to another, either way round, along a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    start: f64,
    stop: f64,
    scale: Scale,
    /// The ends on the scale.
    ends: (f64, f64),
}

impl Range {
    pub(super) fn new(scale: Scale, start: f64, stop: f64) -> Self {
        let ends = match scale {
            Scale::Linear => (start, stop),
            // libm's functions give the same bits on all platforms, and exact powers of ten.
            Scale::Logarithmic => (libm::log10(start), libm::log10(stop)),
        };
        Range { start, stop, scale, ends }
    }

    /// The value at `part / whole` of the way. Multiplied before it is divided, the way from 0 to 1 in ten parts has
    /// 0.3 on it, not 0.30000000000000004.
    fn at(&self, part: f64, whole: f64) -> f64 {
        let (first, last) = self.ends;
        let even = first + (last - first) * part / whole;
        let value = match self.scale {
            Scale::Linear => even,
            Scale::Logarithmic => libm::exp10(even),
        };
        value.clamp(self.start.min(self.stop), self.start.max(self.stop))
    }
}

impl Law {
    fn value(&self, word: u64) -> f64 {
        match self {
            Law::Uniform { range } => range.at(unit(word), 1.0),
            // Only odd multiples of 2^-53, which are symmetric about 1/2 and never 0.
            Law::Normal { mean, deviation } => mean + deviation * normal::quantile(unit(word | 1 << 11)),
        }
    }
}
