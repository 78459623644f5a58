//! Whole attempts against the formulas of the controllers written plainly in f64.

mod support;

use rubie_expr::{Evaluator, Graph};
use rubie_method::{BuildOptions, ControllerKind, Family, Filter, Method, StepGraph, StepSettings, find};
use rubie_model::System;
use support::numbers::Number;
use support::{Values, plain, problem};

/// A controller as its formulas are printed: E is a mean square, k = control order + 1.
struct Plain {
    kind: ControllerKind,
    b: [f64; 3],
    k: f64,
    safety: f64,
    shrink: f64,
    growth: f64,
    deadband: (f64, f64),
    /// (E, dt) of the accepted steps, newest first.
    history: Vec<(f64, f64)>,
}

impl Plain {
    fn factor(&mut self, norm: f64, dt: f64) -> f64 {
        let accepted = norm <= 1.0;
        let root = |value: f64, b: f64| value.powf(-b / (2.0 * self.k));
        let last = self.history.first().map_or(norm, |step| step.0);
        let older = self.history.get(1).map_or(last, |step| step.0);
        let [b1, b2, b3] = self.b;
        let raw = match (self.kind, accepted) {
            (ControllerKind::Gustafsson, _) => {
                let basic = self.safety * root(norm, 1.0);
                match self.history.first() {
                    Some((last, last_dt)) if accepted => {
                        basic.min(self.safety * dt / last_dt * root(norm * norm / last, 1.0))
                    }
                    _ => basic,
                }
            }
            (_, false) => self.safety * root(norm, b1),
            (ControllerKind::Integral, _) => self.safety * root(norm, b1),
            (ControllerKind::ProportionalIntegral, _) => self.safety * root(norm, b1) * root(last, b2),
            _ => self.safety * root(norm, b1) * root(last, b2) * root(older, b3),
        };
        let factor = raw.clamp(self.shrink, self.growth);
        let still = accepted && factor >= self.deadband.0 && factor <= self.deadband.1;
        if accepted {
            self.history.insert(0, (norm, dt));
        }
        if still { 1.0 } else { factor }
    }
}

/// The mean square of the scaled error of one attempt.
fn error_norm(method: &Method, (t, y, dt): (f64, [f64; 3], f64), atol: f64, rtol: f64) -> (f64, [f64; 3]) {
    let Family::ExplicitRungeKutta(data) = method.family else { panic!("an explicit method") };
    let k = plain::stages(data.tableau, problem::rate, (t, y, dt));
    let new = plain::advanced(data.tableau.b, &y, &dt, &k);
    let companion = data.tableau.b_hat.expect("adaptive");
    let squares = (0..3).map(|i| {
        let weights = data.tableau.b.iter().zip(companion).zip(&k);
        let error: f64 =
            weights.map(|((b, b_hat), k)| dt * (f64::coefficient(b) - f64::coefficient(b_hat)) * k[i]).sum();
        (error / (atol + rtol * y[i].abs().max(new[i].abs()))).powi(2)
    });
    (squares.sum::<f64>() / 3.0, new)
}

struct Run<'g> {
    step: StepGraph<'g>,
    values: Values,
    evaluator: Evaluator,
}

fn start<'g>(method: &Method, system: &System<'g>, settings: &StepSettings) -> Run<'g> {
    let controller = method.controller(settings).expect("legal");
    let dead_band = settings.has_dead_band();
    let step = method.build(system, &BuildOptions { controller, dead_band, ..Default::default() });
    let mut values = Values(vec![f64::NAN; system.graph.symbol_count()]);
    for (control, value) in step.controls.iter().zip(method.control_values(settings, 3).expect("legal")) {
        values.set(*control, value);
    }
    values.set(system.time, 0.0);
    for (state, value) in system.states.iter().zip(problem::solution(0.0f64)) {
        values.set(state.symbol, value);
    }
    for memory in &step.memory {
        values.set(memory.symbol, values.evaluate(memory.first));
    }
    values.set(step.dt, values.evaluate(step.first_dt));
    let mut roots = vec![step.accepted, step.next_dt];
    roots.extend(&step.next_states);
    roots.extend(step.memory.iter().map(|memory| memory.next));
    Run { evaluator: Evaluator::new(&roots), step, values }
}

