//! The coefficients of all methods: explicit ones in a file each, those for stiff systems in a folder for each family.

// The sources' digits are kept where they go beyond f64.
#![allow(clippy::approx_constant, clippy::excessive_precision, clippy::unreadable_literal)]

pub(crate) mod bogacki_shampine;
pub(crate) mod cash_karp;
pub(crate) mod dirk;
pub(crate) mod dormand_prince_54;
pub(crate) mod dormand_prince_853;
pub(crate) mod euler;
pub(crate) mod fehlberg;
pub(crate) mod firk;
pub(crate) mod heun;
pub(crate) mod ralston;
pub(crate) mod rosenbrock;
pub(crate) mod runge_kutta_4;
pub(crate) mod tsitouras;
pub(crate) mod verner_7;
pub(crate) mod verner_9;

/// What every file here imports.
mod prelude {
    pub(super) use crate::controller_kind::ControlDefaults;
    pub(super) use crate::interpolant::{Continuous, Interpolant};
    pub(super) use crate::method::{ExplicitRungeKutta, Family, Method};
    pub(super) use crate::tableau::{Tableau, numbers};
}
