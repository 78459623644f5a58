//! Diagonally implicit methods.

pub(crate) mod alexander;
pub(crate) mod bank;
pub(crate) mod classical;
pub(crate) mod hairer_wanner;
pub(crate) mod kennedy_carpenter;
pub(crate) mod kvaerno;
pub(crate) mod mahnken;

mod prelude {
    pub(super) use crate::controller_kind::ControlDefaults;
    pub(super) use crate::implicit_tableau::ImplicitTableau;
    pub(super) use crate::interpolant::{Continuous, Interpolant};
    pub(super) use crate::method::{DiagonallyImplicit, Family, Method, NewtonJacobian, Start};
    pub(super) use crate::tableau::numbers;
}
