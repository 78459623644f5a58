//! `Solver`: a model and options, checked and compiled; solves any number of sweeps.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use rubie_expr::Graph;
use rubie_kernel::{Backend, Controls, Input, Inputs, Kernel, KernelSpec, Recording};
use rubie_method::{BuildOptions, LinearSolver, Method, Preconditioning};
use rubie_model::{Event, Model, Trigger, UnknownName};
use rubie_output::{Counter, OutputGraph, Span};

use crate::backend::Chosen;
use crate::choice::Choice;
use crate::driven::{Driven, Each};
use crate::error::{Error, ErrorKind};
use crate::identity::{Digest, Identity, digest};
use crate::options::SolveOptions;
use crate::sink::{Column, EventPart, Layout};
use crate::summaries::Summaries;
use crate::sweep::Sweep;

/// A prepared solver: immutable, can be shared between threads.
///
/// Everything about the options is checked when it is made. Programs are compiled when a sweep first asks for
/// them: which names vary (never their values) decides what is computed once per run and what once per
/// solve, so each set of varying names has its own kernel, kept for later sweeps.
pub struct Solver {
    model: Model,
    options: SolveOptions,
    method: Method,
    /// How linear systems are solved, where there are any.
    pub(crate) linear_solver: Option<LinearSolver>,
    preconditioning: Preconditioning,
    names: Names,
    pub(crate) output: OutputGraph,
    pub(crate) times: Vec<f64>,
    pub(crate) summaries: Option<Summaries>,
    events: Option<EventPart>,
    /// End of the integration.
    end: f64,
    controls: Vec<f64>,
    driven: Driven,
    backend: Chosen,
    compiled: Mutex<Vec<(Inputs, Arc<Compiled>)>>,
    /// How the method was chosen, where that was left open.
    pub(crate) choice: Option<Choice>,
    /// Which device was chosen and why, where that was left open.
    pub(crate) device: Option<String>,
}

/// Names, units and defaults of what may be set or swept.
struct Names {
    states: Vec<String>,
    parameters: Vec<(String, f64)>,
    /// Units of states and then of parameters.
    units: Vec<Option<String>>,
    /// Parameters that are none, because drivers have taken their places.
    driven: Vec<String>,
}

/// A kernel and how long it took to make.
pub(crate) struct Compiled {
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) seconds: f64,
}

impl Solver {
    /// Checks the options against the model and prepares what does not depend on the sweep.
    ///
    /// # Errors
    /// An unknown method (with the nearest known), tolerances or times that make no sense, names that the model
    /// has not, values that are not finite, vector instructions or machine code that this machine has not.
    pub fn new(model: &Model, options: &SolveOptions) -> Result<Solver, Error> {
        if options.is_auto() {
            let message = "method auto is chosen by runs of a sweep, and there is none here: name a method, or in Rust make the \
                           solver by `Solver::for_sweep`";
            return Err(Error::new(ErrorKind::Option, message));
        }
        let method = rubie_method::find(&options.method)?.adjusted(&options.steps)?;
        let span = Span::new(options.t0, options.until, options.settle)?;
        let times = options.save.times(span)?;
        if !(options.memory_share > 0.0 && options.memory_share <= 1.0) {
            let message =
                format!("the share of memory must be above 0 and at most 1: {}", options.memory_share);
            return Err(Error::new(ErrorKind::Option, message));
        }
        if options.max_steps == 0 {
            return Err(Error::new(ErrorKind::Option, "the step limit must be at least 1: max_steps 0"));
        }
        let graph = Graph::new();
        let driven = Driven::new(options, options.until)?;
        let (system, events) = driven.system(model, &graph)?;
        let output = match &options.keep {
            _ if times.is_empty() => OutputGraph::none(),
            Some(names) => OutputGraph::named(&system, names)?,
            None => OutputGraph::all(&system),
        };
        let counters = if options.counters && !times.is_empty() { &Counter::ALL[..] } else { &[] };
        let output = output.counting(counters)?;
        let summaries = options.summaries.as_ref().map(|summaries| Summaries::new(&system, summaries, span));
        let summaries = summaries.transpose()?;
        let events = recorded_events(&events, options)?;
        let end = end(options, &times, summaries.as_ref(), events.is_some())?;
        let own = &system.parameters[..system.parameters.len() - driven.parameters().len()];
        let names = Names {
            states: system.states.iter().map(|state| state.name.clone()).collect(),
            parameters: own.iter().map(|p| (p.name.clone(), p.default)).collect(),
            units: (system.states.iter().map(|s| &s.unit))
                .chain(own.iter().map(|p| &p.unit))
                .cloned()
                .collect(),
            driven: driven.names().to_vec(),
        };
        let controls = method.control_values_for(&options.steps, &system)?;
        let linear_solver = method.linear_solver(&options.steps, &system)?;
        let preconditioning = options.steps.preconditioning(linear_solver, &system)?;
        let solver = Solver {
            model: model.clone(),
            options: options.clone(),
            method,
            linear_solver,
            preconditioning,
            names,
            output,
            times,
            summaries,
            events,
            end,
            controls,
            driven,
            backend: Chosen::new(options)?,
            compiled: Mutex::default(),
            choice: None,
            device: None,
        };
        solver.check_set()?;
        Ok(solver)
    }

