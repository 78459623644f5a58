//! The printed source on the host against the interpreter: the same bits.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod cases;
mod host;

use cases::{Case, Kind, MODELS};
use host::HostBackend;
use rubie_driver::{DriverOptions, Drivers, TimeAxis};
use rubie_kernel::{AttemptPart, CpuBackend};
use rubie_method::{LinearSolver, Method};
use rubie_program::{INTERPRETER, Isa, Precision};

fn compare(backend: &HostBackend, model: (&str, f64), method: &Method, kind: Kind, precision: Precision) {
    let case = Case::new(model, method, kind, precision);
    let successes = compare_case(backend, &case);
    assert!(successes > 50 && successes < cases::RUNS, "{}: {successes} successes", case.name);
}

/// Says how many runs succeeded.
fn compare_case(backend: &HostBackend, case: &Case) -> usize {
    let interpreter = CpuBackend::new("interpreter", &INTERPRETER, Isa::detect());
    let (found, expected) = (case.run(backend), case.run(&interpreter));
    let name = &case.name;
    assert_eq!(found.status, expected.status, "{name}");
    assert_eq!(found.report, expected.report, "{name}");
    for (what, found, expected) in [
        ("samples", &found.samples, &expected.samples),
        ("summaries", &found.summaries, &expected.summaries),
        ("events", &found.events, &expected.events),
    ] {
        for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
            let (row, run) = (at / cases::RUNS, at % cases::RUNS);
            let values = [*found, *expected].map(f64::from_bits);
            assert!(found == expected, "{name}: {what} differ in row {row}, run {run}: {values:?}");
        }
    }
    expected.status.iter().filter(|status| status.is_success()).count()
}

/// Every model once, with a method of its own.
fn models(precision: Precision, kind: Kind) {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    let methods = [
        "tsit5",
        "dopri5",
        "bogacki-shampine-32",
        "cash-karp",
        "fehlberg-45",
        "vern7",
        "tsit5",
        "tsit5",
        "dop853",
    ];
    for (model, method) in MODELS.into_iter().zip(methods) {
        let method = rubie_method::find(method).unwrap();
        compare(&backend, model, method, kind, precision);
    }
}

#[test]
fn every_model_with_summaries_in_f64() {
    models(Precision::F64, Kind::Summaries);
}

#[test]
fn every_model_with_summaries_in_f32() {
    models(Precision::F32, Kind::Summaries);
}

#[test]
fn every_metric() {
    let Some(compiler) = host::compiler() else { return };
    let method = rubie_method::find("dopri5").unwrap();
    for precision in [Precision::F64, Precision::F32] {
        let case = Case::new(MODELS[1], method, Kind::Metrics, precision);
        assert!(compare_case(&HostBackend::new(compiler), &case) > 50);
    }
}

#[test]
fn counters() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { quota: 30, ..HostBackend::new(compiler) };
    for (i, method) in ["tsit5", "rodas5p", "kvaerno5", "radau_iia_5"].into_iter().enumerate() {
        let method = rubie_method::find(method).unwrap();
        let precision = [Precision::F64, Precision::F32][i % 2];
        compare(&backend, MODELS[i % 2], method, Kind::Counters, precision);
        compare(&backend, MODELS[i % 2], method, Kind::Counters, Precision::F64);
    }
}

/// Kinds and precisions in turn, so that each meets methods of each family.
#[test]
fn every_method() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    for (i, method) in rubie_method::methods().iter().enumerate() {
        let kind = [Kind::Inside, Kind::Ends, Kind::Summaries][i % 3];
        let precision = [Precision::F64, Precision::F64, Precision::F32][i / 3 % 3];
        compare(&backend, MODELS[i % 2], method, kind, precision);
    }
}

