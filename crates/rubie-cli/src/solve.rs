//! `rubie solve`: from words to a finished file and a report.

use std::num::NonZeroUsize;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use rubie::prelude::*;
use rubie::{DriverError, DriverOptions, Drivers, Monitor, Role, UnknownName, sink};

use crate::arguments::{Grid, ReportForm, SolveArguments, Switch, Table};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::show::{show, tell};
use crate::size::size;

/// Tolerance of states that a list of tolerances leaves out: the default of the library.
const DEFAULT_TOLERANCE: f64 = 1e-6;

/// Reads a model file.
pub(crate) fn read_model(path: &Path) -> Result<Model, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::Words(format!("cannot read the model {}: {error}", path.display())))?;
    Model::parse_bytes(&path.display().to_string(), &bytes).map_err(Failure::Model)
}

/// Runs the command.
pub(crate) fn solve(arguments: &SolveArguments) -> Result<(), Failure> {
    let model = read_model(&arguments.model)?;
    let sweep = sweep(arguments)?;
    let solver = Solver::for_sweep(&model, &options(arguments, &model)?, &sweep)?;
    solver.check_sweep(&sweep)?;
    let report = match &arguments.out {
        Some(path) => write(&solver, &sweep, path, arguments)?,
        None => watched(&solver, &sweep, Box::new(sink::Discard), arguments)?,
    };
    match arguments.report {
        ReportForm::Json => show(&format!("{}\n", json(&report))),
        ReportForm::Text if arguments.quiet => Ok(()),
        ReportForm::Text => show(&report.to_string()),
    }
}

fn write(solver: &Solver, sweep: &Sweep, path: &Path, arguments: &SolveArguments) -> Result<Report, Failure> {
    let form = match arguments.table {
        Table::Wide => sink::TableForm::Wide,
        Table::Long => sink::TableForm::Long,
    };
    let earlier = match (arguments.resume, arguments.restart) {
        (true, _) => sink::Earlier::Resume,
        (_, true) => sink::Earlier::Restart,
        _ => sink::Earlier::Refuse,
    };
    let identity = solver.identity(sweep)?;
    let file = sink::create_resumable(path, form, solver.layout(sweep), &identity, earlier);
    watched(solver, sweep, file.map_err(rubie::Error::from)?, arguments).inspect_err(|failure| {
        let interrupted = |error: &rubie::Error| error.kind() == ErrorKind::Interrupted;
        if matches!(failure, Failure::Library(error) if interrupted(error)) {
            tell("runs that are finished are kept; --resume goes on with them");
        }
    })
}

/// Solves with a progress bar; Ctrl-C stops the solve, and a second one the program.
fn watched(
    solver: &Solver,
    sweep: &Sweep,
    sink: Box<dyn sink::Sink>,
    arguments: &SolveArguments,
) -> Result<Report, Failure> {
    if arguments.explain_memory {
        tell(&solver.explain_memory(sweep, &*sink)?);
    }
    let monitor = Arc::new(Monitor::default());
    let stop = Arc::clone(&monitor);
    let handler = move || {
        if stop.interrupt.swap(true, Relaxed) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler)
        .map_err(|error| Failure::System(format!("cannot listen for Ctrl-C: {error}")))?;
    let progress = if arguments.quiet { None } else { Progress::start(sweep.runs(), &monitor) };
    let report = solver.solve_into(sweep, sink, &monitor);
    drop(progress);
    Ok(report?)
}

fn sweep(arguments: &SolveArguments) -> Result<Sweep, Failure> {
    if let Some(path) = &arguments.samples {
        return Ok(Sweep::from_file(path).map_err(rubie::Error::from)?);
    }
    let mut axes = Vec::with_capacity(arguments.sweep.len());
    for words in &arguments.sweep {
        let (name, spec) = pair(words, "--sweep", "rho=0:21:1000")?;
        axes.push(Axis::parse(name, spec, arguments.seed).map_err(rubie::Error::from)?);
    }
    let sweep = match arguments.grid {
        _ if axes.is_empty() => Ok(Sweep::single()),
        Grid::Product => Sweep::product(axes),
        Grid::Zip => Sweep::zip(axes),
    };
    Ok(sweep.map_err(rubie::Error::from)?)
}

