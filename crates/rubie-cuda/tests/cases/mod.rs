//! The example models with methods and outputs: kernels to print, run and compile.
#![allow(clippy::unwrap_used, dead_code)]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};

use rubie_driver::{DriverData, DriverGraph, Drivers};
use rubie_expr::Graph;
use rubie_kernel::{
    Backend, ChunkInputs, ChunkOutputs, ChunkReport, Controls, Input, Inputs, KernelError, KernelSpec,
    Recording, ResultNumbers, SamplesMut, Status, SummaryControls, Watch,
};
use rubie_memory::Resident;
use rubie_method::{BuildOptions, ControllerKind, LinearSolver, Method, StepSettings};
use rubie_model::{Event, Model, Parameter, Trigger};
use rubie_output::{Counter, MetricRequest, OutputGraph, Span, SummaryGraph, SummaryTiming};
use rubie_program::Precision;

/// The example models and how long their runs last.
pub(crate) const MODELS: [(&str, f64); 9] = [
    ("lorenz", 1.0),
    ("lotka_volterra", 5.0),
    ("sir", 10.0),
    ("van_der_pol", 2.0),
    ("robertson", 0.05),
    ("theophylline", 5.0),
    ("hodgkin_huxley", 3.0),
    ("beeler_reuter", 2.0),
    ("minimal_model", 30.0),
];

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All variables at the start and the end.
    Ends,
    /// Samples inside steps.
    Inside,
    /// The same with steps of one size, the last of them shorter.
    Fixed,
    /// Those, with counters.
    Counters,
    /// Samples inside steps, and summaries by some metrics.
    Summaries,
    /// The same by every metric.
    Metrics,
}

/// A kernel and what steers it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) spec: KernelSpec,
    controls: Controls,
    columns: [usize; 2],
    defaults: Vec<f64>,
}

/// What came of all runs, as bits: NaN is one number.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) samples: Vec<u64>,
    pub(crate) summaries: Vec<u64>,
    pub(crate) events: Vec<u64>,
    pub(crate) status: Vec<Status>,
    pub(crate) report: ChunkReport,
}

/// Events that have slots, where the model has some: fewer than happen in some runs.
const SLOTS: usize = 7;

/// Runs of a chunk: more than a block has threads.
pub(crate) const RUNS: usize = 150;

impl Case {
    /// The model `name`, its first parameter and its first state varying.
    pub(crate) fn new((name, until): (&str, f64), method: &Method, kind: Kind, precision: Precision) -> Case {
        let path = format!("{}/../../examples/{name}.model", env!("CARGO_MANIFEST_DIR"));
        Case::of_text((name, &std::fs::read_to_string(path).unwrap(), until), method, kind, precision)
    }

    /// The same for a model that is given as text.
    pub(crate) fn of_text(
        (name, text, until): (&str, &str, f64),
        method: &Method,
        kind: Kind,
        precision: Precision,
    ) -> Case {
        Case::driven((name, text, until), None, method, kind, precision)
    }

    /// The same with drivers.
    pub(crate) fn driven(
        (name, text, until): (&str, &str, f64),
        drivers: Option<&Drivers>,
        method: &Method,
        kind: Kind,
        precision: Precision,
    ) -> Case {
        Case::jumping((name, text, until), drivers, &[], method, (kind, precision))
    }

    /// The same with times that steps do not go across: the last before each jump and the first after it.
    pub(crate) fn jumping(
        (name, text, until): (&str, &str, f64),
        drivers: Option<&Drivers>,
        jumps: &[f64],
        method: &Method,
        (kind, precision): (Kind, Precision),
    ) -> Case {
        Case::solved((name, text, until), (drivers, jumps), method, (kind, precision), None)
    }

