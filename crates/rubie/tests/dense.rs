//! Linear systems solved by dense factors between the programs of an attempt: solutions, pivots, bits, failures.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write;

use rubie::prelude::*;

/// States y = H x with H = I - c v v', c = 2 / v'v, of equations x_k' = r l_k (x_k^2 - x_k) with known solutions: all of them are
/// coupled, with rates l_k from 1 to 1000.
struct Network {
    v: Vec<f64>,
    c: f64,
    rates: Vec<f64>,
    start: Vec<f64>,
}

impl Network {
    fn new(states: usize) -> Self {
        let numbers = || (0..states).map(|k| k as f64);
        let v: Vec<f64> = numbers().map(|k| (1.0 + k).sin()).collect();
        let c = 2.0 / v.iter().map(|v| v * v).sum::<f64>();
        let rates = numbers().map(|k| 1000_f64.powf(k / (states as f64 - 1.0))).collect();
        let start = numbers().map(|k| 0.5 + 0.4 * (3.0 * k).cos()).collect();
        Network { v, c, rates, start }
    }

    fn reflected(&self, x: &[f64]) -> Vec<f64> {
        let sum: f64 = self.v.iter().zip(x).map(|(v, x)| v * x).sum();
        x.iter().zip(&self.v).map(|(x, v)| x - self.c * v * sum).collect()
    }

    fn text(&self) -> String {
        let y = self.reflected(&self.start);
        let sum = |name: &str| -> String {
            let terms = self.v.iter().enumerate().map(|(k, v)| format!("({v:?})*{name}{k}"));
            terms.collect::<Vec<_>>().join(" + ")
        };
        let mut text = "param r = 1\n".to_owned();
        for (k, y) in y.iter().enumerate() {
            writeln!(text, "state y{k} = {y:?}").unwrap();
        }
        writeln!(text, "s = {}", sum("y")).unwrap();
        for (k, (v, rate)) in self.v.iter().zip(&self.rates).enumerate() {
            writeln!(text, "x{k} = y{k} - ({:?})*s", self.c * v).unwrap();
            writeln!(text, "g{k} = r*{rate:?}*(x{k}*x{k} - x{k})").unwrap();
        }
        writeln!(text, "m = {}", sum("g")).unwrap();
        for (k, v) in self.v.iter().enumerate() {
            writeln!(text, "y{k}' = g{k} - ({:?})*m", self.c * v).unwrap();
        }
        text
    }

    fn at(&self, r: f64, time: f64) -> Vec<f64> {
        let x = self.start.iter().zip(&self.rates).map(|(start, rate)| {
            let decay = (-r * rate * time).exp();
            start * decay / (1.0 - start + start * decay)
        });
        self.reflected(&x.collect::<Vec<_>>())
    }
}