/// Steps of one size: methods with and without a memory, time in the equations, many launches.
#[test]
fn fixed_steps() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { quota: 37, ..HostBackend::new(compiler) };
    for (model, method) in [(MODELS[0], "tsit5"), (MODELS[1], "rk4"), (MODELS[5], "vern7")] {
        let case = Case::new(model, rubie_method::find(method).unwrap(), Kind::Fixed, Precision::F64);
        assert!(case.spec.programs.strides.is_some());
        assert!(compare_case(&backend, &case) > 50);
    }
    let text = "param k = 1\nstate x = 1\nx' = sin(9*t) - k*x";
    let case = Case::of_text(
        ("forced", text, 2.0),
        rubie_method::find("tsit5").unwrap(),
        Kind::Fixed,
        Precision::F64,
    );
    assert!(compare_case(&backend, &case) > 50);
}

/// Steps of one size as numbers run out: states that become infinite in one run after the other, and states that are finite while their
/// sum is not.
#[test]
fn fixed_steps_to_infinity() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    let growing = "param k = 650\nstate x = 1, y = 1\nx' = k*x\ny' = k*y";
    let large = "param k = 1\nstate x = 1, y = 1e308*k, z = 1e308\nx' = k*x\ny' = 0\nz' = 0";
    for (name, text) in [("growing", growing), ("large", large)] {
        for (method, kind) in [("rk4", Kind::Ends), ("tsit5", Kind::Fixed)] {
            let method = rubie_method::find(method).unwrap();
            let case = Case::of_text((name, text, 1.0), method, kind, Precision::F64);
            let successes = compare_case(&backend, &case);
            assert!(successes > 20 && successes < 130, "{}: {successes} successes", case.name);
        }
    }
}

/// So many uniforms that they are read from memory, and so little memory that a chunk is cut.
#[test]
fn many_uniforms_and_little_memory() {
    let Some(compiler) = host::compiler() else { return };
    let parameters: String = (0..600).map(|i| format!("param p{i} = {}\n", 0.001 * f64::from(i))).collect();
    let sum: Vec<String> = (1..600).map(|i| format!("p{i}*({i} + t)")).collect();
    let text = format!("{parameters}param k = 1\nstate x = 1\nx' = -k*x + 1e-3*p1*({})", sum.join(" + "));
    let method = rubie_method::find("tsit5").unwrap();
    for precision in [Precision::F64, Precision::F32] {
        let case = Case::of_text(("sums", &text, 1.0), method, Kind::Inside, precision);
        let source = rubie_cuda::Source::print(&case.spec);
        assert_eq!(source.uniforms_by_value, precision == Precision::F32);
        assert!(compare_case(&HostBackend::new(compiler), &case) > 50);
    }
    // All arrays of the chunk, twice and with their staging, take about twice as much.
    let backend = HostBackend { memory: 1 << 18, quota: 50, ..HostBackend::new(compiler) };
    compare(&backend, MODELS[0], method, Kind::Summaries, Precision::F64);
}

/// Samples at even and uneven times, by an explicit method and by one that needs derivatives by time.
#[test]
fn drivers() {
    let Some(compiler) = host::compiler() else { return };
    let text = "param k = 1, u = 0, v = 1\nstate x = 1\nobserve seen = u\nx' = u - k*v*x";
    let samples = [("u", [0.0, 2.0, 1.0, -1.0, 0.0]), ("v", [1.0, 2.0, 0.5, 1.0, 1.0])];
    let uneven = TimeAxis::listed(&[0.0, 0.1, 0.4, 0.5, 0.7]).unwrap();
    for axis in [uneven, TimeAxis::regular(0.0, 0.2, 5).unwrap()] {
        let drivers = Drivers::new(&axis, &samples, DriverOptions::default()).unwrap();
        for (method, precision) in
            [("tsit5", Precision::F64), ("rodas5p", Precision::F64), ("tsit5", Precision::F32)]
        {
            let method = rubie_method::find(method).unwrap();
            let case = Case::driven(("driven", text, 2.0), Some(&drivers), method, Kind::Inside, precision);
            assert!(compare_case(&HostBackend::new(compiler), &case) > 50);
        }
    }
}

