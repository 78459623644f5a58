//! Fully implicit methods.

pub(crate) mod gauss;
pub(crate) mod radau;

mod prelude {
    pub(super) use crate::controller_kind::ControlDefaults;
    pub(super) use crate::implicit_tableau::ImplicitTableau;
    pub(super) use crate::interpolant::Interpolant;
    pub(super) use crate::method::{Decoupling, Family, FullyImplicit, Method, NewtonJacobian};
    pub(super) use crate::tableau::numbers;
}