fn options(arguments: &SolveArguments, model: &Model) -> Result<SolveOptions, Failure> {
    let states: Vec<String> = model.with_role(Role::State).map(|state| state.name.clone()).collect();
    let steps = steps(arguments, &states)?;
    let mut set = Vec::with_capacity(arguments.set.len());
    for words in &arguments.set {
        let (name, value) = pair(words, "--set", "sigma=16")?;
        set.push((name.to_owned(), number("--set", value)?));
    }
    let until = until(arguments)?;
    Ok(SolveOptions {
        method: arguments.method.clone(),
        steps,
        max_steps: arguments.max_steps,
        t0: arguments.t0,
        until,
        settle: arguments.settle,
        save: schedule(arguments)?,
        summaries: summaries(arguments, until),
        keep: arguments.keep.clone(),
        counters: arguments.counters,
        status: arguments.status,
        record_events: arguments.record_events.map_or(0, NonZeroUsize::get),
        set,
        drivers: drivers(arguments)?,
        jumps: arguments.jumps.clone(),
        precision: arguments.precision.into(),
        device: arguments.device,
        backend: arguments.backend.into(),
        vectors: arguments.vectors.isa(),
        threads: arguments.threads,
        memory_share: arguments.device_memory_fraction,
        memory_limit: arguments.memory_limit.as_deref().map(size).transpose()?,
        ..SolveOptions::default()
    })
}

/// Tolerances, step sizes, iterations, controller.
fn steps(arguments: &SolveArguments, states: &[String]) -> Result<StepSettings, Failure> {
    let default = StepSettings::default();
    let tolerance = |option: &str, words: &Option<String>, otherwise: &Tolerance| match words {
        Some(words) => tolerance(option, words, DEFAULT_TOLERANCE, states),
        None => Ok(otherwise.clone()),
    };
    Ok(StepSettings {
        controller: named("--controller", &arguments.controller)?,
        rtol: tolerance("--rtol", &arguments.rtol, &default.rtol)?,
        atol: tolerance("--atol", &arguments.atol, &default.atol)?,
        dt: arguments.dt,
        dt_min: arguments.dt_min.unwrap_or(default.dt_min),
        dt_max: arguments.dt_max,
        safety: arguments.safety,
        min_step_shrink: arguments.min_step_shrink,
        max_step_growth: arguments.max_step_growth,
        deadband_min: arguments.deadband_min.unwrap_or(default.deadband_min),
        deadband_max: arguments.deadband_max.unwrap_or(default.deadband_max),
        integral_gain: arguments.integral_gain,
        proportional_gain: arguments.proportional_gain,
        derivative_gain: arguments.derivative_gain,
        filter: named("--filter", &arguments.filter)?,
        newton_rtol: arguments.newton_rtol,
        newton_atol: arguments.newton_atol,
        newton_max_iters: arguments.newton_max_iters.unwrap_or(default.newton_max_iters),
        newton_target_iters: arguments.newton_target_iters.unwrap_or(default.newton_target_iters),
        newton: named("--newton", &arguments.newton)?,
        linear_solver: match arguments.linear_solver.as_deref() {
            Some(name) if name.eq_ignore_ascii_case("auto") => None,
            _ => named("--linear-solver", &arguments.linear_solver)?,
        },
        krylov_max_iters: arguments.krylov_max_iters.unwrap_or(default.krylov_max_iters),
        krylov_tolerance: arguments.krylov_tolerance.unwrap_or(default.krylov_tolerance),
        preconditioner: named("--preconditioner", &arguments.preconditioner)?.unwrap_or_default(),
        preconditioner_order: arguments.preconditioner_order,
        predict_stages: arguments.predict_stages.map(|switch| switch == Switch::On),
        smooth_error: arguments.smooth_error.map(|switch| switch == Switch::On),
        consistent_values: match &arguments.dae_initialisation {
            Some(how) => how.parse().map_err(|error: rubie::UnknownConsistentValues| {
                Failure::Words(format!("--dae-initialisation: {error}"))
            })?,
            None => default.consistent_values,
        },
    })
}

/// What the name given to an option stands for.
pub(crate) fn named<T: FromStr<Err = UnknownName>>(
    option: &str,
    name: &Option<String>,
) -> Result<Option<T>, Failure> {
    let parsed = name.as_deref().map(str::parse).transpose();
    parsed.map_err(|error| Failure::Words(format!("{option}: {error}")))
}

/// The samples of `--drivers`.
fn drivers(arguments: &SolveArguments) -> Result<Option<Arc<Drivers>>, Failure> {
    let Some(path) = &arguments.drivers else { return Ok(None) };
    let boundary = arguments.driver_boundary.as_deref().map(str::parse).transpose();
    let boundary =
        boundary.map_err(|error: DriverError| Failure::Words(format!("--driver-boundary: {error}")))?;
    let (order, outside) = (arguments.driver_order, arguments.driver_outside.into());
    let options = DriverOptions { order, boundary, outside };
    Ok(Some(Arc::new(rubie::drivers_from_file(path, options)?)))
}

