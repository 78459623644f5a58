//! What a model defines: the tables that names point into.

use crate::diagnostic::Span;
use crate::text::{Moment, Name, Names, Value};

/// What a name stands for: the kind and the position in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    State(u32),
    Parameter(u32),
    Constant(u32),
    Auxiliary(u32),
    Function(u32),
}

impl Meaning {
    /// With an article, for messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Meaning::State(_) => "a state",
            Meaning::Parameter(_) => "a parameter",
            Meaning::Constant(_) => "a constant",
            Meaning::Auxiliary(_) => "an auxiliary",
            Meaning::Function(_) => "a function",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        let described = self.described();
        described.split_once(' ').map_or(described, |(_, noun)| noun)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) unit: Option<Span>,
    pub(crate) initial: Value,
    pub(crate) derivative: Value,
    /// Where the derivative's equation starts.
    pub(crate) derivative_span: Option<Span>,
    /// Whether an equation about it could not be read.
    pub(crate) excused: bool,
    /// Where `state x` and `x(0) = ...` stand.
    pub(super) declared: Option<Span>,
    pub(super) initialized: Option<Span>,
}

/// A constant or a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) unit: Option<Span>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Auxiliary {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) unit: Option<Span>,
    pub(crate) value: Value,
    pub(crate) observed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) parameters: Vec<(Name, Span)>,
    pub(crate) body: Value,
}

/// A sudden change of states.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The keyword.
    pub(crate) span: Span,
    pub(crate) moment: Moment,
    /// States and their new values.
    pub(crate) changes: Vec<(u32, Value)>,
    pub(crate) stops: bool,
}

impl Event {
    /// All its expressions.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> {
        self.moment.values().chain(self.changes.iter().map(|(_, value)| *value))
    }
}

/// An equation that defines no single name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Equation {
    /// The left side.
    pub(crate) span: Span,
    pub(crate) left: Value,
    pub(crate) right: Value,
}

impl Equation {
    /// Both sides.
    pub(crate) fn values(&self) -> [Value; 2] {
        [self.left, self.right]
    }
}

/// Everything that a file defines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) states: Vec<State>,
    pub(crate) parameters: Vec<Constant>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) auxiliaries: Vec<Auxiliary>,
    pub(crate) functions: Vec<Function>,
    pub(crate) events: Vec<Event>,
    /// Equations that define no single name.
    pub(crate) equations: Vec<Equation>,
    /// Names that a broken statement was about.
    pub(crate) broken: Vec<Name>,
    /// `observe NAME` without a value.
    pub(crate) observed: Vec<(Name, Span, Option<Span>)>,
    pub(super) entries: Vec<Option<(Meaning, Span)>>,
}

impl Definitions {
    /// What the model itself makes of a name.
    pub(crate) fn meaning(&self, name: Name) -> Option<Meaning> {
        self.entry(name).map(|(meaning, _)| meaning)
    }

    /// The meaning and the place where it was given.
    pub(crate) fn entry(&self, name: Name) -> Option<(Meaning, Span)> {
        self.entries[name.index()]
    }

    /// The state whose derivative `dx` is, unless `dx` is a name of its own.
    pub(crate) fn differentiated(&self, dx: Name, names: &Names) -> Option<u32> {
        match self.meaning(names.after_d(dx)?)? {
            Meaning::State(state) if self.meaning(dx).is_none() => Some(state),
            _ => None,
        }
    }
}
