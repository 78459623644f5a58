//! Orders of methods, companions and interpolants, measured on the step graphs in 106 bits.

mod support;

use rubie_expr::{Expr, Graph};
use rubie_method::{BuildOptions, ControllerKind, Family, Method, StepGraph, methods};
use rubie_model::System;
use support::numbers::{Double, Number};
use support::walk::{Walker, exact_coefficients};
use support::{plain, problem, rosenbrock};

fn index(symbol: Expr<'_>) -> usize {
    symbol.as_symbol().expect("a symbol").index()
}

/// Those whose attempt is one straight line; the others are in `implicit.rs`.
fn straight() -> impl Iterator<Item = &'static Method> {
    methods().iter().filter(|method| !method.iterated())
}

fn build<'g>(method: &Method, system: &System<'g>, dense: bool) -> StepGraph<'g> {
    method.build(system, &BuildOptions { controller: ControllerKind::Fixed, dense, ..Default::default() })
}

fn distance(one: &[Double], other: &[Double]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (*a - *b).size()).fold(0.0, f64::max)
}

/// The error at t = 1 after `steps` equal steps of the graph.
fn error_of_graph(method: &Method, dense: bool, steps: i64) -> f64 {
    let graph = Graph::new();
    let system = problem::system(&graph);
    let step = build(method, &system, dense);
    let exact = exact_coefficients(method);
    let mut values = vec![Double::from_f64(f64::NAN); graph.symbol_count()];
    let dt = Double::integer(1) / Double::integer(steps);
    values[index(step.dt)] = dt;
    values[index(system.time)] = Double::integer(0);
    for (state, value) in system.states.iter().zip(problem::solution(Double::integer(0))) {
        values[index(state.symbol)] = value;
    }
    for memory in &step.memory {
        values[index(memory.symbol)] = Walker::new(&[memory.first], exact.clone()).evaluate(|i| values[i])[0];
    }
    let symbols: Vec<_> =
        system.states.iter().map(|s| s.symbol).chain(step.memory.iter().map(|m| m.symbol)).collect();
    let next: Vec<_> = step.next_states.iter().copied().chain(step.memory.iter().map(|m| m.next)).collect();
    let walker = Walker::new(&next, exact);
    for k in 0..steps {
        values[index(system.time)] = Double::integer(k) * dt;
        let after = walker.evaluate(|i| values[i]);
        for (symbol, value) in symbols.iter().zip(after) {
            values[index(*symbol)] = value;
        }
    }
    let end: Vec<_> = system.states.iter().map(|state| values[index(state.symbol)]).collect();
    distance(&end, &problem::solution(Double::integer(1)))
}

/// The order between two numbers of steps of which the second is twice the first.
fn order(coarse: f64, fine: f64) -> f64 {
    (coarse / fine).log2()
}

