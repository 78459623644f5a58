//! Expressions as written: an arena of nodes, parts before wholes.

use std::ops::Range;

use super::names::Name;
use crate::diagnostic::Span;

/// One node; numbers in it are positions of earlier nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Syntax {
    Number(f64),
    Name(Name),
    /// `x'` or `dx/dt`
    Derivative(Name),
    Unary(Unary, u32),
    Binary(Binary, u32, u32),
    /// The arguments are `Tree::arguments[start..end]`.
    Call(Name, u32, u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Minus,
    Plus,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    And,
    Compare(Comparison),
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// A whole expression: its nodes are neighbours in the tree, the last one is the root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expression {
    pub(crate) first: u32,
    pub(crate) root: u32,
}

impl Expression {
    pub(crate) fn range(self) -> Range<usize> {
        self.first as usize..self.root as usize + 1
    }
}

/// The nodes of all expressions of a file, with the places of their names and operators.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Syntax>,
    pub(crate) spans: Vec<Span>,
    pub(crate) arguments: Vec<u32>,
}

impl Tree {
    pub(crate) fn push(&mut self, node: Syntax, span: Span) -> u32 {
        self.nodes.push(node);
        self.spans.push(span);
        self.nodes.len() as u32 - 1
    }
}
