//! Linear systems solved by dense factors or iterations between the programs of an attempt: solutions, pivots, bits, failures.
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

/// A plane of 40 by 40 cells with diffusion and decay, whose factors would fill up and whose matrix would be large: solved by iteration.
/// Exact: a product of sines decays with the sum of its eigenvalues.
#[test]
fn a_plane_without_its_matrix() {
    let (cells, d) = (40_usize, 40.0);
    let mut text = format!("param r = 1\nd = {d:?}\n");
    let at_cell = |i: usize, j: usize| match (1..=cells).contains(&i) && (1..=cells).contains(&j) {
        true => format!("u{i}_{j}"),
        false => "0".to_owned(),
    };
    let wave = |i: usize, j: usize| {
        let turn = std::f64::consts::PI / (cells as f64 + 1.0);
        (turn * i as f64).sin() * (turn * j as f64).sin()
    };
    for i in 1..=cells {
        for j in 1..=cells {
            writeln!(text, "state u{i}_{j} = {:?}", wave(i, j)).unwrap();
            let around =
                [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)].map(|(i, j)| at_cell(i, j)).join(" + ");
            writeln!(text, "u{i}_{j}' = d*({around} - 4*u{i}_{j}) - r*u{i}_{j}").unwrap();
        }
    }
    let half = (std::f64::consts::PI / (2.0 * (cells as f64 + 1.0))).sin();
    for method in ["rodas5p", "kvaerno3"] {
        let steps = StepSettings { linear_solver: Some(LinearSolver::BiCgStab), ..StepSettings::default() };
        let solver = Solver::new(&model(&text), &options(method, 1.0, steps)).unwrap();
        let solution = solver.solve(&axis("r=0.5,1,2")).unwrap();
        assert_eq!(solution.report().linear_solver, Some("bicgstab"));
        for (run, r) in [0.5, 1.0, 2.0].into_iter().enumerate() {
            let decay = (-8.0 * d * half * half - r).exp();
            for cell in [0, 779, 780, 1599] {
                let exact = decay * wave(cell / cells + 1, cell % cells + 1);
                let error = (at(&solution, [0, cell, run]) - exact).abs();
                assert!(error < 2e-5, "{method}: {error:e}");
            }
        }
    }
}

/// An iteration that is given up makes the step smaller, or fails a run with fixed steps; others notice nothing.
#[test]
fn iterations_that_do_not_end() {
    let text = Network::new(9).text();
    let of = |solver, most, controller, dt| {
        let steps = StepSettings {
            linear_solver: Some(solver),
            krylov_max_iters: most,
            controller,
            dt,
            ..StepSettings::default()
        };
        Solver::new(&model(&text), &options("rodas5p", 1.0, steps)).unwrap().solve(&axis("r=1e-9,1")).unwrap()
    };
    for solver in LinearSolver::ALL.into_iter().filter(|solver| solver.iterates()) {
        let fixed = of(solver, 1, Some(ControllerKind::Fixed), Some(0.25));
        let status: Vec<String> = fixed.status().iter().map(|status| status.to_string()).collect();
        assert_eq!(status[0], "success");
        assert!(status[1].contains("linear_iterations"), "{solver:?}: {status:?}");
        let (few, many) = (of(solver, 3, None, None), of(solver, 1000, None, None));
        assert!(few.status().iter().chain(many.status()).all(|status| status.is_success()), "{solver:?}");
        assert!(few.report().rejected_steps > many.report().rejected_steps, "{solver:?}");
    }
}

/// Small systems stay with sparse factors, and all kinds find the same but for rounding.
#[test]
fn linear_solvers_agree() {
    let text = Network::new(9).text();
    for (method, most) in
        [("rodas5p", 1e-11), ("rosenbrock23", 1e-11), ("kvaerno5", 1e-7), ("radau_iia_5", 1e-7)]
    {
        let of = |steps: StepSettings| {
            Solver::new(&model(&text), &options(method, 1.0, steps)).unwrap().solve(&axis("r=1:2:9")).unwrap()
        };
        let sparse = of(StepSettings::default());
        assert_eq!(sparse.report().linear_solver, Some("sparse"));
        let krylov = StepSettings {
            linear_solver: Some(LinearSolver::BiCgStab),
            krylov_tolerance: 1e-6,
            ..StepSettings::default()
        };
        for (steps, name, most) in [(dense(), "dense", most), (krylov, "bicgstab", 1e-7)] {
            let found = of(steps);
            assert_eq!(found.report().linear_solver, Some(name));
            for run in 0..9 {
                for k in 0..9 {
                    let difference = (at(&sparse, [0, k, run]) - at(&found, [0, k, run])).abs();
                    assert!(difference < most, "{method}, {name}: {difference:e}");
                }
            }
        }
    }
}

