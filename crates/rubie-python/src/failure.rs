//! Errors of the engine as exceptions of Python.

use pyo3::PyErr;
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use rubie::{Error, ErrorKind};

/// `ValueError` for what the caller can mend, `MemoryError`, `OSError`, `KeyboardInterrupt`, else `RuntimeError`.
pub(crate) fn exception(error: &Error) -> PyErr {
    let message = error.to_string();
    match error.kind() {
        ErrorKind::Model | ErrorKind::Option | ErrorKind::Sweep => PyValueError::new_err(message),
        ErrorKind::Memory => PyMemoryError::new_err(message),
        ErrorKind::Output => PyOSError::new_err(message),
        ErrorKind::Interrupted => PyKeyboardInterrupt::new_err(message),
        _ => PyRuntimeError::new_err(message),
    }
}