    /// The options it was made with.
    pub fn options(&self) -> &SolveOptions {
        &self.options
    }

    /// How the method was chosen, where the options left that open.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    /// Backend and instruction set, for reports.
    pub fn backend(&self) -> String {
        self.backend.backend.description()
    }

    /// What executes programs.
    pub(crate) fn chosen(&self) -> &dyn Backend {
        &*self.backend.backend
    }

    /// Compiles the kernel for sweeps over these names now rather than at the first such sweep.
    ///
    /// # Errors
    /// Names that the model has not.
    pub fn prepare(&self, swept: &[String]) -> Result<(), Error> {
        self.compiled(swept).map(drop)
    }

    /// What a file with the results of `sweep` holds: columns, times, runs, precision.
    pub fn layout(&self, sweep: &Sweep) -> Layout {
        let column = |name: &String, unit: &Option<String>| Column { name: name.clone(), unit: unit.clone() };
        Layout {
            swept: sweep.names().iter().map(|name| column(name, &self.names.unit(name))).collect(),
            variables: (self.output.variables().iter().map(|v| column(&v.name, &v.unit)))
                .chain(self.output.counters().iter().map(|c| column(&c.name().to_owned(), &None)))
                .collect(),
            times: self.times.clone(),
            summaries: self.summaries.as_ref().map(|summaries| summaries.part.clone()),
            events: self.events.clone(),
            status: self.options.status,
            runs: sweep.runs(),
            precision: self.options.precision,
        }
    }

    /// What decides the results of `sweep`.
    ///
    /// # Errors
    /// Names that the model has not.
    pub fn identity(&self, sweep: &Sweep) -> Result<Identity, Error> {
        let mut controls = self.controls();
        controls.threads = std::num::NonZeroUsize::MIN;
        let mut options = Digest::default();
        controls.table.iter().for_each(|entry| options.take(&entry.to_le_bytes()));
        controls.table = Arc::new([]);
        options.take(format!("{controls:?}").as_bytes());
        let mut values = Digest::default();
        sweep.describe(|bytes| values.take(bytes));
        Ok(Identity {
            model: digest(&self.spec(sweep.names())?.to_string()),
            options: options.0,
            sweep: values.0,
        })
    }

    /// The programs that a sweep over these names would run, for reading.
    ///
    /// # Errors
    /// Names that the model has not.
    pub fn spec(&self, swept: &[String]) -> Result<KernelSpec, Error> {
        self.lower(&self.inputs(swept)?)
    }

    /// The machine code of a program that a sweep over these names would run, for reading: `attempt`, one of the others
    /// that [`Solver::spec`] lists, or `all`.
    ///
    /// # Errors
    /// Names that the model has not, a program that there is not, and a backend without machine code.
    #[cfg(feature = "listing")]
    pub fn assembly(&self, swept: &[String], program: &str) -> Result<String, Error> {
        self.backend.listing(&self.spec(swept)?, program)
    }

