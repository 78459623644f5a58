//! Systems with mass matrices and algebraic equations, against exact solutions and published digits.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::num::NonZeroUsize;

use rubie::prelude::*;

/// Methods of every family that solves algebraic equations.
const METHODS: [&str; 7] =
    ["rodas5p", "rodas4", "rodas3p", "ros34pw2", "kvaerno5", "l_stable_sdirk_4", "radau_iia_5"];

fn options(method: &str, tolerance: f64, until: f64) -> SolveOptions {
    SolveOptions {
        method: method.to_owned(),
        steps: StepSettings::with_tolerance(tolerance),
        until,
        save: Schedule::Final,
        ..SolveOptions::default()
    }
}

fn model(text: &str) -> Model {
    Model::parse("test", text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn solve(model: &Model, options: &SolveOptions) -> Solution {
    let solution = Solver::new(model, options).unwrap().solve(&Sweep::single()).unwrap();
    assert!(solution.status()[0].is_success(), "{}: {}", options.method, solution.status()[0]);
    solution
}

fn check(model: &Model, options: &SolveOptions, expected: &[(&str, f64)], bound: f64) {
    let solution = solve(model, options);
    for (state, exact) in expected {
        let found = *solution.series(state, 0).unwrap().last().unwrap();
        let error = (found - exact).abs() / exact.abs().max(1e-3);
        println!("{} {state}: {found} error {error:e}", options.method);
        assert!(error < bound, "{}: {state} is {found}, not {exact} (error {error:e})", options.method);
    }
}

const ROBERTSON: &str = "
    state y1 = 1, y2 = 0, y3 = 0
    param k2 = 3e7
    y1' = -0.04*y1 + 1e4*y2*y3
    y2' = 0.04*y1 - 1e4*y2*y3 - k2*y2^2
    0 = y1 + y2 + y3 - 1
";

/// Values of the system of three differential equations in 113-bit arithmetic (`bench/robertson/reference.c`).
#[test]
fn robertson_with_conservation_as_an_equation() {
    let model = model(ROBERTSON);
    for method in ["rodas5p", "rodas4", "kvaerno5", "radau_iia_5"] {
        let options = SolveOptions {
            steps: StepSettings { rtol: 1e-7.into(), atol: 1e-11.into(), ..StepSettings::default() },
            set: vec![("k2".to_owned(), 1e7)],
            ..options(method, 1e-7, 1e5)
        };
        let exact = [("y1", 0.044_999_059_752_106_25), ("y3", 0.955_000_751_807_487_8)];
        check(&model, &options, &exact, 2e-6);
    }
}

/// Released from the horizontal; exact by elliptic functions in 40 digits.
#[test]
fn pendulum_of_index_one() {
    let model = model(
        "state x = 1, y = 0, u = 0, v = 0, tension = 0
         x' = u
         y' = v
         u' = -tension*x
         v' = -tension*y - 1
         0 = u^2 + v^2 - tension*(x^2 + y^2) - y",
    );
    for method in METHODS {
        let order_3 = ["rodas3p", "ros34pw2"].contains(&method);
        let exact = [
            ("x", 0.879_548_132_411_889_2),
            ("y", -0.475_809_922_942_720_8),
            ("tension", 1.427_429_768_828_162_4),
        ];
        check(&model, &options(method, 1e-8, 1.0), &exact, if order_3 { 1e-6 } else { 2e-7 });
    }
    let exact = [("x", -0.811_586_446_191_303_8), ("tension", 1.752_697_054_036_187)];
    check(&model, &options("rodas5p", 1e-10, 10.0), &exact, 1e-8);
    check(&model, &options("radau_iia_5", 1e-10, 10.0), &exact, 1e-8);
}

/// x = z^5 + z and 5/4 (1 - z^4) - log z = t.
const TORN: &str = "
    state x = 2, z = 1
    x' = -z
    0 = z^5 + z - x
";

#[test]
fn a_nonlinear_algebraic_equation() {
    let model = model(TORN);
    for method in METHODS {
        let exact = [("x", 1.096_794_411_912_058), ("z", 0.789_690_687_612_418_3)];
        check(&model, &options(method, 1e-8, 1.0), &exact, 1e-6);
    }
    for (method, dt) in [("backwards_euler", 1e-3), ("sdirk_2_2", 1e-2)] {
        let mut options = options(method, 1e-6, 1.0);
        options.steps.dt = Some(dt);
        check(&model, &options, &[("z", 0.789_690_687_612_418_3)], 2e-3);
    }
}

/// Every method that takes algebraic equations, with errors near its tolerance.
#[test]
fn all_methods_that_can() {
    let model = model(TORN);
    let (mut can, mut cannot, mut wrong) = (0, Vec::new(), Vec::new());
    for method in rubie::methods() {
        if !method.solves_algebraic() {
            cannot.push(method.name);
            assert!(Solver::new(&model, &options(method.name, 1e-6, 1.0)).is_err());
            continue;
        }
        can += 1;
        let mut options = options(method.name, 1e-6, 1.0);
        if !method.adaptive() {
            options.steps.dt = Some(1e-3);
        }
        let bound = if method.adaptive() { 3e-5 } else { 2e-3 };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        let z = solution.series("z", 0).unwrap()[0];
        let error = (z - 0.789_690_687_612_418_3).abs();
        let attempts = solution.report().accepted_steps + solution.report().rejected_steps;
        println!("{}: {attempts} steps, error {error:e}, {}", method.name, solution.status()[0]);
        // An error that is not a number is wrong.
        if !matches!(error.partial_cmp(&bound), Some(std::cmp::Ordering::Less)) {
            wrong.push(method.name);
        }
    }
    println!("cannot: {cannot:?}");
    assert_eq!(can, 41);
    assert_eq!(wrong, Vec::<&str>::new());
}

/// Eight unknowns, and a singular matrix without a row of zeros. Problem 6 of the Test Set for IVP Solvers (F. Mazzia, C. Magherini,
/// release 2.4, 2008), with its digits at t = 0.2.
const AMPLIFIER: &str = "
    const ub = 6, uf = 0.026, alpha = 0.99, beta = 1e-6, r0 = 1000, r = 9000
    const c1 = 1e-6, c2 = 2e-6, c3 = 3e-6, c4 = 4e-6, c5 = 5e-6
    state y1 = 0, y2 = 3, y3 = 3, y4 = 6, y5 = 3, y6 = 3, y7 = 6, y8 = 0
    g(u) = beta*(exp(u/uf) - 1)
    ue = 0.1*sin(200*pi*t)
    -c1*y1' + c1*y2' = -ue/r0 + y1/r0
    c1*y1' - c1*y2' = -ub/r + 2*y2/r - (alpha - 1)*g(y2 - y3)
    -c2*y3' = -g(y2 - y3) + y3/r
    -c3*y4' + c3*y5' = -ub/r + y4/r + alpha*g(y2 - y3)
    c3*y4' - c3*y5' = -ub/r + 2*y5/r - (alpha - 1)*g(y5 - y6)
    -c4*y6' = -g(y5 - y6) + y6/r
    -c5*y7' + c5*y8' = -ub/r + y7/r + alpha*g(y5 - y6)
    c5*y7' - c5*y8' = y8/r
";

#[test]
fn transistor_amplifier() {
    let model = model(AMPLIFIER);
    let exact = [
        ("y1", -0.556_214_501_226_270_9e-2),
        ("y2", 0.300_652_247_190_304_2e1),
        ("y3", 0.284_995_878_860_812_8e1),
        ("y4", 0.292_642_253_620_624_1e1),
        ("y5", 0.270_461_786_501_055_4e1),
        ("y6", 0.276_183_777_839_314_5e1),
        ("y7", 0.477_092_763_161_677_2e1),
        ("y8", 0.123_699_586_809_154_8e1),
    ];
    for (method, tolerance, bound) in [
        ("rodas5p", 1e-7, 3e-6),
        ("rodas4", 1e-6, 1e-4),
        ("radau_iia_5", 1e-7, 1e-5),
        ("kvaerno5", 1e-7, 1e-5),
    ] {
        check(&model, &options(method, tolerance, 0.2), &exact, bound);
    }
}

#[test]
fn initial_values_become_consistent() {
    let model = model(TORN);
    let start = |how: ConsistentValues, z: f64| {
        let mut options = SolveOptions {
            save: Schedule::Ends,
            set: vec![("z".to_owned(), z)],
            ..options("rodas5p", 1e-8, 1.0)
        };
        options.steps.consistent_values = how;
        Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap()
    };
    let brown = start(ConsistentValues::Brown, 7.0);
    assert!((brown.series("z", 0).unwrap()[0] - 1.0).abs() < 1e-12);
    assert_eq!(brown.series("x", 0).unwrap()[0], 2.0);
    let shampine = start(ConsistentValues::Shampine, 7.0);
    let (x, z) = (shampine.series("x", 0).unwrap()[0], shampine.series("z", 0).unwrap()[0]);
    assert!(x != 2.0 && (x - 2.0 + 1e-6 * z).abs() < 1e-14 && (z.powi(5) + z - x).abs() < 1e-13, "{x} {z}");
    assert!(start(ConsistentValues::Check, 1.0).status()[0].is_success());
    let checked = start(ConsistentValues::Check, 1.001);
    assert_eq!(checked.status()[0], Status::DAE_INITIALISATION_FAILED);
    assert_eq!(checked.series("z", 0).unwrap()[0], 1.001, "the sample at the start shows what was given");
    assert!(checked.series("z", 0).unwrap()[1].is_nan());
    assert_eq!(start(ConsistentValues::None, 1.001).series("z", 0).unwrap()[0], 1.001);
}

/// No state z gives less than 2 there.
#[test]
fn runs_without_consistent_values_fail_alone() {
    let model = model("state x = 2.5, z = 1\nx' = -z\n0 = z^2 + cos(z) + 1 - x");
    let sweep = Sweep::zip(vec![Axis::list("x", vec![2.5, 1.5, 3.0]).unwrap()]).unwrap();
    let solution = Solver::new(&model, &options("rodas5p", 1e-8, 0.1)).unwrap().solve(&sweep).unwrap();
    let expected = [Status::SUCCESS, Status::DAE_INITIALISATION_FAILED, Status::SUCCESS];
    assert_eq!(solution.status(), expected);
    assert!(solution.series("z", 2).unwrap()[0] > 1.0);
    assert!(solution.series("z", 1).unwrap()[0].is_nan());
}

#[test]
fn explicit_methods_solve_what_has_derivatives_only() {
    let implicit = model("state x = 1, y = 0\nparam m = 2\nm*x' + y' = -x\nx' - y' = -y");
    // m x' + y' = -x, x' - y' = -y: x' = (-x - y)/(m + 1), y' = x' + y.
    let explicit = model("state x = 1, y = 0\nparam m = 2\nx' = (-x - y)/(m + 1)\ny' = x' + y");
    // The smoothed error of kvaerno5 takes other steps.
    for (method, bound) in [
        ("tsit5", 1e-11),
        ("vern7", 1e-11),
        ("rodas5p", 1e-11),
        ("rosenbrock23", 1e-9),
        ("radau_iia_5", 1e-9),
        ("kvaerno5", 1e-7),
    ] {
        let options = options(method, 1e-8, 2.0);
        let expected = solve(&explicit, &options);
        let x = expected.series("x", 0).unwrap()[0];
        let y = expected.series("y", 0).unwrap()[0];
        check(&implicit, &options, &[("x", x), ("y", y)], bound);
    }
    let message = match Solver::new(&model(TORN), &options("tsit5", 1e-6, 1.0)) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("tsit5 cannot"),
    };
    assert!(message.contains("algebraic") && message.contains("rodas5p"), "{message}");
}

#[test]
fn auto_chooses_among_methods_that_can() {
    let sweep = Sweep::product(vec![Axis::parse("k2", "1e7:1e8:64", 0).unwrap()]).unwrap();
    let solver = Solver::for_sweep(&model(ROBERTSON), &options("auto", 1e-6, 100.0), &sweep).unwrap();
    let choice = solver.choice().unwrap();
    assert_eq!(choice.trials.len(), 3);
    assert!(choice.trials.iter().all(|trial| trial.failed == 0), "{choice}");
}

/// Inside a step, too.
#[test]
fn algebraic_states_between_steps() {
    let model = model(TORN);
    for (method, bound) in
        [("rodas5p", 1e-7), ("rodas4", 1e-6), ("ros34pw2", 1e-5), ("kvaerno5", 1e-4), ("radau_iia_5", 1e-4)]
    {
        let options = SolveOptions { save: Schedule::Every(0.01), ..options(method, 1e-8, 2.0) };
        let solution = solve(&model, &options);
        let (x, z) = (solution.series("x", 0).unwrap(), solution.series("z", 0).unwrap());
        for (k, time) in solution.times().iter().enumerate() {
            let exact = 1.25 * (1.0 - z[k].powi(4)) - z[k].ln();
            assert!((exact - time).abs() < 10.0 * bound, "{method}: t = {time}, but {exact}");
            assert!((z[k].powi(5) + z[k] - x[k]).abs() < 10.0 * bound, "{method}: t = {time}");
        }
    }
}

/// An event that changes x makes z follow.
#[test]
fn algebraic_states_follow_events() {
    let model = model(
        "state x = 2, z = 1, seen = 0
         x' = -z
         seen' = 0
         0 = z^5 + z - x
         at t = 0.5: x = 34
         when z < 1.5: seen = z",
    );
    let options =
        SolveOptions { save: Schedule::At(vec![0.5, 0.500_000_01, 20.0]), ..options("rodas5p", 1e-9, 20.0) };
    let solution = solve(&model, &options);
    let z = solution.series("z", 0).unwrap();
    assert!(z[0] < 1.0);
    assert!((z[1] - 2.0).abs() < 1e-7, "{}", z[1]);
    assert!((solution.series("seen", 0).unwrap()[2] - 1.5).abs() < 1e-9);
}

fn bits(solution: &Solution) -> Vec<u64> {
    match solution.samples() {
        Values::F32(values) => values.iter().map(|value| u64::from(value.to_bits())).collect(),
        Values::F64(values) => values.iter().map(|value| value.to_bits()).collect(),
    }
}

/// The same bits by machine code and by the interpreter, on one thread and on three, together and alone.
#[test]
fn the_same_bits_everywhere() {
    let values: Vec<f64> = (0..150).map(|i| 2.0 + ((i * 37) % 150) as f64 / 10.0).collect();
    let sweep = |values: &[f64]| Sweep::zip(vec![Axis::list("x", values.to_vec()).unwrap()]).unwrap();
    let model = model(TORN);
    for method in ["rodas5p", "kvaerno5", "radau_iia_5"] {
        for precision in [Precision::F64, Precision::F32] {
            let tolerance = if precision == Precision::F64 { 1e-7 } else { 1e-4 };
            let with = |backend, threads| SolveOptions {
                backend,
                threads: NonZeroUsize::new(threads),
                precision,
                save: Schedule::Every(0.3),
                max_steps: 10_000,
                ..options(method, tolerance, 2.0)
            };
            let run = |options: &SolveOptions, values: &[f64]| {
                Solver::new(&model, options).unwrap().solve(&sweep(values)).unwrap()
            };
            let reference = run(&with(BackendChoice::Interpreter, 1), &values);
            assert!(reference.status().iter().all(|status| status.is_success()), "{method}");
            let machine = run(&with(BackendChoice::Auto, 3), &values);
            assert!(bits(&machine) == bits(&reference), "{method}, {precision:?}");
            let alone = run(&with(BackendChoice::Auto, 1), &values[77..78]);
            for k in 0..reference.times().len() {
                for variable in 0..2 {
                    let (a, b) = (alone.sample(k, variable, 0), reference.sample(k, variable, 77));
                    assert_eq!(a.unwrap().to_bits(), b.unwrap().to_bits());
                }
            }
        }
    }
}
