//! Fully implicit Runge-Kutta methods: from a tableau to a step whose stages are solved together.
//!
//! The linear systems of the iteration, (A^-1 / dt) x M - I x J, fall into one real system for each real eigenvalue of A and one of
//! twice the size for each pair of complex ones (J. C. Butcher, On the implementation of implicit Runge-Kutta methods, BIT 16
//! (1976) 237-240). The iteration begins on the polynomial through the stages of the step before.

use rubie_expr::Expr;
use rubie_model::System;

use crate::apart::{Apart, groups};
use crate::assemble::{Attempt, Iterated, slope_at_start};
use crate::controls::KrylovControls;
use crate::krylov::Krylov;
use crate::linear::{entries, factored};
use crate::method::{BuildOptions, FullyImplicit, LinearSolver, Method, NewtonJacobian};
use crate::newton::{Equations, Factors, Newton, combined};
use crate::predictor::Past;
use crate::step::{Part, StepGraph};

pub(crate) fn build<'g>(
    method: &Method,
    data: &FullyImplicit,
    system: &System<'g>,
    options: &BuildOptions,
) -> StepGraph<'g> {
    let tableau = data.tableau;
    let stages = tableau.stages();
    let accurate = tableau.stiffly_accurate();
    let carried = data.smooth || options.dense;
    let slope = slope_at_start(system, carried);
    let dt = system.graph.symbol("dt");
    let per_step = 1.0 / dt;
    let newton = Newton::new(system, stages);
    let past = data.predict.then(|| Past::new(system, "z", stages));
    let zero = system.graph.constant(0.0);

    let scaled = |value: f64| (value != 0.0).then(|| per_step * value);
    let lambda = data.decoupling.lambda;
    let blocks: Vec<Vec<_>> =
        lambda.iter().map(|row| row.iter().map(|value| scaled(*value)).collect()).collect();
    let guess = match &past {
        Some(past) => past.displacements(&nodes(data), dt),
        None => vec![vec![zero; system.states.len()]; stages],
    };
    let mut outputs = newton.begin(guess);
    let mut calls = Vec::new();
    let rows = |rows: &[&[f64]]| rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>();
    let transform = || Some([rows(data.decoupling.t), rows(data.decoupling.t_inverse)]);
    let a: Vec<Vec<f64>> =
        tableau.a.iter().map(|row| row.iter().map(|number| number.value).collect()).collect();
    let inverse = inverse(&a);
    let times = || tableau.c.iter().map(|node| system.time + node.value * dt).collect::<Vec<_>>();
    let steering = options.linear_solver.iterates().then(|| KrylovControls::new(system));
    let factors = match (options.linear_solver, data.newton) {
        (LinearSolver::Sparse, NewtonJacobian::Frozen) => Factors::Frozen {
            lu: keep(system, "newton.lu", factored(system, &blocks), &mut outputs),
            transform: transform(),
        },
        (LinearSolver::Sparse, NewtonJacobian::Exact) => Factors::Exact,
        (LinearSolver::Dense, NewtonJacobian::Frozen) => {
            let entries = entries(system, &blocks);
            let apart = Apart::new(system, 0, &entries, &groups(&blocks));
            outputs.extend(apart.entries(&entries));
            calls = apart.factor();
            Factors::Apart { apart, transform: transform(), exact: false }
        }
        (LinearSolver::Dense, NewtonJacobian::Exact) => {
            let all = vec![vec![Some(per_step); stages]; stages];
            let apart = Apart::new(system, 0, &entries(system, &all), &[(0..stages).collect()]);
            Factors::Apart { apart, transform: None, exact: true }
        }
        (_, NewtonJacobian::Frozen) => {
            let entries = entries(system, &blocks);
            let apart = Apart::iterated(
                system,
                &entries,
                Krylov::new(system, &blocks, None, steering.as_ref(), options),
            );
            outputs.extend(apart.entries(&entries));
            Factors::Apart { apart, transform: transform(), exact: false }
        }
        (_, NewtonJacobian::Exact) => {
            let whole: Vec<Vec<_>> =
                inverse.iter().map(|row| row.iter().map(|value| Some(per_step * *value)).collect()).collect();
            let entries = entries(system, &whole);
            let at: Vec<Vec<_>> = (newton.z.iter())
                .map(|z| system.state_symbols().into_iter().zip(z).map(|(old, z)| old + *z).collect())
                .collect();
            let krylov = Krylov::new(system, &whole, Some((&times(), &at)), steering.as_ref(), options);
            let apart = Apart::iterated(system, &entries, krylov);
            outputs.extend(apart.entries(&entries));
            Factors::Apart { apart, transform: None, exact: true }
        }
    };
    if let Factors::Apart { apart, .. } = &factors {
        outputs.extend(apart.begin());
    }
    let prepare = Part { calls, ..Part::once("prepare", outputs) };

    let old = system.state_symbols();
    let singular = match &factors {
        Factors::Frozen { lu, .. } => lu.singular(),
        Factors::Apart { apart, exact: false, .. } => apart.singular(),
        Factors::Apart { .. } | Factors::Exact => None,
    };
    let equations = Equations {
        times: times(),
        base: vec![old.clone(); stages],
        shift: inverse.iter().map(|row| row.iter().map(|value| per_step * *value).collect()).collect(),
        factors,
        measure: None,
    };
    let mut parts = vec![prepare];
    parts.extend(newton.iterate(system, &equations));
    let apart = match equations.factors {
        Factors::Apart { apart, .. } => Some(apart),
        Factors::Frozen { .. } | Factors::Exact => None,
    };
    let mut matrices = Vec::new();

    // dt k = A^-1 z, so sums of stages are sums of displacements.
    let of_z = |weights: &[f64]| -> Vec<f64> {
        (0..stages).map(|j| (0..stages).map(|i| weights[i] * inverse[i][j]).sum()).collect()
    };
    let z = &newton.z;
    let newton_stages = z.clone();
    let solved: Vec<_> = z.iter().flatten().copied().collect();
    let new: Vec<_> = if accurate {
        old.iter().zip(&z[stages - 1]).map(|(old, z)| *old + *z).collect()
    } else {
        let weights: Vec<_> = tableau.b.iter().map(|number| number.value).collect();
        old.iter().zip(combined(&of_z(&weights), z)).map(|(old, change)| *old + change).collect()
    };
    let errors = match (data.smooth, data.decoupling.real_row()) {
        (true, Some(place)) => {
            let gamma = 1.0 / lambda[place][place];
            let raw = combined(&of_z(&quadrature(&nodes(data), gamma)), z);
            // (M - gamma dt J)^-1 M (raw - gamma dt y') = (M / (gamma dt) - J)^-1 M (raw / (gamma dt) - y').
            let shift = per_step * (1.0 / gamma);
            let right: Vec<_> = raw.iter().zip(&slope).map(|(raw, f)| shift * *raw - *f).collect();
            let right = system.mass_times(&right);
            Some(match options.linear_solver {
                LinearSolver::Sparse => factored(system, &[vec![Some(shift)]]).solve(&right),
                LinearSolver::Dense => {
                    let entries = entries(system, &[vec![Some(shift)]]);
                    let first = apart.as_ref().map_or(0, |apart| apart.matrices.len());
                    let smooth = Apart::new(system, first, &entries, &[vec![0]]);
                    let mut part = Part::once("smooth", smooth.entries(&entries));
                    part.outputs.extend(smooth.right(right));
                    part.calls = smooth.factor();
                    part.calls.extend(smooth.solve(&smooth.solution));
                    parts.push(part);
                    matrices = smooth.matrices;
                    smooth.solution
                }
                _ => {
                    let shift = [vec![Some(shift)]];
                    let entries = entries(system, &shift);
                    let krylov = Krylov::new(system, &shift, None, steering.as_ref(), options);
                    let smooth = Apart::iterated(system, &entries, krylov);
                    parts.push(Part::once("prepare smooth", smooth.entries(&entries)));
                    parts.push(Part::once("smooth", smooth.right(right)));
                    parts.extend(smooth.parts(&smooth.solution));
                    smooth.solution
                }
            })
        }
        _ => tableau.error_weights().map(|weights| combined(&of_z(&weights), z)),
    };
    let slope_at_end = accurate.then(|| {
        let last: Vec<_> = combined(&inverse[stages - 1], z);
        last.into_iter().map(|change| per_step * change).collect()
    });
    let mut graph = Attempt {
        dt,
        old,
        new,
        errors,
        slope,
        carried,
        stages: newton_stages,
        iterated: Some(Iterated { parts, newton, solves: 1, slope_at_end }),
        singular,
    }
    .assemble(method, system, options);
    graph.linear_solves = u32::from(data.smooth && data.decoupling.real_row().is_some());
    if let Some(apart) = apart {
        apart.complete(&mut graph);
    }
    graph.matrices.extend(matrices);
    let Some(past) = past else { return graph };
    // Before the others, so that the count of iterations stays the last.
    let memory = past.memory(&solved, dt, graph.accepted);
    graph.iterations = graph.iterations.map(|place| place + memory.len());
    graph.memory.splice(0..0, memory);
    graph
}

