//! Numbers of bytes as messages show them.

use std::fmt;

/// A number of bytes in the largest unit that leaves at least one whole.
#[derive(Clone, Copy)]
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let power = (self.0.max(1).ilog2() / 10) as usize;
        match power.checked_sub(1).and_then(|unit| UNITS.get(unit)) {
            None => write!(f, "{} bytes", self.0),
            Some(unit) => write!(f, "{:.1} {unit}", self.0 as f64 / (1u64 << (10 * power)) as f64),
        }
    }
}

/// For messages about more bytes than there can be.
pub(crate) fn countable(bytes: u128) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