    /// The same with another way to solve linear systems.
    pub(crate) fn solved(
        (name, text, until): (&str, &str, f64),
        (drivers, jumps): (Option<&Drivers>, &[f64]),
        method: &Method,
        (kind, precision): (Kind, Precision),
        linear_solver: Option<LinearSolver>,
    ) -> Case {
        let model = Model::parse(name, text).unwrap();
        let graph = Graph::new();
        let mut system = model.system(&graph);
        let mut events = model.events(&system);
        let (mut table, mut driving) = (Vec::new(), Vec::new());
        if let Some(drivers) = drivers {
            let expressions = DriverGraph::new(&graph, drivers.fit(), drivers.names());
            (system, events) = expressions.drive(&system, &events).unwrap();
            table = drivers.table();
            driving = DriverData::new(drivers.fit()).control_values(1e-7);
        }
        if !jumps.is_empty() {
            let first = graph.symbol("jumps");
            system.parameters.push(Parameter {
                name: "jumps".into(),
                unit: None,
                symbol: first,
                default: f64::NAN,
            });
            let trigger = Trigger::Listed { first };
            events.push(Event { trigger, changes: Vec::new(), stops: false, line: 0 });
            driving.push(table.len() as f64);
            table.extend(jumps);
            table.extend([f64::INFINITY; 2]);
        }
        let fixed = kind == Kind::Fixed;
        let dt = (fixed || !method.adaptive()).then_some(until / if fixed { 290.7 } else { 300.0 });
        let controller = fixed.then_some(ControllerKind::Fixed);
        let settings = StepSettings { dt, linear_solver, controller, ..StepSettings::with_tolerance(1e-5) };
        let controller = method.controller(&settings).unwrap();
        let dense = kind != Kind::Ends || text.contains("when ");
        let linear_solver = linear_solver.unwrap_or_default();
        let options = BuildOptions { controller, dense, linear_solver, ..Default::default() };
        let step = method.build(&system, &options);
        let samples = OutputGraph::all(&system);
        let samples = if kind == Kind::Counters { samples.counting(&Counter::ALL).unwrap() } else { samples };
        let metrics = metrics(kind);
        let metrics: Vec<_> = metrics.iter().map(|metric| MetricRequest::parse(metric).unwrap()).collect();
        let summaries = SummaryGraph::new(&system, OutputGraph::all(&system), &metrics).unwrap();
        let summaries = matches!(kind, Kind::Summaries | Kind::Metrics).then_some(summaries);
        let recording = Recording { samples: &samples, summaries: summaries.as_ref() };
        let inputs =
            Inputs { varying: vec![Input::Parameter(0), Input::State(0)], fixed_initials: Vec::new() };
        let spec =
            KernelSpec::lower_with_events(&system, &step, &recording, &events, &inputs, precision).unwrap();
        let timing = SummaryTiming { sample_every: until / 40.0, summarise_every: Some(until / 4.0) };
        let schedule = timing.schedule(Span::new(0.0, until, until / 10.0 * 2.0).unwrap());
        let summary_controls = summaries.as_ref().map(|summaries| {
            let schedule = schedule.unwrap();
            SummaryControls { schedule, controls: summaries.control_values(schedule.interval()) }
        });
        let inner = if kind == Kind::Ends { 1 } else { 7 };
        let sample_times = (0..=inner).map(|i| until * f64::from(i) / f64::from(inner)).collect();
        let mut parameters: Vec<f64> = system.parameters.iter().map(|p| p.default).collect();
        parameters.truncate(system.parameters.len() - driving.len());
        parameters.extend(driving);
        Case {
            name: format!("{name}, {}, {kind:?}, {precision:?}", method.name),
            columns: [samples.width(), summaries.map_or(0, |summaries| summaries.columns().len())],
            defaults: vec![parameters[0], 1.0],
            spec,
            controls: Controls {
                t0: 0.0,
                end: until,
                sample_times,
                summaries: summary_controls,
                max_attempts: 5000,
                dt_min: 0.0,
                controls: method.control_values_for(&settings, &system).unwrap(),
                parameters,
                initials: Vec::new(),
                table: table.into(),
                threads: NonZeroUsize::MIN,
            },
        }
    }

    /// The inputs of all runs: some fail, some for a first step that is none.
    fn values(&self) -> Vec<f64> {
        let factor = |run: usize| 0.6 + 0.006 * run as f64;
        let mut values: Vec<f64> = (0..RUNS).map(|run| self.defaults[0] * factor(run)).collect();
        values.extend((0..RUNS).map(|run| self.defaults[1] * factor(RUNS - run)));
        values[RUNS + 17] = f64::NAN;
        values[33] = 1e300;
        values
    }