#[test]
fn every_method_has_its_order() {
    let mut wrong = Vec::new();
    for method in straight() {
        for dense in [false, true] {
            let measured = order(error_of_graph(method, dense, 64), error_of_graph(method, dense, 128));
            println!("{}: {measured:.3}", method.name);
            let nominal = f64::from(method.order);
            if (measured - nominal).abs() >= 0.2 {
                wrong.push((method.name, dense, measured));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_companion_has_its_order() {
    let mut wrong = Vec::new();
    for method in straight() {
        let Some(nominal) = method.embedded_order else { continue };
        let error = |steps: i64| {
            let dt = Double::integer(1) / Double::integer(steps);
            let mut y = problem::solution(Double::integer(0));
            for step in 0..steps {
                y = companion(method, Double::integer(step) * dt, y, dt);
            }
            distance(&y, &problem::solution(Double::integer(1)))
        };
        // Fewer steps where published digits would set the floor.
        let steps = if method.name == "rodas6p" { 64 } else { 256 };
        let measured = order(error(steps), error(2 * steps));
        println!("{}: {measured:.3}", method.name);
        let expected = measured_order_of_companion(method).unwrap_or(f64::from(nominal));
        if (measured - expected).abs() >= 0.2 {
            wrong.push((method.name, measured));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A step of the companion solution, written plainly.
fn companion(method: &Method, t: Double, y: [Double; 3], dt: Double) -> [Double; 3] {
    match method.family {
        Family::ExplicitRungeKutta(data) => {
            let k = plain::stages(data.tableau, problem::rate, (t, y, dt));
            plain::advanced(data.tableau.b_hat.expect("a companion"), &y, &dt, &k)
        }
        Family::RosenbrockW(data) => {
            let u = rosenbrock::increments(data.tableau, &problem::Plain, (t, y, dt));
            rosenbrock::advanced(data.tableau.b_hat.expect("a companion"), &y, &u)
        }
        _ => panic!("{} is tested elsewhere", method.name),
    }
}

/// Of companions whose order is not the declared one.
fn measured_order_of_companion(method: &Method) -> Option<f64> {
    match method.name {
        "scholz4_7" => Some(1.0),
        "rosenbrock23" | "ros34pw3" => Some(2.0),
        _ => None,
    }
}

/// The largest error inside one step from t = 1/2, over theta.
fn error_inside(method: &Method, dt: Double) -> f64 {
    let graph = Graph::new();
    let system = problem::system(&graph);
    let step = build(method, &system, true);
    let exact = exact_coefficients(method);
    let dense = step.dense.as_ref().expect("it was asked for");
    let start = Double::from_f64(0.5);
    let mut values = vec![Double::from_f64(f64::NAN); graph.symbol_count()];
    values[index(step.dt)] = dt;
    values[index(system.time)] = start;
    for (state, value) in system.states.iter().zip(problem::solution(start)) {
        values[index(state.symbol)] = value;
    }
    for memory in &step.memory {
        values[index(memory.symbol)] = Walker::new(&[memory.first], exact.clone()).evaluate(|i| values[i])[0];
    }
    let exported: Vec<_> = dense.exports.iter().map(|export| export.value).collect();
    let taken = Walker::new(&exported, exact.clone()).evaluate(|i| values[i]);
    // Only theta and the exports' symbols may occur in the interpolant.
    let mut values = vec![Double::from_f64(f64::NAN); graph.symbol_count()];
    for (export, value) in dense.exports.iter().zip(taken) {
        values[index(export.symbol)] = value;
    }
    let walker = Walker::new(&dense.states, exact);
    let at = |theta: Double| {
        let mut values = values.clone();
        values[index(dense.theta)] = theta;
        distance(&walker.evaluate(|i| values[i]), &problem::solution(start + theta * dt))
    };
    (1..16).map(|i| at(Double::from_f64(f64::from(i) / 16.0))).fold(0.0, f64::max)
}

#[test]
fn every_interpolant_has_its_order() {
    let mut wrong = Vec::new();
    for method in straight() {
        // Small enough for the leading term, large enough for 30 digits, or for coefficients of 16.
        let dt = Double::from_f64(match (method.interpolant_order(), method.order) {
            (0..4, _) => 1.0 / 1024.0,
            (_, 0..8) => 1.0 / 256.0,
            _ => 1.0 / 64.0,
        });
        let measured =
            order(error_inside(method, dt), error_inside(method, dt * Double::from_f64(0.5))) - 1.0;
        println!("{}: {measured:.3}", method.name);
        let expected = f64::from(method.interpolant_order());
        if (measured - expected).abs() >= 0.2 {
            wrong.push((method.name, measured));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn interpolants_meet_both_ends() {
    for method in straight() {
        let graph = Graph::new();
        let system = problem::system(&graph);
        let step = build(method, &system, true);
        let mut values = support::Values(vec![0.0; graph.symbol_count()]);
        values.set(step.dt, 0.25);
        for (state, value) in system.states.iter().zip(problem::solution(0.0f64)) {
            values.set(state.symbol, value);
        }
        for memory in &step.memory {
            values.set(memory.symbol, values.evaluate(memory.first));
        }
        let dense = step.dense.as_ref().expect("it was asked for");
        for export in &dense.exports {
            values.set(export.symbol, values.evaluate(export.value));
        }
        for (i, state) in system.states.iter().enumerate() {
            values.set(dense.theta, 0.0);
            assert_eq!(values.evaluate(dense.states[i]), values.get(state.symbol), "{}", method.name);
            values.set(dense.theta, 1.0);
            let (inside, end) = (values.evaluate(dense.states[i]), values.evaluate(step.next_states[i]));
            // The weights of high orders are large and cancel.
            assert!((inside - end).abs() < 1e-11, "{}: {inside} {end}", method.name);
        }
    }
}
