//! Options from a dictionary.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rubie::{
    BackendChoice, DeviceChoice, Isa, Precision, Schedule, SolveOptions, SummaryOptions, SummaryTiming,
    Tolerance, UnknownName,
};

use crate::drivers::Drivers;

/// All names that [`options`] knows.
const NAMES: &[&str] = &[
    "method",
    "controller",
    "filter",
    "atol",
    "rtol",
    "dt",
    "dt_min",
    "dt_max",
    "safety",
    "min_step_shrink",
    "max_step_growth",
    "deadband_min",
    "deadband_max",
    "integral_gain",
    "proportional_gain",
    "derivative_gain",
    "newton_atol",
    "newton_rtol",
    "newton_max_iters",
    "dae_initialisation",
    "newton_target_iters",
    "newton",
    "linear_solver",
    "krylov_max_iters",
    "krylov_tolerance",
    "preconditioner",
    "preconditioner_order",
    "predict_stages",
    "smooth_error",
    "max_steps",
    "t0",
    "until",
    "settle",
    "save",
    "keep",
    "counters",
    "record_events",
    "status",
    "set",
    "metrics",
    "summarised",
    "sample_summaries_every",
    "summarise_every",
    "drivers",
    "jumps",
    "precision",
    "device",
    "backend",
    "vectors",
    "threads",
    "memory_share",
    "memory_limit",
];

/// The library's options from a dictionary with the names above; what is absent or None keeps its default.
pub(crate) fn options(given: &Bound<'_, PyDict>) -> PyResult<SolveOptions> {
    let mut options = SolveOptions::default();
    let mut summaries = SummaryOptions {
        metrics: Vec::new(),
        of: None,
        timing: SummaryTiming { sample_every: 0.0, summarise_every: None },
    };
    for (key, value) in given {
        let key: String = key.extract()?;
        if !value.is_none() {
            take(&key, &value, &mut options, &mut summaries)
                .map_err(|error| about(given.py(), &key, &error))?;
        }
    }
    if !summaries.metrics.is_empty() {
        options.summaries = Some(summaries);
    }
    Ok(options)
}

/// Sets the option `key` to `to`.
fn take(
    key: &str,
    to: &Bound<'_, PyAny>,
    options: &mut SolveOptions,
    summaries: &mut SummaryOptions,
) -> PyResult<()> {
    let steps = &mut options.steps;
    match key {
        "method" => options.method = to.extract()?,
        "controller" => steps.controller = Some(word(to)?),
        "filter" => steps.filter = Some(word(to)?),
        "atol" => steps.atol = tolerance(to)?,
        "rtol" => steps.rtol = tolerance(to)?,
        "dt" => steps.dt = Some(to.extract()?),
        "dt_min" => steps.dt_min = to.extract()?,
        "dt_max" => steps.dt_max = Some(to.extract()?),
        "safety" => steps.safety = Some(to.extract()?),
        "min_step_shrink" => steps.min_step_shrink = Some(to.extract()?),
        "max_step_growth" => steps.max_step_growth = Some(to.extract()?),
        "deadband_min" => steps.deadband_min = to.extract()?,
        "deadband_max" => steps.deadband_max = to.extract()?,
        "integral_gain" => steps.integral_gain = Some(to.extract()?),
        "proportional_gain" => steps.proportional_gain = Some(to.extract()?),
        "derivative_gain" => steps.derivative_gain = Some(to.extract()?),
        "newton_atol" => steps.newton_atol = Some(to.extract()?),
        "newton_rtol" => steps.newton_rtol = Some(to.extract()?),
        "newton_max_iters" => steps.newton_max_iters = to.extract()?,
        "dae_initialisation" => steps.consistent_values = word(to)?,
        "newton_target_iters" => steps.newton_target_iters = to.extract()?,
        "newton" => steps.newton = Some(word(to)?),
        "linear_solver" => {
            let automatic = to.extract::<String>()?.eq_ignore_ascii_case("auto");
            steps.linear_solver = if automatic { None } else { Some(word(to)?) };
        }
        "krylov_max_iters" => steps.krylov_max_iters = to.extract()?,
        "krylov_tolerance" => steps.krylov_tolerance = to.extract()?,
        "preconditioner" => steps.preconditioner = word(to)?,
        "preconditioner_order" => steps.preconditioner_order = Some(to.extract()?),
        "predict_stages" => steps.predict_stages = Some(to.extract()?),
        "smooth_error" => steps.smooth_error = Some(to.extract()?),
        "max_steps" => options.max_steps = to.extract()?,
        "t0" => options.t0 = to.extract()?,
        "until" => options.until = to.extract()?,
        "settle" => options.settle = to.extract()?,
        "save" => options.save = schedule(to)?,
        "keep" => options.keep = Some(to.extract()?),
        "counters" => options.counters = to.extract()?,
        "record_events" => options.record_events = to.extract()?,
        "status" => options.status = to.extract()?,
        "set" => options.set = to.extract()?,
        "metrics" => summaries.metrics = to.extract()?,
        "summarised" => summaries.of = Some(to.extract()?),
        "sample_summaries_every" => summaries.timing.sample_every = to.extract()?,
        "summarise_every" => summaries.timing.summarise_every = Some(to.extract()?),
        "drivers" => options.drivers = Some(Arc::clone(&to.cast::<Drivers>()?.get().0)),
        "jumps" => options.jumps = to.extract()?,
        "precision" => options.precision = one_of(to, &[("f64", Precision::F64), ("f32", Precision::F32)])?,
        "device" => options.device = device(to)?,
        "backend" => {
            options.backend = one_of(
                to,
                &[
                    ("auto", BackendChoice::Auto),
                    ("jit", BackendChoice::Jit),
                    ("interpreter", BackendChoice::Interpreter),
                ],
            )?
        }
        "vectors" => {
            options.vectors = one_of(
                to,
                &[
                    ("auto", None),
                    ("portable", Some(Isa::Portable)),
                    ("avx2", Some(Isa::Avx2)),
                    ("avx512", Some(Isa::Avx512)),
                ],
            )?
        }
        "threads" => options.threads = Some(to.extract::<NonZeroUsize>()?),
        "memory_share" => options.memory_share = to.extract()?,
        "memory_limit" => options.memory_limit = Some(to.extract()?),
        _ => {
            let unknown = UnknownName::new("option", key, NAMES.iter().copied());
            return Err(PyValueError::new_err(unknown.to_string()));
        }
    }
    Ok(())
}

