//! The Rosenbrock methods, one file of data for each publication.

pub(crate) mod di_marzo;
pub(crate) mod hairer_wanner;
pub(crate) mod kaps_rentrop;
pub(crate) mod lang_verwer;
pub(crate) mod rahunanthan_stanescu;
pub(crate) mod rang_2015;
pub(crate) mod rang_2016;
pub(crate) mod rang_angermann;
pub(crate) mod rodas3d;
pub(crate) mod sandu;
pub(crate) mod shampine;
pub(crate) mod shampine_reichelt;
pub(crate) mod steinebach_3p;
pub(crate) mod steinebach_4p;
pub(crate) mod steinebach_5p;
pub(crate) mod steinebach_6p;
pub(crate) mod tranquilli_sandu;
pub(crate) mod van_veldhuizen;
pub(crate) mod verwer;

/// What every file here imports.
mod prelude {
    pub(super) use crate::controller_kind::ControlDefaults;
    pub(super) use crate::interpolant::{Interpolant, Stiff};
    pub(super) use crate::method::{Family, Method, RosenbrockW};
    pub(super) use crate::rosenbrock_tableau::RosenbrockTableau;
    pub(super) use crate::tableau::{number, numbers};
}
