//! Sparse LU factors: against elimination with pivoting, their cost, and pivots that vanish.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use rubie_expr::{Expr, Graph, Node, Op, Walk, evaluate};
use rubie_method::{
    BuildOptions, ControllerKind, LinearSolver, SparseLu, StepGraph, StepSettings, find, pivot_order,
};
use rubie_model::System;
use support::{Values, problem, rosenbrock};

type Entries = Vec<(usize, usize, f64)>;

/// Square matrices with some entries beside the diagonal, which is larger than the rest of its row.
fn matrices() -> impl Strategy<Value = (usize, Entries, Vec<f64>)> {
    (1..9usize).prop_flat_map(|size| {
        let places = prop::collection::btree_map((0..size, 0..size), -1.0..1.0f64, 0..3 * size);
        let diagonal = prop::collection::vec((1.0..2.0f64, any::<bool>()), size);
        let right = prop::collection::vec(prop_oneof![Just(0.0), -1.0..1.0f64], size);
        (places, diagonal, right).prop_map(move |(places, diagonal, right)| {
            let beside = places.into_iter().filter(|((i, j), _)| i != j);
            let mut entries: Entries = beside.map(|((i, j), value)| (i, j, value)).collect();
            for (i, (excess, negative)) in diagonal.into_iter().enumerate() {
                let sum: f64 = entries.iter().filter(|entry| entry.0 == i).map(|entry| entry.2.abs()).sum();
                entries.push((i, i, if negative { -sum - excess } else { sum + excess }));
            }
            (size, entries, right)
        })
    })
}

fn factored<'g>(graph: &'g Graph, size: usize, entries: &Entries) -> (SparseLu<'g>, Vec<f64>) {
    let symbol = |(i, j, _): &(usize, usize, f64)| (*i, *j, graph.symbol(&format!("a{i}_{j}")));
    let symbols: Vec<_> = entries.iter().map(symbol).collect();
    (SparseLu::new(size, &symbols, |_| false), entries.iter().map(|entry| entry.2).collect())
}