    /// Numbers that each run leaves.
    fn numbers(&self) -> ResultNumbers {
        let windows = self.controls.summaries.as_ref().map_or(0, |summaries| summaries.schedule.windows());
        let slots = if self.spec.layout.happened.is_empty() { 0 } else { SLOTS };
        ResultNumbers {
            precision: self.spec.precision,
            samples: self.controls.sample_times.len() * self.columns[0],
            summaries: windows * self.columns[1],
            events: 2 * slots,
        }
    }

    /// All runs by a backend, with results that stay on its device.
    pub(crate) fn run_resident(&self, backend: &dyn Backend) -> Result<Outcome, KernelError> {
        let kernel = backend.compile(&self.spec).unwrap();
        let values = self.values();
        let mut status = vec![Status::SUCCESS; RUNS];
        let watch = Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) };
        let inputs = ChunkInputs { runs: RUNS, values: &values };
        let (results, report) =
            kernel.run_resident(&self.controls, inputs, &self.numbers(), &mut status, &watch)?;
        let bits = |array: &Resident, precision| -> Vec<u64> {
            let mut bytes = vec![0; array.bytes()];
            array.download(&mut bytes).unwrap();
            match precision {
                Precision::F32 => {
                    let numbers = bytes.chunks_exact(4).map(|b| f32::from_ne_bytes(b.try_into().unwrap()));
                    numbers.map(|number| wide(f64::from(number))).collect()
                }
                Precision::F64 => {
                    let numbers = bytes.chunks_exact(8).map(|b| f64::from_ne_bytes(b.try_into().unwrap()));
                    numbers.map(wide).collect()
                }
            }
        };
        let precision = self.spec.precision;
        let report = ChunkReport { device_time: std::time::Duration::ZERO, ..report };
        Ok(Outcome {
            samples: bits(&results.samples, precision),
            summaries: bits(&results.summaries, precision),
            events: bits(&results.events, Precision::F64),
            status,
            report,
        })
    }

    /// All runs by a backend.
    pub(crate) fn run(&self, backend: &dyn Backend) -> Outcome {
        let kernel = backend.compile(&self.spec).unwrap();
        let values = self.values();
        let ResultNumbers { samples, summaries, events, .. } = self.numbers();
        let lengths = [samples, summaries];
        let mut status = vec![Status::SUCCESS; RUNS];
        let mut events = vec![f64::NAN; events * RUNS];
        let mut run = |samples, summaries| {
            let watch = Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) };
            let inputs = ChunkInputs { runs: RUNS, values: &values };
            let outputs = ChunkOutputs { samples, summaries, events: &mut events, status: &mut status };
            kernel.run(&self.controls, inputs, outputs, &watch).unwrap()
        };
        let (samples, summaries, report) = match self.spec.precision {
            Precision::F32 => {
                let [mut samples, mut summaries] = lengths.map(|rows| vec![1f32; rows * RUNS]);
                let report = run(SamplesMut::F32(&mut samples), SamplesMut::F32(&mut summaries));
                let bits = |v: Vec<f32>| v.into_iter().map(|v| wide(f64::from(v))).collect::<Vec<_>>();
                (bits(samples), bits(summaries), report)
            }
            Precision::F64 => {
                let [mut samples, mut summaries] = lengths.map(|rows| vec![1f64; rows * RUNS]);
                let report = run(SamplesMut::F64(&mut samples), SamplesMut::F64(&mut summaries));
                let bits = |v: Vec<f64>| v.into_iter().map(wide).collect::<Vec<_>>();
                (bits(samples), bits(summaries), report)
            }
        };
        // Times are never the same.
        let report = ChunkReport { device_time: std::time::Duration::ZERO, ..report };
        let events = events.into_iter().map(wide).collect();
        Outcome { samples, summaries, events, status, report }
    }
}

/// The metrics of a kind, their arguments filled in.
fn metrics(kind: Kind) -> Vec<String> {
    if kind != Kind::Metrics {
        return ["mean", "std", "max", "peaks[3]", "dxdt_max"].map(str::to_owned).to_vec();
    }
    let forms = rubie_output::metrics().iter().map(|metric| metric.form());
    let forms = forms.map(|form| form.replace("[n]", "[3]").replace("[level]", "[0.5]"));
    forms.map(|form| form.replace("[fraction]", "[0.75]")).collect()
}

fn wide(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}
