//! The controllers i, pi and pid: safety E^e1 Eprev^e2 Eprevprev^e3 with exponents e = -b / (2 k).

use rubie_expr::Expr;

use super::Raw;
use crate::approximate::exp2;
use crate::controls::Controls;
use crate::error_norm::Norm;
use crate::step::Memory;

/// Stands for a log2 of an error norm that is not there; those of accepted steps are at most 0.
const NONE: f64 = 1.0;

/// The factor with the norms of the last `steps` accepted steps. After a rejected attempt only its own norm counts,
/// and a missing norm counts as the next newer one.
pub(super) fn factor<'g>(controls: &Controls<'g>, norm: &Norm<'g>, steps: usize) -> Raw<'g> {
    let graph = norm.log2.graph();
    let symbols: Vec<_> = (0..steps)
        .map(|age| graph.symbol(&format!("log2 of the error norm {} steps ago", age + 1)))
        .collect();
    let [own, past @ ..] = &controls.exponents;
    let mut power = None;
    let mut newer = norm.log2;
    for (symbol, exponent) in symbols.iter().zip(past) {
        newer = symbol.lt(0.5 * NONE).select(*symbol, newer);
        let term = *exponent * newer;
        power = Some(power.map_or(term, |sum| sum + term));
    }
    let own = *own * norm.log2;
    let power = power.map_or(own, |past| own + norm.accepted.select(past, 0.0));
    let factor = controls.safety * exp2(power);
    // The gain of this step's norm alone may be too small for what no error at all says.
    let factor = if steps == 0 { factor } else { norm.vanishes.select(controls.max_step_growth, factor) };
    Raw { factor, memory: memories(norm, &symbols) }
}

/// Each accepted step's norm moves on by one place; a vanishing one is forgotten, for it says nothing of the trend.
fn memories<'g>(norm: &Norm<'g>, symbols: &[Expr<'g>]) -> Vec<Memory<'g>> {
    let none = norm.log2.graph().constant(NONE);
    let mut newer = norm.vanishes.select(none, norm.log2);
    let mut memory = Vec::with_capacity(symbols.len());
    for (age, symbol) in symbols.iter().enumerate() {
        let next = norm.accepted.select(newer, *symbol);
        memory.push(Memory { name: format!("log2_error_{}", age + 1), symbol: *symbol, first: none, next });
        newer = *symbol;
    }
    memory
}
