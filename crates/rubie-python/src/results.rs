//! Results as arrays of NumPy.

use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rubie::sink::Layout;
use rubie::{Report, ResidentSolution, Solution, Status};

use crate::device_array::DeviceArray;
use crate::values::array;

/// Everything about a solution, as a dictionary of arrays and names.
pub(crate) fn results<'py>(py: Python<'py>, solution: Solution) -> PyResult<Bound<'py, PyDict>> {
    let results = report(py, solution.report())?;
    names(&results, solution.layout())?;
    let runs = solution.runs();
    let [times, variables] = [solution.times().len(), solution.variables().len()];
    let [windows, columns] = [solution.windows().len(), solution.summary_names().len()];
    let swept = solution.swept().len();
    let slots = solution.layout().events.as_ref().map_or(0, |part| part.slots);
    let arrays = solution.into_arrays();
    let status: Vec<u32> = arrays.status.into_iter().map(|Status(word)| word).collect();
    results.set_item("samples", array(py, arrays.samples, [times, variables, runs])?)?;
    results.set_item("summaries", array(py, arrays.summaries, [windows, columns, runs])?)?;
    results.set_item("swept", arrays.swept.into_vec().into_pyarray(py).reshape([swept, runs])?)?;
    results.set_item("events", arrays.events.into_vec().into_pyarray(py).reshape([slots, 2, runs])?)?;
    results.set_item("status", status.into_pyarray(py))?;
    Ok(results)
}

/// The same for a solution in the memory of a device: its arrays are of type `DeviceArray`.
pub(crate) fn resident_results<'py>(
    py: Python<'py>,
    solution: ResidentSolution,
) -> PyResult<Bound<'py, PyDict>> {
    let ResidentSolution { layout, swept, samples, summaries, events, status, report: what } = solution;
    let results = report(py, &what)?;
    names(&results, &layout)?;
    let (rows, runs) = (layout.swept.len(), status.len());
    let status: Vec<u32> = status.into_iter().map(|Status(word)| word).collect();
    for (name, array) in [("samples", samples), ("summaries", summaries), ("events", events)] {
        results.set_item(name, Bound::new(py, DeviceArray::new(array))?)?;
    }
    results.set_item("swept", swept.into_vec().into_pyarray(py).reshape([rows, runs])?)?;
    results.set_item("status", status.into_pyarray(py))?;
    Ok(results)
}

/// The report of a solve, as a dictionary.
pub(crate) fn report<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyDict>> {
    let entries = PyDict::new(py);
    entries.set_item("runs", report.runs)?;
    entries.set_item("resumed_runs", report.resumed_runs)?;
    entries.set_item("threads", report.threads)?;
    entries.set_item("backend", &report.backend)?;
    entries.set_item("device", &report.device)?;
    entries.set_item("method", &report.method)?;
    entries.set_item("linear_solver", report.linear_solver)?;
    entries.set_item("choice", report.choice.as_ref().map(ToString::to_string))?;
    entries.set_item("precision", report.precision)?;
    entries.set_item("chunks", report.chunks)?;
    entries.set_item("compile_seconds", report.compile_seconds)?;
    entries.set_item("solve_seconds", report.solve_seconds)?;
    entries.set_item("device_seconds", report.device_seconds)?;
    entries.set_item("accepted_steps", report.accepted_steps)?;
    entries.set_item("rejected_steps", report.rejected_steps)?;
    entries.set_item("newton_iterations", report.newton_iterations)?;
    entries.set_item("jacobians", report.jacobians)?;
    entries.set_item("failed_runs", report.failed_runs)?;
    entries.set_item("failed", &report.failed)?;
    entries.set_item("output", &report.output)?;
    entries.set_item("summaries_output", &report.summaries)?;
    entries.set_item("events_output", &report.events)?;
    entries.set_item("unrecorded_events", report.unrecorded_events)?;
    entries.set_item("text", report.to_string())?;
    let results = PyDict::new(py);
    results.set_item("report", entries)?;
    Ok(results)
}

fn names(results: &Bound<'_, PyDict>, layout: &Layout) -> PyResult<()> {
    let columns = |columns: &[rubie::sink::Column]| -> Vec<(String, Option<String>)> {
        columns.iter().map(|column| (column.name.clone(), column.unit.clone())).collect()
    };
    let part = layout.summaries.as_ref();
    results.set_item("swept_names", columns(&layout.swept))?;
    results.set_item("variables", columns(&layout.variables))?;
    results.set_item("summary_names", part.map(|part| columns(&part.columns)).unwrap_or_default())?;
    let windows: Vec<(f64, f64)> = part.iter().flat_map(|part| &part.windows).map(|w| (w[0], w[1])).collect();
    results.set_item("windows", windows)?;
    let events = layout.events.as_ref();
    results.set_item("event_slots", events.map_or(0, |part| part.slots))?;
    results.set_item("event_names", events.map(|part| part.names.clone()).unwrap_or_default())?;
    results.set_item("times", layout.times.clone().into_pyarray(results.py()))
}