fn model(text: &str) -> Model {
    Model::parse("dense", text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

fn options(method: &str, until: f64, steps: StepSettings) -> SolveOptions {
    SolveOptions { method: method.to_owned(), until, steps, save: Schedule::Final, ..SolveOptions::default() }
}

fn dense() -> StepSettings {
    StepSettings { linear_solver: Some(LinearSolver::Dense), ..StepSettings::default() }
}

fn axis(text: &str) -> Sweep {
    let (name, values) = text.split_once('=').unwrap();
    Sweep::product(vec![Axis::parse(name, values, 0).unwrap()]).unwrap()
}

/// A sample: time, state, run.
fn at(solution: &Solution, [time, state, run]: [usize; 3]) -> f64 {
    solution.sample(time, state, run).unwrap()
}

/// By their bits, as failed runs leave NaN.
fn bits(solution: &Solution) -> Vec<u64> {
    match solution.samples() {
        Values::F32(values) => values.iter().map(|value| u64::from(value.to_bits())).collect(),
        Values::F64(values) => values.iter().map(|value| value.to_bits()).collect(),
    }
}

/// Systems whose factors are not unrolled, against their exact solutions.
#[test]
fn large_coupled_systems() {
    let frozen = StepSettings { newton: Some(NewtonJacobian::Frozen), ..StepSettings::default() };
    let cases = [
        ("rodas5p", 240, StepSettings::default(), 2e-5),
        ("kvaerno3", 120, StepSettings::default(), 2e-5),
        ("kvaerno5", 60, StepSettings::default(), 2e-5),
        ("kvaerno5", 60, frozen, 2e-5),
        ("radau_iia_5", 60, StepSettings::default(), 2e-5),
    ];
    for (method, states, steps, most) in cases {
        let network = Network::new(states);
        let solver = Solver::new(&model(&network.text()), &options(method, 0.5, steps)).unwrap();
        let sweep = axis("r=1,1.5,2");
        let solution = solver.solve(&sweep).unwrap();
        assert_eq!(solution.report().linear_solver, Some("dense"), "{method}");
        assert!(solution.report().to_string().contains("linear systems  dense"));
        let mut worst = 0_f64;
        for (run, r) in [1.0, 1.5, 2.0].into_iter().enumerate() {
            for (k, exact) in network.at(r, 0.5).into_iter().enumerate() {
                worst = worst.max((at(&solution, [0, k, run]) - exact).abs());
            }
        }
        println!("{method}, {states} states: {worst:e}");
        assert!(worst < most, "{method}, {states} states: {worst:e}");
    }
}

/// Small systems stay with sparse factors, and both kinds find the same but for rounding.
#[test]
fn both_kinds_of_factors_agree() {
    let text = Network::new(9).text();
    for (method, most) in
        [("rodas5p", 1e-11), ("rosenbrock23", 1e-11), ("kvaerno5", 1e-7), ("radau_iia_5", 1e-7)]
    {
        let of = |steps: StepSettings| {
            Solver::new(&model(&text), &options(method, 1.0, steps)).unwrap().solve(&axis("r=1:2:9")).unwrap()
        };
        let (sparse, dense) = (of(StepSettings::default()), of(dense()));
        assert_eq!([&sparse, &dense].map(|s| s.report().linear_solver), [Some("sparse"), Some("dense")]);
        for run in 0..9 {
            for k in 0..9 {
                let difference = (at(&sparse, [0, k, run]) - at(&dense, [0, k, run])).abs();
                assert!(difference < most, "{method}: {difference:e}");
            }
        }
    }
}

/// Whatever computes, on however many threads, beside whatever other runs.
#[test]
fn bits_depend_on_the_run_alone() {
    let text = Network::new(6).text();
    for method in ["rodas5p", "kvaerno5", "radau_iia_5", "crank_nicolson"] {
        for precision in [Precision::F64, Precision::F32] {
            let tolerance = if precision == Precision::F64 { 1e-7 } else { 1e-4 };
            let steps = StepSettings { rtol: tolerance.into(), atol: tolerance.into(), ..dense() };
            let of = |sweep: &str, backend, vectors, threads: usize, save| {
                let options = SolveOptions {
                    precision,
                    backend,
                    vectors,
                    threads: std::num::NonZeroUsize::new(threads),
                    save,
                    ..options(method, 1.0, steps.clone())
                };
                match Solver::new(&model(&text), &options) {
                    Ok(solver) => Some(solver.solve(&axis(sweep)).unwrap()),
                    Err(reason) => {
                        assert_eq!(reason.kind(), ErrorKind::Backend, "{reason}");
                        None
                    }
                }
            };
            let every = || Schedule::Every(0.25);
            let (all, interpreter) = ("r=log:0.1:40:19", BackendChoice::Interpreter);
            let expected = of(all, interpreter, Some(Isa::Portable), 1, every()).unwrap();
            assert!(expected.status().iter().all(|status| status.is_success()), "{method}");
            for isa in Isa::ALL {
                for backend in [interpreter, BackendChoice::Jit] {
                    let Some(found) = of(all, backend, Some(isa), 2, every()) else { continue };
                    assert!(bits(&found) == bits(&expected), "{method}, {}, {precision:?}", isa.name());
                }
            }
            let alone = of("r=40", BackendChoice::Auto, None, 1, every()).unwrap();
            let last = |solution: &Solution, run| -> Vec<u64> {
                (0..6).map(|k| at(solution, [4, k, run]).to_bits()).collect()
            };
            assert_eq!(last(&alone, 0), last(&expected, 18), "{method}, {precision:?}");
        }
    }
}

/// Algebraic equations that determine z1 and z2 the one way round or the other: whichever equation has which place, one of the two
/// has zeros on the diagonal. Factors that take pivots as they come cannot solve it.
#[test]
fn rows_are_swapped_where_the_diagonal_vanishes() {
    let text = "param a = 1, b = 0\nstate x = 1, y = 2, w = 0, z1 = a + 2*b, z2 = 2*a + b\nx' = -x\ny' = -2*y\nw' = z1\n\
                0 = a*z1 + b*z2 - x\n0 = b*z1 + a*z2 - y";
    for method in ["rodas5p", "radau_iia_5"] {
        let of = |linear_solver| {
            let steps = StepSettings {
                linear_solver: Some(linear_solver),
                consistent_values: ConsistentValues::None,
                dt: Some(1e-3),
                ..StepSettings::default()
            };
            let axes = ["a=0,1", "b=1,0"].map(|axis| {
                let (name, values) = axis.split_once('=').unwrap();
                Axis::parse(name, values, 0).unwrap()
            });
            let sweep = Sweep::zip(axes.into()).unwrap();
            Solver::new(&model(text), &options(method, 1.0, steps)).unwrap().solve(&sweep).unwrap()
        };
        let found = of(LinearSolver::Dense);
        assert!(found.status().iter().all(|status| status.is_success()), "{method}: {:?}", found.status());
        let (x, y) = ((-1_f64).exp(), 2.0 * (-2_f64).exp());
        for (run, exact) in [[x, y, 1.0 - y / 2.0, y, x], [x, y, 1.0 - x, x, y]].iter().enumerate() {
            for (state, exact) in exact.iter().enumerate() {
                let error = (at(&found, [0, state, run]) - exact).abs();
                assert!(error < 1e-5, "{method}: {error:e}");
            }
        }
        let failed = of(LinearSolver::Sparse).status().iter().filter(|status| !status.is_success()).count();
        assert_eq!(failed, 1, "{method}");
    }
}

/// A matrix without an inverse fails its run, and no other.
#[test]
fn a_singular_matrix_concerns_its_run_only() {
    let text = "param k = 1\nstate x = 1, y = 1\nx' = k*x\ny' = -y";
    let steps = StepSettings { dt: Some(0.25), ..dense() };
    for method in ["backwards_euler", "velds4"] {
        let steps = StepSettings { controller: Some(ControllerKind::Fixed), ..steps.clone() };
        let of = |sweep: &str| {
            Solver::new(&model(text), &options(method, 1.0, steps.clone()))
                .unwrap()
                .solve(&axis(sweep))
                .unwrap()
        };
        // 1 / (gamma dt) with gamma 1 and 1 / 2.
        let critical = if method == "velds4" { 8.0 } else { 4.0 };
        let together = of(&format!("k=-1,{critical},-2"));
        let status: Vec<String> = together.status().iter().map(|status| status.to_string()).collect();
        assert!(status[1].contains("singular_matrix"), "{method}: {status:?}");
        assert!(
            together.status()[0].is_success() && together.status()[2].is_success(),
            "{method}: {status:?}"
        );
        for (run, k) in [(0, -1), (2, -2)] {
            let alone = of(&format!("k={k}"));
            for state in 0..2 {
                assert_eq!(at(&together, [0, state, run]).to_bits(), at(&alone, [0, state, 0]).to_bits());
            }
        }
    }
}

/// Events and samples between steps use what the attempt leaves, as with sparse factors.
#[test]
fn events_and_samples_between_steps() {
    let text = "param k = 1\nstate x = 1, y = 0\nx' = -k*x\ny' = x - y\nat t = 0.5: x = x + 1";
    for method in ["rodas5p", "kvaerno3"] {
        let of = |steps| {
            let options = SolveOptions { save: Schedule::Every(0.125), ..options(method, 1.0, steps) };
            Solver::new(&model(text), &options).unwrap().solve(&axis("k=1:3:5")).unwrap()
        };
        let (sparse, dense) = (of(StepSettings::default()), of(dense()));
        for time in 0..9 {
            for run in 0..5 {
                for state in 0..2 {
                    let difference = at(&sparse, [time, state, run]) - at(&dense, [time, state, run]);
                    assert!(difference.abs() < 1e-7, "{method}: {difference:e}");
                }
            }
        }
    }
}

/// What threads take for large systems is part of the memory plan.
#[test]
fn factors_are_counted_as_memory() {
    let explained = |states: usize| {
        let options = options("rodas5p", 0.5, StepSettings::default());
        let solver = Solver::new(&model(&Network::new(states).text()), &options).unwrap();
        solver.explain_memory(&axis("r=1:2:64"), &rubie::sink::Discard).unwrap()
    };
    assert!(explained(150).contains("rows and factors of threads"));
    assert!(!explained(5).contains("rows and factors"));
}