    /// The kernel for sweeps over these names, compiled now or earlier.
    pub(crate) fn compiled(&self, swept: &[String]) -> Result<Arc<Compiled>, Error> {
        let inputs = self.inputs(swept)?;
        let mut kept = self.compiled.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, compiled)) = kept.iter().find(|(other, _)| *other == inputs) {
            return Ok(Arc::clone(compiled));
        }
        let start = Instant::now();
        let kernel = self.backend.backend.compile(&self.lower(&inputs)?)?;
        let compiled = Arc::new(Compiled { kernel, seconds: start.elapsed().as_secs_f64() });
        kept.push((inputs, Arc::clone(&compiled)));
        Ok(compiled)
    }

    fn lower(&self, inputs: &Inputs) -> Result<KernelSpec, Error> {
        let graph = Graph::new();
        let (system, events) = self.driven.system(&self.model, &graph)?;
        let controller = self.method.controller(&self.options.steps)?;
        let dense = self.needs_interpolant() || has_conditions(&events);
        let consistent_values = self.options.steps.consistent_values;
        let linear_solver = self.linear_solver.unwrap_or_default();
        let preconditioning = self.preconditioning;
        let dead_band = self.options.steps.has_dead_band();
        let options =
            BuildOptions { controller, dead_band, dense, consistent_values, linear_solver, preconditioning };
        let step = self.method.build(&system, &options);
        let summaries = self.summaries.as_ref().map(|summaries| summaries.graph(&system)).transpose()?;
        let recording = Recording { samples: &self.output, summaries: summaries.as_ref() };
        Ok(KernelSpec::lower_with_events(
            &system,
            &step,
            &recording,
            &events,
            inputs,
            self.options.precision,
        )?)
    }

    /// Whether any sample lies strictly inside the run.
    fn needs_interpolant(&self) -> bool {
        let inside = |time: f64| time > self.options.t0 && time < self.end;
        let summaries = self.summaries.as_ref().map(|summaries| &summaries.schedule);
        self.times.iter().any(|time| inside(*time))
            || summaries
                .is_some_and(|schedule| inside(schedule.start()) || schedule.time(0).is_some_and(inside))
    }

    /// Checks the names of a sweep and sorts inputs into varying and fixed.
    fn inputs(&self, swept: &[String]) -> Result<Inputs, Error> {
        let mut inputs = Inputs::default();
        for name in swept {
            if self.options.set.iter().any(|(set, _)| set == name) {
                let message =
                    format!("`{name}` is both set to one value and swept; give only one of the two");
                return Err(Error::new(ErrorKind::Sweep, message));
            }
            inputs.varying.push(self.names.input(name, ErrorKind::Sweep)?);
        }
        for (name, _) in &self.options.set {
            if let Input::State(i) = self.names.input(name, ErrorKind::Option)? {
                inputs.fixed_initials.push(i);
            }
        }
        let own = self.names.parameters.len();
        inputs.varying.extend(self.driven.each().map(|each| Input::Parameter(own + each.position)));
        Ok(inputs)
    }

    /// What steers the kernel for any sweep.
    pub(crate) fn controls(&self) -> Controls {
        let value =
            |name: &str| self.options.set.iter().find(|(set, _)| set == name).map(|(_, value)| *value);
        let parameters = self.names.parameters.iter().map(|(name, default)| value(name).unwrap_or(*default));
        let is_state = |(name, value): &(String, f64)| self.names.states.contains(name).then_some(*value);
        Controls {
            t0: self.options.t0,
            end: self.end,
            sample_times: self.times.clone(),
            summaries: self.summaries.as_ref().map(Summaries::controls),
            max_attempts: self.options.max_steps,
            dt_min: self.options.steps.dt_min,
            controls: self.controls.clone(),
            parameters: parameters.chain(self.driven.parameters().iter().copied()).collect(),
            initials: self.options.set.iter().filter_map(is_state).collect(),
            table: self.driven.table(),
            threads: self.options.thread_count(),
        }
    }

    /// Samples of one run, over all times and variables.
    pub(crate) fn samples_per_run(&self) -> usize {
        self.times.len() * self.output.width()
    }

    /// Summaries of one run, over all windows and columns.
    pub(crate) fn summaries_per_run(&self) -> usize {
        self.summaries.as_ref().map_or(0, Summaries::per_run)
    }

    /// Numbers of the recorded events of one run.
    pub(crate) fn event_numbers_per_run(&self) -> usize {
        self.events.as_ref().map_or(0, |part| EventPart::COLUMNS.len() * part.slots)
    }

    fn check_set(&self) -> Result<(), Error> {
        for (k, (name, value)) in self.options.set.iter().enumerate() {
            self.names.input(name, ErrorKind::Option)?;
            if !value.is_finite() {
                let message = format!("the value of `{name}` must be a finite number: {value}");
                return Err(Error::new(ErrorKind::Option, message));
            }
            if self.options.set[..k].iter().any(|(earlier, _)| earlier == name) {
                return Err(Error::new(ErrorKind::Option, format!("`{name}` is set twice")));
            }
        }
        Ok(())
    }

    /// The method, as the options adjust it.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// Checks that the model has all names of a sweep, and drivers all its runs, before anything is computed or written.
    ///
    /// # Errors
    /// The first name that is neither state nor parameter, with the nearest that is.
    pub fn check_sweep(&self, sweep: &Sweep) -> Result<(), Error> {
        self.inputs(sweep.names())?;
        match self.driven.each() {
            Some(each) if each.runs != sweep.runs() => {
                let (given, runs) = (each.runs, sweep.runs());
                let message = format!(
                    "the drivers have samples for {given} runs, the sweep has {runs}: give samples for each run"
                );
                Err(Error::new(ErrorKind::Sweep, message))
            }
            _ => Ok(()),
        }
    }

    /// Samples for each run, where runs have their own.
    pub(crate) fn each_driven(&self) -> Option<Each> {
        self.driven.each()
    }
}