/// Steps end before jumps and begin anew after them; samples lie at jumps, and at places where the first step after one is
/// rejected.
#[test]
fn jumps() {
    let Some(compiler) = host::compiler() else { return };
    let text = "param k = 200, u = 0\nstate x = 1\nobserve seen = u\nx' = k*(u - x)";
    let axis = TimeAxis::regular(0.0, 0.5, 5).unwrap();
    let options = DriverOptions { order: 0, ..DriverOptions::default() };
    let drivers = Drivers::new(&axis, &[("u", [0.0, 2.0, 1.0, -1.0, 0.0])], options).unwrap();
    let times = (1..4).map(|i| 0.5 * f64::from(i));
    let jumps: Vec<f64> =
        times.flat_map(|t| [t * (1.0 - 32.0 * f64::EPSILON), t * (1.0 + 32.0 * f64::EPSILON)]).collect();
    let method = rubie_method::find("tsit5").unwrap();
    for kind in [Kind::Inside, Kind::Summaries] {
        let model = ("jumping", text, 1.75);
        for precision in [Precision::F64, Precision::F32] {
            let case = Case::jumping(model, Some(&drivers), &jumps, method, (kind, precision));
            assert!(compare_case(&HostBackend { quota: 7, ..HostBackend::new(compiler) }, &case) > 50);
        }
    }
}

/// Doses at the start, every so often and at the end; a ball whose bounces count; events that follow from events; runs that
/// events end, some of them at their start.
const EVENTS: [(&str, &str); 4] = [
    (
        "endless",
        "param g = 9.81\nstate h = 1, v = 0, a = 0, b = 0\nh' = v\nv' = -g\na' = 0\nb' = 0\n\
         at t = 0: a = if(h > 1.4, 1, 0)\nwhen a > 0.5: a = 0, b = 1\nwhen b > 0.5: b = 0, a = 1\n\
         when h < 0: h = 0, v = -0.5*v\nat t = 1.8: v = 1",
    ),
    (
        "doses",
        "param k = 1, dose = 0.3\nstate x = 1, seen = 0\nx' = -k*x\nseen' = 0\n\
         at t = 0 every 0.25: x = x + dose\nat t = 0.61: x = 2*x\n\
         when x > 1: seen = seen + 1, x = x - 0.9\nwhen seen > 0.5: seen = seen + 10",
    ),
    (
        "ball",
        "param g = 9.81, loss = 0.2\nstate h = 1, v = 0, bounces = 0\nh' = v\nv' = -g\nbounces' = 0\n\
         when h < 0: h = 0, v = -(1 - loss)*v, bounces = bounces + 1\nwhen bounces > 6: stop",
    ),
    (
        "ends",
        "param k = 1\nstate x = 1, y = 0\nx' = k*x\ny' = cos(10*t)\n\
         at t = 0: x = x + 0.1\nwhen x > 1.4: stop\nwhen y > 0.05: x = x + 0.01",
    ),
];

#[test]
fn events() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { quota: 40, ..HostBackend::new(compiler) };
    for (name, text) in EVENTS {
        for (method, kind) in [
            ("tsit5", Kind::Summaries),
            ("rodas5p", Kind::Inside),
            ("kvaerno5", Kind::Ends),
            ("rk4", Kind::Inside),
        ] {
            let method = rubie_method::find(method).unwrap();
            for precision in [Precision::F64, Precision::F32] {
                let case = Case::of_text((name, text, 2.0), method, kind, precision);
                assert!(case.spec.programs.events.is_some());
                // Most balls come to rest: their bounces follow one another until time does not go on.
                let least = if name == "endless" { 5 } else { 50 };
                let successes = compare_case(&backend, &case);
                assert!(successes > least && successes < cases::RUNS, "{}: {successes} successes", case.name);
            }
        }
    }
}

