//! Values of the engine as arrays of NumPy, without a copy.

use numpy::{IntoPyArray, PyArrayMethods, PyUntypedArray};
use pyo3::prelude::*;
use rubie::Values;

/// Values as an array of NumPy.
pub(crate) fn array(
    py: Python<'_>,
    values: Values,
    shape: [usize; 3],
) -> PyResult<Bound<'_, PyUntypedArray>> {
    Ok(match values {
        Values::F32(values) => {
            values.into_vec().into_pyarray(py).reshape(shape)?.as_any().cast::<PyUntypedArray>()?.clone()
        }
        Values::F64(values) => {
            values.into_vec().into_pyarray(py).reshape(shape)?.as_any().cast::<PyUntypedArray>()?.clone()
        }
    })
}
