//! Step-size controllers: from an error norm to the next step size.

mod gustafsson;
mod history;

use rubie_expr::Expr;

use crate::bounds::{larger, smaller};
use crate::controller_kind::ControllerKind;
use crate::controls::Controls;
use crate::error_norm::Norm;
use crate::step::Memory;

/// What a controller decides after an attempt.
pub(crate) struct Decision<'g> {
    /// The size of the next attempt.
    pub(crate) next_dt: Expr<'g>,
    /// What the controller remembers.
    pub(crate) memory: Vec<Memory<'g>>,
}

/// A factor before limits and dead band.
struct Raw<'g> {
    factor: Expr<'g>,
    memory: Vec<Memory<'g>>,
}

/// The next step size after an attempt of size `dt` whose error has this norm.
pub(crate) fn decide<'g>(
    kind: ControllerKind,
    controls: &Controls<'g>,
    dt: Expr<'g>,
    norm: &Norm<'g>,
) -> Decision<'g> {
    let raw = match kind {
        ControllerKind::Fixed => {
            return Decision { next_dt: controls.dt, memory: Vec::new() };
        }
        ControllerKind::Integral => history::factor(controls, norm, 0),
        ControllerKind::ProportionalIntegral => history::factor(controls, norm, 1),
        ControllerKind::Pid => history::factor(controls, norm, 2),
        ControllerKind::Gustafsson => gustafsson::factor(controls, norm, dt),
    };
    let factor = smaller(larger(raw.factor, controls.min_step_shrink), controls.max_step_growth);
    let factor = if controls.has_dead_band {
        let small_change = controls.deadband_min.le(factor).and(factor.le(controls.deadband_max));
        norm.accepted.and(small_change).select(1.0, factor)
    } else {
        factor
    };
    Decision { next_dt: controls.limited(dt * factor), memory: raw.memory }
}