fn nodes(data: &FullyImplicit) -> Vec<f64> {
    data.tableau.c.iter().map(|node| node.value).collect()
}

/// Hands factors on as symbols.
fn keep<'g>(
    system: &System<'g>,
    name: &str,
    lu: crate::sparse_lu::SparseLu<'g>,
    outputs: &mut Vec<(Expr<'g>, Expr<'g>)>,
) -> crate::sparse_lu::SparseLu<'g> {
    let factors = lu.values();
    let symbols: Vec<_> = (0..factors.len()).map(|i| system.graph.symbol(&format!("{name}.{i}"))).collect();
    outputs.extend(symbols.iter().copied().zip(factors));
    lu.with_values(&symbols)
}

/// The weights d of stages with sum_i d_i c_i^q = 0 for q = 1, 2, .. and sum_i d_i = `total`: those of the quadrature that takes the
/// start of the step too, with weight -`total`.
fn quadrature(nodes: &[f64], total: f64) -> Vec<f64> {
    // The value at 0 of the polynomial that is 1 at one node and 0 at the others.
    let at_zero = |i: usize| {
        let others = nodes.iter().enumerate().filter(|(j, _)| *j != i);
        others.map(|(_, node)| node / (node - nodes[i])).product::<f64>()
    };
    (0..nodes.len()).map(|i| total * at_zero(i)).collect()
}

