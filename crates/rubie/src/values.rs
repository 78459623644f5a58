//! Numbers in either precision.

use rubie_kernel::SamplesMut;
use rubie_program::Precision;

use crate::sink::Samples;

/// Numbers in the precision they were computed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// IEEE binary32.
    F32(Vec<f32>),
    /// IEEE binary64.
    F64(Vec<f64>),
}

impl Values {
    pub(crate) fn empty(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Values::F32(Vec::new()),
            Precision::F64 => Values::F64(Vec::new()),
        }
    }

    pub(crate) fn resize(&mut self, length: usize) {
        match self {
            Values::F32(values) => values.resize(length, 0.0),
            Values::F64(values) => values.resize(length, 0.0),
        }
    }

    /// The number at `index`, as f64.
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Values::F32(values) => f64::from(values[index]),
            Values::F64(values) => values[index],
        }
    }
}

impl Values {
    pub(crate) fn as_samples(&self) -> Samples<'_> {
        match self {
            Values::F32(values) => Samples::F32(values),
            Values::F64(values) => Samples::F64(values),
        }
    }

    pub(crate) fn as_samples_mut(&mut self) -> SamplesMut<'_> {
        match self {
            Values::F32(values) => SamplesMut::F32(values),
            Values::F64(values) => SamplesMut::F64(values),
        }
    }
}
