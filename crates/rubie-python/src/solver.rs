//! `Solver`: sweeps from arrays, results as arrays or files.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc;
use std::time::Duration;

use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rubie::sink::{self, Earlier, TableForm};
use rubie::{Axis, Error, Monitor, Sweep};

use crate::failure::exception;
use crate::model::Model;
use crate::options::options;
use crate::results::{report, resident_results, results};

/// How often the calling thread looks for signals and reports progress.
const GLANCE: Duration = Duration::from_millis(50);

/// A model and options, checked; solves any number of sweeps, from any number of threads.
#[pyclass(frozen, module = "rubie._engine")]
pub(crate) struct Solver {
    model: rubie::Model,
    options: rubie::SolveOptions,
    /// Absent where method or device are chosen for each sweep.
    solver: Option<rubie::Solver>,
}

#[pymethods]
impl Solver {
    #[new]
    fn new(model: &Model, given: &Bound<'_, PyDict>) -> PyResult<Self> {
        let options = options(given)?;
        let sweep_decides = options.is_auto() || options.leaves_device_open();
        let made = (!sweep_decides).then(|| rubie::Solver::new(&model.0, &options)).transpose();
        Ok(Solver { model: model.0.clone(), solver: made.map_err(|error| exception(&error))?, options })
    }

    /// Solves a sweep in memory; a dictionary of arrays.
    ///
    /// `names` and `columns` say what varies: with `product` every combination of the columns' values, the last name
    /// fastest, else a run for each row. `progress(finished, runs)` is called now and then.
    #[pyo3(signature = (names, columns, product, progress = None))]
    fn solve<'py>(
        &self,
        py: Python<'py>,
        names: Vec<String>,
        columns: Vec<PyReadonlyArray1<'_, f64>>,
        product: bool,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let sweep = sweep(names, &columns, product)?;
        let solution = watched(py, sweep.runs(), progress, |monitor| {
            self.with_solver(&sweep, |solver| solver.solve_watched(&sweep, monitor))
        })?;
        results(py, solution)
    }

    /// [`Solver::solve`] with samples, summaries and events that stay in the memory of the device.
    #[pyo3(signature = (names, columns, product, progress = None))]
    fn solve_on_device<'py>(
        &self,
        py: Python<'py>,
        names: Vec<String>,
        columns: Vec<PyReadonlyArray1<'_, f64>>,
        product: bool,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let sweep = sweep(names, &columns, product)?;
        let solution = watched(py, sweep.runs(), progress, |monitor| {
            self.with_solver(&sweep, |solver| solver.solve_resident(&sweep, monitor))
        })?;
        resident_results(py, solution)
    }

    /// Solves a sweep into a file, chunk by chunk; the report as a dictionary.
    #[pyo3(signature = (path, names, columns, product, long = false, earlier = "refuse", progress = None))]
    #[allow(clippy::too_many_arguments)] // They are keywords in Python.
    fn solve_into<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        names: Vec<String>,
        columns: Vec<PyReadonlyArray1<'_, f64>>,
        product: bool,
        long: bool,
        earlier: &str,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let sweep = sweep(names, &columns, product)?;
        let form = if long { TableForm::Long } else { TableForm::Wide };
        let earlier = match earlier {
            "refuse" => Earlier::Refuse,
            "resume" => Earlier::Resume,
            "restart" => Earlier::Restart,
            other => {
                let message = format!("earlier: `{other}` is none of refuse, resume, restart");
                return Err(PyValueError::new_err(message));
            }
        };
        let done = watched(py, sweep.runs(), progress, |monitor| {
            self.with_solver(&sweep, |solver| {
                let identity = solver.identity(&sweep)?;
                let file = sink::create_resumable(&path, form, solver.layout(&sweep), &identity, earlier)?;
                solver.solve_into(&sweep, file, monitor)
            })
        })?;
        report(py, &done)
    }

    /// Compiles the kernel for sweeps over these names now; nothing where the method is chosen for each sweep.
    fn prepare(&self, py: Python<'_>, names: Vec<String>) -> PyResult<()> {
        let Some(solver) = &self.solver else { return Ok(()) };
        py.detach(|| solver.prepare(&names)).map_err(|error| exception(&error))
    }

    /// The method for a sweep, and how it was chosen: by a few runs if it is left open.
    fn choose(
        &self,
        py: Python<'_>,
        names: Vec<String>,
        columns: Vec<PyReadonlyArray1<'_, f64>>,
        product: bool,
    ) -> PyResult<(String, String)> {
        let sweep = sweep(names, &columns, product)?;
        let chosen = py.detach(|| {
            self.with_solver(&sweep, |solver| {
                let choice = solver.choice();
                Ok(match choice {
                    Some(choice) => (choice.method.to_owned(), choice.to_string()),
                    None => (solver.options().method.clone(), "the method was named".to_owned()),
                })
            })
        });
        chosen.map_err(|error| exception(&error))
    }

    /// Backend and instruction set.
    #[getter]
    fn backend(&self) -> Option<String> {
        self.solver.as_ref().map(rubie::Solver::backend)
    }
}

impl Solver {
    fn with_solver<T>(
        &self,
        sweep: &Sweep,
        work: impl FnOnce(&rubie::Solver) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match &self.solver {
            Some(solver) => work(solver),
            None => work(&rubie::Solver::for_sweep(&self.model, &self.options, sweep)?),
        }
    }
}

fn sweep(names: Vec<String>, columns: &[PyReadonlyArray1<'_, f64>], product: bool) -> PyResult<Sweep> {
    if names.is_empty() {
        return Ok(Sweep::single());
    }
    let values = columns.iter().map(|column| column.as_array().to_vec());
    let sweep = if product {
        let axes = names.iter().zip(values).map(|(name, values)| Axis::list(name, values));
        axes.collect::<Result<Vec<_>, _>>().and_then(Sweep::product)
    } else {
        Sweep::samples(names, values.collect())
    };
    sweep.map_err(|error| exception(&error.into()))
}

/// Does `work` on a thread of its own while this one looks for signals and reports progress.
fn watched<T: Send>(
    py: Python<'_>,
    runs: u64,
    progress: Option<Bound<'_, PyAny>>,
    work: impl FnOnce(&Monitor) -> Result<T, Error> + Send,
) -> PyResult<T> {
    let monitor = Monitor::default();
    let (done, waiting) = mpsc::sync_channel::<()>(1);
    let mut outcome = None;
    let mut stopped = None;
    std::thread::scope(|scope| {
        let (outcome, monitor) = (&mut outcome, &monitor);
        scope.spawn(move || {
            *outcome = Some(work(monitor));
            // The other end waits for this or has gone.
            let _ = done.send(());
        });
        let waiting = std::sync::Mutex::new(waiting);
        loop {
            let still_busy = py.detach(|| {
                let waiting = waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                matches!(waiting.recv_timeout(GLANCE), Err(mpsc::RecvTimeoutError::Timeout))
            });
            let called =
                progress.as_ref().map(|call| call.call1((monitor.finished_runs.load(Relaxed), runs)));
            let signal = py.check_signals().and(called.transpose().map(drop));
            if !still_busy {
                break;
            }
            if let (Err(error), None) = (signal, &stopped) {
                monitor.interrupt.store(true, Relaxed);
                stopped = Some(error);
            }
        }
    });
    match (stopped, outcome) {
        (Some(error), _) => Err(error),
        (None, Some(outcome)) => outcome.map_err(|error| exception(&error)),
        (None, None) => Err(PyValueError::new_err("the solve ended without a result")),
    }
}
