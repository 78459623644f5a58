//! From syntax to meaning: who is who, who needs whom, what may depend on what.
//!
//! All stages report to one collector and go on, so that every mistake of a file is seen at once.
//! What comes out can be closed to a [`System`](crate::System) without any further check if
//! nothing was reported.

mod definitions;

mod define;

mod events;

mod items;

mod known;

mod missing;

mod resolve;

mod order;

mod constant;

use crate::diagnostic::{Collector, Source};
use crate::text::File;

pub(crate) use definitions::{Definitions, Equation};
pub(crate) use items::Item;
pub(crate) use resolve::Term;

/// A file with the meaning of every node.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) definitions: Definitions,
    /// One for each node of the syntax tree.
    pub(crate) terms: Vec<Term>,
    /// Arguments of calls, as positions of terms.
    pub(crate) arguments: Vec<u32>,
    /// Everything that is computed from other things, parts before wholes.
    pub(crate) order: Vec<Item>,
    /// Whether each entry of `order` is the same for all runs and at all times.
    pub(crate) is_constant: Vec<bool>,
}

/// Runs all checks.
pub(crate) fn check(file: &File, source: &Source, collector: &mut Collector) -> Checked {
    let mut definitions = define::define(file, collector);
    events::define(file, &mut definitions, collector);
    missing::report(file, &mut definitions, source, collector);
    let resolved = resolve::resolve(file, &definitions, source, collector);
    let order = order::order(file, &definitions, &resolved, collector);
    let is_constant = constant::check(file, &definitions, &resolved.terms, &order, collector);
    Checked { definitions, terms: resolved.terms, arguments: file.tree.arguments.clone(), order, is_constant }
}
