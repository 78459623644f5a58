//! What every backend's kernels must do, on small systems with known solutions: schedules, refills, failures, refusals.
//!
//! A backend's own tests call [`check`]; it panics, as tests do, where a kernel does otherwise.
#![allow(clippy::unwrap_used)]

mod summaries;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use rubie_expr::Graph;
use rubie_method::{BuildOptions, StepSettings};
use rubie_model::Model;
use rubie_output::OutputGraph;
use rubie_program::Precision;

use crate::backend::{
    Backend, ChunkInputs, ChunkOutputs, ChunkReport, Controls, Kernel, KernelError, SamplesMut, Watch,
};
use crate::layout::{Input, Inputs};
use crate::lower::Recording;
use crate::spec::KernelSpec;
use crate::status::Status;

/// Puts a backend's kernels through all checks.
///
/// # Panics
/// Where a kernel does not do what it must.
pub fn check(backend: &dyn Backend) {
    samples_follow_the_exact_solution(backend);
    a_varying_initial_value_replaces_the_models(backend);
    fixed_steps_land_on_the_end_and_do_not_accumulate_time(backend);
    fixed_steps_of_many_runs_are_those_of_each(backend);
    a_run_that_blows_up_keeps_what_came_before(backend);
    values_that_are_not_finite_fail_at_the_start(backend);
    too_many_steps_and_too_small_steps_are_told_apart(backend);
    an_interrupt_stops_the_chunk(backend);
    arrays_that_do_not_fit_are_refused(backend);
    summaries::check(backend);
}

/// A kernel with what is needed to run it.
struct Case {
    kernel: Box<dyn Kernel>,
    controls: Controls,
    inputs: usize,
    variables: usize,
}

struct Outcome {
    samples: Vec<f64>,
    status: Vec<Status>,
    report: ChunkReport,
    runs: usize,
    variables: usize,
}

impl Outcome {
    fn sample(&self, time: usize, variable: usize, run: usize) -> f64 {
        self.samples[(time * self.variables + variable) * self.runs + run]
    }
}

impl Case {
    fn new(
        backend: &dyn Backend,
        text: &str,
        method: &str,
        settings: &StepSettings,
        varying: &[Input],
        times: &[f64],
    ) -> Case {
        let model = Model::parse("case", text).unwrap_or_else(|d| panic!("{}", d.render(false)));
        let graph = Graph::new();
        let system = model.system(&graph);
        let method = rubie_method::find(method).unwrap();
        let controller = method.controller(settings).unwrap();
        let dense = times.len() > 2;
        let step = method.build(&system, &BuildOptions { controller, dense, ..Default::default() });
        let output = OutputGraph::all(&system);
        let inputs = Inputs { varying: varying.to_vec(), fixed_initials: Vec::new() };
        let spec =
            KernelSpec::lower(&system, &step, &Recording::samples(&output), &inputs, Precision::F64).unwrap();
        let controls = Controls {
            t0: 0.0,
            end: times.last().copied().unwrap_or(0.0),
            sample_times: times.to_vec(),
            summaries: None,
            max_attempts: 100_000,
            dt_min: settings.dt_min,
            controls: method.control_values(settings, system.states.len()).unwrap(),
            parameters: system.parameters.iter().map(|p| p.default).collect(),
            initials: Vec::new(),
            table: [].into(),
            threads: NonZeroUsize::MIN,
        };
        Case {
            kernel: backend.compile(&spec).unwrap(),
            controls,
            inputs: varying.len(),
            variables: output.variables().len(),
        }
    }

    fn run(&self, values: &[f64], runs: usize) -> Outcome {
        self.try_run(values, runs, &AtomicBool::new(false)).unwrap()
    }

    fn try_run(&self, values: &[f64], runs: usize, interrupt: &AtomicBool) -> Result<Outcome, KernelError> {
        assert_eq!(values.len(), self.inputs * runs);
        let mut samples = vec![0.0; self.controls.sample_times.len() * self.variables * runs];
        let mut status = vec![Status(u32::MAX); runs];
        let finished_runs = AtomicU64::new(0);
        let report = self.kernel.run(
            &self.controls,
            ChunkInputs { runs, values },
            ChunkOutputs {
                samples: SamplesMut::F64(&mut samples),
                summaries: SamplesMut::F64(&mut []),
                events: &mut [],
                status: &mut status,
            },
            &Watch { interrupt, finished_runs: &finished_runs },
        )?;
        if !report.interrupted {
            assert_eq!(finished_runs.load(Relaxed), runs as u64);
        }
        Ok(Outcome { samples, status, report, runs, variables: self.variables })
    }
}

