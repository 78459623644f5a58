//! Fully implicit Runge-Kutta methods: from a tableau to a step whose stages are solved together.
//!
//! The linear systems of the iteration, (A^-1 / dt) x I - I x J, fall into one real system for each real eigenvalue of A and one of
//! twice the size for each pair of complex ones (J. C. Butcher, On the implementation of implicit Runge-Kutta methods, BIT 16
//! (1976) 237-240). The iteration begins on the polynomial through the stages of the step before.

use rubie_expr::Expr;
use rubie_model::System;

use crate::assemble::{Attempt, Iterated, slope_at_start};
use crate::method::{BuildOptions, FullyImplicit, Method};
use crate::newton::{Equations, Newton, combined, factored};
use crate::step::{Memory, Part, StepGraph};

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
    let past = Past::new(system, stages);

    let scaled = |value: f64| (value != 0.0).then(|| per_step * value);
    let lambda = data.decoupling.lambda;
    let blocks: Vec<Vec<_>> =
        lambda.iter().map(|row| row.iter().map(|value| scaled(*value)).collect()).collect();
    let real = real_block(lambda);
    let mut outputs = newton.begin(past.guess(&nodes(data), dt));
    let lu = keep(system, "newton.lu", factored(system, &blocks), &mut outputs);
    let prepare = Part { name: "prepare", outputs, pending: None };

    let a: Vec<Vec<f64>> =
        tableau.a.iter().map(|row| row.iter().map(|number| number.value).collect()).collect();
    let inverse = inverse(&a);
    let zero = system.graph.constant(0.0);
    let rows = |rows: &[&[f64]]| rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>();
    let old = system.state_symbols();
    let equations = Equations {
        times: tableau.c.iter().map(|node| system.time + node.value * dt).collect(),
        base: vec![old.clone(); stages],
        shift: inverse.iter().map(|row| row.iter().map(|value| per_step * *value).collect()).collect(),
        lu,
        transform: Some([rows(data.decoupling.t), rows(data.decoupling.t_inverse)]),
        measure: None,
    };
    let iterate = newton.iterate(system, &equations);

    // dt k = A^-1 z, so sums of stages are sums of displacements.
    let of_z = |weights: &[f64]| -> Vec<f64> {
        (0..stages).map(|j| (0..stages).map(|i| weights[i] * inverse[i][j]).sum()).collect()
    };
    let z = &newton.z;
    let new: Vec<_> = if accurate {
        old.iter().zip(&z[stages - 1]).map(|(old, z)| *old + *z).collect()
    } else {
        let weights: Vec<_> = tableau.b.iter().map(|number| number.value).collect();
        old.iter().zip(combined(&of_z(&weights), z)).map(|(old, change)| *old + change).collect()
    };
    let errors = match (data.smooth, real) {
        (true, Some(place)) => {
            let gamma = 1.0 / lambda[place][place];
            let raw = combined(&of_z(&quadrature(&nodes(data), gamma)), z);
            // (I - gamma dt J)^-1 (raw - gamma dt f) = ((1 / (gamma dt)) I - J)^-1 (raw / (gamma dt) - f).
            let shift = per_step * (1.0 / gamma);
            let lu = factored(system, &[vec![Some(shift)]]);
            let right: Vec<_> = raw.iter().zip(&slope).map(|(raw, f)| shift * *raw - *f).collect();
            Some(lu.solve(&right))
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
        stages: Vec::new(),
        iterated: Some(Iterated { parts: vec![prepare, iterate], newton, solves: 1, slope_at_end }),
    }
    .assemble(method, system, options);
    graph.linear_solves = u32::from(data.smooth && real.is_some());
    let Some(Part { outputs, .. }) = graph.parts.last() else { return graph };
    let solved: Vec<_> =
        outputs.iter().take(stages * system.states.len()).map(|(symbol, _)| *symbol).collect();
    // Before the others, so that the count of iterations stays the last.
    let memory = past.memory(&solved, dt, graph.accepted, zero);
    graph.iterations = graph.iterations.map(|place| place + memory.len());
    graph.memory.splice(0..0, memory);
    graph
}

fn nodes(data: &FullyImplicit) -> Vec<f64> {
    data.tableau.c.iter().map(|node| node.value).collect()
}

/// The row of the block of one row.
fn real_block(lambda: &[&[f64]]) -> Option<usize> {
    (0..lambda.len()).find(|i| lambda[*i].iter().enumerate().all(|(j, value)| j == *i || *value == 0.0))
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

/// The stages of the last accepted step.
struct Past<'g> {
    z: Vec<Vec<Expr<'g>>>,
    names: Vec<String>,
    dt: Expr<'g>,
}

impl<'g> Past<'g> {
    fn new(system: &System<'g>, stages: usize) -> Self {
        let name = |stage: usize, state: &str| format!("last.z{}.{state}", stage + 1);
        let symbols = (0..stages).map(|stage| {
            system.states.iter().map(|state| system.graph.symbol(&name(stage, &state.name))).collect()
        });
        let names = (0..stages)
            .flat_map(|stage| system.states.iter().map(move |state| name(stage, &state.name)))
            .collect();
        Self { z: symbols.collect(), names, dt: system.graph.symbol("last.dt") }
    }

    /// The polynomial through the start and the stages of the last step, at the stages of this one and counted from its start:
    /// q(1 + c_i dt / last dt) - q(1).
    fn guess(&self, nodes: &[f64], dt: Expr<'g>) -> Vec<Vec<Expr<'g>>> {
        let graph = dt.graph();
        let ratio = dt / self.dt;
        let weight = |j: usize, at: Expr<'g>| {
            // l_j(at), which is 0 at the start and at the other nodes.
            let others = nodes.iter().enumerate().filter(|(m, _)| *m != j);
            others.fold(at * (1.0 / nodes[j]), |product, (_, node)| {
                product * ((at - *node) * (1.0 / (nodes[j] - node)))
            })
        };
        let one = graph.constant(1.0);
        let at_stage = |node: &f64| -> Vec<Expr<'g>> {
            let at = 1.0 + *node * ratio;
            let weights: Vec<_> = (0..nodes.len()).map(|j| weight(j, at) - weight(j, one)).collect();
            let states = 0..self.z[0].len();
            let sum = |i: usize| {
                let terms = weights.iter().zip(&self.z).map(|(weight, z)| *weight * z[i]);
                terms.reduce(|sum, term| sum + term).unwrap_or(one)
            };
            states.map(sum).collect()
        };
        nodes.iter().map(at_stage).collect()
    }

    fn memory(
        &self,
        solved: &[Expr<'g>],
        dt: Expr<'g>,
        accepted: Expr<'g>,
        zero: Expr<'g>,
    ) -> Vec<Memory<'g>> {
        let symbols = self.z.iter().flatten().zip(&self.names).zip(solved);
        let mut memory: Vec<_> = symbols
            .map(|((symbol, name), z)| Memory {
                name: name.clone(),
                symbol: *symbol,
                first: zero,
                next: accepted.select(*z, *symbol),
            })
            .collect();
        memory.push(Memory {
            name: "last_dt".to_owned(),
            symbol: self.dt,
            first: dt.graph().constant(f64::INFINITY),
            next: accepted.select(dt, self.dt),
        });
        memory
    }
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
