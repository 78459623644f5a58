//! Rosenbrock steps written plainly, over any number: dense matrices, elimination with pivoting.

use rubie_method::{Coefficient, RosenbrockTableau};

use super::numbers::Number;

/// The solution x of A x = b for a dense A, by Gauss with partial pivoting.
pub fn solve<N: Number>(mut a: Vec<Vec<N>>, mut b: Vec<N>) -> Vec<N> {
    let size = b.len();
    for k in 0..size {
        let best = (k..size).max_by(|i, j| a[*i][k].size().total_cmp(&a[*j][k].size())).expect("a row");
        a.swap(k, best);
        b.swap(k, best);
        let (upper, lower) = a.split_at_mut(k + 1);
        for (row, i) in lower.iter_mut().zip(k + 1..) {
            let factor = row[k].clone() / upper[k][k].clone();
            for (entry, above) in row.iter_mut().zip(&upper[k]).skip(k) {
                *entry = entry.clone() - factor.clone() * above.clone();
            }
            b[i] = b[i].clone() - factor * b[k].clone();
        }
    }
    for k in (0..size).rev() {
        for j in k + 1..size {
            b[k] = b[k].clone() - a[k][j].clone() * b[j].clone();
        }
        b[k] = b[k].clone() / a[k][k].clone();
    }
    b
}

/// A right-hand side and its derivatives, by state and by time.
pub trait Problem<N, const D: usize> {
    fn rate(&self, t: N, y: [N; D]) -> [N; D];
    fn jacobian(&self, t: N, y: [N; D]) -> [[N; D]; D];
    fn by_time(&self, t: N, y: [N; D]) -> [N; D];
}

/// The increments U_i of a step from y at t.
pub fn increments<N: Number, const D: usize>(
    tableau: &RosenbrockTableau,
    problem: &impl Problem<N, D>,
    (t, y, dt): (N, [N; D], N),
) -> Vec<[N; D]> {
    let shift = N::integer(1) / (N::coefficient(&tableau.gamma) * dt.clone());
    let jacobian = problem.jacobian(t.clone(), y.clone());
    let by_time = problem.by_time(t.clone(), y.clone());
    let w: Vec<Vec<N>> = (0..D)
        .map(|i| {
            let entry = |j: usize| {
                if i == j { shift.clone() - jacobian[i][j].clone() } else { -jacobian[i][j].clone() }
            };
            (0..D).map(entry).collect()
        })
        .collect();
    let mut u: Vec<[N; D]> = Vec::new();
    for stage in 0..tableau.stages() {
        let at = advanced(tableau.a[stage], &y, &u);
        let rate = problem.rate(t.clone() + N::coefficient(&tableau.c[stage]) * dt.clone(), at);
        let right = (0..D).map(|i| {
            let coupled = tableau.coupling[stage].iter().zip(&u);
            let coupled = coupled.fold(N::integer(0), |sum, (c, u)| sum + N::coefficient(c) * u[i].clone());
            let weight = N::coefficient(&tableau.time_weights[stage]) * dt.clone();
            rate[i].clone() + coupled / dt.clone() + weight * by_time[i].clone()
        });
        let solution = solve(w.clone(), right.collect());
        u.push(solution.try_into().ok().expect("as many as states"));
    }
    u
}

/// y + sum_i weight_i U_i.
pub fn advanced<N: Number, const D: usize>(weights: &[Coefficient], y: &[N; D], u: &[[N; D]]) -> [N; D] {
    let mut state = y.clone();
    for (weight, u) in weights.iter().zip(u) {
        for (state, u) in state.iter_mut().zip(u) {
            *state = state.clone() + N::coefficient(weight) * u.clone();
        }
    }
    state
}
