//! The numbers that steer a method, as symbols: their order is that of `Method::control_values`.

use rubie_expr::{Expr, Graph};
use rubie_model::System;

use crate::bounds::{larger, smaller};
use crate::controller_kind::ControllerKind;

/// The symbols. With a fixed step only `dt` is among [`Controls::list`].
pub(crate) struct Controls<'g> {
    pub(crate) list: Vec<Expr<'g>>,
    /// The step size: the fixed one, or the first (0: choose one).
    pub(crate) dt: Expr<'g>,
    pub(crate) dt_min: Expr<'g>,
    pub(crate) dt_max: Expr<'g>,
    pub(crate) safety: Expr<'g>,
    pub(crate) min_step_shrink: Expr<'g>,
    pub(crate) max_step_growth: Expr<'g>,
    pub(crate) deadband_min: Expr<'g>,
    pub(crate) deadband_max: Expr<'g>,
    /// Whether these two count.
    pub(crate) has_dead_band: bool,
    /// Exponents of this, the last and the last but one error norm in the step-size factor.
    pub(crate) exponents: [Expr<'g>; 3],
    pub(crate) atol: Vec<Expr<'g>>,
    pub(crate) rtol: Vec<Expr<'g>>,
    /// The factor on `safety` for an attempt that took many iterations, in (0, 1].
    pub(crate) effort: Option<Expr<'g>>,
}

impl<'g> Controls<'g> {
    pub(crate) fn new(system: &System<'g>, controller: ControllerKind) -> Self {
        let mut maker = Maker { graph: system.graph, list: Vec::new() };
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let dt = maker.symbol("dt");
        let [dt_min, dt_max, safety] = ["dt_min", "dt_max", "safety"].map(|name| maker.symbol(name));
        let [min_step_shrink, max_step_growth] =
            ["min_step_shrink", "max_step_growth"].map(|name| maker.symbol(name));
        let [deadband_min, deadband_max] = ["deadband_min", "deadband_max"].map(|name| maker.symbol(name));
        let exponents = ["exponent_1", "exponent_2", "exponent_3"].map(|name| maker.symbol(name));
        let atol = names.iter().map(|name| maker.symbol(&format!("atol.{name}"))).collect();
        let rtol = names.iter().map(|name| maker.symbol(&format!("rtol.{name}"))).collect();
        let mut list = maker.list;
        if controller == ControllerKind::Fixed {
            list.truncate(1);
        }
        Self {
            list,
            dt,
            dt_min,
            dt_max,
            safety,
            min_step_shrink,
            max_step_growth,
            deadband_min,
            deadband_max,
            has_dead_band: false,
            exponents,
            atol,
            rtol,
            effort: None,
        }
    }

    /// A step size within the limits; NaN stays NaN.
    pub(crate) fn limited(&self, dt: Expr<'g>) -> Expr<'g> {
        smaller(self.dt_max, larger(self.dt_min, dt))
    }
}

/// The numbers that steer Newton's iteration, as symbols.
pub(crate) struct NewtonControls<'g> {
    /// In the order of `Method::control_values`.
    pub(crate) list: Vec<Expr<'g>>,
    pub(crate) max_iterations: Expr<'g>,
    pub(crate) target_iterations: Expr<'g>,
    pub(crate) atol: Vec<Expr<'g>>,
    pub(crate) rtol: Vec<Expr<'g>>,
}

impl<'g> NewtonControls<'g> {
    pub(crate) fn new(system: &System<'g>) -> Self {
        let mut maker = Maker { graph: system.graph, list: Vec::new() };
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let max_iterations = maker.symbol("newton_max_iters");
        let target_iterations = maker.symbol("newton_target_iters");
        let atol = names.iter().map(|name| maker.symbol(&format!("newton_atol.{name}"))).collect();
        let rtol = names.iter().map(|name| maker.symbol(&format!("newton_rtol.{name}"))).collect();
        Self { list: maker.list, max_iterations, target_iterations, atol, rtol }
    }
}

/// The numbers that steer the iteration for linear systems, as symbols.
#[derive(Clone)]
pub(crate) struct KrylovControls<'g> {
    /// In the order of `Method::control_values_for`.
    pub(crate) list: Vec<Expr<'g>>,
    pub(crate) max_iterations: Expr<'g>,
    pub(crate) tolerance: Expr<'g>,
    pub(crate) atol: Vec<Expr<'g>>,
    pub(crate) rtol: Vec<Expr<'g>>,
}

impl<'g> KrylovControls<'g> {
    pub(crate) fn new(system: &System<'g>) -> Self {
        let mut maker = Maker { graph: system.graph, list: Vec::new() };
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let max_iterations = maker.symbol("krylov_max_iters");
        let tolerance = maker.symbol("krylov_tolerance");
        let atol = names.iter().map(|name| maker.symbol(&format!("krylov_atol.{name}"))).collect();
        let rtol = names.iter().map(|name| maker.symbol(&format!("krylov_rtol.{name}"))).collect();
        Self { list: maker.list, max_iterations, tolerance, atol, rtol }
    }
}

/// The numbers that steer the search for consistent initial values, as symbols.
pub(crate) struct ConsistentControls<'g> {
    /// In the order of `Method::control_values_for`.
    pub(crate) list: Vec<Expr<'g>>,
    /// Size of the step of `shampine`.
    pub(crate) step: Expr<'g>,
    pub(crate) atol: Vec<Expr<'g>>,
    pub(crate) rtol: Vec<Expr<'g>>,
}

impl<'g> ConsistentControls<'g> {
    pub(crate) fn new(system: &System<'g>) -> Self {
        let mut maker = Maker { graph: system.graph, list: Vec::new() };
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let step = maker.symbol("consistent_step");
        let atol = names.iter().map(|name| maker.symbol(&format!("consistent_atol.{name}"))).collect();
        let rtol = names.iter().map(|name| maker.symbol(&format!("consistent_rtol.{name}"))).collect();
        Self { list: maker.list, step, atol, rtol }
    }
}

struct Maker<'g> {
    graph: &'g Graph,
    list: Vec<Expr<'g>>,
}

impl<'g> Maker<'g> {
    fn symbol(&mut self, name: &str) -> Expr<'g> {
        let symbol = self.graph.symbol(name);
        self.list.push(symbol);
        symbol
    }
}
