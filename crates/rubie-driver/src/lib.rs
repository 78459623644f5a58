//! Sampled inputs of a system.
//!
//! A *driver* is a function of time that is known by samples: a measured voltage, a dosing pattern, a light curve. Here samples
//! become splines ([`Drivers`], fitted once in f64 for all runs) and splines become expressions.

mod error;

mod axis;

mod options;

mod band;

mod basis;

mod pieces;

mod fit;

mod drivers;

pub use axis::TimeAxis;
pub use drivers::Drivers;
pub use error::DriverError;
pub use fit::Fit;
pub use options::{Boundary, DriverOptions, Outside};
