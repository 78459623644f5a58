//! Events where states are f32: times stay f64. Doses and bounces against closed forms; runs alone, in batches, on every backend.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

fn single() -> SolveOptions {
    let steps = StepSettings::with_tolerance(1e-6);
    SolveOptions { precision: Precision::F32, steps, ..SolveOptions::default() }
}

fn solve(text: &str, options: SolveOptions, axes: &[(&str, &str)]) -> Solution {
    let model = Model::parse("m", text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let axes: Vec<_> = axes.iter().map(|(name, spec)| Axis::parse(name, spec, 0).unwrap()).collect();
    let sweep = if axes.is_empty() { Sweep::single() } else { Sweep::product(axes).unwrap() };
    Solver::new(&model, &options).unwrap().solve(&sweep).unwrap()
}

const DOSES: &str = "
param k = 0.1, dose = 3, first = 2, interval = 12, last = 100
state x = 1
x' = -k*x
at t = first every interval until last: x = x + dose
";

/// The solution of [`DOSES`] just before `t`: what is left of the start and of each dose.
fn amount(t: f64, k: f64, first: f64, interval: f64) -> f64 {
    let doses =
        (0..1000).map(|n| first + f64::from(n) * interval).take_while(|time| *time <= 100.0 && *time < t);
    (-k * t).exp() + doses.filter(|time| *time >= 0.0).map(|time| 3.0 * (-k * (t - time)).exp()).sum::<f64>()
}

#[test]
fn repeated_doses_follow_the_closed_form() {
    for method in ["tsit5", "dop853", "rodas5p", "kvaerno5", "rk4"] {
        let options = single();
        let dt = (method == "rk4").then_some(0.05);
        let steps = StepSettings { dt, ..options.steps.clone() };
        let save = Schedule::Every(0.7);
        let options = SolveOptions { method: method.to_owned(), steps, until: 120.0, save, ..options };
        let axes = [("k", "0.05:0.3:17"), ("interval", "5:40:5"), ("first", "-3,0,2.5")];
        let solution = solve(DOSES, options, &axes);
        assert!(solution.status().iter().all(|status| status.is_success()), "{method}");
        for run in 0..solution.runs() {
            let of = |name: &str| solution.swept_values(name).unwrap()[run];
            let (k, interval, first) = (of("k"), of("interval"), of("first"));
            let course = solution.series("x", run).unwrap();
            for (t, x) in solution.times().iter().zip(&course) {
                let expected = amount(*t, k, first, interval);
                let at_dose = ((t - first) / interval).fract().abs() < 1e-9;
                assert!(
                    at_dose || (x - expected).abs() < 1e-4 * (1.0 + expected),
                    "{method}, k {k}, every {interval} from {first}, t {t}: {x}, not {expected}"
                );
            }
        }
    }
}

const BALL: &str = "
param g = 9.81, loss = 0.1
state h = 1, v = 0
h' = v
v' = -g
when h < 0: h = 0, v = -(1 - loss)*v
";

/// Time of bounce `n`, from 1: the fall from height 1, and flights that last (1 - loss)^k of twice that.
fn bounce(n: usize, g: f64, loss: f64) -> f64 {
    let fall = (2.0 / g).sqrt();
    fall + (1..n).map(|k| 2.0 * fall * (1.0 - loss).powi(k as i32)).sum::<f64>()
}

#[test]
fn bounces_are_located_and_recorded() {
    // Coefficients in the hundreds make the rounding of dop853's interpolant larger.
    for (method, tolerance) in [("tsit5", 1e-4), ("dop853", 2e-3), ("rodas5p", 1e-4), ("radau_iia_5", 1e-4)] {
        // The rounding of a step is relative to where it would have ended, far below the ground.
        let steps = StepSettings { dt_max: Some(0.25), ..single().steps };
        let options =
            SolveOptions { method: method.to_owned(), steps, until: 5.0, record_events: 20, ..single() };
        let solution = solve(BALL, options, &[("g", "5:15:11"), ("loss", "0.01,0.05,0.1")]);
        for run in 0..solution.runs() {
            assert!(solution.status()[run].is_success());
            let of = |name: &str| solution.swept_values(name).unwrap()[run];
            let times = (1..=20).map(|n| bounce(n, of("g"), of("loss")));
            let expected: Vec<f64> = times.take_while(|time| *time < 4.999).collect();
            let events = solution.events(run);
            assert!(events.len() >= expected.len(), "{method}, run {run}: {events:?}, not {expected:?}");
            for ((time, event), expected) in events.iter().zip(&expected) {
                assert_eq!(*event, 0);
                assert!((time - expected).abs() < tolerance, "{method}, run {run}: {time}, not {expected}");
            }
        }
    }
}

#[test]
fn given_times_are_those_of_f64() {
    let text = "param every = 0.1\nstate x = 1\nx' = -x\nat t = 0 every every: x = x + 1\nat t = 0.25: x = 0";
    let options = SolveOptions { until: 0.35, record_events: 10, ..single() };
    for axes in [&[("x", "1,2")][..], &[("every", "0.1,0.1")]] {
        let solution = solve(text, options.clone(), axes);
        for run in 0..2 {
            let expected = [(0.0, 0), (0.1, 0), (2.0 * 0.1, 0), (0.25, 1), (3.0 * 0.1, 0)];
            assert_eq!(solution.events(run), expected);
        }
    }
}

/// Samples, events and summaries of a batch with both kinds of events are the same bits, whatever runs them, and those of runs alone.
#[test]
fn results_depend_on_the_run_alone() {
    let text = format!("{BALL}at t = 0 every 0.37: v = v + 0.125\nwhen v < -3.5 and t > 1.25: v = 2\n");
    let options = |threads, backend, vectors| SolveOptions {
        until: 4.0,
        save: Schedule::Every(0.25),
        summaries: Some(SummaryOptions::new(&["mean", "max"], 0.05)),
        threads: NonZeroUsize::new(threads),
        record_events: 40,
        backend,
        vectors,
        ..single()
    };
    let axes = [("g", "5:15:300")];
    let reference = solve(&text, options(1, BackendChoice::Interpreter, Some(Isa::Portable)), &axes);
    assert!(reference.status().iter().all(|status| status.is_success()));
    for (threads, backend) in [(2, BackendChoice::Auto), (3, BackendChoice::Interpreter)] {
        let other = solve(&text, options(threads, backend, None), &axes);
        assert_eq!(other.samples(), reference.samples());
        for run in 0..300 {
            assert_eq!(other.events(run), reference.events(run));
            for name in reference.summary_names() {
                let value = |solution: &Solution| solution.summary(name, 0, run).unwrap().to_bits();
                assert_eq!(value(&other), value(&reference), "{name} of run {run}");
            }
        }
    }
    for run in (0..300).step_by(37) {
        let g = format!("{}", reference.swept_values("g").unwrap()[run]);
        let alone = solve(&text, options(1, BackendChoice::Auto, None), &[("g", &g)]);
        assert_eq!(alone.series("h", 0).unwrap(), reference.series("h", run).unwrap());
        assert_eq!(alone.events(0), reference.events(run));
    }
    assert!((0..300).any(|run| reference.events(run).iter().any(|(_, event)| *event == 2)));
}

#[test]
fn events_at_the_start_and_at_the_end_happen() {
    let text = "state x = 0, y = 0\nparam a = 0\nx' = 0\ny' = 0\n\
                at t = 0: x = a\nwhen x > 1: y = 1\nwhen x > 2: stop\nwhen y > 0.5: y = y + 10\nat t = 1: x = 100";
    let options = SolveOptions { until: 1.0, save: Schedule::Ends, ..single() };
    let solution = solve(text, options, &[("a", "0:2.5:1001")]);
    for run in 0..1001 {
        let a = solution.swept_values("a").unwrap()[run];
        let (x, y) = (solution.series("x", run).unwrap(), solution.series("y", run).unwrap());
        assert_eq!([x[0], y[0]], [0.0, 0.0]);
        if a > 2.0 {
            assert!(solution.status()[run] == Status::STOPPED && x[1].is_nan(), "a = {a}: {x:?}");
        } else {
            // The last sample shows the state before the event at the end.
            assert_eq!([x[1], y[1]], [f64::from(a as f32), if a > 1.0 { 11.0 } else { 0.0 }], "a = {a}");
        }
    }
}

#[test]
fn a_condition_ends_a_run_and_endless_events_are_told() {
    let text = "state x = 1\nparam k = 1\nx' = -k*x\nwhen x < 0.5: x = 7, stop\nat t = 2.5: stop";
    let options = SolveOptions { until: 3.0, save: Schedule::Every(0.5), ..single() };
    let solution = solve(text, options.clone(), &[("k", "1,0.1,0")]);
    assert_eq!(solution.status(), [Status::STOPPED; 3]);
    let course = solution.series("x", 0).unwrap();
    assert!((course[1] - (-0.5f64).exp()).abs() < 1e-5);
    assert!(course[2..].iter().all(|value| value.is_nan()), "ln 2 = 0.69 was the end");
    assert!(solution.series("x", 2).unwrap()[5] == 1.0);

    let endless = "state x = 0\nx' = 1\nwhen x > 1: x = 0.5\nwhen x < 0.75: x = 2";
    let solution = solve(endless, options, &[]);
    assert_eq!(solution.status(), [Status::EVENT_CASCADE]);
}

/// Algebraic states follow events: x + y = 1.
#[test]
fn algebraic_states_follow() {
    let text = "state x = 1, y = 0.5\nx' = -x\n0 = x + y - 1\nat t = 0.5 every 0.5: x = 1";
    let options =
        SolveOptions { method: "rodas5p".to_owned(), until: 2.0, save: Schedule::Every(0.125), ..single() };
    let solution = solve(text, options, &[("x", "1,2,3")]);
    assert!(solution.status().iter().all(|status| status.is_success()), "{:?}", solution.status());
    for run in 0..3 {
        let (x, y) = (solution.series("x", run).unwrap(), solution.series("y", run).unwrap());
        for (k, (x, y)) in x.iter().zip(&y).enumerate() {
            assert!((x + y - 1.0).abs() < 1e-5, "{x} and {y}");
            let since = (0.125 * k as f64 - 0.5 * (k.saturating_sub(1) / 4) as f64).exp();
            let from = if k <= 4 { [1.0, 2.0, 3.0][run] } else { 1.0 };
            assert!((x - from / since).abs() < 1e-4, "run {run}, sample {k}: {x}");
        }
    }
}

/// The right-hand side jumps at a time that steps keep to.
#[test]
fn steps_land_on_jumps() {
    let text = "state x = 0\nparam k = 1\nx' = k*(if(t < 1, 0, 1) - x)";
    let options = SolveOptions {
        until: 2.0,
        save: Schedule::Every(0.25),
        jumps: vec![1.0],
        steps: StepSettings { dt: Some(0.5), ..StepSettings::with_tolerance(1e-5) },
        ..single()
    };
    let axes = [("k", "log:1:1000:100")];
    let plain = solve(text, SolveOptions { jumps: Vec::new(), ..options.clone() }, &axes);
    let solution = solve(text, options, &axes);
    for run in 0..100 {
        let k = solution.swept_values("k").unwrap()[run];
        let course = solution.series("x", run).unwrap();
        for (t, x) in solution.times().iter().zip(&course) {
            let expected = if *t > 1.0 { 1.0 - (-k * (t - 1.0)).exp() } else { 0.0 };
            // Times around the jump are 32 roundings apart.
            assert!((x - expected).abs() < 1e-3 + 5e-6 * k, "k = {k}, t = {t}: {x}, not {expected}");
        }
    }
    let rejected = |solution: &Solution| solution.report().rejected_steps;
    assert!(2 * rejected(&solution) < rejected(&plain), "{} and {}", rejected(&solution), rejected(&plain));
}
