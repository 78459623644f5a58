//! Implicit Runge-Kutta methods: coefficients, order conditions, an independent listing, orders measured with the step graphs.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;

use rubie_expr::{Evaluator, Expr, Graph};
use rubie_method::{
    BuildOptions, Call, Coefficient, ControllerKind, Family, ImplicitTableau, LinearSolver, Matrix, Method,
    NewtonJacobian, Preconditioner, StepGraph, StepSettings, Trouble, find, methods,
};
use rubie_model::System;
use support::numbers::{Double, Number};
use support::{Values, problem, trees};

fn tableau(method: &Method) -> Option<&'static ImplicitTableau> {
    match method.family {
        Family::DiagonallyImplicit(data) => Some(data.tableau),
        Family::FullyImplicit(data) => Some(data.tableau),
        _ => None,
    }
}

fn implicit() -> impl Iterator<Item = (&'static Method, &'static ImplicitTableau)> {
    methods().iter().filter_map(|method| Some((method, tableau(method)?)))
}

fn numbers(row: &[Coefficient], length: usize) -> Vec<Double> {
    let mut numbers: Vec<_> = row.iter().map(Double::coefficient).collect();
    numbers.resize(length, Double::integer(0));
    numbers
}

/// Without smoothing, where a method can do without.
fn unsmoothed(method: &Method) -> Method {
    method.adjusted(&StepSettings { smooth_error: Some(false), ..StepSettings::default() }).unwrap()
}

/// How well the published digits meet the order conditions.
fn accuracy(method: &Method) -> f64 {
    match method.name {
        "kvaerno3" => 1e-10,
        "kvaerno5" | "l_stable_dirk_3" | "sdirk_2_2" | "eldirk32_ellsiepen" => 1e-14,
        _ => 1e-26,
    }
}

