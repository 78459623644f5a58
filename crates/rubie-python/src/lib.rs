//! The engine of the Python package `rubie`: models, solvers and arrays, with as few names as will do.
//!
//! What users see is written in Python (`python/rubie`) on top of these names:
//!
//! | name | what |
//! |---|---|
//! | `Model` | a checked model, its names, defaults and units |
//! | `Drivers` | samples over time, fitted |
//! | `Solver` | a model and options; solves sweeps, in memory or into a file |
//! | `DeviceArray` | results that stayed in the memory of the device |
//! | `write` | arrays in memory into a file |
//! | `methods`, `metrics`, `status_flags` | what there is, by name |
//!
//! Arrays go over without a copy: NumPy takes over the memory that results were written to. The interpreter's lock is free
//! while runs are computed; the calling thread wakes up now and then to see whether Ctrl-C was pressed.

mod failure;
mod drivers;
mod model;
mod options;
mod values;
mod dlpack;
mod device_array;
mod results;
mod solver;
mod writing;

use pyo3::prelude::*;

/// `rubie._engine`.
#[pymodule]
mod _engine {
    #[pymodule_export]
    use crate::device_array::DeviceArray;
    #[pymodule_export]
    use crate::drivers::Drivers;
    #[pymodule_export]
    use crate::model::Model;
    #[pymodule_export]
    use crate::solver::Solver;
    #[pymodule_export]
    use crate::writing::write;

    use pyo3::prelude::*;

    /// Names of the integration methods, aliases after the names.
    #[pyfunction]
    fn methods() -> Vec<(&'static str, Vec<&'static str>, u32, bool)> {
        let method = |m: &'static rubie::Method| (m.name, m.aliases.to_vec(), m.order, m.adaptive());
        rubie::methods().iter().map(method).collect()
    }

    /// The metrics of summaries: name, what it is.
    #[pyfunction]
    fn metrics() -> Vec<(&'static str, &'static str)> {
        rubie::metrics().iter().map(|metric| (metric.name, metric.summary)).collect()
    }

    /// The flags of a status word: bit, name, meaning, mend.
    #[pyfunction]
    fn status_flags() -> Vec<(u32, &'static str, &'static str, &'static str)> {
        rubie::Status::FLAGS.iter().map(|flag| (flag.bit, flag.name, flag.meaning, flag.mend)).collect()
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
