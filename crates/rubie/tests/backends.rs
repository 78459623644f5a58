//! Machine code and the interpreter, on each set of vector instructions: the same results to the last bit.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use rubie::prelude::*;

fn solve(name: &str, options: &SolveOptions, sweep: &Sweep) -> Option<Solution> {
    let path = format!("{}/../../examples/{name}.model", env!("CARGO_MANIFEST_DIR"));
    let model = Model::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap();
    match Solver::new(&model, options) {
        Ok(solver) => Some(solver.solve(sweep).unwrap()),
        Err(reason) => {
            assert_eq!(reason.kind(), ErrorKind::Backend, "{reason}");
            println!("skipped: {reason}");
            None
        }
    }
}

/// By their bits, as failed runs leave NaN.
fn bits(solution: &Solution) -> Vec<u64> {
    match solution.samples() {
        Values::F32(values) => values.iter().map(|value| u64::from(value.to_bits())).collect(),
        Values::F64(values) => values.iter().map(|value| value.to_bits()).collect(),
    }
}

fn check(name: &str, method: &str, until: f64, sweep: &str, precision: Precision, dt: Option<f64>) {
    let steps = StepSettings { dt, ..StepSettings::default() };
    check_steps(name, method, until, sweep, precision, &steps);
}

fn check_steps(
    name: &str,
    method: &str,
    until: f64,
    sweep: &str,
    precision: Precision,
    steps: &StepSettings,
) {
    let (parameter, values) = sweep.split_once('=').unwrap();
    let sweep = Sweep::product(vec![Axis::parse(parameter, values, 0).unwrap()]).unwrap();
    let options = |backend, vectors| SolveOptions {
        method: method.to_owned(),
        steps: steps.clone(),
        until,
        save: Schedule::Every(until / 10.0),
        precision,
        backend,
        vectors,
        max_steps: 20_000,
        ..SolveOptions::default()
    };
    let expected = solve(name, &options(BackendChoice::Interpreter, Some(Isa::Portable)), &sweep).unwrap();
    for isa in [Isa::Avx2, Isa::Avx512] {
        let Some(found) = solve(name, &options(BackendChoice::Jit, Some(isa)), &sweep) else { continue };
        assert_eq!(found.status(), expected.status(), "{name}, {method}, {}", isa.name());
        assert!(bits(&found) == bits(&expected), "{name}, {method}, {}, {precision:?}", isa.name());
    }
}

#[test]
fn every_example() {
    for precision in [Precision::F64, Precision::F32] {
        check("lorenz", "tsit5", 1.0, "rho=0:40:50", precision, None);
        check("lotka_volterra", "vern7", 5.0, "alpha=0.5:2:20", precision, None);
        check("sir", "rk23", 10.0, "beta=1e-3:3e-3:20", precision, None);
        check("van_der_pol", "tsit5", 2.0, "x=0.1:5:20", precision, None);
        check("robertson", "tsit5", 0.1, "k1=0.01:0.1:12", precision, None);
        check("theophylline", "tsit5", 5.0, "ka=0.5:3:20", precision, None);
        check("hodgkin_huxley", "tsit5", 5.0, "g_Na=80:140:10", precision, None);
        check("beeler_reuter", "tsit5", 5.0, "g_s=0.05:0.12:10", precision, None);
    }
}

#[test]
fn every_method() {
    for method in rubie::methods() {
        for precision in [Precision::F64, Precision::F32] {
            let dt = |dt| method.embedded_order.is_none().then_some(dt);
            check("lorenz", method.name, 0.5, "rho=0:40:20", precision, dt(0.01));
            check("hodgkin_huxley", method.name, 0.5, "g_Na=80:140:20", precision, dt(0.02));
        }
    }
}

#[test]
fn every_choice_of_newton() {
    for name in ["kvaerno3", "trbdf2", "radau_iia_5", "firk_gauss_legendre_2"] {
        for (newton, predict) in
            [(NewtonJacobian::Frozen, true), (NewtonJacobian::Exact, false), (NewtonJacobian::Exact, true)]
        {
            let adaptive = rubie::find_method(name).unwrap().adaptive();
            let steps = StepSettings {
                dt: (!adaptive).then_some(0.01),
                newton: Some(newton),
                predict_stages: Some(predict),
                smooth_error: (name == "kvaerno3").then_some(true),
                newton_target_iters: 2,
                ..StepSettings::default()
            };
            check_steps("van_der_pol", name, 3.0, "mu=1:100:20", Precision::F64, &steps);
        }
    }
}

#[test]
fn the_report_names_the_backend() {
    let model = Model::parse("decay", "state x = 1\nx' = -x").unwrap();
    let backend = |backend, vectors| {
        let options = SolveOptions { backend, vectors, ..SolveOptions::default() };
        Solver::new(&model, &options).map(|solver| solver.backend())
    };
    let widest = Isa::detect();
    let expected = if widest == Isa::Portable { "interpreter" } else { "jit" };
    let automatic = backend(BackendChoice::Auto, None).unwrap();
    assert!(automatic.starts_with(expected) && automatic.contains(widest.name()), "{automatic}");
    let portable = backend(BackendChoice::Auto, Some(Isa::Portable)).unwrap();
    assert_eq!(portable, "interpreter (portable)");
    assert!(backend(BackendChoice::Jit, Some(Isa::Portable)).is_err());
}