#[test]
fn tableaus_are_consistent_and_meet_the_order_conditions() {
    let mut wrong = Vec::new();
    for (method, tableau) in implicit() {
        tableau.check().unwrap_or_else(|wrong| panic!("{}: {wrong}", method.name));
        let stages = tableau.stages();
        let a: Vec<_> = tableau.a.iter().map(|row| numbers(row, stages)).collect();
        let mut sets = vec![(tableau.b, method.order)];
        sets.extend(tableau.b_hat.zip(unsmoothed(method).embedded_order));
        for (b, order) in sets {
            let checked = trees::residuals(&a, &a, &numbers(b, stages), (order + 1).min(9));
            let (met, next) = checked.split_at(order as usize);
            let worst = met.iter().copied().fold(0.0, f64::max);
            println!("{}, order {order}: {worst:.1e}, then {next:?}", method.name);
            if worst > accuracy(method) || next.iter().any(|residual| *residual < 1e-9) {
                wrong.push((method.name, order, checked));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(implicit().count(), 20);
}

/// The listing gives orders of companions before smoothing. Those of Mahnken's methods have weights that are rounded to f64.
#[test]
fn coefficients_equal_an_independent_listing() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/tableaus.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no listing of tableaus beside the workspace");
        return;
    };
    let listing: Vec<BTreeMap<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for entry in listing.iter().filter(|entry| entry["family"] == "dirk" || entry["family"] == "firk") {
        let names: Vec<_> =
            entry["names"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
        let method = find(names[0]).unwrap();
        let tableau = tableau(method).unwrap();
        for alias in &names {
            assert_eq!(find(alias).unwrap().name, method.name);
        }
        assert_eq!((&entry["order"], &entry["stages"]), (&method.order.into(), &method.stages().into()));
        assert_eq!((&entry["fsal"], &entry["adaptive"]), (&method.fsal().into(), &method.adaptive().into()));
        assert_eq!(entry["embedded_order"].as_u64(), unsmoothed(method).embedded_order.map(u64::from));
        assert_eq!(entry["default_controller"], method.default_controller().name());
        let same = |what: &str, row: &[Coefficient], listed: &serde_json::Value| {
            for (number, listed) in row.iter().zip(listed.as_array().unwrap()) {
                let listed = listed.as_f64().unwrap();
                let close = (number.value - listed).abs() <= 2e-14 * listed.abs().max(0.1);
                assert!(close, "{} {what}: {} is not {listed}", method.name, number.written);
            }
        };
        for (i, row) in tableau.a.iter().enumerate() {
            same(&format!("a[{i}]"), row, &entry["a"][i]);
        }
        same("b", tableau.b, &entry["b"]);
        same("c", tableau.c, &entry["c"]);
        tableau.b_hat.iter().for_each(|b_hat| same("b_hat", b_hat, &entry["b_hat"]));
        compared += 1;
    }
    assert_eq!(compared, 15);
}

/// Runs a step graph, parts and their repeats included.
struct Run<'g> {
    step: StepGraph<'g>,
    values: Values,
    states: Vec<Expr<'g>>,
    time: Expr<'g>,
}

impl<'g> Run<'g> {
    fn new(method: &Method, system: &System<'g>, settings: &StepSettings, start: &[f64]) -> Self {
        let method = &method.adjusted(settings).unwrap();
        let options = BuildOptions {
            controller: method.controller(settings).unwrap(),
            dense: true,
            linear_solver: settings.linear_solver.unwrap_or_default(),
            preconditioning: settings.preconditioning(settings.linear_solver, system).unwrap(),
            ..Default::default()
        };
        let step = method.build(system, &options);
        let mut values = Values(vec![0.0; system.graph.symbol_count()]);
        let states = system.state_symbols();
        let controls = method.control_values_for(settings, system).unwrap();
        assert_eq!(controls.len(), step.controls.len());
        step.controls.iter().zip(controls).for_each(|(control, value)| values.set(*control, value));
        states.iter().zip(start).for_each(|(state, value)| values.set(*state, *value));
        for memory in &step.memory {
            values.set(memory.symbol, values.evaluate(memory.first));
        }
        Self { step, values, states, time: system.time }
    }

    /// Whether it was accepted, and the next size.
    fn attempt(&mut self, dt: f64) -> (bool, f64) {
        self.parts(dt);
        let memory = &self.step.memory;
        let mut roots = vec![self.step.accepted, self.step.next_dt];
        roots.extend(self.step.next_states.iter().copied().chain(memory.iter().map(|memory| memory.next)));
        let after = Evaluator::new(&roots).evaluate(&self.values.0).to_vec();
        let symbols = self.states.iter().copied().chain(memory.iter().map(|memory| memory.symbol));
        symbols.zip(&after[2..]).for_each(|(symbol, value)| self.values.set(symbol, *value));
        if after[0] != 0.0 {
            self.values.set(self.time, self.values.get(self.time) + dt);
        }
        (after[0] != 0.0, after[1])
    }

    /// Values of an attempt, which is then forgotten.
    fn attempt_exporting(&mut self, dt: f64, values: &[Expr<'g>]) -> Vec<f64> {
        self.parts(dt);
        Evaluator::new(values).evaluate(&self.values.0).to_vec()
    }

    fn parts(&mut self, dt: f64) {
        self.values.set(self.step.dt, dt);
        let mut next = 0;
        while let Some(part) = self.step.parts.get(next) {
            let (symbols, roots): (Vec<_>, Vec<_>) = part.outputs.iter().copied().unzip();
            let after = Evaluator::new(&roots).evaluate(&self.values.0).to_vec();
            symbols.iter().zip(after).for_each(|(symbol, value)| self.values.set(*symbol, value));
            for call in &part.calls {
                call_for(call, &self.step.matrices, &mut self.values);
            }
            let asks = part.pending.is_some_and(|pending| self.values.get(pending) > 0.0);
            next = if asks { next - part.with } else { next + 1 };
        }
    }
}

/// A call, by plain elimination; factors are not kept.
fn call_for(call: &Call<'_>, matrices: &[Matrix<'_>], values: &mut Values) {
    let Call::Solve { matrix, right, solution } = call else { return };
    let matrix = &matrices[*matrix];
    let mut rows: Vec<Vec<f64>> =
        right.iter().map(|symbol| [vec![0.0; matrix.size], vec![values.get(*symbol)]].concat()).collect();
    for (i, j, symbol) in &matrix.entries {
        rows[*i][*j] = values.get(*symbol);
    }
    for column in 0..matrix.size {
        let size = |row: &usize| rows[*row][column].abs();
        let pivot = (column..matrix.size).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap();
        rows.swap(column, pivot);
        let above = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
            let factor = row[column] / above[column];
            row.iter_mut().zip(&above).for_each(|(entry, above)| *entry -= factor * above);
        }
    }
    for (i, symbol) in solution.iter().enumerate() {
        values.set(*symbol, rows[i][matrix.size] / rows[i][i]);
    }
}

