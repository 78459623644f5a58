//! Events of models: doses against the closed form; a bouncing ball against its own; ends of runs.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

fn model(text: &str) -> Model {
    Model::parse("m", text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

const DOSES: &str = "
param k = 0.1, dose = 3, first = 2, interval = 12, last = 100
state x = 1
x' = -k*x
at t = first every interval until last: x = x + dose
";

/// The solution of [`DOSES`] just before `t`: what is left of the start and of each dose.
fn amount(t: f64, k: f64, first: f64, interval: f64, last: f64) -> f64 {
    let doses =
        (0..1000).map(|n| first + f64::from(n) * interval).take_while(|time| *time <= last && *time < t);
    (-k * t).exp() + doses.filter(|time| *time >= 0.0).map(|time| 3.0 * (-k * (t - time)).exp()).sum::<f64>()
}

#[test]
fn repeated_doses_follow_the_closed_form() {
    for (method, tolerance) in [("tsit5", 1e-8), ("dop853", 1e-8), ("rodas5p", 1e-8), ("rk4", 1e-5)] {
        let steps = StepSettings::with_tolerance(1e-9);
        let steps = StepSettings { dt: (method == "rk4").then_some(0.05), ..steps };
        let save = Schedule::Every(0.7);
        let options =
            SolveOptions { method: method.to_owned(), steps, until: 120.0, save, ..SolveOptions::default() };
        let axes = ["k=0.05:0.3:37", "interval=5:40:5", "first=-3,0,2.5"]
            .map(|text| text.split_once('=').unwrap())
            .map(|(name, spec)| Axis::parse(name, spec, 0).unwrap());
        let sweep = Sweep::product(axes.to_vec()).unwrap();
        let solution = Solver::new(&model(DOSES), &options).unwrap().solve(&sweep).unwrap();
        assert!(solution.status().iter().all(|status| status.is_success()));
        for run in 0..solution.runs() {
            let of = |name: &str| solution.swept_values(name).unwrap()[run];
            let (k, interval, first) = (of("k"), of("interval"), of("first"));
            let course = solution.series("x", run).unwrap();
            for (t, x) in solution.times().iter().zip(&course) {
                let expected = amount(*t, k, first, interval, 100.0);
                let at_dose = ((t - first) / interval).fract().abs() < 1e-9;
                assert!(
                    at_dose || (x - expected).abs() < tolerance * (1.0 + expected),
                    "{method}, k {k}, every {interval} from {first}, t {t}: {x}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn a_sample_at_the_time_of_an_event_shows_the_state_before() {
    let text = "state x = 1, y = 0\nx' = 0\ny' = 0\nat t = 0 every 1: x = x + 1, y = x\nat t = 2: x = 10*x";
    let options = SolveOptions { until: 3.0, save: Schedule::Every(0.5), ..SolveOptions::default() };
    let solution = Solver::new(&model(text), &options).unwrap().solve(&Sweep::single()).unwrap();
    assert_eq!(solution.series("x", 0).unwrap(), [1.0, 2.0, 2.0, 3.0, 3.0, 40.0, 40.0]);
    // Changes of one event see the states before it.
    assert_eq!(solution.series("y", 0).unwrap(), [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
}

#[test]
fn events_leave_results_the_same_on_every_backend_and_any_threads() {
    let axes = vec![Axis::parse("k", "0.05:0.3:300", 0).unwrap()];
    let sweep = Sweep::product(axes).unwrap();
    let solve = |threads, backend, vectors| {
        let options = SolveOptions {
            until: 120.0,
            save: Schedule::Every(10.0),
            threads: NonZeroUsize::new(threads),
            backend,
            vectors,
            ..SolveOptions::default()
        };
        Solver::new(&model(DOSES), &options).unwrap().solve(&sweep).unwrap()
    };
    let reference = solve(1, BackendChoice::Interpreter, Some(Isa::Portable));
    for (threads, backend) in [(2, BackendChoice::Auto), (3, BackendChoice::Interpreter)] {
        assert_eq!(solve(threads, backend, None).samples(), reference.samples());
    }
}

/// A ball thrown from height 1 with a loss at each bounce; the k-th bounce, its height and speed in closed form.
const BALL: &str = "
state height = 1, speed = 0, bounces = 0
param g = 9.81, loss = 0.1
height' = speed
speed' = -g
bounces' = 0
when height < 0: height = 0, speed = -(1 - loss)*speed, bounces = bounces + 1
";

/// Height, speed and bounces at time `t`.
fn ball(t: f64, g: f64, loss: f64) -> [f64; 3] {
    let (mut start, mut speed, mut bounces) = ((2.0 / g).sqrt(), (2.0 * g).sqrt() * (1.0 - loss), 0.0);
    if t < start {
        return [1.0 - g * t * t / 2.0, -g * t, 0.0];
    }
    loop {
        bounces += 1.0;
        let flight = 2.0 * speed / g;
        let since = t - start;
        if since < flight {
            return [speed * since - g * since * since / 2.0, speed - g * since, bounces];
        }
        start += flight;
        speed *= 1.0 - loss;
    }
}

#[test]
fn a_ball_bounces_as_the_closed_form_says() {
    for method in ["tsit5", "dop853", "rodas5p"] {
        let options = SolveOptions {
            method: method.to_owned(),
            steps: StepSettings::with_tolerance(1e-10),
            until: 7.0,
            save: Schedule::Every(0.37),
            ..SolveOptions::default()
        };
        let axes = ["loss=0.05:0.12:23", "g=5,9.81"].map(|text| text.split_once('=').unwrap());
        let axes = axes.map(|(name, spec)| Axis::parse(name, spec, 0).unwrap());
        let sweep = Sweep::product(axes.to_vec()).unwrap();
        let solution = Solver::new(&model(BALL), &options).unwrap().solve(&sweep).unwrap();
        let mut most = 0.0f64;
        for run in 0..solution.runs() {
            assert!(solution.status()[run].is_success());
            let of = |name: &str| solution.swept_values(name).unwrap()[run];
            let series = ["height", "speed", "bounces"].map(|name| solution.series(name, run).unwrap());
            for (k, t) in solution.times().iter().enumerate() {
                let expected = ball(*t, of("g"), of("loss"));
                most = most.max(expected[2]);
                // Next to a bounce the times of both differ by rounding.
                let near = expected[0] < 1e-6;
                for (series, expected) in series.iter().zip(expected) {
                    assert!(
                        near || (series[k] - expected).abs() < 1e-7,
                        "{method}: {}, not {expected}",
                        series[k]
                    );
                }
            }
        }
        assert!(most >= 20.0, "{most} bounces");
    }
}

#[test]
fn an_event_can_end_a_run() {
    let text = "state x = 1\nparam k = 1\nx' = -k*x\nwhen x < 0.5: x = 7, stop\nat t = 2.5: stop";
    let options = SolveOptions {
        steps: StepSettings::with_tolerance(1e-10),
        until: 3.0,
        save: Schedule::Every(0.5),
        ..SolveOptions::default()
    };
    let sweep = Sweep::product(vec![Axis::parse("k", "1,0.1,0", 0).unwrap()]).unwrap();
    let solution = Solver::new(&model(text), &options).unwrap().solve(&sweep).unwrap();
    assert_eq!(solution.status(), [Status::STOPPED; 3]);
    let course = solution.series("x", 0).unwrap();
    assert!((course[1] - (-0.5f64).exp()).abs() < 1e-8);
    assert!(course[2..].iter().all(|value| value.is_nan()), "ln 2 = 0.69 was the end");
    assert!(solution.series("x", 1).unwrap()[5].is_finite());
    assert!(solution.series("x", 2).unwrap()[6].is_nan());
    assert_eq!(solution.report().failed_runs, 0);
}

#[test]
fn a_condition_waits_until_it_was_false() {
    let text = "state x = 0, n = 0\nx' = 1\nn' = 0\nwhen sin(t) > 0.5: n = n + 1\nwhen x > -1: n = n + 100";
    let options = SolveOptions { until: 20.0, save: Schedule::Final, ..SolveOptions::default() };
    let options =
        SolveOptions { steps: StepSettings { dt_max: Some(0.5), ..options.steps.clone() }, ..options };
    let solution = Solver::new(&model(text), &options).unwrap().solve(&Sweep::single()).unwrap();
    // sin(t) passes 1/2 upwards at pi/6 + 2 pi k; x > -1 holds from the start.
    assert_eq!(solution.series("n", 0).unwrap(), [4.0]);
}

#[test]
fn an_event_that_makes_a_condition_true_is_followed_by_another() {
    let text =
        format!("{BALL}when bounces > 6: stop\nwhen bounces > 4: loss_ = 1\nstate loss_ = 0\nloss_' = 0");
    let options = SolveOptions { until: 10.0, save: Schedule::Every(0.5), ..SolveOptions::default() };
    let solution = Solver::new(&model(&text), &options).unwrap().solve(&Sweep::single()).unwrap();
    assert_eq!(solution.status(), [Status::STOPPED]);
    let (bounces, seen) = (solution.series("bounces", 0).unwrap(), solution.series("loss_", 0).unwrap());
    let last = bounces.iter().take_while(|bounces| !bounces.is_nan()).last().unwrap();
    assert!((5.0..=6.0).contains(last), "{bounces:?}");
    assert!(
        bounces
            .iter()
            .zip(&seen)
            .all(|(bounces, seen)| bounces.is_nan() || (*bounces > 4.0) == (*seen == 1.0))
    );
}

#[test]
fn an_event_at_the_end_lets_the_run_end_well() {
    let text = "state x = 1\nparam k = 1\nx' = -k*x\nat t = 1 every 1: x = x + 1\nwhen x > 1.9: x = 0";
    let options = SolveOptions { until: 3.0, save: Schedule::Final, ..SolveOptions::default() };
    let sweep = Sweep::product(vec![Axis::parse("k", "0:2:100", 0).unwrap()]).unwrap();
    let solution = Solver::new(&model(text), &options).unwrap().solve(&sweep).unwrap();
    assert!(solution.status().iter().all(|status| *status == Status::SUCCESS), "{:?}", solution.status());
}

/// Runs of which some are changed by what follows from an event at their start, some stopped, more than fit a block.
#[test]
fn events_at_the_start_are_followed_by_others() {
    let text = "state x = 0, y = 0\nparam a = 0\nx' = 0\ny' = 0\n\
                at t = 0: x = a\nwhen x > 1: y = 1\nwhen x > 2: stop\nwhen y > 0.5: y = y + 10";
    let options = SolveOptions { until: 1.0, save: Schedule::Ends, ..SolveOptions::default() };
    let sweep = Sweep::product(vec![Axis::parse("a", "0:2.5:1000", 0).unwrap()]).unwrap();
    let solution = Solver::new(&model(text), &options).unwrap().solve(&sweep).unwrap();
    for run in 0..1000 {
        let a = solution.swept_values("a").unwrap()[run];
        let (x, y) = (solution.series("x", run).unwrap(), solution.series("y", run).unwrap());
        assert_eq!([x[0], y[0]], [0.0, 0.0]);
        if a > 2.0 {
            assert!(solution.status()[run] == Status::STOPPED && x[1].is_nan(), "a = {a}: {x:?}");
        } else {
            assert_eq!(solution.status()[run], Status::SUCCESS, "a = {a}");
            assert_eq!([x[1], y[1]], [a, if a > 1.0 { 11.0 } else { 0.0 }], "a = {a}");
        }
    }
}

/// At a jump a run goes over a few roundings of time, and a sample lies between; the first step behind it is far too long and
/// rejected.
#[test]
fn samples_and_summaries_at_a_jump_are_taken_once_the_run_has_moved() {
    let text = "state x = 0\nparam k = 1\nx' = k*(if(t < 1, 0, 1) - x)";
    let timing = SummaryTiming { sample_every: 0.25, summarise_every: Some(1.25) };
    let options = SolveOptions {
        until: 2.0,
        save: Schedule::Every(0.25),
        summaries: Some(SummaryOptions { timing, ..SummaryOptions::new(&["max"], 0.75) }),
        jumps: vec![1.0],
        steps: StepSettings { dt: Some(0.5), ..StepSettings::with_tolerance(1e-6) },
        ..SolveOptions::default()
    };
    let sweep = Sweep::product(vec![Axis::parse("k", "log:1:1000:300", 0).unwrap()]).unwrap();
    let solution = Solver::new(&model(text), &options).unwrap().solve(&sweep).unwrap();
    for run in 0..300 {
        let k = solution.swept_values("k").unwrap()[run];
        let course = solution.series("x", run).unwrap();
        for (t, x) in solution.times().iter().zip(&course) {
            let expected = if *t > 1.0 { 1.0 - (-k * (t - 1.0)).exp() } else { 0.0 };
            assert!((x - expected).abs() < 1e-4, "k = {k}, t = {t}: {x}, not {expected}");
        }
    }
}
