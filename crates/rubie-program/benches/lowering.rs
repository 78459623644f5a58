//! Time to lower the steps of large systems.

use divan::Bencher;
use rubie_expr::{Expr, Graph};
use rubie_program::{Lowered, Lowering, LoweringError, Phase, Place, Port, Precision, Rate};

fn main() {
    divan::main();
}

const STAGES: usize = 7;

/// A ring of `equations` oscillators with rate constants of their own, integrated by a method of seven
/// stages with full coefficients; about 200 operations per equation.
fn step<'g>(graph: &'g Graph, equations: usize) -> Lowering<'g> {
    let states: Vec<Expr<'_>> = (0..equations).map(|i| graph.symbol(&format!("x{i}"))).collect();
    let rates: Vec<Expr<'_>> = (0..equations).map(|i| graph.symbol(&format!("k{i}"))).collect();
    let dt = graph.symbol("dt");
    let slope = |y: &[Expr<'g>], i: usize| {
        let (left, right) = (y[(i + equations - 1) % equations], y[(i + 1) % equations]);
        let k = rates[i] * 2.0 + rates[i].sqrt();
        k * (right - y[i]) * left - y[i] / (1.0 + y[i] * left) + k * right * right
    };
    let mut slopes: Vec<Vec<Expr<'_>>> = Vec::new();
    for stage in 0..STAGES {
        let at = |i: usize| {
            let sum = (0..stage).map(|s| slopes[s][i] * (0.1 + 0.07 * (s * STAGES + stage) as f64));
            sum.reduce(|a, b| a + b).map_or(states[i], |sum| states[i] + dt * sum)
        };
        let y: Vec<Expr<'_>> = (0..equations).map(at).collect();
        slopes.push((0..equations).map(|i| slope(&y, i)).collect());
    }
    let combined = |i: usize, factor: f64| {
        let sum = (0..STAGES).map(|s| slopes[s][i] * (factor + 0.03 * s as f64)).reduce(|a, b| a + b);
        sum.map_or(states[i], |sum| states[i] + dt * sum)
    };
    let next: Vec<Expr<'_>> = (0..equations).map(|i| combined(i, 0.1)).collect();
    let errors = (0..equations).map(|i| {
        let error = (next[i] - combined(i, 0.11)) / (1e-6 + 1e-6 * next[i].abs().max(states[i].abs()));
        error * error
    });
    let error = errors.reduce(|a, b| a + b).map_or(dt, |sum| sum / equations as f64);
    let accepted = error.le(1.0);
    let row = |index: usize| Place::Row(index as u32);
    let mut ports: Vec<Port<'_>> =
        (0..equations).map(|i| Port { symbol: states[i], place: row(i), rate: Rate::Attempt }).collect();
    ports.extend((0..equations).map(|i| Port {
        symbol: rates[i],
        place: row(equations + i),
        rate: Rate::Run,
    }));
    ports.push(Port { symbol: dt, place: row(2 * equations), rate: Rate::Attempt });
    let mut outputs: Vec<_> = (0..equations).map(|i| (accepted.select(next[i], states[i]), row(i))).collect();
    outputs.push((accepted, row(2 * equations + 1)));
    Lowering {
        precision: Precision::F64,
        ports,
        phases: vec![
            Phase { name: "run", rate: Rate::Run, outputs: Vec::new() },
            Phase { name: "attempt", rate: Rate::Attempt, outputs },
        ],
        homes: vec![(Rate::Run, 0)],
        first_row: 2 * equations as u32 + 2,
        first_uniform: 0,
    }
}

#[divan::bench(args = [10, 100, 1000], sample_count = 20)]
fn ring(bencher: Bencher<'_, '_>, equations: usize) {
    let graph = Graph::new();
    let lowering = step(&graph, equations);
    let lower = || -> Result<Lowered, LoweringError> { lowering.lower() };
    if let Ok(lowered) = lower() {
        let instructions: usize = lowered.programs.iter().map(|program| program.instructions().len()).sum();
        eprintln!(
            "{equations} equations: {} nodes, {instructions} instructions, {} rows",
            graph.len(),
            lowered.rows
        );
    }
    bencher.bench_local(lower);
}