/// The same exception, with a message that names the option.
fn about(py: Python<'_>, option: &str, error: &PyErr) -> PyErr {
    PyErr::from_type(error.get_type(py), format!("{option}: {}", error.value(py)))
}

/// One number, or one for each state.
fn tolerance(value: &Bound<'_, PyAny>) -> PyResult<Tolerance> {
    match value.extract::<f64>() {
        Ok(number) => Ok(Tolerance::Uniform(number)),
        Err(_) => Ok(Tolerance::PerState(value.extract()?)),
    }
}

/// `"none"`, `"final"`, `"ends"`, an interval, or a list of times.
fn schedule(value: &Bound<'_, PyAny>) -> PyResult<Schedule> {
    if value.extract::<&str>().is_ok() {
        let words = [("none", Schedule::Never), ("final", Schedule::Final), ("ends", Schedule::Ends)];
        return one_of(value, &words);
    }
    match value.extract::<f64>() {
        Ok(interval) => Ok(Schedule::Every(interval)),
        Err(_) => Ok(Schedule::At(value.extract()?)),
    }
}

/// A GPU's number, or `"auto"`, `"cpu"`, `"cuda"`, `"cuda:1"`.
fn device(value: &Bound<'_, PyAny>) -> PyResult<DeviceChoice> {
    if let Ok(number) = value.extract::<usize>() {
        return Ok(DeviceChoice::Cuda(Some(number)));
    }
    let words: &str = value.extract()?;
    if let Some(Ok(number)) = words.strip_prefix("cuda:").map(str::parse) {
        return Ok(DeviceChoice::Cuda(Some(number)));
    }
    one_of(
        value,
        &[("auto", DeviceChoice::Auto), ("cpu", DeviceChoice::Cpu), ("cuda", DeviceChoice::Cuda(None))],
    )
}

fn one_of<T: Clone>(value: &Bound<'_, PyAny>, known: &[(&str, T)]) -> PyResult<T> {
    let word: String = value.extract()?;
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| value.clone());
    found.ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        PyValueError::new_err(format!("`{word}` is none of {}", names.join(", ")))
    })
}

fn word<T: FromStr<Err: std::fmt::Display>>(value: &Bound<'_, PyAny>) -> PyResult<T> {
    let word: String = value.extract()?;
    word.parse().map_err(|error: T::Err| PyValueError::new_err(error.to_string()))
}
