//! Recorded events: when and which, against closed forms; what is no event; files; endless cascades.
#![allow(clippy::unwrap_used)]

use std::fs;

use rubie::prelude::*;
use rubie::sink::{TableForm, create};
use rubie::{Monitor, Status};

fn solver(text: &str, options: SolveOptions) -> Solver {
    let model = Model::parse("m", text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    Solver::new(&model, &options).unwrap()
}

fn solve(text: &str, options: SolveOptions, axes: &[(&str, &str)]) -> Solution {
    let axes = axes.iter().map(|(name, spec)| Axis::parse(name, spec, 0).unwrap()).collect();
    solver(text, options).solve(&Sweep::product(axes).unwrap()).unwrap()
}

const BALL: &str = "
param g = 9.81, loss = 0.1
state h = 1, v = 0
h' = v
v' = -g
when h < 0: h = 0, v = -(1 - loss)*v
";

/// Time of bounce `n`, from 1, of a ball let go at rest 1 above the ground: the fall, and flights that last (1 - loss)^k of twice that.
fn bounce(n: usize, g: f64, loss: f64) -> f64 {
    let fall = (2.0 / g).sqrt();
    fall + (1..n).map(|k| 2.0 * fall * (1.0 - loss).powi(k as i32)).sum::<f64>()
}

#[test]
fn twenty_bounces_are_recorded_as_the_closed_form_says() {
    for method in ["tsit5", "dop853", "rodas5p", "kvaerno5", "radau_iia_5"] {
        let options = SolveOptions {
            method: method.to_owned(),
            steps: StepSettings::with_tolerance(1e-10),
            until: 8.0,
            record_events: 20,
            ..SolveOptions::default()
        };
        let solution = solve(BALL, options, &[("g", "5:15:11"), ("loss", "0.01,0.05,0.1")]);
        for run in 0..solution.runs() {
            let of = |name: &str| solution.swept_values(name).unwrap()[run];
            let events = solution.events(run);
            let within = (1..=20).map(|n| bounce(n, of("g"), of("loss"))).take_while(|time| *time < 8.0);
            let expected: Vec<f64> = within.collect();
            assert_eq!(events.len(), expected.len(), "{method}, run {run}");
            for ((time, event), expected) in events.iter().zip(&expected) {
                assert_eq!(*event, 0);
                assert!((time - expected).abs() < 1e-7, "{method}, run {run}: {time}, not {expected}");
            }
        }
    }
}

#[test]
fn events_at_given_times_are_recorded_with_their_numbers() {
    let text = "state x = 1\nx' = -x\nat t = 0 every 0.1: x = x + 1\nat t = 0.25: x = 0\nwhen x > 1.5: x = x";
    let options = SolveOptions { until: 0.35, record_events: 10, ..SolveOptions::default() };
    let solution = solve(text, options, &[("x", "1,1")]);
    let layout = solution.layout().events.clone().unwrap();
    assert_eq!(
        (layout.slots, layout.names.as_slice()),
        (10, &["line 3", "line 4", "line 5"].map(String::from)[..])
    );
    for run in 0..2 {
        let events = solution.events(run);
        let timed: Vec<_> = events.iter().copied().filter(|(_, event)| *event < 2).collect();
        // Computed as `first + k*every`, to the last bit; the dose at the start is one.
        assert_eq!(timed, [(0.0, 0), (0.1, 0), (2.0 * 0.1, 0), (0.25, 1), (3.0 * 0.1, 0)]);
        assert!(events.is_sorted_by(|a, b| a.0 <= b.0), "{events:?}");
    }
    assert_eq!(solution.events(2), []);
}

#[test]
fn events_without_a_slot_are_counted() {
    let text = "state x = 1\nx' = -x\nat t = 1 every 1: x = 1";
    let options = SolveOptions { until: 10.5, record_events: 4, ..SolveOptions::default() };
    let solution = solve(text, options, &[("x", "1,2,3")]);
    assert_eq!(solution.events(1).len(), 4);
    assert_eq!(solution.report().unrecorded_events, 3 * 6);
    assert!(solution.report().to_string().contains("18 events"));
}

#[test]
fn recording_changes_nothing_and_depends_on_the_run_alone() {
    let axes = [("g", "5:15:300")];
    let options = |threads, record_events, backend| SolveOptions {
        until: 5.0,
        save: Schedule::Every(0.5),
        threads: std::num::NonZeroUsize::new(threads),
        record_events,
        backend,
        ..SolveOptions::default()
    };
    let plain = solve(BALL, options(1, 0, BackendChoice::Auto), &axes);
    let first = solve(BALL, options(1, 30, BackendChoice::Auto), &axes);
    for (threads, backend) in
        [(1, BackendChoice::Interpreter), (2, BackendChoice::Auto), (7, BackendChoice::Auto)]
    {
        let other = solve(BALL, options(threads, 30, backend), &axes);
        assert!((0..300).all(|run| first.events(run) == other.events(run) && !first.events(run).is_empty()));
    }
    assert!((0..300).all(|run| first.series("h", run) == plain.series("h", run)));
}

/// A step that an event cuts short has no samples behind the cut, whatever other runs have.
#[test]
fn summaries_beside_events_depend_on_the_run_alone() {
    let options = |threads| SolveOptions {
        until: 5.0,
        save: Schedule::Never,
        summaries: Some(SummaryOptions::new(&["mean", "max", "final"], 0.05)),
        threads: std::num::NonZeroUsize::new(threads),
        ..SolveOptions::default()
    };
    let axes = [("g", "5:15:200"), ("loss", "0.02")];
    let together = solve(BALL, options(1), &axes);
    for run in (0..200).step_by(17) {
        let g = format!("{}", together.swept_values("g").unwrap()[run]);
        let alone = solve(BALL, options(1), &[("g", &g), ("loss", "0.02")]);
        for name in together.summary_names() {
            let value = |solution: &Solution, run| solution.summary(name, 0, run).unwrap().to_bits();
            assert_eq!(value(&together, run), value(&alone, 0), "{name} of run {run}");
        }
        assert!(together.summary("h_max", 0, run).unwrap() <= 1.0);
    }
}

#[test]
fn a_model_without_events_has_none_to_record() {
    let model = Model::parse("m", "state x = 1\nx' = -x").unwrap();
    let options = SolveOptions { record_events: 1, ..SolveOptions::default() };
    let error = Solver::new(&model, &options).map(drop).unwrap_err().to_string();
    assert!(error.contains("has none"), "{error}");
}

/// A ball that loses much comes to rest after infinitely many bounces in a finite time.
#[test]
fn an_endless_cascade_ends_with_a_status() {
    let options = SolveOptions { until: 100.0, record_events: 500, ..SolveOptions::default() };
    let solution = solve(BALL, options.clone(), &[("loss", "0.5,0.2,0.1")]);
    for run in 0..3 {
        assert_eq!(solution.status()[run], Status::EVENT_CASCADE, "{}", solution.status()[run]);
        // It fails near the time of rest: the sum of all flights.
        let loss = solution.swept_values("loss").unwrap()[run];
        let rest = (2.0 / 9.81_f64).sqrt() * (2.0 / loss - 1.0);
        let events = solution.events(run);
        let last = events.last().unwrap().0;
        assert!(
            (last - rest).abs() < 1e-3,
            "run {run}: the last of {} at {last}, rest at {rest}",
            events.len()
        );
        assert!(solution.series("h", run).unwrap()[1].is_nan());
    }
    assert!(solution.report().accepted_steps < 20_000, "{}", solution.report());
    assert!(solution.report().to_string().contains("event_cascade"));

    // Two events that make each other happen, at one time.
    let text = "state x = -1, k = 1\nx' = k\nk' = 0\nwhen x > 0: x = -1e-9\nwhen x < -1e-10: x = 1e-10";
    let solution = solve(text, SolveOptions { until: 10.0, ..options }, &[("k", "1,2")]);
    assert!(solution.status().iter().all(|status| *status == Status::EVENT_CASCADE));
}

#[test]
fn files_have_events_and_status() {
    let folder = tempfile::tempdir().unwrap();
    let text = "state x = 1\nx' = -x\nat t = 1: x = 2\nwhen x < 1: stop";
    let options = SolveOptions {
        until: 3.0,
        steps: StepSettings::with_tolerance(1e-9),
        record_events: 3,
        status: true,
        ..SolveOptions::default()
    };
    let solver = solver(text, options);
    let sweep = Sweep::product(vec![Axis::parse("x", "0.5,1.5", 0).unwrap()]).unwrap();
    let write = |name: &str| {
        let sink = create(&folder.path().join(name), TableForm::Wide, solver.layout(&sweep)).unwrap();
        solver.solve_into(&sweep, sink, &Monitor::default()).unwrap()
    };
    let report = write("a.csv");
    assert_eq!(report.events.as_deref(), Some(folder.path().join("a.events.csv").as_path()));
    let lines = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    let samples = lines("a.csv");
    assert_eq!(samples[0], "run,x(0),status,time,x");
    assert!(samples[1].starts_with("0,0.5,stopped,0.0,"), "{samples:?}");
    let events = lines("a.events.csv");
    assert_eq!(events[0], "run,x,status,slot,event_time,event");
    assert_eq!((events.len(), events[1].as_str()), (7, "0,0.5,stopped,0.0,1.0,0.0"));
    // x = 2 exp(-(t - 1)) is 1 at 1 + ln 2; the other run is at 1.5 exp(-t) = 1 before its dose.
    let time = |line: &str| -> f64 { line.split(',').nth(4).unwrap().parse().unwrap() };
    assert!((time(&events[2]) - (1.0 + 2f64.ln())).abs() < 1e-7, "{events:?}");
    assert!(
        (time(&events[4]) - 1.5f64.ln()).abs() < 1e-7 && events[5].ends_with(",1.0,NaN,NaN"),
        "{events:?}"
    );

    for name in ["a.parquet", "a.npz", "a.zarr"] {
        write(name);
    }
    assert!(folder.path().join("a.events.parquet").is_file());
    let group = fs::read_to_string(folder.path().join("a.zarr/zarr.json")).unwrap();
    assert!(group.contains("\"line 3\"") && group.contains("flag_meanings") && group.contains("event_time"));
    let error =
        create(&folder.path().join("a.npy"), TableForm::Wide, solver.layout(&sweep)).map(drop).unwrap_err();
    assert!(error.to_string().contains(".npz"), "{error}");
}
