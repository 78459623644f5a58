//! The first step against the published algorithm written plainly, and its special cases.

mod support;

use rubie_expr::{Expr, Graph};
use rubie_method::{BuildOptions, ControllerKind, Method, StepSettings, find};
use rubie_model::System;
use support::{Values, problem};

fn first_dt<'g>(
    method: &Method,
    system: &System<'g>,
    settings: &StepSettings,
    time: f64,
    states: &[f64],
) -> f64 {
    let step = method.build(
        system,
        &BuildOptions { controller: ControllerKind::Integral, dense: false, ..Default::default() },
    );
    let mut values = Values(vec![f64::NAN; system.graph.symbol_count()]);
    values.set(system.time, time);
    for (state, value) in system.states.iter().zip(states) {
        values.set(state.symbol, *value);
    }
    for (control, value) in
        step.controls.iter().zip(method.control_values(settings, states.len()).expect("legal"))
    {
        values.set(*control, value);
    }
    values.evaluate(step.first_dt)
}

/// Hairer, Norsett, Wanner, Solving ODEs I, 2nd ed., p. 169, a) to f), in the norm (4.11).
fn hairer(order: u32, t0: f64, y0: [f64; 3]) -> f64 {
    let norm = |v: [f64; 3]| {
        ((0..3).map(|i| (v[i] / (1e-6 + 1e-6 * y0[i].abs())).powi(2)).sum::<f64>() / 3.0).sqrt()
    };
    let f0 = problem::rate(t0, y0);
    let (d0, d1) = (norm(y0), norm(f0));
    let h0 = if d0 < 1e-5 || d1 < 1e-5 { 1e-6 } else { 0.01 * d0 / d1 };
    let f1 = problem::rate(t0 + h0, [0, 1, 2].map(|i| y0[i] + h0 * f0[i]));
    let d2 = norm([0, 1, 2].map(|i| f1[i] - f0[i])) / h0;
    let h1 = if d1.max(d2) <= 1e-15 {
        f64::max(1e-6, h0 * 1e-3)
    } else {
        (0.01 / d1.max(d2)).powf(1.0 / f64::from(order + 1))
    };
    h1.min(100.0 * h0)
}

#[test]
fn agrees_with_the_published_algorithm() {
    let graph = Graph::new();
    let system = problem::system(&graph);
    for name in ["bogacki-shampine-32", "tsit5", "dop853", "vern9"] {
        let method = find(name).expect("there");
        for (t, y) in [(0.0, [1.0, 0.5, 0.5]), (2.0, [0.2, 2.25, 0.45]), (0.5, [1e3, -1e-3, 40.0])] {
            let expected = hairer(method.control_order(), t, y);
            let found = first_dt(method, &system, &StepSettings::default(), t, &y);
            assert!((found / expected - 1.0).abs() < 1e-3, "{name} at {t}: {found} is not {expected}");
        }
    }
}

/// The first step of y' = rate(t, y) from y0.
fn scalar(rate: impl for<'g> Fn(Expr<'g>, Expr<'g>) -> Expr<'g>, y0: f64, settings: &StepSettings) -> f64 {
    let graph = Graph::new();
    let (t, y) = (graph.symbol("t"), graph.symbol("y"));
    let system = problem::make(&graph, t, &[("y", y, rate(t, y))]);
    first_dt(find("tsit5").expect("there"), &system, settings, 0.0, &[y0])
}

#[test]
fn special_cases_give_a_finite_positive_step() {
    let default = StepSettings::default();
    // At rest: h0 = 1e-6, and h1 is no better informed.
    assert_eq!(scalar(|_, y| y * 0.0, 1.0, &default), 1e-6);
    // From the origin: a hundred times h0 = 1e-6.
    assert!((scalar(|t, y| 1.0 + t * y, 0.0, &default) / 1e-4 - 1.0).abs() < 1e-12);
    for rate in [1e300, f64::MAX, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE] {
        for y0 in [0.0, 1.0, 1e300, -1e-300] {
            let dt = scalar(|_, y| y * 0.0 + rate, y0, &default);
            assert!(dt > 0.0 && dt.is_finite(), "y' = {rate} from {y0}: {dt}");
        }
    }
    let dt = scalar(|_, y| (y - 2.0).sqrt(), 1.0, &default);
    assert!(dt > 0.0 && dt.is_finite(), "{dt}");
}

#[test]
fn the_users_step_and_limits_win() {
    assert_eq!(scalar(|_, y| -y, 1.0, &StepSettings { dt: Some(0.125), ..StepSettings::default() }), 0.125);
    assert_eq!(scalar(|_, y| -y, 1.0, &StepSettings { dt_max: Some(1e-9), ..StepSettings::default() }), 1e-9);
    assert_eq!(scalar(|_, y| -y, 1.0, &StepSettings { dt_min: 5.0, ..StepSettings::default() }), 5.0);
}

#[test]
fn a_system_without_states_steps_at_once() {
    let graph = Graph::new();
    let system = problem::make(&graph, graph.symbol("t"), &[]);
    let method = find("tsit5").expect("there");
    assert_eq!(
        first_dt(method, &system, &StepSettings { dt_max: Some(3.0), ..StepSettings::default() }, 0.0, &[]),
        3.0
    );
}
