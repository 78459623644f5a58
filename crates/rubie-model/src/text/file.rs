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
