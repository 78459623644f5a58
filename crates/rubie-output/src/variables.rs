//! What is saved of every sample: states and auxiliaries by name, and counters.

use rubie_expr::Expr;
use rubie_model::{System, UnknownName};

use crate::counter::Counter;

/// Where a saved variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The state with this index.
    State(usize),
    /// The auxiliary with this index.
    Auxiliary(usize),
}

/// A variable whose samples are saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    /// Name in the model.
    pub name: String,
    /// Unit as the model gave it.
    pub unit: Option<String>,
    /// Where it comes from.
    pub source: Source,
}

/// Why a list of names is no list of variables to save.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariablesError {
    /// Neither state nor auxiliary.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// Asked for twice.
    #[error("`{0}` is to be saved twice")]
    Twice(String),
    /// An empty list.
    #[error("nothing is to be saved: name at least one state or auxiliary")]
    Nothing,
    /// A variable that is called like a counter.
    #[error("`{0}` is a variable of the model and a counter; rename the variable, or save no counters")]
    Counter(&'static str),
}

/// The saved variables of a system, in the order they are saved, and the counters that follow them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OutputGraph {
    variables: Vec<Variable>,
    counters: Vec<Counter>,
}

impl OutputGraph {
    /// All states and then all declared observables.
    pub fn all(system: &System<'_>) -> OutputGraph {
        let states = (0..system.states.len()).map(Source::State);
        let observables =
            (0..system.auxiliaries.len()).filter(|&i| system.auxiliaries[i].observed).map(Source::Auxiliary);
        let variables = states.chain(observables).map(|source| variable(system, source)).collect();
        OutputGraph { variables, counters: Vec::new() }
    }

    /// No variables: nothing is saved of the samples.
    pub fn none() -> OutputGraph {
        OutputGraph { variables: Vec::new(), counters: Vec::new() }
    }

    /// The named states and auxiliaries (observables or not), in the order given.
    ///
    /// # Errors
    /// A name that the model has not (with the nearest that it has), a name given twice, an empty list.
    pub fn named<N: AsRef<str>>(system: &System<'_>, names: &[N]) -> Result<OutputGraph, VariablesError> {
        if names.is_empty() {
            return Err(VariablesError::Nothing);
        }
        let mut variables: Vec<Variable> = Vec::with_capacity(names.len());
        for name in names {
            let name = name.as_ref();
            if variables.iter().any(|other| other.name == name) {
                return Err(VariablesError::Twice(name.to_owned()));
            }
            variables.push(variable(system, find(system, name)?));
        }
        Ok(OutputGraph { variables, counters: Vec::new() })
    }

    /// The same variables, and these counters behind them.
    ///
    /// # Errors
    /// A variable that has the name of a counter.
    pub fn counting(mut self, counters: &[Counter]) -> Result<OutputGraph, VariablesError> {
        let taken =
            |counter: &&Counter| self.variables.iter().any(|variable| variable.name == counter.name());
        if let Some(counter) = counters.iter().find(taken) {
            return Err(VariablesError::Counter(counter.name()));
        }
        self.counters = counters.to_vec();
        Ok(self)
    }

    /// The saved counters, in order.
    pub fn counters(&self) -> &[Counter] {
        &self.counters
    }

    /// Numbers of a sample: variables and counters.
    pub fn width(&self) -> usize {
        self.variables.len() + self.counters.len()
    }

    /// The saved variables, in order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The values to save as expressions, where time and states are the given expressions.
    pub fn values_at<'g>(&self, system: &System<'g>, time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let auxiliaries = if self.variables.iter().any(|v| matches!(v.source, Source::Auxiliary(_))) {
            system.auxiliaries_at(time, states)
        } else {
            Vec::new()
        };
        let value = |variable: &Variable| match variable.source {
            Source::State(i) => states[i],
            Source::Auxiliary(i) => auxiliaries[i],
        };
        self.variables.iter().map(value).collect()
    }
}

fn variable(system: &System<'_>, source: Source) -> Variable {
    let (name, unit) = match source {
        Source::State(i) => (&system.states[i].name, &system.states[i].unit),
        Source::Auxiliary(i) => (&system.auxiliaries[i].name, &system.auxiliaries[i].unit),
    };
    Variable { name: name.clone(), unit: unit.clone(), source }
}

fn find(system: &System<'_>, name: &str) -> Result<Source, UnknownName> {
    let state = system.states.iter().position(|s| s.name == name).map(Source::State);
    let auxiliary = || system.auxiliaries.iter().position(|a| a.name == name).map(Source::Auxiliary);
    state.or_else(auxiliary).ok_or_else(|| {
        let states = system.states.iter().map(|state| state.name.as_str());
        let auxiliaries = system.auxiliaries.iter().map(|auxiliary| auxiliary.name.as_str());
        UnknownName::new("state or auxiliary", name, states.chain(auxiliaries))
    })
}
