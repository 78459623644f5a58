//! Time from a model's text to a kernel that is ready, and runs per second on one core.
//!
//! `cargo bench -p rubie`. Figures depend on the machine: say processor, cores and compiler with each.

use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rubie::prelude::*;

fn example(name: &str) -> String {
    let path = format!("{}/../../examples/{name}.model", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the example is part of the project")
}

/// A ring of `n` oscillators, each coupled to its neighbours.
fn ring(n: usize) -> String {
    let mut text = String::from("param k = 1.5, c = 0.1\n");
    for i in 0..n {
        let (left, right) = ((i + n - 1) % n, (i + 1) % n);
        text += &format!("state x{i} = {}\n", 0.001 * i as f64);
        text += &format!("x{i}' = k*(x{left} - 2*x{i} + x{right}) - c*x{i}^3 + sin(t)\n");
    }
    text
}

fn options(until: f64, tolerance: f64) -> SolveOptions {
    SolveOptions {
        until,
        steps: StepSettings::with_tolerance(tolerance),
        save: Schedule::Final,
        threads: Some(NonZeroUsize::MIN),
        ..SolveOptions::default()
    }
}

/// Parses, builds the step, lowers it and prepares the kernel.
fn ready(text: &str, names: &[String]) -> Solver {
    let model = Model::parse("model", text).expect("the model is sound");
    let solver = Solver::new(&model, &options(1.0, 1e-8)).expect("the options are sound");
    solver.prepare(names).expect("the names are known");
    solver
}

fn parse_to_ready(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse to ready");
    group.sample_size(20);
    let lorenz = example("lorenz");
    group.bench_function("lorenz", |b| b.iter(|| ready(black_box(&lorenz), &["rho".to_owned()])));
    let beeler = example("beeler_reuter");
    group.bench_function("beeler_reuter", |b| b.iter(|| ready(black_box(&beeler), &[])));
    for n in [100, 1000] {
        let text = ring(n);
        group.bench_with_input(BenchmarkId::new("ring", n), &text, |b, text| b.iter(|| ready(text, &[])));
    }
    group.finish();
}

fn runs_per_second(criterion: &mut Criterion) {
    let cases = [
        ("lorenz", "rho=0:21:20000", options(1.0, 1e-8)),
        ("beeler_reuter", "V=-90:-60:512", SolveOptions { until: 400.0, ..options(400.0, 1e-6) }),
    ];
    let mut group = criterion.benchmark_group("runs");
    group.sample_size(10);
    for (name, spec, options) in cases {
        let (swept, spec) = spec.split_once('=').expect("a name and a spec");
        let model = Model::parse(name, &example(name)).expect("the model is sound");
        let axis = Axis::parse(swept, spec, 0).expect("the spec is sound");
        let sweep = Sweep::product(vec![axis]).expect("the sweep is sound");
        group.throughput(Throughput::Elements(sweep.runs()));
        for (label, backend) in [("auto", BackendChoice::Auto), ("interpreter", BackendChoice::Interpreter)] {
            let options = SolveOptions { backend, ..options.clone() };
            let solver = Solver::new(&model, &options).expect("the options are sound");
            group.bench_function(BenchmarkId::new(name, label), |b| {
                b.iter(|| solver.solve(&sweep).expect("the sweep is solved"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, parse_to_ready, runs_per_second);
criterion_main!(benches);