fn schedule(arguments: &SolveArguments) -> Result<Schedule, Failure> {
    if let Some(interval) = arguments.save_every {
        return Ok(Schedule::Every(interval));
    }
    match arguments.save.as_deref() {
        None if arguments.summary.is_some() => Ok(Schedule::Never),
        None => Ok(Schedule::Ends),
        Some("none") => Ok(Schedule::Never),
        Some("final") => Ok(Schedule::Final),
        Some("ends") => Ok(Schedule::Ends),
        Some(times) => {
            let time = |word: &str| {
                number("--save", word).map_err(|_| {
                    Failure::Words(format!(
                        "--save takes `final`, `ends`, `none` or a list of times such as 1,2.5,10: {times}"
                    ))
                })
            };
            Ok(Schedule::At(times.split(',').map(time).collect::<Result<_, _>>()?))
        }
    }
}

/// Samples for summaries when nothing else is said: so many in a window.
const SUMMARY_SAMPLES: f64 = 100.0;

/// The end of the run, however it is given.
fn until(arguments: &SolveArguments) -> Result<f64, Failure> {
    match (arguments.duration, arguments.until) {
        (Some(duration), _) if duration > 0.0 => Ok(arguments.t0 + arguments.settle + duration),
        (Some(duration), _) => Err(Failure::Words(format!("--duration must be positive: {duration}"))),
        (None, until) => until.ok_or_else(|| Failure::Words("--until or --duration is missing".to_owned())),
    }
}

fn summaries(arguments: &SolveArguments, until: f64) -> Option<SummaryOptions> {
    let recorded = until - arguments.t0 - arguments.settle;
    let window = arguments.summarise_every.unwrap_or(recorded);
    Some(SummaryOptions {
        metrics: arguments.summary.clone()?,
        of: arguments.summarise.clone(),
        timing: SummaryTiming {
            sample_every: arguments.sample_summaries_every.unwrap_or(window / SUMMARY_SAMPLES),
            summarise_every: arguments.summarise_every,
        },
    })
}

/// One number for all states, or `x=1e-6,y=1e-9`: states that are not named keep the default.
fn tolerance(option: &str, words: &str, default: f64, states: &[String]) -> Result<Tolerance, Failure> {
    if !words.contains('=') {
        return Ok(Tolerance::Uniform(number(option, words)?));
    }
    let mut values = vec![default; states.len()];
    for part in words.split(',') {
        let (name, value) = pair(part, option, "x=1e-6,y=1e-9")?;
        let state = states.iter().position(|state| state == name).ok_or_else(|| {
            let known = states.iter().map(String::as_str);
            Failure::Words(format!("{option}: {}", UnknownName::new("state", name, known)))
        })?;
        values[state] = number(option, value)?;
    }
    Ok(Tolerance::PerState(values))
}

fn pair<'a>(words: &'a str, option: &str, example: &str) -> Result<(&'a str, &'a str), Failure> {
    words
        .split_once('=')
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .ok_or_else(|| {
            Failure::Words(format!(
                "{option} takes a name, `=` and a value, such as {option} {example}: {words}"
            ))
        })
}

fn number(option: &str, word: &str) -> Result<f64, Failure> {
    word.trim().parse().map_err(|_| Failure::Words(format!("{option}: `{word}` is not a number")))
}

fn choice(choice: &rubie::Choice) -> serde_json::Value {
    let trial = |trial: &rubie::Trial| {
        serde_json::json!({
            "method": trial.method,
            "given_up": trial.failed,
            "attempts": trial.attempts,
            "instructions": trial.instructions,
        })
    };
    serde_json::json!({ "runs": choice.runs, "trials": choice.trials.iter().map(trial).collect::<Vec<_>>() })
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::json!({
        "runs": report.runs,
        "resumed_runs": report.resumed_runs,
        "threads": report.threads,
        "backend": report.backend,
        "device": report.device,
        "method": report.method,
        "linear_solver": report.linear_solver,
        "choice": report.choice.as_ref().map(choice),
        "precision": report.precision,
        "chunks": report.chunks,
        "compile_seconds": report.compile_seconds,
        "solve_seconds": report.solve_seconds,
        "device_seconds": report.device_seconds,
        "runs_per_second": report.runs_per_second(),
        "accepted_steps": report.accepted_steps,
        "rejected_steps": report.rejected_steps,
        "newton_iterations": report.newton_iterations,
        "jacobians": report.jacobians,
        "failed": report.failed,
        "failed_runs": report.failed_runs,
        "output": report.output,
        "summaries": report.summaries,
        "events": report.events,
    })
}
