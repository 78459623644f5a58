//! A file as its statements.

use super::names::{Name, Names};
use super::tree::{Expression, Tree};
use crate::diagnostic::Span;
use crate::language::Role;

/// A file as written.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) statements: Vec<Statement>,
    pub(crate) tree: Tree,
    pub(crate) names: Names,
}

/// One entry of a declaration, or one equation.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Declaration(Declaration),
    Definition(Definition),
    Event(EventStatement),
    Equation(EquationStatement),
    /// Something that could not be read, about this name: no reason for further complaints.
    Broken(Name),
}

/// `NAME = VALUE [unit]` behind `state`, `param`, `const` or `observe`.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) role: Role,
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) value: Value,
    pub(crate) unit: Option<Span>,
}

/// `TARGET = VALUE`
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) target: Target,
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) value: Value,
    pub(crate) unit: Option<Span>,
}

/// `LEFT = RIGHT` that defines no single name: `0 = g(x)` or `a*x' + b*y' = f(x)`
#[derive(Clone, Copy, Debug)]
pub(crate) struct EquationStatement {
    /// The left side.
    pub(crate) span: Span,
    pub(crate) left: Value,
    pub(crate) right: Value,
}

/// `when CONDITION: ACTIONS` or `at TIMES: ACTIONS`
#[derive(Clone, Debug)]
pub(crate) struct EventStatement {
    /// The keyword.
    pub(crate) span: Span,
    pub(crate) moment: Moment,
    pub(crate) changes: Vec<Assignment>,
    /// Whether `stop` is among the actions.
    pub(crate) stops: bool,
}

/// What an event waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    When(Value),
    At { first: Value, every: Option<Value>, until: Option<Value> },
}

impl Moment {
    /// All expressions in it.
    pub(crate) fn values(self) -> impl Iterator<Item = Value> {
        let (first, others) = match self {
            Moment::When(condition) => (condition, [None, None]),
            Moment::At { first, every, until } => (first, [every, until]),
        };
        [first].into_iter().chain(others.into_iter().flatten())
    }
}

/// `NAME = VALUE` in an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assignment {
    pub(crate) name: Name,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What stands on the left of `=`.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// `x = ...`
    Plain,
    /// `x' = ...` or `dx/dt = ...`
    Derivative,
    /// `x(0) = ...`
    Initial,
    /// `f(a, b) = ...`
    Function(Vec<(Name, Span)>),
}

/// What stands on the right of `=`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// There is no `=`.
    Missing,
    /// There is a mistake in it, which was reported.
    Broken,
    Is(Expression),
}
