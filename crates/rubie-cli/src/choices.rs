//! What the words of a choice mean to the library.

use rubie::Outside;
use rubie::prelude::*;

use crate::arguments::{BackendName, DriverOutside, PrecisionName, Vectors};

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Precision {
        match name {
            PrecisionName::F32 => Precision::F32,
            PrecisionName::F64 => Precision::F64,
        }
    }
}

impl From<BackendName> for BackendChoice {
    fn from(name: BackendName) -> BackendChoice {
        match name {
            BackendName::Interpreter => BackendChoice::Interpreter,
            BackendName::Jit => BackendChoice::Jit,
            BackendName::Auto => BackendChoice::Auto,
        }
    }
}

impl From<DriverOutside> for Outside {
    fn from(outside: DriverOutside) -> Outside {
        match outside {
            DriverOutside::Wrap => Outside::Wrap,
            DriverOutside::Ramp => Outside::Ramp,
            DriverOutside::Zero => Outside::Zero,
            DriverOutside::Hold => Outside::Hold,
        }
    }
}

impl Vectors {
    /// The instruction set; `None` for the largest.
    pub(crate) fn isa(self) -> Option<Isa> {
        match self {
            Vectors::Auto => None,
            Vectors::Avx512 => Some(Isa::Avx512),
            Vectors::Avx2 => Some(Isa::Avx2),
            Vectors::Portable => Some(Isa::Portable),
        }
    }
}

/// `auto`, `cpu`, `cuda`, or `cuda:1`.
///
/// # Errors
/// Words that are none of these.
pub(crate) fn device(words: &str) -> Result<DeviceChoice, String> {
    match words {
        "auto" => return Ok(DeviceChoice::Auto),
        "cpu" => return Ok(DeviceChoice::Cpu),
        "cuda" => return Ok(DeviceChoice::Cuda(None)),
        _ => {}
    }
    let number = words.strip_prefix("cuda:").and_then(|number| number.parse().ok());
    let number = number.ok_or("it is auto, cpu, cuda (all GPUs) or cuda:0, cuda:1, ... (one of them)")?;
    Ok(DeviceChoice::Cuda(Some(number)))
}
