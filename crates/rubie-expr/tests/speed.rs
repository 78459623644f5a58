//! Times of the large cases, to be read by people: `cargo test --release -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use rubie_expr::{Expr, Graph, Jacobian, substitute};

/// The shortest of a few times.
fn best<R>(mut work: impl FnMut() -> R) -> Duration {
    let mut times = (0..5).map(|_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    });
    let first = times.next().unwrap_or_default();
    times.fold(first, Duration::min)
}

/// A chain of states that each react with their two neighbours, about 20 nodes an equation.
fn chain(graph: &Graph, length: usize) -> (Vec<Expr<'_>>, Vec<Expr<'_>>) {
    let x: Vec<_> = (0..length).map(|i| graph.symbol(&format!("x{i}"))).collect();
    let k = graph.symbol("k");
    let equations = (0..length).map(|i| {
        let (left, right) = (x[i.saturating_sub(1)], x[(i + 1).min(length - 1)]);
        let hill = left.pow(2.0) / (k + left.pow(2.0));
        hill * right.exp() - x[i] * x[i] / (1.0 + x[i]) + (right - x[i]).sin() * k
            - (-left / 3.0).tanh() * 0.1
    });
    let equations = equations.collect();
    (x, equations)
}

#[test]
#[ignore = "measures time"]
fn building_a_million_nodes() {
    let time = best(|| {
        let graph = Graph::new();
        let symbols: Vec<_> = (0..1000).map(|i| graph.symbol(&i.to_string())).collect();
        let mut sum = symbols[0];
        for i in 0.. {
            if graph.len() >= 1_000_000 {
                break;
            }
            sum = sum + symbols[i % 1000] * symbols[i / 1000 % 1000] - sum.sin();
        }
        graph.len()
    });
    println!("a million nodes: {time:?}");
}

#[test]
#[ignore = "measures time"]
fn jacobian_of_a_thousand_states() {
    let graph = Graph::new();
    let (states, equations) = chain(&graph, 1000);
    let entries = Jacobian::new(&equations, &states).entries.len();
    let time = best(|| {
        let graph = Graph::new();
        let (states, equations) = chain(&graph, 1000);
        let start = Instant::now();
        Jacobian::new(&equations, &states);
        start.elapsed()
    });
    println!("{entries} entries from {} nodes, building included: {time:?}", graph.len());
}

#[test]
#[ignore = "measures time"]
fn substituting_seven_stages() {
    let graph = Graph::new();
    let (states, equations) = chain(&graph, 1000);
    let nodes = graph.len();
    for stage in 0..7 {
        let step = graph.symbol(&format!("h{stage}"));
        let moved: Vec<_> = states.iter().map(|x| (*x, *x + step * *x)).collect();
        let start = Instant::now();
        std::hint::black_box(substitute(&equations, &moved));
        println!("stage {stage} of {nodes} nodes: {:?}", start.elapsed());
    }
}
