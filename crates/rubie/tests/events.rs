//! Events of models: doses against the closed form; what is not carried out is refused.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

fn model(text: &str) -> Model {
    Model::parse("m", text).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

fn refusal(text: &str, options: &SolveOptions) -> String {
    Solver::new(&model(text), options).map(drop).unwrap_err().to_string()
}

#[test]
fn an_event_is_never_ignored() {
    let decay = |event: &str| format!("state x = 1\nx' = -x\n{event}");
    let error = refusal(&decay("when x < 0.5: x = 1"), &SolveOptions::default());
    assert!(error.contains("the event in line 3"), "{error}");
    let error = refusal(&decay("at t = 0.5: stop"), &SolveOptions::default());
    assert!(error.contains("stops the run"), "{error}");
    let f32 = SolveOptions { precision: Precision::F32, ..SolveOptions::default() };
    let error = refusal(&decay("at t = 0.5: x = 1"), &f32);
    assert!(error.contains("--precision f64"), "{error}");
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
