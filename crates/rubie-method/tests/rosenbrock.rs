//! Rosenbrock-W methods: coefficients, order conditions, an independent listing, steps against plain linear algebra.

mod support;

use std::collections::BTreeMap;

use rubie_expr::Graph;
use rubie_method::{
    BuildOptions, Coefficient, ControllerKind, Family, Method, RosenbrockTableau, find, methods,
};
use support::numbers::{Double, Number, written};
use support::walk::{Walker, exact_coefficients};
use support::{problem, rosenbrock, trees};

fn tableaus() -> impl Iterator<Item = (&'static Method, &'static RosenbrockTableau)> {
    methods().iter().filter_map(|method| match method.family {
        Family::RosenbrockW(data) => Some((method, data.tableau)),
        _ => None,
    })
}

fn rows(tableau: &RosenbrockTableau) -> impl Iterator<Item = &'static [Coefficient]> {
    let rows = tableau.a.iter().chain(tableau.coupling).copied();
    rows.chain([tableau.b, tableau.c, tableau.time_weights]).chain(tableau.b_hat)
}

#[test]
fn every_tableau_is_consistent() {
    for (method, tableau) in tableaus() {
        tableau.check().unwrap_or_else(|wrong| panic!("{}: {wrong}", method.name));
        assert_eq!(method.embedded_order.is_some(), tableau.b_hat.is_some(), "{}", method.name);
        assert_eq!(method.default_controller() == ControllerKind::Fixed, tableau.b_hat.is_none());
        for number in rows(tableau).flatten().chain([&tableau.gamma]) {
            let exact = f64::exact(&written(number.written));
            assert_eq!(number.value, exact, "{}: {}", method.name, number.written);
        }
    }
    assert_eq!(tableaus().count(), 37);
}

#[test]
fn a_broken_tableau_is_reported() {
    let rodas3 = tableaus().find(|(method, _)| method.name == "rodas3").expect("there").1;
    static WRONG: [Coefficient; 4] = [Coefficient { value: 0.25, written: "0.25" }; 4];
    let check = |broken: RosenbrockTableau| broken.check().unwrap_err();
    let message = check(RosenbrockTableau { time_weights: &WRONG, ..*rodas3 });
    assert!(message.starts_with("row 0 of Gamma sums to 0.5 instead of 0.25"), "{message}");
    let message = check(RosenbrockTableau { c: &WRONG, ..*rodas3 });
    assert!(message.starts_with("row 0 of a Gamma sums to 0 instead of 0.25"), "{message}");
    let message = check(RosenbrockTableau { b: &WRONG, ..*rodas3 });
    assert!(message.starts_with("b Gamma sums to 0.5 instead of 1"), "{message}");
    let message = check(RosenbrockTableau { c: &WRONG[..3], ..*rodas3 });
    assert!(message.starts_with("4 weights, but"), "{message}");
}

type Matrix = Vec<Vec<Double>>;

/// a Gamma, a Gamma + Gamma and b Gamma of the untransformed method: Gamma = (I / gamma - C)^-1.
fn untransformed(tableau: &RosenbrockTableau) -> (Matrix, Matrix, Matrix) {
    let stages = tableau.stages();
    let zero = Double::integer(0);
    let gamma = Double::coefficient(&tableau.gamma);
    // Row by row: Gamma_i = gamma (e_i + sum_j C_ij Gamma_j).
    let mut whole: Vec<Vec<Double>> = Vec::new();
    for (i, row) in tableau.coupling.iter().enumerate() {
        let mut sum = vec![zero; stages];
        sum[i] = Double::integer(1);
        for (c, above) in row.iter().zip(&whole) {
            for (sum, entry) in sum.iter_mut().zip(above) {
                *sum = *sum + Double::coefficient(c) * *entry;
            }
        }
        whole.push(sum.into_iter().map(|entry| gamma * entry).collect());
    }
    let times = |row: &[Coefficient]| -> Vec<Double> {
        let column = |j: usize| {
            row.iter().zip(&whole).fold(zero, |sum, (a, gamma)| sum + Double::coefficient(a) * gamma[j])
        };
        (0..stages).map(column).collect()
    };
    let alpha: Vec<_> = tableau.a.iter().map(|row| times(row)).collect();
    let add = |(a, g): (&Vec<Double>, &Vec<Double>)| a.iter().zip(g).map(|(a, g)| *a + *g).collect();
    let beta = alpha.iter().zip(&whole).map(add).collect();
    let weights = [Some(tableau.b), tableau.b_hat].into_iter().flatten().map(times).collect();
    (alpha, beta, weights)
}

/// How well the published digits meet the order conditions.
fn accuracy(method: &Method) -> f64 {
    match method.name {
        "rosenbrock23" | "rosenbrock32" | "rodas23w" | "rodas3p" | "ros3p" | "ros2" | "ros3" | "rodas3"
        | "velds4" | "rosshamp4" => 1e-27,
        // Fourteen digits, and large coefficients.
        "rodas4pw" | "ros3pr" => 1e-12,
        _ => 1e-14,
    }
}