proptest! {
    #[test]
    fn a_solve_is_that_of_elimination_with_pivoting((size, entries, right) in matrices()) {
        let graph = Graph::new();
        let (lu, mut values) = factored(&graph, size, &entries);
        // Zeros as constants, so that what they leave out is exercised.
        let side = |(i, value): (usize, &f64)| match *value {
            0.0 => graph.constant(0.0),
            value => {
                values.push(value);
                graph.symbol(&format!("b{i}"))
            }
        };
        let sides: Vec<_> = right.iter().enumerate().map(side).collect();
        let found = evaluate(&lu.solve(&sides), &values);
        let mut dense = vec![vec![0.0; size]; size];
        entries.iter().for_each(|(i, j, value)| dense[*i][*j] = *value);
        for (found, expected) in found.iter().zip(rosenbrock::solve(dense, right)) {
            prop_assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    #[test]
    fn factors_handed_on_as_symbols_solve_the_same((size, entries, right) in matrices()) {
        let graph = Graph::new();
        let (lu, mut values) = factored(&graph, size, &entries);
        let sides: Vec<_> = right.iter().map(|value| graph.constant(*value)).collect();
        let expected = evaluate(&lu.solve(&sides), &values);
        let factors = evaluate(&lu.values(), &values);
        let handed: Vec<_> = (0..factors.len()).map(|i| graph.symbol(&format!("lu{i}"))).collect();
        values.extend(factors);
        prop_assert_eq!(evaluate(&lu.with_values(&handed).solve(&sides), &values), expected);
    }

    #[test]
    fn counts_are_those_of_the_pattern((size, entries, _) in matrices()) {
        let graph = Graph::new();
        let (lu, _) = factored(&graph, size, &entries);
        // Elimination of the pattern alone, in the same order.
        let mut pattern: std::collections::BTreeSet<_> = entries.iter().map(|(i, j, _)| (*i, *j)).collect();
        let places: Vec<_> = pattern.iter().copied().collect();
        let order = pivot_order(size, &places, |_| false);
        for (step, k) in order.iter().enumerate() {
            let later = &order[step + 1..];
            let below: Vec<_> = later.iter().filter(|i| pattern.contains(&(**i, *k))).collect();
            let beyond: Vec<_> = later.iter().filter(|j| pattern.contains(&(*k, **j))).collect();
            below.iter().for_each(|i| pattern.extend(beyond.iter().map(|j| (**i, **j))));
        }
        prop_assert_eq!(lu.entries(), pattern.len() - size);
        prop_assert_eq!(lu.fill(), pattern.len() - entries.len());
        prop_assert_eq!(lu.values().len(), lu.solve_operations());
    }
}

/// In a dense solve, 2 n - 1 operations (a product and a sum count as one) wait for each other: no product with a
/// reciprocal stands between an unknown and the next.
#[test]
fn a_solve_is_a_short_chain() {
    for size in [2, 3, 5, 8] {
        let graph = Graph::new();
        let places = (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
        let entries: Vec<_> = places.map(|(i, j)| (i, j, graph.symbol(&format!("a{i}_{j}")))).collect();
        let lu = SparseLu::new(size, &entries, |_| false);
        // The factors as symbols: only what comes after the factorisation counts.
        let handed: Vec<_> = (0..lu.values().len()).map(|i| graph.symbol(&format!("lu{i}"))).collect();
        let right: Vec<_> = (0..size).map(|i| graph.symbol(&format!("b{i}"))).collect();
        let x = lu.with_values(&handed).solve(&right);
        let mut depths = std::collections::HashMap::new();
        for id in rubie_expr::reachable(&x) {
            let node = graph.node(id);
            let before: Vec<usize> = node.arguments().iter().map(|argument| depths[argument]).collect();
            let is_product = |id| matches!(graph.node(id), Node::Apply(Op::Mul, _));
            let depth = match node {
                // A product that a sum takes up waits with that sum, one step for both.
                Node::Apply(Op::Sub, [a, b, _]) if is_product(b) => depths[&a].max(depths[&b] - 1) + 1,
                Node::Apply(..) => 1 + before.into_iter().max().unwrap_or(0),
                _ => 0,
            };
            depths.insert(id, depth);
        }
        let deepest = x.iter().map(|value| depths[&value.id()]).max();
        assert_eq!(deepest, Some(2 * size - 1), "{size} unknowns");
    }
}

/// u' = (u[i-1] - 2 u[i] + u[i+1]) / dx^2 + u (1 - u), on a line with closed ends.
fn reaction_diffusion(graph: &Graph, states: usize) -> System<'_> {
    let u: Vec<_> = (0..states).map(|i| graph.symbol(&format!("u{i}"))).collect();
    let names: Vec<_> = (0..states).map(|i| format!("u{i}")).collect();
    let rate = |i: usize| {
        let (left, right) = (u[i.saturating_sub(1)], u[(i + 1).min(states - 1)]);
        100.0 * (left - 2.0 * u[i] + right) + u[i] * (1.0 - u[i])
    };
    let list: Vec<_> = (0..states).map(|i| (names[i].as_str(), u[i], rate(i))).collect();
    problem::make(graph, graph.symbol("t"), &list)
}

fn roots<'g>(step: &StepGraph<'g>) -> Vec<Expr<'g>> {
    let memory = step.memory.iter().map(|memory| memory.next);
    step.next_states.iter().copied().chain(memory).chain([step.next_dt, step.accepted]).collect()
}

