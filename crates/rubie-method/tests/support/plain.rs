//! Runge-Kutta steps written plainly, over any number.

use rubie_method::{Coefficient, Tableau};

use super::numbers::Number;

/// The stages k_i of a step from y at t.
pub fn stages<N: Number, const D: usize>(
    tableau: &Tableau,
    f: impl Fn(N, [N; D]) -> [N; D],
    (t, y, dt): (N, [N; D], N),
) -> Vec<[N; D]> {
    let mut k: Vec<[N; D]> = Vec::new();
    for (row, node) in tableau.a.iter().zip(tableau.c) {
        let at = advanced(row, &y, &dt, &k);
        k.push(f(t.clone() + N::coefficient(node) * dt.clone(), at));
    }
    k
}

/// y + dt sum_i weight_i k_i.
pub fn advanced<N: Number, const D: usize>(
    weights: &[Coefficient],
    y: &[N; D],
    dt: &N,
    k: &[[N; D]],
) -> [N; D] {
    let mut state = y.clone();
    for (weight, k) in weights.iter().zip(k) {
        for (state, k) in state.iter_mut().zip(k) {
            *state = state.clone() + dt.clone() * N::coefficient(weight) * k.clone();
        }
    }
    state
}