/// The inverse of a matrix of a few rows, by elimination with pivots.
fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let size = matrix.len();
    let unit = |i: usize| (0..size).map(move |j| f64::from(u8::from(i == j)));
    let mut rows: Vec<Vec<f64>> =
        matrix.iter().enumerate().map(|(i, row)| row.iter().copied().chain(unit(i)).collect()).collect();
    for column in 0..size {
        let largest = (column..size).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, largest.unwrap_or(column));
        let pivot = rows[column].iter().map(|value| value / rows[column][column]).collect::<Vec<_>>();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = row[column];
            if i != column {
                row.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
        rows[column] = pivot;
    }
    rows.into_iter().map(|row| row[size..].to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_times_its_matrix_is_the_unit() {
        let matrix = [vec![0.0, 2.0, 1.0], vec![1.0, -1.0, 0.5], vec![3.0, 0.25, 4.0]];
        let inverse = inverse(&matrix);
        for (i, row) in matrix.iter().enumerate() {
            for j in 0..3 {
                let entry: f64 = row.iter().zip(&inverse).map(|(a, b)| a * b[j]).sum();
                assert!((entry - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn quadrature_with_the_start_is_exact_for_powers() {
        let nodes = [0.155, 0.645, 1.0];
        let weights = quadrature(&nodes, 0.27);
        for power in 0..3 {
            let sum: f64 = weights.iter().zip(&nodes).map(|(w, c): (&f64, &f64)| w * c.powi(power)).sum();
            assert!((sum - if power == 0 { 0.27 } else { 0.0 }).abs() < 1e-14);
        }
    }
}