#[test]
fn the_cost_of_a_step_is_linear_in_the_states_of_a_line() {
    // All parts of an attempt, each once.
    let count = |method: &str, states: usize| {
        let graph = Graph::new();
        let system = reaction_diffusion(&graph, states);
        let options =
            BuildOptions { controller: ControllerKind::Gustafsson, dense: false, ..Default::default() };
        let step = find(method).unwrap().build(&system, &options);
        let parts = step.parts.iter().flat_map(|part| &part.outputs).map(|(_, value)| *value);
        let walk = Walk::new(&roots(&step).into_iter().chain(parts).collect::<Vec<_>>());
        walk.nodes().iter().filter(|id| matches!(graph.node(**id), Node::Apply(..))).count()
    };
    for (method, most) in [("rodas5p", 330.0), ("kvaerno5", 330.0), ("radau_iia_5", 700.0)] {
        let [small, large] = [count(method, 100), count(method, 1000)];
        println!("{method}: {} operations for each state", large as f64 / 1000.0);
        let per_state = (large - small) as f64 / 900.0;
        assert!((per_state * 1000.0 / large as f64 - 1.0).abs() < 0.02, "{method}: {small} {large}");
        assert!(per_state < most, "{method}: {per_state} operations for each state");
    }
}

#[test]
fn operations_are_known_before_anything_is_built() {
    for size in [1, 2, 7, 30] {
        let graph = Graph::new();
        let mut random = 12345_u64;
        let mut entries = Vec::new();
        for i in 0..size {
            for j in 0..size {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if i == j || random >> 61 == 0 {
                    entries.push((i, j, graph.symbol("a")));
                }
            }
        }
        let pattern: Vec<_> = entries.iter().map(|(i, j, _)| (*i, *j)).collect();
        let lu = SparseLu::new(size, &entries, |_| false);
        assert_eq!(rubie_method::factor_operations(size, &pattern, usize::MAX), lu.operations());
    }
    let full: Vec<_> = (0..300).flat_map(|i| (0..300).map(move |j| (i, j))).collect();
    assert!(rubie_method::factor_operations(300, &full, 1000) > 1000);
}

#[test]
fn large_systems_whose_factors_stay_thin_are_unrolled() {
    let graph = Graph::new();
    let line = reaction_diffusion(&graph, 3000);
    for method in ["rodas5p", "kvaerno5", "radau_iia_5"] {
        let solver = find(method).unwrap().linear_solver(&StepSettings::default(), &line).unwrap();
        assert_eq!(solver, Some(LinearSolver::Sparse), "{method}");
    }
}

#[test]
fn a_vanishing_pivot_rejects_the_attempt_and_asks_for_a_smaller_step() {
    // y' = y and 1 / (gamma dt) = 1; the second state is there to show that finite ones do not help.
    for name in ["rodas5p", "ros3p", "rosenbrock23"] {
        let graph = Graph::new();
        let [t, x, y] = ["t", "x", "y"].map(|name| graph.symbol(name));
        let system = problem::make(&graph, t, &[("x", x, x), ("y", y, -y)]);
        let method = find(name).unwrap();
        let options =
            BuildOptions { controller: method.default_controller(), dense: false, ..Default::default() };
        let step = method.build(&system, &options);
        let rubie_method::Family::RosenbrockW(data) = method.family else { panic!("{name}") };
        let mut values = Values(vec![f64::NAN; graph.symbol_count()]);
        [t, x, y].iter().for_each(|symbol| values.set(*symbol, 1.0));
        let settings = rubie_method::StepSettings::default();
        let controls = method.control_values(&settings, 2).unwrap();
        step.controls.iter().zip(controls).for_each(|(symbol, value)| values.set(*symbol, value));
        for memory in &step.memory {
            values.set(memory.symbol, values.evaluate(memory.first));
        }
        // Of the doubles around 1 / gamma, one whose shift is exactly 1.
        let inverse = 1.0 / data.tableau.gamma.value;
        let near = (-4i64..=4).map(|k| f64::from_bits(inverse.to_bits().wrapping_add_signed(k)));
        let dt = near.into_iter().find(|dt| 1.0 / dt * inverse == 1.0).expect("an exact one");
        values.set(step.dt, dt);
        let truth = |expr: Expr<'_>| values.evaluate(expr) != 0.0;
        assert!(!truth(step.finite) && !truth(step.accepted), "{name}");
        let next = values.evaluate(step.next_dt);
        assert!(next > 0.0 && next < 0.5 * dt, "{name}: {next}");
        assert_eq!(values.evaluate(step.next_states[1]), 1.0, "{name}");
    }
}