fn tight(dt: f64) -> StepSettings {
    StepSettings {
        controller: Some(ControllerKind::Fixed),
        dt: Some(dt),
        newton_atol: Some(1e-13),
        newton_rtol: Some(1e-13),
        newton_max_iters: 100,
        ..StepSettings::default()
    }
}

fn distance(one: impl Iterator<Item = f64>, other: [f64; 3]) -> f64 {
    one.zip(other).map(|(found, exact)| (found - exact).abs()).fold(0.0, f64::max)
}

/// The error at t = 1 after so many steps, and Newton's iterations.
fn error(method: &Method, settings: &StepSettings, steps: i32) -> (f64, f64) {
    let graph = Graph::new();
    let system = problem::system(&graph);
    let dt = 1.0 / f64::from(steps);
    let settings = StepSettings { dt: Some(dt), ..settings.clone() };
    let mut run = Run::new(method, &system, &settings, &problem::solution(0.0));
    for _ in 0..steps {
        assert!(run.attempt(dt).0, "{}", method.name);
    }
    let end = run.states.iter().map(|state| run.values.get(*state));
    let iterations = run.step.memory[run.step.iterations.unwrap()].symbol;
    (distance(end, problem::solution(1.0)), run.values.get(iterations))
}

/// With steps so large that rounding does not set the floor.
fn order_of(method: &Method, settings: &StepSettings) -> f64 {
    let steps = match method.order {
        0..5 => 64,
        5 => 16,
        _ => 3,
    };
    (error(method, settings, steps).0 / error(method, settings, 2 * steps).0).log2()
}

