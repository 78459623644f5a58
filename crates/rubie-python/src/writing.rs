//! Arrays that are in memory already, into files: by the writers of solves.

use std::path::PathBuf;

use numpy::{PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rubie::sink::{self, Chunk, Column, EventPart, Layout, Samples, SummaryPart, TableForm};

use crate::failure::exception;

/// An array in either precision.
enum Numbers<'py> {
    F32(PyReadonlyArrayDyn<'py, f32>),
    F64(PyReadonlyArrayDyn<'py, f64>),
}

impl<'py> Numbers<'py> {
    fn new(array: &Bound<'py, PyAny>) -> PyResult<Self> {
        match array.cast::<PyArrayDyn<f32>>() {
            Ok(array) => Ok(Numbers::F32(array.readonly())),
            Err(_) => Ok(Numbers::F64(array.cast::<PyArrayDyn<f64>>()?.readonly())),
        }
    }

    fn samples(&self) -> PyResult<Samples<'_>> {
        Ok(match self {
            Numbers::F32(array) => Samples::F32(array.as_slice()?),
            Numbers::F64(array) => Samples::F64(array.as_slice()?),
        })
    }
}

/// Writes the arrays of a solve, a dictionary as `Solver.solve` gives it, to a file; with `status` tables say how runs ended.
///
/// # Errors
/// ValueError for an extension that is none of the known ones; OSError for what the system refuses.
#[pyfunction]
#[pyo3(signature = (path, arrays, long = false, status = false))]
pub(crate) fn write(
    py: Python<'_>,
    path: PathBuf,
    arrays: &Bound<'_, PyDict>,
    long: bool,
    status: bool,
) -> PyResult<()> {
    let get = |name: &str| {
        arrays.get_item(name)?.ok_or_else(|| PyValueError::new_err(format!("the arrays have no `{name}`")))
    };
    let columns = |name: &str| -> PyResult<Vec<Column>> {
        let columns: Vec<(String, Option<String>)> = get(name)?.extract()?;
        Ok(columns.into_iter().map(|(name, unit)| Column { name, unit }).collect())
    };
    let (samples, summaries) = (Numbers::new(&get("samples")?)?, Numbers::new(&get("summaries")?)?);
    let (swept, words): (PyReadonlyArrayDyn<'_, f64>, PyReadonlyArrayDyn<'_, u32>) =
        (get("swept")?.extract()?, get("status")?.extract()?);
    let events: PyReadonlyArrayDyn<'_, f64> = get("events")?.extract()?;
    let slots: usize = get("event_slots")?.extract()?;
    let (summary_columns, windows) = (columns("summary_names")?, get("windows")?.extract::<Vec<[f64; 2]>>()?);
    let layout = Layout {
        swept: columns("swept_names")?,
        variables: columns("variables")?,
        times: get("times")?.extract()?,
        summaries: (!summary_columns.is_empty()).then_some(SummaryPart { columns: summary_columns, windows }),
        events: (slots > 0).then_some(EventPart { slots, names: get("event_names")?.extract()? }),
        status,
        runs: words.len()? as u64,
        precision: samples.samples()?.precision(),
    };
    let chunk = Chunk {
        first_run: 0,
        runs: words.len()?,
        swept: swept.as_slice()?,
        samples: samples.samples()?,
        summaries: summaries.samples()?,
        events: events.as_slice()?,
        status: words.as_slice()?,
    };
    let form = if long { TableForm::Long } else { TableForm::Wide };
    let written = py.detach(|| {
        let mut file = sink::create(&path, form, layout)?;
        file.write(&chunk)?;
        file.finish()
    });
    written.map(drop).map_err(|error| exception(&error.into()))
}