/// The order of the companion by the order conditions, where it is not the declared one: these companions are published
/// with one order more than their coefficients have.
fn order_of_companion(method: &Method) -> Option<u32> {
    match method.name {
        "scholz4_7" => Some(1),
        "ros34pw3" | "rosenbrock23" => Some(2),
        _ => method.embedded_order,
    }
}

#[test]
fn order_conditions_are_met() {
    let mut wrong = Vec::new();
    for (method, tableau) in tableaus() {
        let (alpha, beta, weights) = untransformed(tableau);
        for (b, order) in weights.iter().zip([Some(method.order), order_of_companion(method)]) {
            let order = order.expect("every set of weights has an order");
            let checked = trees::residuals(&alpha, &beta, b, order + 1);
            let (met, next) = checked.split_at(order as usize);
            let inexact = met.iter().any(|residual| *residual > accuracy(method));
            // Not by chance of a higher order than declared.
            if inexact || next[0] < 1e-4 {
                wrong.push((method.name, order, checked));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// One step of the graph is that of plain elimination with pivoting, to more than the digits of f64.
#[test]
fn steps_agree_with_plain_linear_algebra() {
    for (method, tableau) in tableaus() {
        let graph = Graph::new();
        let system = problem::system(&graph);
        let step = method.build(
            &system,
            &BuildOptions { controller: ControllerKind::Fixed, dense: false, ..Default::default() },
        );
        let (t, dt) = (Double::from_f64(0.375), Double::from_f64(0.25));
        let start = problem::solution(t);
        let mut values = vec![Double::from_f64(f64::NAN); graph.symbol_count()];
        let mut set = |symbol: rubie_expr::Expr<'_>, value| {
            values[symbol.as_symbol().expect("a symbol").index()] = value
        };
        set(step.dt, dt);
        set(system.time, t);
        system.states.iter().zip(start).for_each(|(state, value)| set(state.symbol, value));
        let rates = problem::rate(t, start);
        step.memory.iter().zip(rates).for_each(|(memory, value)| set(memory.symbol, value));
        let found = Walker::new(&step.next_states, exact_coefficients(method)).evaluate(|i| values[i]);
        let u = rosenbrock::increments(tableau, &problem::Plain, (t, start, dt));
        for (found, plain) in found.into_iter().zip(rosenbrock::advanced(tableau.b, &start, &u)) {
            // A coefficient that was left out or misplaced shows at 1e-3, a rounded one at 1e-16 times its size.
            assert!((found - plain).size() < 1e-15, "{}: {:e}", method.name, (found - plain).size());
        }
    }
}

/// The same numbers as an independent listing, where that is at hand. The listing was rounded after computations in
/// double precision, and a few rows of stiffly accurate methods differ there by some units of the last place.
#[test]
fn coefficients_equal_an_independent_listing() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/tableaus.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no listing of tableaus beside the workspace");
        return;
    };
    let listing: Vec<BTreeMap<String, serde_json::Value>> = serde_json::from_str(&text).expect("JSON");
    let floats = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
    };
    let mut compared = 0;
    for entry in listing.iter().filter(|entry| entry["family"] == "rosenbrock-w") {
        let names: Vec<_> =
            entry["names"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
        let method = find(names[0]).expect("every method of the listing is there");
        let (Family::RosenbrockW(data), name) = (method.family, method.name) else { panic!("{names:?}") };
        let tableau = data.tableau;
        for alias in &names {
            assert_eq!(find(alias).expect("every alias is there").name, name);
        }
        assert_eq!(entry["order"], method.order, "{name}");
        assert_eq!(entry["embedded_order"].as_u64(), method.embedded_order.map(u64::from), "{name}");
        assert_eq!(entry["stages"], method.stages(), "{name}");
        assert_eq!((&entry["fsal"], &entry["adaptive"]), (&method.fsal().into(), &method.adaptive().into()));
        assert_eq!(entry["default_controller"], method.default_controller().name());
        let same = |what: &str, row: &[Coefficient], listed: &[f64]| {
            for (number, listed) in row.iter().zip(listed) {
                let close = (number.value - listed).abs() <= 2e-14 * listed.abs().max(0.1);
                assert!(close, "{name} {what}: {} is not {listed}", number.written);
            }
            assert!(listed[row.len()..].iter().all(|number| *number == 0.0), "{name} {what}");
        };
        for (i, (a, coupling)) in tableau.a.iter().zip(tableau.coupling).enumerate() {
            same(&format!("a[{i}]"), a, &floats(&entry["a"][i]));
            same(&format!("C[{i}]"), coupling, &floats(&entry["C"][i]));
        }
        same("gamma", &[tableau.gamma], &[entry["gamma"].as_f64().expect("a number")]);
        same("b", tableau.b, &floats(&entry["b"]));
        same("c", tableau.c, &floats(&entry["c"]));
        same("gamma_stages", tableau.time_weights, &floats(&entry["gamma_stages"]));
        if let Some(b_hat) = tableau.b_hat {
            same("b_hat", b_hat, &floats(&entry["b_hat"]));
        }
        compared += 1;
    }
    assert_eq!(compared, 37);
}