fn fixed(dt: f64) -> StepSettings {
    StepSettings { dt: Some(dt), ..StepSettings::default() }
}

const DECAY: &str = "param k = 1\nstate x = 1\nx' = -k*x\nobserve rate = k*x + t";

fn samples_follow_the_exact_solution(backend: &dyn Backend) {
    let times: Vec<f64> = (0..=20).map(|k| 0.25 * f64::from(k)).collect();
    let case = Case::new(
        backend,
        DECAY,
        "tsit5",
        &StepSettings::with_tolerance(1e-9),
        &[Input::Parameter(0)],
        &times,
    );
    let k: Vec<f64> = (0..300).map(|i| 0.01 * f64::from(i)).collect();
    let outcome = case.run(&k, k.len());
    for (run, k) in k.iter().enumerate() {
        assert!(outcome.status[run].is_success());
        for (i, t) in times.iter().enumerate() {
            let exact = (-k * t).exp();
            assert!((outcome.sample(i, 0, run) - exact).abs() < 2e-8, "k {k}, t {t}");
            assert!((outcome.sample(i, 1, run) - (k * exact + t)).abs() < 1e-7, "rate, k {k}, t {t}");
        }
    }
    assert!(outcome.report.accepted_steps > 300 && !outcome.report.interrupted);
}

fn a_varying_initial_value_replaces_the_models(backend: &dyn Backend) {
    let text = "param a = 3\nstate x = 2*a, y = x0\nparam x0 = 7\nx' = 0\ny' = 0*y";
    let case = Case::new(
        backend,
        text,
        "tsit5",
        &StepSettings::with_tolerance(1e-6),
        &[Input::State(1), Input::Parameter(0)],
        &[1.0],
    );
    let outcome = case.run(&[10.0, 20.0, 1.0, 2.0], 2);
    assert_eq!(outcome.samples, [2.0, 4.0, 10.0, 20.0]);
}

fn fixed_steps_land_on_the_end_and_do_not_accumulate_time(backend: &dyn Backend) {
    // y' = t^2 by the classical method is exact but for rounding, whatever the step.
    let case = Case::new(backend, "state y = 0\ny' = t^2", "rk4", &fixed(0.001), &[], &[1.0]);
    let outcome = case.run(&[], 1);
    assert_eq!(outcome.report.accepted_steps, 1000);
    assert!((outcome.samples[0] - 1.0 / 3.0).abs() < 1e-14);
    let case = Case::new(backend, "state y = 0\ny' = t^2", "rk4", &fixed(0.3), &[], &[1.0]);
    assert_eq!(case.run(&[], 1).report.accepted_steps, 4, "three steps of 0.3 and one of 0.1");
}

/// Runs that end early leave their lanes to others, which are then at other steps than their neighbours.
fn fixed_steps_of_many_runs_are_those_of_each(backend: &dyn Backend) {
    let text = "param a = 1\nstate x = 1\nx' = a*x^2 + t";
    let times = [0.0, 0.3, 0.6, 1.0];
    let mut case = Case::new(backend, text, "rk4", &fixed(0.03), &[Input::Parameter(0)], &times);
    let runs = 300;
    let a: Vec<f64> = (0..runs).map(|run| f64::from(run * 7919 % runs) * 0.006).collect();
    let outcome = case.run(&a, a.len());
    let mut failed = 0;
    for (run, &a) in a.iter().enumerate() {
        let mut x = 1.0;
        for (sample, steps) in [0..10, 10..20, 20..34].into_iter().enumerate() {
            for step in steps {
                let (t, dt) = (0.03 * f64::from(step), if step == 33 { 0.01 } else { 0.03 });
                x = classical_step(|t, x| a * x * x + t, t, x, dt);
            }
            let found = outcome.sample(sample + 1, 0, run);
            let agrees = if x.is_finite() { (found / x - 1.0).abs() < 1e-9 } else { found.is_nan() };
            assert!(agrees, "run {run}, a = {a}, sample {sample}: {found}, {x}");
        }
        failed += usize::from(!x.is_finite());
        assert_eq!(outcome.status[run].is_success(), x.is_finite(), "run {run}");
    }
    assert!((50..250).contains(&failed), "{failed} of {runs} runs fail, and the others do not");
    case.controls.max_attempts = 7;
    let outcome = case.run(&[0.0], 1);
    assert_eq!((outcome.status[0], outcome.report.accepted_steps), (Status::STEP_LIMIT, 7));
}

/// The classical Runge-Kutta method.
fn classical_step(f: impl Fn(f64, f64) -> f64, t: f64, x: f64, dt: f64) -> f64 {
    let k1 = f(t, x);
    let k2 = f(t + dt / 2.0, x + dt / 2.0 * k1);
    let k3 = f(t + dt / 2.0, x + dt / 2.0 * k2);
    let k4 = f(t + dt, x + dt * k3);
    x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
}