#[test]
fn every_method_has_its_order() {
    let mut wrong = Vec::new();
    for (method, _) in implicit() {
        let measured = order_of(method, &tight(1.0));
        println!("{}: {measured:.3}", method.name);
        if (measured - f64::from(method.order)).abs() > if method.order > 5 { 1.0 } else { 0.3 } {
            wrong.push((method.name, measured));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What the iteration does must not be seen in its solutions: frozen or exact, wherever it begins.
#[test]
fn iterations_of_all_kinds_find_the_same_solutions() {
    for (method, _) in implicit() {
        let of = |newton, predict| {
            let choices = StepSettings { newton: Some(newton), predict_stages: Some(predict), ..tight(1.0) };
            error(method, &choices, 32)
        };
        let (reference, frozen) = of(NewtonJacobian::Frozen, false);
        let (found, exact) = of(NewtonJacobian::Exact, false);
        let (predicted, fewer) = of(NewtonJacobian::Frozen, true);
        println!("{}: {frozen} iterations, exact {exact}, predicted {fewer}", method.name);
        for other in [found, predicted] {
            assert!(
                (reference - other).abs() < 1e-11 + 1e-3 * reference,
                "{}: {reference:e}, {other:e}",
                method.name
            );
        }
        assert!(exact < frozen, "{}: {exact} exact iterations, {frozen} frozen", method.name);
    }
}

/// Beginning on the polynomial of the last step saves iterations where that polynomial is near.
#[test]
fn prediction_saves_iterations() {
    for name in ["sdirk_2_2", "trapezoidal_dirk", "radau_iia_5", "firk_gauss_legendre_4", "radau_iia_9"] {
        let method = find(name).unwrap();
        let iterations = |predict| {
            let choices = StepSettings { predict_stages: Some(predict), ..tight(1.0) };
            error(method, &choices, 64).1
        };
        let (without, with) = (iterations(false), iterations(true));
        println!("{name}: {without} iterations, {with} predicted");
        assert!(with < without, "{name}: {without} iterations, {with} predicted");
    }
}

/// Inside a step, over theta: an error of order q + 1 in dt.
#[test]
fn every_interpolant_has_its_order() {
    let mut wrong = Vec::new();
    for (method, _) in implicit() {
        let error = |dt: f64| {
            let graph = Graph::new();
            let system = problem::system(&graph);
            let mut run = Run::new(method, &system, &tight(dt), &problem::solution(0.5));
            run.values.set(run.time, 0.5);
            for memory in run.step.memory.clone() {
                let first = run.values.evaluate(memory.first);
                run.values.set(memory.symbol, first);
            }
            let dense = run.step.dense.clone().unwrap();
            let exported: Vec<_> = dense.exports.iter().map(|export| export.value).collect();
            let taken = run.attempt_exporting(dt, &exported);
            for (export, value) in dense.exports.iter().zip(taken) {
                run.values.set(export.symbol, value);
            }
            let mut worst = 0.0f64;
            for theta in [0.2, 0.5, 0.8] {
                run.values.set(dense.theta, theta);
                let inside: Vec<_> = dense.states.iter().map(|state| run.values.evaluate(*state)).collect();
                worst = worst.max(distance(inside.into_iter(), problem::solution(0.5 + theta * dt)));
            }
            worst
        };
        let dt = if method.interpolant_order() > 3 { 0.08 } else { 1.0 / 32.0 };
        let measured = (error(dt) / error(dt / 2.0)).log2() - 1.0;
        println!("{}, inside: {measured:.2}", method.name);
        let promised = f64::from(method.interpolant_order());
        // Hermite's polynomial may be better than a method of low order promises.
        if measured < promised - 0.35 || measured > promised + 1.4 {
            wrong.push((method.name, measured));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// (I - gamma dt J)^-1 takes the stiff components out of an error estimate: y' = -1e6 y falls to nothing in one step, and only the smoothed
/// estimate says so.
#[test]
fn smoothed_estimates_do_not_see_stiff_components() {
    for name in ["kvaerno3", "kencarp4", "trbdf2", "l_stable_sdirk_4", "radau_iia_5", "grk4t"] {
        let next_dt = |smooth| {
            let graph = Graph::new();
            let (t, y) = (graph.symbol("t"), graph.symbol("y"));
            let system = problem::make(&graph, t, &[("y", y, -1e6 * (y - 1.0))]);
            let settings = StepSettings {
                smooth_error: Some(smooth),
                controller: Some(ControllerKind::Integral),
                ..StepSettings::with_tolerance(1e-3)
            };
            let method = find(name).unwrap();
            let mut run = Run::new(method, &system, &settings, &[1.0 + 1e-2]);
            run.attempt(1.0).1
        };
        let (raw, smoothed) = (next_dt(false), next_dt(true));
        println!("{name}: next step {raw} raw, {smoothed} smoothed");
        assert!(smoothed > raw, "{name}: {raw} raw, {smoothed} smoothed");
    }
}

#[test]
fn a_failed_iteration_shrinks_the_step() {
    for (method, _) in implicit().filter(|(method, _)| method.adaptive()) {
        let graph = Graph::new();
        let system = problem::system(&graph);
        let settings = StepSettings { newton_max_iters: 1, ..StepSettings::with_tolerance(1e-8) };
        let start = problem::solution(0.0);
        let mut run = Run::new(method, &system, &settings, &start);
        let (accepted, next) = run.attempt(0.5);
        assert!(!accepted && next < 0.5 && next > 0.0, "{}: {next}", method.name);
        let troubles = run.step.troubles.clone();
        let failed = troubles.iter().find(|(trouble, _)| *trouble == Trouble::NewtonIterations).unwrap();
        assert_eq!(run.values.evaluate(failed.1), 1.0, "{}", method.name);
        let iterations = run.step.memory[run.step.iterations.unwrap()].symbol;
        assert!(run.values.get(iterations) >= 1.0);
        assert_eq!(run.states.iter().map(|state| run.values.get(*state)).collect::<Vec<_>>(), start);
    }
}

/// J = 2 / gamma with dt = 1/2: the matrix 1 / (gamma dt) - J is 0.
#[test]
fn a_vanished_pivot_is_told() {
    for name in ["rodas5p", "ros3p", "kvaerno3", "sdirk_2_2", "backwards_euler"] {
        let method = find(name).unwrap();
        let gamma = match method.family {
            Family::RosenbrockW(data) => data.tableau.gamma.value,
            Family::DiagonallyImplicit(data) => data.tableau.diagonal(data.tableau.stages() - 1),
            _ => unreachable!(),
        };
        for (rate, singular) in [(2.0 * (1.0 / gamma), 1.0), (2.1 / gamma, 0.0)] {
            let graph = Graph::new();
            let (t, y) = (graph.symbol("t"), graph.symbol("y"));
            let system = problem::make(&graph, t, &[("y", y, rate * y)]);
            let mut run = Run::new(method, &system, &tight(0.5), &[1.0]);
            run.parts(0.5);
            let told = run.step.troubles.iter().find(|(trouble, _)| *trouble == Trouble::SingularMatrix);
            assert_eq!(run.values.evaluate(told.unwrap().1), singular, "{name}");
        }
    }
}

/// y' = lambda (y - phi) + phi' with phi = 1 / (1 + t) and lambda = -1e6: stiffly accurate methods are far below the error of
/// their order, which shows that iterations leave nothing behind.
#[test]
fn stiff_components_are_damped() {
    for name in
        ["kvaerno3", "kvaerno5", "l_stable_sdirk_4", "trbdf2", "kencarp4", "radau_iia_5", "radau_iia_9"]
    {
        let method = find(name).unwrap();
        let graph = Graph::new();
        let (t, y) = (graph.symbol("t"), graph.symbol("y"));
        let phi = 1.0 / (1.0 + t);
        let system = problem::make(&graph, t, &[("y", y, -1e6 * (y - phi) - phi * phi)]);
        let mut run = Run::new(method, &system, &tight(1.0 / 32.0), &[1.0]);
        for _ in 0..32 {
            assert!(run.attempt(1.0 / 32.0).0, "{name}");
        }
        let error = (run.values.get(y) - 0.5).abs();
        println!("{name}: {error:e}");
        assert!(error < 1e-8, "{name}: {error:e}");
    }
}

/// The states after so many attempts, and the step size that was proposed last.
fn ends(method: &Method, settings: &StepSettings, steps: i32) -> Vec<f64> {
    let graph = Graph::new();
    let system = problem::system(&graph);
    let dt = 1.0 / f64::from(steps);
    let settings = StepSettings { dt: Some(dt), ..settings.clone() };
    let mut run = Run::new(method, &system, &settings, &problem::solution(0.0));
    let proposed = (0..steps).map(|_| run.attempt(dt).1).last().unwrap();
    run.states.iter().map(|state| run.values.get(*state)).chain([proposed]).collect()
}

/// Systems solved between parts leave the same as unrolled factors, but for rounding and what iterations leave.
#[test]
fn all_linear_solvers_find_the_same_solutions() {
    let explicit = |method: &&Method| matches!(method.family, Family::ExplicitRungeKutta(_));
    for method in methods().iter().filter(|method| !explicit(method)) {
        let newton = if method.iterated() { &NewtonJacobian::ALL[..] } else { &[NewtonJacobian::Frozen] };
        for newton in newton {
            let of = |(linear_solver, preconditioner), smooth_error| {
                let newton = method.iterated().then_some(*newton);
                let linear_solver = Some(linear_solver);
                // With a controller, so that the error estimate counts.
                let controller =
                    if method.adaptive() { ControllerKind::Gustafsson } else { ControllerKind::Fixed };
                let settings = StepSettings {
                    newton,
                    linear_solver,
                    smooth_error,
                    controller: Some(controller),
                    rtol: 1e-5.into(),
                    atol: 1e-5.into(),
                    krylov_tolerance: 1e-9,
                    krylov_max_iters: 1000,
                    preconditioner,
                    ..method.applicable(&tight(1.0))
                };
                ends(method, &settings, 16)
            };
            for smooth in [Some(false), Some(true)] {
                let smooth = smooth.filter(|smooth| {
                    !smooth
                        || method
                            .adjusted(&StepSettings { smooth_error: Some(true), ..Default::default() })
                            .is_ok()
                });
                let sparse = of((LinearSolver::Sparse, Preconditioner::Jacobi), smooth);
                for (other, preconditioner, rounding) in [
                    (LinearSolver::Dense, Preconditioner::Jacobi, 2e-12),
                    (LinearSolver::BiCgStab, Preconditioner::Jacobi, 1e-11),
                    (LinearSolver::BiCgStab, Preconditioner::Neumann, 1e-11),
                    (LinearSolver::MinimalResidual, Preconditioner::Jacobi, 1e-11),
                    (LinearSolver::SteepestDescent, Preconditioner::None, 1e-11),
                ] {
                    // The stages of fully implicit methods are coupled by a matrix far from a symmetric one.
                    let coupled = matches!(method.family, Family::FullyImplicit(_));
                    let descends = other == LinearSolver::SteepestDescent
                        || (other == LinearSolver::MinimalResidual && *newton == NewtonJacobian::Exact);
                    if coupled && descends {
                        continue;
                    }
                    for (i, (sparse, found)) in
                        sparse.iter().zip(of((other, preconditioner), smooth)).enumerate()
                    {
                        // One of Newton's iterations more makes the next step that much smaller.
                        let one_more = method.iterated() && other.iterates();
                        let most = match i {
                            0..3 => rounding,
                            _ if one_more => 0.1 * sparse,
                            _ => 1e-5 * sparse,
                        };
                        let name = method.name;
                        assert!(
                            (sparse - found).abs() < most,
                            "{name} {newton:?} {other:?} {preconditioner:?}: {sparse} {found}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn methods_have_their_orders_with_dense_factors() {
    let dense = StepSettings { linear_solver: Some(LinearSolver::Dense), ..tight(1.0) };
    for name in ["rodas3p", "ros34prw", "kvaerno3", "sdirk_2_2", "radau_iia_3"] {
        let method = find(name).unwrap();
        let of = |steps| {
            distance(ends(method, &method.applicable(&dense), steps).into_iter(), problem::solution(1.0))
        };
        let measured = (of(64) / of(128)).log2();
        println!("{name}: {measured:.3}");
        assert!((measured - f64::from(method.order)).abs() < 0.2, "{name}: {measured}");
    }
}

#[test]
fn linear_systems_are_solved_as_their_size_wants_it() {
    let graph = Graph::new();
    let names: Vec<_> = (0..400).map(|i| format!("u{i}")).collect();
    let u: Vec<_> = names.iter().map(|name| graph.symbol(name)).collect();
    let coupled = |states: usize| {
        let all = u[..states].iter().copied().reduce(|sum, u| sum + u).unwrap();
        let list: Vec<_> =
            u[..states].iter().zip(&names).map(|(u, name)| (name.as_str(), *u, (all - *u).sin())).collect();
        problem::make(&graph, graph.symbol("t"), &list)
    };
    let asked = |method: &str, linear_solver, states| {
        let settings = StepSettings { linear_solver, ..StepSettings::default() };
        find(method).unwrap().linear_solver(&settings, &coupled(states))
    };
    let (sparse, dense) = (Some(LinearSolver::Sparse), Some(LinearSolver::Dense));
    assert_eq!(asked("rodas5p", None, 40).unwrap(), sparse);
    assert_eq!(asked("rodas5p", None, 60).unwrap(), dense);
    assert_eq!(asked("rodas5p", sparse, 200).unwrap(), sparse);
    assert_eq!(asked("rodas5p", None, 260).unwrap(), dense);
    assert_eq!(asked("kvaerno5", dense, 3).unwrap(), dense);
    assert_eq!(asked("radau_iia_5", None, 160).unwrap(), dense);
    assert_eq!(asked("tsit5", None, 400).unwrap(), None);
    assert_eq!(asked("radau_iia_5", Some(LinearSolver::BiCgStab), 3).unwrap(), Some(LinearSolver::BiCgStab));
    let message = asked("rodas5p", sparse, 260).unwrap_err().to_string();
    assert!(message.contains("260 states") && message.contains("tsit5"), "{message}");
    assert!(asked("tsit5", dense, 3).unwrap_err().to_string().contains("rodas5p"));
}
