//! Summaries against those of the exact solution, in both precisions, with and without settling, in runs that end early.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};

use rubie_expr::Graph;
use rubie_method::{BuildOptions, StepSettings};
use rubie_model::Model;
use rubie_output::{MetricRequest, OutputGraph, Span, SummaryGraph, SummarySchedule, SummaryTiming};
use rubie_program::Precision;

use crate::backend::{Backend, ChunkInputs, ChunkOutputs, Controls, SamplesMut, SummaryControls, Watch};
use crate::layout::{Input, Inputs};
use crate::lower::Recording;
use crate::spec::KernelSpec;
use crate::status::Status;

/// x = 1/(1 - a t), which grows beyond all bounds at t = 1/a.
const TEXT: &str = "param a = 1\nstate x = 1\nx' = a*x*x\nobserve late = x + t";
const END: f64 = 4.0;
const METRICS: [&str; 4] = ["mean", "std", "max", "final"];

pub(super) fn check(backend: &dyn Backend) {
    // Samples that lie within steps and, with an interval of the whole span, at the end only.
    for (settle, every, window) in [(0.0, 0.05, Some(1.0)), (0.5, 0.25, Some(0.5)), (0.0, 4.0, None)] {
        let span = Span::new(0.0, END, settle).unwrap();
        let timing = SummaryTiming { sample_every: every, summarise_every: window };
        let schedule = timing.schedule(span).unwrap();
        check_precision::<f64>(backend, schedule, settle, 1e-6);
        check_precision::<f32>(backend, schedule, settle, 2e-4);
    }
}

/// The two precisions as arrays.
trait Float: Copy + Into<f64> + Default {
    const PRECISION: Precision;
    fn room(values: &mut [Self]) -> SamplesMut<'_>;
}

impl Float for f32 {
    const PRECISION: Precision = Precision::F32;
    fn room(values: &mut [f32]) -> SamplesMut<'_> {
        SamplesMut::F32(values)
    }
}

impl Float for f64 {
    const PRECISION: Precision = Precision::F64;
    fn room(values: &mut [f64]) -> SamplesMut<'_> {
        SamplesMut::F64(values)
    }
}

fn check_precision<T: Float>(backend: &dyn Backend, schedule: SummarySchedule, settle: f64, tolerance: f64) {
    let model = Model::parse("case", TEXT).unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let settings = StepSettings::with_tolerance(if T::PRECISION == Precision::F64 { 1e-9 } else { 1e-6 });
    let method = rubie_method::find("tsit5").unwrap();
    let controller = method.controller(&settings).unwrap();
    let step = method.build(&system, &BuildOptions { controller, dense: true });
    let metrics: Vec<MetricRequest> =
        METRICS.iter().map(|name| MetricRequest::parse(name).unwrap()).collect();
    let summaries = SummaryGraph::new(&system, OutputGraph::all(&system), &metrics).unwrap();
    let samples = OutputGraph::none();
    let recording = Recording { samples: &samples, summaries: Some(&summaries) };
    let inputs = Inputs { varying: vec![Input::Parameter(0)], fixed_initials: Vec::new() };
    let spec = KernelSpec::lower(&system, &step, &recording, &inputs, T::PRECISION).unwrap();
    let kernel = backend.compile(&spec).unwrap();
    let controls = Controls {
        t0: 0.0,
        end: END,
        sample_times: Vec::new(),
        summaries: Some(SummaryControls {
            schedule,
            controls: summaries.control_values(schedule.interval()),
        }),
        max_attempts: 10_000,
        dt_min: 1e-9,
        controls: method.control_values(&settings, 1).unwrap(),
        parameters: vec![1.0],
        initials: Vec::new(),
        table: [].into(),
        threads: NonZeroUsize::MIN,
    };
    let runs = 203;
    let a: Vec<f64> = (0..runs).map(|run| -1.0 + 0.008 * run as f64).collect();
    let (windows, columns) = (schedule.windows(), summaries.columns().len());
    let mut results = vec![T::default(); windows * columns * runs];
    let mut status = vec![Status::SUCCESS; runs];
    kernel
        .run(
            &controls,
            ChunkInputs { runs, values: &a },
            ChunkOutputs {
                samples: T::room(&mut []),
                summaries: T::room(&mut results),
                events: &mut [],
                status: &mut status,
            },
            &Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) },
        )
        .unwrap();
    for (run, a) in a.iter().enumerate() {
        let ends = 1.0 / a;
        assert_eq!(status[run].is_success(), !(0.0..=END).contains(&ends), "a {a}: {}", status[run]);
        for window in 0..windows {
            let per_window = schedule.samples_per_window();
            let times = (window * per_window..(window + 1) * per_window).map(|k| schedule.time(k).unwrap());
            let values: Vec<f64> = times.clone().map(|t| 1.0 / (1.0 - a * t)).collect();
            let late: Vec<f64> = values.iter().zip(times).map(|(value, t)| value + t).collect();
            let last = schedule.time((window + 1) * per_window - 1).unwrap();
            let found = |column: usize| results[(window * columns + column) * runs + run].into();
            let near = (last - ends).abs() < 0.3;
            if near {
                continue;
            }
            if (0.0..=END).contains(&ends) && last > ends {
                assert!((0..columns).all(|column| found(column).is_nan()), "a {a}, window {window}");
            } else {
                compare(
                    [&values, &late],
                    &found,
                    tolerance,
                    &format!("a {a}, settle {settle}, window {window}"),
                );
            }
        }
    }
}

/// Against the definitions; columns are the metrics of the first values and then those of the second.
fn compare(variables: [&[f64]; 2], found: &dyn Fn(usize) -> f64, tolerance: f64, what: &str) {
    let metrics = |values: &[f64]| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
        let largest = values.iter().fold(f64::NEG_INFINITY, |largest, value| largest.max(*value));
        [mean, variance.sqrt(), largest, values[values.len() - 1]]
    };
    let expected = variables.map(metrics).concat();
    for (column, expected) in expected.iter().enumerate() {
        // A variance is a difference of squares: its root has the root of their rounding.
        let tolerance = if column % METRICS.len() == 1 { tolerance.max(3e-4) } else { tolerance };
        let error = (found(column) - expected).abs() / (1.0 + expected.abs());
        assert!(error < tolerance, "{what}, column {column}: {} instead of {expected}", found(column));
    }
}
