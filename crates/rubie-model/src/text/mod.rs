//! From text to syntax: characters, tokens, statements, trees.
//!
//! Nothing here recurses: trees are arenas of nodes that are numbered so that parts come before
//! wholes, and nesting is kept on explicit stacks.

mod token;

mod names;

mod lexer;

mod statements;

mod tree;

mod number;

mod file;

mod expression;

mod event;

mod equation;

mod mistakes;

mod grammar;

pub(crate) use file::{
    Assignment, Declaration, Definition, EquationStatement, EventStatement, File, Moment, Statement, Target,
    Value,
};
pub(crate) use grammar::read;
pub(crate) use names::{Name, Names};
pub(crate) use tree::{Binary, Comparison, Expression, Syntax, Unary};