/// The first events of each run in its slots, NaN in those that are left, and how many found none.
#[test]
fn recorded_events() {
    let Some(compiler) = host::compiler() else { return };
    let (name, text) = EVENTS[1];
    let method = rubie_method::find("tsit5").unwrap();
    let case = Case::of_text((name, text, 2.0), method, Kind::Ends, Precision::F64);
    let found = case.run(&HostBackend { quota: 9, ..HostBackend::new(compiler) });
    let event = |slot: usize, run: usize| {
        [0, 1].map(|row| f64::from_bits(found.events[(2 * slot + row) * cases::RUNS + run]))
    };
    // Doses at 0, 0.25 and 0.5, and one more at 0.61; with those that follow from them there are more than slots.
    assert_eq!(event(0, 0), [0.0, 0.0]);
    let times = (0..7).map(|slot| event(slot, 0)[0]);
    assert!(
        times.clone().is_sorted() && times.clone().any(|time| time == 0.25),
        "{:?}",
        times.collect::<Vec<_>>()
    );
    assert!(found.report.unrecorded_events > 0);
    // The run whose initial value is no number ends before its events.
    assert!(event(6, 17)[0].is_nan());
}

/// Results that stay on the device are those that go to the host, whatever parts they were computed in; those that do not fit are refused.
#[test]
fn results_that_stay_on_the_device() {
    let Some(compiler) = host::compiler() else { return };
    // Every part of the chunk is a little of the whole arrays.
    let backend = HostBackend { quota: 20, devices: 2, memory: 1 << 18, ..HostBackend::new(compiler) };
    let interpreter = CpuBackend::new("interpreter", &INTERPRETER, Isa::detect());
    let method = rubie_method::find("tsit5").unwrap();
    let (name, text) = EVENTS[1];
    for case in [
        Case::of_text((name, text, 2.0), method, Kind::Summaries, Precision::F64),
        Case::new(MODELS[0], method, Kind::Fixed, Precision::F64),
        Case::new(MODELS[1], method, Kind::Summaries, Precision::F32),
    ] {
        let expected = case.run(&interpreter);
        assert!(case.run_resident(&backend).unwrap() == expected, "{}", case.name);
        // On the CPU they are in the memory of the host.
        assert!(case.run_resident(&interpreter).unwrap() == expected, "{}", case.name);
    }
    let case = Case::new(MODELS[0], method, Kind::Summaries, Precision::F64);
    let refused = case.run_resident(&HostBackend { memory: 1 << 14, ..HostBackend::new(compiler) });
    let message = refused.unwrap_err().to_string();
    assert!(
        message.starts_with("the results of 150 runs take 0.1 MiB, of host's memory 0.0 MiB"),
        "{message}"
    );
}

/// Algebraic equations: initial values and events after which they are made consistent, runs where that fails.
#[test]
fn algebraic_equations() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    let plain = "param k = 1\nstate x = 2, z = 1\nx' = -k*z\n0 = z^5 + z - x";
    let events = "param k = 1\nstate x = 2.5, z = 1\nx' = -k*z\n0 = z^2 + cos(z) - x\nat t = 0.1: x = x + 1";
    for (name, text) in [("torn", plain), ("torn with an event", events)] {
        for (method, kind) in
            [("rodas5p", Kind::Inside), ("radau_iia_5", Kind::Ends), ("kvaerno5", Kind::Ends)]
        {
            let method = rubie_method::find(method).unwrap();
            let case = Case::of_text((name, text, 0.2), method, kind, Precision::F64);
            assert!(case.spec.programs.initialisation.is_some());
            assert_eq!(case.spec.programs.restart.is_some(), text == events);
            assert!(compare_case(&backend, &case) > 20, "{}", case.name);
        }
    }
}

/// An attempt whose only program runs twice, the second time until a row that stays 0 is not above 0.
#[test]
fn parts_that_occur_twice() {
    let Some(compiler) = host::compiler() else { return };
    let method = rubie_method::find("tsit5").unwrap();
    let mut case = Case::new(MODELS[0], method, Kind::Ends, Precision::F64);
    let part = case.spec.programs.order[0].clone();
    let again = AttemptPart { pending: Some(case.spec.layout.theta), ..part.clone() };
    case.spec.programs.order = vec![part.clone(), again, part];
    let source = rubie_cuda::Source::print(&case.spec);
    assert!(source.text.contains("case 0:\n    case 2:"), "{}", source.text);
    compare_case(&HostBackend::new(compiler), &case);
}

