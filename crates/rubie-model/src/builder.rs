//! Models without a file: the same language, put together piece by piece.

use std::fmt::Write;

use crate::diagnostic::Diagnostics;
use crate::model::Model;

/// Collects declarations and equations of a model.
///
/// The pieces become lines of a model text, so that mistakes are reported as for a file; the line
/// numbers of a report count the calls.
///
/// ```
/// # fn main() -> Result<(), rubie_model::Diagnostics> {
/// let model = rubie_model::Model::builder("oscillator")
///     .state("x", 1.0)
///     .state("v", 0.0)
///     .parameter("omega", 2.0)
///     .equation("x' = v")
///     .equation("v' = -omega^2*x")
///     .equation("observe energy = (v^2 + omega^2*x^2)/2")
///     .build()?;
/// assert_eq!(model.quantities().len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ModelBuilder {
    name: String,
    text: String,
}

impl Model {
    /// Starts a model without a text, see [`ModelBuilder`].
    pub fn builder(name: &str) -> ModelBuilder {
        ModelBuilder { name: name.to_owned(), text: String::new() }
    }
}

impl ModelBuilder {
    /// A state and its initial value.
    pub fn state(self, name: &str, initial: f64) -> Self {
        self.declared("state", name, initial, None)
    }

    /// A state with a unit.
    pub fn state_with_unit(self, name: &str, initial: f64, unit: &str) -> Self {
        self.declared("state", name, initial, Some(unit))
    }

    /// A parameter and its default.
    pub fn parameter(self, name: &str, default: f64) -> Self {
        self.declared("param", name, default, None)
    }

    /// A parameter with a unit.
    pub fn parameter_with_unit(self, name: &str, default: f64, unit: &str) -> Self {
        self.declared("param", name, default, Some(unit))
    }

    /// A constant and its value.
    pub fn constant(self, name: &str, value: f64) -> Self {
        self.declared("const", name, value, None)
    }

    /// A constant with a unit.
    pub fn constant_with_unit(self, name: &str, value: f64, unit: &str) -> Self {
        self.declared("const", name, value, Some(unit))
    }

    /// An auxiliary, defined by an equation, that can be saved by name.
    pub fn observe(mut self, name: &str) -> Self {
        let _ = writeln!(self.text, "observe {name}");
        self
    }

    /// Any statement of the model language: `x' = -k*x`, `x(0) = 2*k`, `f(u) = u^2`, ...
    pub fn equation(mut self, statement: &str) -> Self {
        let _ = writeln!(self.text, "{statement}");
        self
    }

    /// The text of the model so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks the model.
    ///
    /// # Errors
    /// All mistakes at once, as [`Model::parse`].
    pub fn build(self) -> Result<Model, Diagnostics> {
        Model::parse(&self.name, &self.text)
    }

    fn declared(mut self, keyword: &str, name: &str, value: f64, unit: Option<&str>) -> Self {
        let _ = write!(self.text, "{keyword} {name} = {value:?}");
        if let Some(unit) = unit {
            let _ = write!(self.text, " [{unit}]");
        }
        self.text.push('\n');
        self
    }
}