/// Runs to t = 2 and compares every attempt; gives the numbers of accepted and rejected ones.
fn compare(method: &Method, settings: &StepSettings, mut plain: Plain) -> (usize, usize) {
    let graph = Graph::new();
    let system = problem::system(&graph);
    let mut run = start(method, &system, settings);
    let (mut t, mut counts) = (0.0, (0, 0));
    while t < 2.0 && counts.0 + counts.1 < 5000 {
        let y = [0, 1, 2].map(|i| run.values.get(system.states[i].symbol));
        let dt = run.values.get(run.step.dt);
        let (norm, new) = error_norm(method, (t, y, dt), 1e-6, 1e-6);
        let after = run.evaluator.evaluate(&run.values.0);
        let accepted = after[0] == 1.0;
        assert_eq!(accepted, norm <= 1.0, "E = {norm}");
        let expected = plain.factor(norm, dt) * dt;
        assert!(
            (after[1] / expected - 1.0).abs() < 1e-3,
            "E = {norm}, dt = {dt}: {} is not {expected}",
            after[1]
        );
        for i in 0..3 {
            let expected = if accepted { new[i] } else { y[i] };
            assert!((after[2 + i] - expected).abs() < 1e-13);
            run.values.set(system.states[i].symbol, after[2 + i]);
        }
        for (memory, value) in run.step.memory.iter().zip(&after[5..]) {
            run.values.set(memory.symbol, *value);
        }
        if accepted {
            t += dt;
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
        run.values.set(system.time, t);
        run.values.set(run.step.dt, after[1]);
    }
    counts
}

fn plain_for(method: &Method, kind: ControllerKind, b: [f64; 3]) -> Plain {
    let k = f64::from(method.control_order() + 1);
    Plain { kind, b, k, safety: 0.9, shrink: 0.2, growth: 10.0, deadband: (1.0, 1.0), history: Vec::new() }
}

#[test]
fn every_controller_follows_its_formula() {
    let cases = [
        (ControllerKind::Integral, [1.2, 0.0, 0.0]),
        (ControllerKind::ProportionalIntegral, [0.7, -0.4, 0.0]),
        (ControllerKind::Pid, [0.7, -0.4, 0.0]),
        (ControllerKind::Gustafsson, [1.0, 0.0, 0.0]),
    ];
    for name in ["bogacki-shampine-32", "tsit5", "cash-karp-54", "vern7", "dop853", "vern9"] {
        let method = find(name).expect("there");
        for (kind, b) in cases {
            let settings = StepSettings { controller: Some(kind), dt: Some(2.0), ..StepSettings::default() };
            let (accepted, rejected) = compare(method, &settings, plain_for(method, kind, b));
            println!("{name} {kind}: {accepted} accepted, {rejected} rejected");
            assert!(accepted > 3 && rejected > 0, "{name} {kind}: {accepted} {rejected}");
        }
    }
}

#[test]
fn every_filter_is_what_it_says() {
    let method = find("tsit5").expect("there");
    for filter in Filter::ALL {
        let settings = StepSettings { filter: Some(filter), dt: Some(1.0), ..StepSettings::default() };
        compare(method, &settings, plain_for(method, filter.controller(), filter.coefficients()));
    }
}

#[test]
fn gains_limits_and_dead_band_are_obeyed() {
    let method = find("tsit5").expect("there");
    let settings = StepSettings {
        integral_gain: Some(0.5),
        proportional_gain: Some(0.3),
        derivative_gain: Some(0.1),
        safety: Some(0.8),
        min_step_shrink: Some(0.5),
        max_step_growth: Some(1.5),
        deadband_min: 0.95,
        deadband_max: 1.1,
        dt: Some(0.7),
        ..StepSettings::default()
    };
    let plain = Plain {
        safety: 0.8,
        shrink: 0.5,
        growth: 1.5,
        deadband: (0.95, 1.1),
        ..plain_for(method, ControllerKind::Pid, [0.9, -0.5, 0.1])
    };
    assert_eq!(method.controller(&settings), Ok(ControllerKind::Pid));
    compare(method, &settings, plain);
}

/// One attempt of y' = rate: accepted, factor, new state.
fn attempt(kind: ControllerKind, rate: f64, initial: f64, dt: f64) -> (bool, f64, f64) {
    let graph = Graph::new();
    let (t, y) = (graph.symbol("t"), graph.symbol("y"));
    let system = problem::make(&graph, t, &[("y", y, graph.constant(rate))]);
    let method = find("tsit5").expect("there");
    let settings = StepSettings { controller: Some(kind), dt: Some(dt), ..StepSettings::default() };
    let step = method.build(&system, &BuildOptions { controller: kind, dense: false, ..Default::default() });
    let mut values = Values(vec![0.0; graph.symbol_count()]);
    for (control, value) in step.controls.iter().zip(method.control_values(&settings, 1).expect("legal")) {
        values.set(*control, value);
    }
    values.set(y, initial);
    values.set(step.dt, dt);
    for memory in &step.memory {
        values.set(memory.symbol, values.evaluate(memory.first));
    }
    let accepted = values.evaluate(step.accepted) == 1.0;
    (accepted, values.evaluate(step.next_dt) / dt, values.evaluate(step.next_states[0]))
}

const ADAPTIVE: [ControllerKind; 4] = [
    ControllerKind::Integral,
    ControllerKind::ProportionalIntegral,
    ControllerKind::Pid,
    ControllerKind::Gustafsson,
];

#[test]
fn no_error_grows_the_step_to_the_limit() {
    for kind in ADAPTIVE {
        let (accepted, factor, new) = attempt(kind, 0.0, 1.0, 0.5);
        assert_eq!((accepted, factor, new), (true, 10.0, 1.0), "{kind}");
    }
}

#[test]
fn what_is_not_a_number_is_rejected_and_shrinks_the_step_to_the_limit() {
    for kind in ADAPTIVE {
        for rate in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let (accepted, factor, new) = attempt(kind, rate, 1.0, 0.5);
            assert!(!accepted && (factor - 0.2).abs() < 1e-15 && new == 1.0, "{kind} {rate}: {factor} {new}");
        }
    }
    assert!(!attempt(ControllerKind::Fixed, f64::NAN, 1.0, 0.5).0);
}

#[test]
fn an_infinite_new_state_is_rejected_though_its_scaled_error_is_zero() {
    for kind in ADAPTIVE {
        let (accepted, _, new) = attempt(kind, 1e307, 1e308, 15.0);
        assert!(!accepted && new == 1e308, "{kind}");
    }
    assert!(!attempt(ControllerKind::Fixed, 1e307, 1e308, 15.0).0);
}