impl Names {
    fn unit(&self, name: &str) -> Option<String> {
        let parameters = self.parameters.iter().map(|(name, _)| name);
        let place = self.states.iter().chain(parameters).position(|known| known == name)?;
        self.units[place].clone()
    }

    fn input(&self, name: &str, kind: ErrorKind) -> Result<Input, Error> {
        if let Some(i) = self.states.iter().position(|state| state == name) {
            return Ok(Input::State(i));
        }
        if let Some(j) = self.parameters.iter().position(|(parameter, _)| parameter == name) {
            return Ok(Input::Parameter(j));
        }
        if self.driven.iter().any(|driven| driven == name) {
            let message = format!(
                "`{name}` is a driver with samples over time, so it has no one value to set or sweep"
            );
            return Err(Error::new(kind, message));
        }
        let parameters = self.parameters.iter().map(|(name, _)| name);
        let known = parameters.chain(&self.states).map(String::as_str);
        Err(Error::new(kind, UnknownName::new("parameter or state", name, known).to_string()))
    }
}

/// Whether the interpolant is needed to find where a condition becomes true.
fn has_conditions(events: &[Event<'_>]) -> bool {
    events.iter().any(|event| matches!(event.trigger, Trigger::Rises(_)))
}

/// The events that are to be recorded.
fn recorded_events(events: &[Event<'_>], options: &SolveOptions) -> Result<Option<EventPart>, Error> {
    if options.record_events == 0 {
        return Ok(None);
    }
    // Jumps of drivers stand in no line.
    let of_model = events.iter().filter(|event| !matches!(event.trigger, Trigger::Listed { .. }));
    let names: Vec<String> = of_model.map(|event| format!("line {}", event.line)).collect();
    if names.is_empty() {
        let message =
            "events are to be recorded, but the model has none: see the section Events of the model language";
        return Err(Error::new(ErrorKind::Option, message));
    }
    Ok(Some(EventPart { slots: options.record_events, names }))
}

/// The end of the integration: the last sample or the last summary, or, where events are recorded, the end that was given.
fn end(
    options: &SolveOptions,
    times: &[f64],
    summaries: Option<&Summaries>,
    events: bool,
) -> Result<f64, Error> {
    let t0 = options.t0;
    let last = times.last().copied().into_iter().chain(summaries.map(|summaries| summaries.schedule.end()));
    let last = last.chain(events.then_some(options.until));
    match last.reduce(f64::max) {
        Some(end) if end > t0 => Ok(end),
        Some(_) => {
            let message = format!("nothing is to be integrated: the last save time is the start, t0 {t0}");
            Err(Error::new(ErrorKind::Option, message))
        }
        None => {
            let message = "nothing is to be recorded: ask for samples, for summaries, or for both";
            Err(Error::new(ErrorKind::Option, message))
        }
    }
}
