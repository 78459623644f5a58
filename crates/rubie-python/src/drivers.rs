//! `Drivers`: samples over time, fitted.

use std::num::NonZeroUsize;
use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArray};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use rubie::{Boundary, DriverError, DriverOptions, Outside, TimeAxis};

/// Samples over time, fitted.
///
/// Parameters
/// ----------
/// times : numpy.ndarray
///     When samples were taken, increasing.
/// names : list of str
///     Names of the parameters whose places they take.
/// samples : list of numpy.ndarray
///     For each name as many numbers as times, or, with `runs`, those of run 0, then those of run 1, and so on.
/// runs : int, optional
///     Number of runs, where each has samples of its own.
/// order : int
///     0 holds samples, 1 is linear, 2 to 5 are splines.
/// boundary : str, optional
///     periodic, clamped, natural or not-a-knot.
/// outside : str
///     wrap, ramp, zero or hold.
///
/// Raises
/// ------
/// ValueError
///     Samples that make no driver.
#[pyclass(frozen, module = "rubie._engine")]
pub(crate) struct Drivers(pub(crate) Arc<rubie::Drivers>);

#[pymethods]
impl Drivers {
    #[new]
    #[pyo3(signature = (times, names, samples, runs = None, order = 3, boundary = None, outside = "wrap"))]
    fn new(
        times: PyReadonlyArray1<'_, f64>,
        names: Vec<String>,
        samples: Vec<PyReadonlyArray1<'_, f64>>,
        runs: Option<NonZeroUsize>,
        order: usize,
        boundary: Option<&str>,
        outside: &str,
    ) -> PyResult<Self> {
        let outside = match outside {
            "wrap" => Outside::Wrap,
            "ramp" => Outside::Ramp,
            "zero" => Outside::Zero,
            "hold" => Outside::Hold,
            other => {
                let message = format!("outside: `{other}` is none of wrap, ramp, zero, hold");
                return Err(PyValueError::new_err(message));
            }
        };
        let refused = |error: DriverError| PyValueError::new_err(error.to_string());
        let boundary = boundary.map(str::parse::<Boundary>).transpose().map_err(refused)?;
        let options = DriverOptions { order, boundary, outside };
        let axis = TimeAxis::listed(&times.as_array().to_vec()).map_err(refused)?;
        let samples = samples.iter().map(|samples| samples.as_array().to_vec());
        let drivers: Vec<(String, Vec<f64>)> = names.into_iter().zip(samples).collect();
        let made = match runs {
            None => rubie::Drivers::new(&axis, &drivers, options),
            Some(runs) => rubie::Drivers::each(&axis, &drivers, runs, options),
        };
        made.map(|drivers| Drivers(Arc::new(drivers))).map_err(refused)
    }

    /// Values at times, an array of shape (time, driver); of the given run where runs have their own.
    #[pyo3(signature = (times, run = 0))]
    fn values<'py>(
        &self,
        py: Python<'py>,
        times: PyReadonlyArray1<'_, f64>,
        run: usize,
    ) -> PyResult<Bound<'py, PyUntypedArray>> {
        let drivers = &self.0;
        let runs = drivers.runs().map_or(1, NonZeroUsize::get);
        if run >= runs {
            return Err(PyIndexError::new_err(format!("there is no run {run} of {runs}")));
        }
        let count = drivers.names().len();
        let times = times.as_array().to_vec();
        let values: Vec<f64> = times
            .iter()
            .flat_map(|time| (0..count).map(move |driver| drivers.value_of(run, driver, *time)))
            .collect();
        let array: Bound<'py, PyArray1<f64>> = values.into_pyarray(py);
        Ok(array.reshape([times.len(), count])?.as_any().cast::<PyUntypedArray>()?.clone())
    }
}