fn a_run_that_blows_up_keeps_what_came_before(backend: &dyn Backend) {
    let times: Vec<f64> = (0..=8).map(|k| 0.25 * f64::from(k)).collect();
    let text = "param a = 1\nstate x = 1/a\nx' = x^2";
    let case = Case::new(
        backend,
        text,
        "tsit5",
        &StepSettings::with_tolerance(1e-8),
        &[Input::Parameter(0)],
        &times,
    );
    let a = [1.1, 5.0, 0.6, 4.0];
    let outcome = case.run(&a, 4);
    assert_eq!(outcome.status.iter().map(|s| s.is_success()).collect::<Vec<_>>(), [false, true, false, true]);
    for (run, a) in a.iter().enumerate() {
        for (i, t) in times.iter().enumerate() {
            let x = outcome.sample(i, 0, run);
            assert!(if t < a { (x * (a - t) - 1.0).abs() < 1e-4 } else { x.is_nan() }, "a {a}, t {t}: {x}");
        }
    }
}

fn values_that_are_not_finite_fail_at_the_start(backend: &dyn Backend) {
    let case = Case::new(
        backend,
        DECAY,
        "tsit5",
        &StepSettings::with_tolerance(1e-6),
        &[Input::Parameter(0), Input::State(0)],
        &[0.0, 1.0],
    );
    let nan = f64::NAN;
    let outcome = case.run(&[1.0, nan, f64::INFINITY, 1.0, 1.0, 1.0, 1.0, nan], 4);
    assert!(outcome.status[0].is_success());
    for run in 1..4 {
        assert_eq!(outcome.status[run], Status::NON_FINITE, "run {run}");
        assert!(outcome.sample(1, 0, run).is_nan());
    }
    let case = Case::new(backend, "state x = 1\nx' = sqrt(x - 1.5)", "rk4", &fixed(0.1), &[], &[1.0]);
    assert_eq!(case.run(&[], 1).status[0], Status::NON_FINITE);
}

fn too_many_steps_and_too_small_steps_are_told_apart(backend: &dyn Backend) {
    let text = "param k = 1\nstate x = 1\nx' = -k*(x - cos(t))";
    let mut case = Case::new(
        backend,
        text,
        "tsit5",
        &StepSettings::with_tolerance(1e-6),
        &[Input::Parameter(0)],
        &[10.0],
    );
    case.controls.max_attempts = 50;
    let outcome = case.run(&[1.0, 1e6], 2);
    assert_eq!(outcome.status, [Status::SUCCESS, Status::STEP_LIMIT]);
    let settings = StepSettings { dt_min: 0.1, ..StepSettings::with_tolerance(1e-10) };
    let case = Case::new(backend, text, "tsit5", &settings, &[Input::Parameter(0)], &[10.0]);
    assert_eq!(case.run(&[100.0], 1).status, [Status::STEP_TOO_SMALL]);
}

fn an_interrupt_stops_the_chunk(backend: &dyn Backend) {
    let case = Case::new(
        backend,
        "state x = 1\nx' = sin(1e3*t)",
        "tsit5",
        &StepSettings::with_tolerance(1e-10),
        &[],
        &[1e6],
    );
    let outcome = case.try_run(&[], 100, &AtomicBool::new(true)).unwrap();
    assert!(outcome.report.interrupted);
}

fn arrays_that_do_not_fit_are_refused(backend: &dyn Backend) {
    let case = Case::new(backend, DECAY, "tsit5", &StepSettings::with_tolerance(1e-6), &[], &[1.0]);
    let mut samples = vec![0.0; 3];
    let mut status = vec![Status::SUCCESS; 2];
    let watch = Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) };
    let inputs = ChunkInputs { runs: 2, values: &[] };
    let summaries = SamplesMut::F64(&mut []);
    let outputs = ChunkOutputs {
        samples: SamplesMut::F64(&mut samples),
        summaries,
        events: &mut [],
        status: &mut status,
    };
    let error = case.kernel.run(&case.controls, inputs, outputs, &watch).unwrap_err();
    assert_eq!(error, KernelError::Length { what: "samples", found: 3, needed: 4 });
    let mut narrow = vec![0.0f32; 4];
    let summaries = SamplesMut::F32(&mut []);
    let outputs = ChunkOutputs {
        samples: SamplesMut::F32(&mut narrow),
        summaries,
        events: &mut [],
        status: &mut status,
    };
    let error = case.kernel.run(&case.controls, inputs, outputs, &watch).unwrap_err();
    assert_eq!(error, KernelError::Precision);
}