/// Every iteration with every preconditioner finds what factors find, in as many steps: none is given up.
#[test]
fn iterations_agree_with_factors() {
    let text = Network::new(9).text();
    for method in ["rodas5p", "rosenbrock23", "kvaerno5", "radau_iia_5"] {
        let of = |steps: StepSettings| {
            let steps = StepSettings { krylov_tolerance: 1e-6, krylov_max_iters: 1000, ..steps };
            Solver::new(&model(&text), &options(method, 1.0, steps))
                .unwrap()
                .solve(&axis("r=0.01:0.05:5"))
                .unwrap()
        };
        let sparse = of(StepSettings::default());
        for solver in LinearSolver::ALL.into_iter().filter(|solver| solver.iterates()) {
            // The stages of fully implicit methods are coupled by a matrix far from a symmetric one.
            if solver == LinearSolver::SteepestDescent && method == "radau_iia_5" {
                continue;
            }
            for (preconditioner, preconditioner_order) in [
                (Preconditioner::Jacobi, None),
                (Preconditioner::Jacobi, Some(1)),
                (Preconditioner::Jacobi, Some(2)),
                (Preconditioner::Neumann, Some(1)),
                (Preconditioner::Neumann, None),
                (Preconditioner::None, None),
            ] {
                // Nor do powers of what couples the stages make it more definite.
                let powers = preconditioner == Preconditioner::Neumann || preconditioner_order.is_some();
                if powers && method == "radau_iia_5" && solver != LinearSolver::BiCgStab {
                    continue;
                }
                // I - (gamma dt J)^2 is not definite where dt is long for the stiffness.
                let squared = preconditioner == Preconditioner::Neumann && preconditioner_order == Some(1);
                if squared && solver != LinearSolver::BiCgStab {
                    continue;
                }
                let found = of(StepSettings {
                    linear_solver: Some(solver),
                    preconditioner,
                    preconditioner_order,
                    ..StepSettings::default()
                });
                assert_eq!(found.report().linear_solver, Some(solver.name()));
                let mut worst = 0_f64;
                for (run, k) in (0..5).flat_map(|run| (0..9).map(move |k| (run, k))) {
                    worst = worst.max((at(&sparse, [0, k, run]) - at(&found, [0, k, run])).abs());
                }
                let steps = |solution: &Solution| {
                    (solution.report().accepted_steps, solution.report().rejected_steps)
                };
                let case = format!("{method}, {solver:?}, {preconditioner:?} {preconditioner_order:?}");
                println!("{case}: {worst:e}");
                assert_eq!(steps(&found), steps(&sparse), "{case}");
                assert!(worst < 1e-8, "{case}: {worst:e}");
            }
        }
    }
}

/// Whatever computes, on however many threads, beside whatever other runs.
#[test]
fn bits_depend_on_the_run_alone() {
    let text = Network::new(6).text();
    let krylov = || StepSettings { linear_solver: Some(LinearSolver::BiCgStab), ..dense() };
    let preconditioned = |solver, preconditioner| StepSettings {
        linear_solver: Some(solver),
        preconditioner,
        preconditioner_order: Some(2),
        ..StepSettings::default()
    };
    let cases = [
        ("rodas5p", dense()),
        ("kvaerno5", dense()),
        ("radau_iia_5", dense()),
        ("crank_nicolson", dense()),
        ("rodas5p", krylov()),
        ("kvaerno3", krylov()),
        ("rodas5p", preconditioned(LinearSolver::MinimalResidual, Preconditioner::Neumann)),
        ("kvaerno3", preconditioned(LinearSolver::SteepestDescent, Preconditioner::Jacobi)),
    ];
    for (method, steps) in cases {
        for precision in [Precision::F64, Precision::F32] {
            let tolerance = if precision == Precision::F64 { 1e-7 } else { 1e-4 };
            let steps = StepSettings { rtol: tolerance.into(), atol: tolerance.into(), ..steps.clone() };
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
            // Other iterations than by conjugate directions take too long where the system is stiff.
            let (all, last_alone) = match steps.linear_solver {
                Some(LinearSolver::MinimalResidual | LinearSolver::SteepestDescent) => {
                    ("r=log:0.001:0.1:19", "r=0.1")
                }
                _ => ("r=log:0.1:40:19", "r=40"),
            };
            let interpreter = BackendChoice::Interpreter;
            let expected = of(all, interpreter, Some(Isa::Portable), 1, every()).unwrap();
            assert!(expected.status().iter().all(|status| status.is_success()), "{method}");
            for isa in Isa::ALL {
                for backend in [interpreter, BackendChoice::Jit] {
                    let Some(found) = of(all, backend, Some(isa), 2, every()) else { continue };
                    assert!(bits(&found) == bits(&expected), "{method}, {}, {precision:?}", isa.name());
                }
            }
            let alone = of(last_alone, BackendChoice::Auto, None, 1, every()).unwrap();
            let last = |solution: &Solution, run| -> Vec<u64> {
                (0..6).map(|k| at(solution, [4, k, run]).to_bits()).collect()
            };
            assert_eq!(last(&alone, 0), last(&expected, 18), "{method}, {precision:?}");
        }
    }
}

/// What a preconditioner cannot do is said before anything is solved.
#[test]
fn preconditioners_that_cannot_be() {
    let of = |text: &str, kind, order| {
        let steps = StepSettings {
            linear_solver: Some(LinearSolver::MinimalResidual),
            preconditioner: kind,
            preconditioner_order: order,
            ..StepSettings::default()
        };
        Solver::new(&model(text), &options("rodas5p", 1.0, steps))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let (decay, algebraic) = ("state x = 1\nx' = -x", "state x = 1, z = 1\nx' = -z\n0 = x - z");
    for (kind, order, words) in [
        (Preconditioner::Jacobi, 3, "from 0 to 2"),
        (Preconditioner::Neumann, 0, "1 or 2"),
        (Preconditioner::None, 1, "left out"),
    ] {
        let message = of(decay, kind, Some(order)).unwrap_err();
        assert!(message.contains("preconditioner_order") && message.contains(words), "{message}");
    }
    assert!(of(algebraic, Preconditioner::Neumann, None).unwrap_err().contains("`jacobi`"));
    assert!(of(algebraic, Preconditioner::Jacobi, None).is_ok());
    let unknown = "minimal_residuals".parse::<LinearSolver>().unwrap_err().to_string();
    assert!(unknown.contains("`minimal_residual`"), "{unknown}");
    let unknown = "neuman".parse::<Preconditioner>().unwrap_err().to_string();
    assert!(unknown.contains("`neumann`"), "{unknown}");
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