/// Linear systems that are solved by iteration within Newton's iteration, or alone.
#[test]
fn iterations_within_iterations() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    let text = "param k = 1\nstate x = 1, y = 0, z = 0\nx' = -k*x + 100*y*z\ny' = k*x - 100*y*z - 30*y*y\nz' = 30*y*y";
    let cases = [
        ("kvaerno5", LinearSolver::BiCgStab),
        ("rodas5p", LinearSolver::BiCgStab),
        ("radau_iia_5", LinearSolver::BiCgStab),
        ("rodas5p", LinearSolver::SteepestDescent),
        ("kvaerno3", LinearSolver::MinimalResidual),
    ];
    for (i, (name, solver)) in cases.into_iter().enumerate() {
        let method = rubie_method::find(name).unwrap();
        let (kind, precision) = [(Kind::Inside, Precision::F64), (Kind::Ends, Precision::F32)][i % 2];
        let solver = Some(solver);
        let case = Case::solved(("chain", text, 1.0), (None, &[]), method, (kind, precision), solver);
        assert!(compare_case(&backend, &case) > 50, "{name}");
    }
}

/// Dense linear systems: factored between the parts of an attempt, with pivots that differ from run to run, matrices without an inverse, and
/// launches that end in between.
#[test]
fn dense_linear_systems() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { quota: 3, ..HostBackend::new(compiler) };
    let text = "param k = 1\nstate x = 1, y = 0, z = 0, u = 0.5\nx' = -k*x + 100*y*z\ny' = k*x - 100*y*z - 30*y*y\n\
                z' = 30*y*y - u\nu' = x - 2*u";
    for (i, name) in
        ["rodas5p", "kvaerno5", "radau_iia_5", "rosenbrock23", "radau_iia_9"].into_iter().enumerate()
    {
        let method = rubie_method::find(name).unwrap();
        let (kind, precision) = [(Kind::Inside, Precision::F64), (Kind::Ends, Precision::F32)][i % 2];
        let solver = Some(LinearSolver::Dense);
        let case = Case::solved(("dense", text, 1.0), (None, &[]), method, (kind, precision), solver);
        assert!(!case.spec.programs.matrices.is_empty(), "{name}");
        assert!(compare_case(&backend, &case) > 50, "{name}");
    }
    // Little memory: few threads have room for factors.
    let method = rubie_method::find("rodas5p").unwrap();
    let kind = (Kind::Ends, Precision::F64);
    let case = Case::solved(("dense", text, 1.0), (None, &[]), method, kind, Some(LinearSolver::Dense));
    let backend = HostBackend { threads: 1024, memory: 1 << 19, ..HostBackend::new(compiler) };
    assert!(compare_case(&backend, &case) > 50);
}

/// What the compiler optimises must not change any bit either.
#[test]
fn optimised_code() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { optimise: "-O2", quota: 5, ..HostBackend::new(compiler) };
    let method = rubie_method::find("tsit5").unwrap();
    for precision in [Precision::F64, Precision::F32] {
        compare(&backend, MODELS[0], method, Kind::Summaries, precision);
        compare(&backend, MODELS[6], method, Kind::Inside, precision);
    }
}

/// All of it: an hour.
#[test]
#[ignore = "long: every model with every method, kind and precision"]
fn everything() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend::new(compiler);
    for model in MODELS {
        for method in rubie_method::methods() {
            println!("{}, {}", model.0, method.name);
            for kind in [Kind::Ends, Kind::Inside, Kind::Summaries, Kind::Metrics] {
                for precision in [Precision::F64, Precision::F32] {
                    // Some methods fail with all runs of a stiff model; they must do so here, too.
                    compare_case(&backend, &Case::new(model, method, kind, precision));
                }
            }
        }
    }
}
