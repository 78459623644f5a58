//! Gustafsson's predictive controller.
//!
//! basic = safety E^(-1/(2k)); after an accepted step that follows another,
//! predictive = safety (dt / dt_prev) (E^2 / Eprev)^(-1/(2k)), and the smaller counts. Where stage equations were
//! solved by n iterations (their mean), basic has min(1, (1 + 2 N) / (n + 2 N)) beside, N being `newton_target_iters`.
//! Source: K. Gustafsson, Control-theoretic techniques for stepsize selection in implicit Runge-Kutta methods,
//! ACM Trans. Math. Softw. 20 (1994) 496-517.

use super::Raw;
use crate::approximate::exp2;
use crate::bounds::smaller;
use crate::controls::Controls;
use crate::error_norm::Norm;
use crate::step::Memory;
use rubie_expr::Expr;

/// The factor. predictive / basic = dt basic / (dt_prev basic_prev), so one number is remembered, the inverse of
/// dt basic: infinity where there is no history, or none that tells a trend.
pub(super) fn factor<'g>(controls: &Controls<'g>, norm: &Norm<'g>, dt: Expr<'g>) -> Raw<'g> {
    let graph = dt.graph();
    let basic = controls.safety * exp2(controls.exponents[0] * norm.log2);
    let symbol = graph.symbol("1 / (dt factor) of the last step");
    let reach = dt * basic;
    let trend = (reach * symbol).min(1.0);
    let first = graph.constant(f64::INFINITY);
    let next = norm.accepted.select(norm.vanishes.select(first, 1.0 / reach), symbol);
    let memory = vec![Memory { name: "inverse_reach".to_owned(), symbol, first, next }];
    let predicted = basic * trend;
    let [predicted, basic] = match controls.effort {
        Some(effort) => [smaller(predicted, effort * basic), effort * basic],
        None => [predicted, basic],
    };
    Raw { factor: norm.accepted.select(predicted, basic), memory }
}
