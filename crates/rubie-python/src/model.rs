//! `Model`: a checked model.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rubie::Role;

/// A checked model.
///
/// Parameters
/// ----------
/// text : str
///     A model in RuBIE's language.
/// name : str
///     What messages call it.
///
/// Raises
/// ------
/// ValueError
///     Everything that is wrong with the text, each mistake with its place.
#[pyclass(frozen, module = "rubie._engine")]
pub(crate) struct Model(pub(crate) rubie::Model);

/// Name, default and unit.
type Entry = (String, Option<f64>, Option<String>);

#[pymethods]
impl Model {
    #[new]
    #[pyo3(signature = (text, name = "model"))]
    fn new(text: &str, name: &str) -> PyResult<Self> {
        let parsed = rubie::Model::parse(name, text);
        parsed.map(Model).map_err(|wrong| PyValueError::new_err(format!("\n{}", wrong.render(false))))
    }

    /// What the model was made from.
    #[getter]
    fn text(&self) -> &str {
        self.0.source()
    }

    /// What messages call it.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// What looks like a mistake, as text; empty if nothing does.
    #[getter]
    fn warnings(&self) -> String {
        let warnings = self.0.warnings();
        if warnings.is_empty() { String::new() } else { warnings.render(false) }
    }

    /// (name, initial value or None where it depends on parameters, unit) of each state.
    #[getter]
    fn states(&self) -> Vec<Entry> {
        let graph = rubie::Graph::new();
        let system = self.0.system(&graph);
        let states = system.states.iter();
        states.map(|state| (state.name.clone(), state.initial.as_constant(), state.unit.clone())).collect()
    }

    /// (name, default, unit) of each parameter.
    #[getter]
    fn parameters(&self) -> Vec<Entry> {
        let entry = |entry: &rubie::Quantity| (entry.name.clone(), entry.value, entry.unit.clone());
        self.0.with_role(Role::Parameter).map(entry).collect()
    }

    /// (name, None, unit) of each observable.
    #[getter]
    fn observables(&self) -> Vec<Entry> {
        let graph = rubie::Graph::new();
        let system = self.0.system(&graph);
        let observed = system.auxiliaries.iter().filter(|auxiliary| auxiliary.observed);
        observed.map(|auxiliary| (auxiliary.name.clone(), None, auxiliary.unit.clone())).collect()
    }
}
