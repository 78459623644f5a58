//! The closed mathematical object that methods and outputs take: only expressions and counts.

use rubie_expr::{Expr, Graph, Jacobian, substitute};

use crate::mass::Mass;
use crate::unknown::UnknownName;

/// A state variable: its symbol, its derivative and its value at the start of a run.
#[derive(Clone, Debug)]
pub struct State<'g> {
    /// Name in the model.
    pub name: String,
    /// Unit as the model gave it, for legends.
    pub unit: Option<String>,
    /// The symbol that stands for its value.
    pub symbol: Expr<'g>,
    /// d symbol / d time, in terms of time, states and parameters; with a [`System::mass`] the right-hand side of the equation in
    /// its place.
    pub derivative: Expr<'g>,
    /// Default initial value, in terms of parameters only.
    pub initial: Expr<'g>,
}

/// A parameter: its symbol and its default.
#[derive(Clone, Debug)]
pub struct Parameter<'g> {
    /// Name in the model.
    pub name: String,
    /// Unit as the model gave it, for legends.
    pub unit: Option<String>,
    /// The symbol that stands for its value.
    pub symbol: Expr<'g>,
    /// Value where a sweep says nothing else.
    pub default: f64,
}

/// An auxiliary: a named quantity computed from time, states and parameters.
#[derive(Clone, Debug)]
pub struct Auxiliary<'g> {
    /// Name in the model.
    pub name: String,
    /// Unit as the model gave it, for legends.
    pub unit: Option<String>,
    /// Its value, in terms of time, states and parameters.
    pub value: Expr<'g>,
    /// Whether the model declares it an observable.
    pub observed: bool,
}

/// A system of ordinary differential equations dy/dt = f(t, y, p), or M dy/dt = f(t, y, p) with a matrix M that may be singular, with
/// its named quantities, closed: every expression is in terms of [`System::time`], state symbols and parameter symbols.
#[derive(Clone, Debug)]
pub struct System<'g> {
    /// The graph that owns all expressions.
    pub graph: &'g Graph,
    /// The symbol of time.
    pub time: Expr<'g>,
    /// States in declared order.
    pub states: Vec<State<'g>>,
    /// The matrix M of M dy/dt = f; `None` is the unit matrix.
    pub mass: Option<Mass<'g>>,
    /// Parameters in declared order.
    pub parameters: Vec<Parameter<'g>>,
    /// Auxiliaries in declared order, observables among them.
    pub auxiliaries: Vec<Auxiliary<'g>>,
}

impl<'g> System<'g> {
    /// Symbols of all states, in order.
    pub fn state_symbols(&self) -> Vec<Expr<'g>> {
        self.states.iter().map(|state| state.symbol).collect()
    }

    /// Derivatives of all states, in order, in terms of the system's own symbols; with a mass matrix the right-hand sides f.
    pub fn derivatives(&self) -> Vec<Expr<'g>> {
        self.states.iter().map(|state| state.derivative).collect()
    }

    /// Derivatives of all states at another time and other states: f(time, states, p).
    ///
    /// `states` has one expression for each state, in order, and `time` is one of the same graph.
    /// The work is proportional to the size of the expressions.
    ///
    /// ```
    /// # use rubie_expr::Graph;
    /// # let model = rubie_model::Model::parse("decay", "state x = 1\nx' = -x*t").unwrap();
    /// let graph = Graph::new();
    /// let system = model.system(&graph);
    /// let (t, x) = (system.time, system.states[0].symbol);
    /// let half = system.derivatives_at(t + 0.5, &[x * 2.0]);
    /// assert_eq!(rubie_expr::evaluate(&half, &[1.0, 3.0]), [-9.0]);
    /// ```
    pub fn derivatives_at(&self, time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
        self.at(&self.derivatives(), time, states)
    }

    /// Values of all auxiliaries, in order, at another time and other states.
    pub fn auxiliaries_at(&self, time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let values: Vec<Expr<'g>> = self.auxiliaries.iter().map(|a| a.value).collect();
        self.at(&values, time, states)
    }

    /// Any expressions of the system's symbols at another time and other states.
    pub fn at(&self, roots: &[Expr<'g>], time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
        debug_assert_eq!(states.len(), self.states.len());
        let symbols = self.states.iter().map(|state| state.symbol);
        let mut replacements = vec![(self.time, time)];
        replacements.extend(symbols.zip(states.iter().copied()));
        substitute(roots, &replacements)
    }

    /// The derivatives of f by the states: row i, column j is d f_i / d y_j, without the entries
    /// that are identically 0.
    pub fn jacobian(&self) -> Jacobian<'g> {
        Jacobian::new(&self.derivatives(), &self.state_symbols())
    }

    /// The derivatives of f by the explicit time, one for each state.
    pub fn time_derivatives(&self) -> Vec<Expr<'g>> {
        let by_time = Jacobian::new(&self.derivatives(), &[self.time]);
        let zero = self.graph.constant(0.0);
        (0..self.states.len()).map(|row| by_time.get(row, 0).unwrap_or(zero)).collect()
    }

    /// M times a vector with a value for each state; 0 in the rows of algebraic equations.
    pub fn mass_times(&self, values: &[Expr<'g>]) -> Vec<Expr<'g>> {
        match &self.mass {
            Some(mass) => mass.times(values, self.graph.constant(0.0)),
            None => values.to_vec(),
        }
    }

    /// Whether the equation in the place of a state is algebraic, 0 = f_i.
    pub fn is_algebraic(&self, state: usize) -> bool {
        self.mass.as_ref().is_some_and(|mass| mass.is_algebraic(state))
    }

    /// Whether there are algebraic equations.
    pub fn has_algebraic(&self) -> bool {
        (0..self.states.len()).any(|state| self.is_algebraic(state))
    }

    /// Position of a state by name.
    ///
    /// # Errors
    /// [`UnknownName`] with the nearest name that there is.
    pub fn state_index(&self, name: &str) -> Result<usize, UnknownName> {
        find("state", name, self.states.iter().map(|state| state.name.as_str()))
    }

    /// Position of a parameter by name.
    ///
    /// # Errors
    /// [`UnknownName`] with the nearest name that there is.
    pub fn parameter_index(&self, name: &str) -> Result<usize, UnknownName> {
        find("parameter", name, self.parameters.iter().map(|parameter| parameter.name.as_str()))
    }

    /// Position of an auxiliary, observable or not, by name.
    ///
    /// # Errors
    /// [`UnknownName`] with the nearest name that there is.
    pub fn auxiliary_index(&self, name: &str) -> Result<usize, UnknownName> {
        find("auxiliary", name, self.auxiliaries.iter().map(|auxiliary| auxiliary.name.as_str()))
    }
}

fn find<'a>(
    role: &'static str,
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<usize, UnknownName> {
    match names.clone().position(|known| known == name) {
        Some(index) => Ok(index),
        None => Err(UnknownName::new(role, name, names)),
    }
}
