//! What is computed from other things, numbered.

use super::definitions::Definitions;
use crate::diagnostic::Span;
use crate::text::{File, Value};

/// Something that is computed from other things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Constant(u32),
    Function(u32),
    Auxiliary(u32),
    Derivative(u32),
}

/// All items, numbered: constants, functions, auxiliaries, derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    ends: [usize; 4],
}

impl Items {
    pub(super) fn of(definitions: &Definitions) -> Self {
        let constants = definitions.constants.len();
        let functions = constants + definitions.functions.len();
        let auxiliaries = functions + definitions.auxiliaries.len();
        let derivatives = auxiliaries + definitions.states.len();
        Self { ends: [constants, functions, auxiliaries, derivatives] }
    }

    pub(super) fn len(&self) -> usize {
        self.ends[3]
    }

    pub(super) fn item(&self, number: usize) -> Item {
        let [constants, functions, auxiliaries, _] = self.ends;
        if number < constants {
            Item::Constant(number as u32)
        } else if number < functions {
            Item::Function((number - constants) as u32)
        } else if number < auxiliaries {
            Item::Auxiliary((number - functions) as u32)
        } else {
            Item::Derivative((number - auxiliaries) as u32)
        }
    }

    pub(super) fn number(&self, item: Item) -> usize {
        let [constants, functions, auxiliaries, _] = self.ends;
        match item {
            Item::Constant(index) => index as usize,
            Item::Function(index) => constants + index as usize,
            Item::Auxiliary(index) => functions + index as usize,
            Item::Derivative(index) => auxiliaries + index as usize,
        }
    }
}

impl Definitions {
    /// The expression of an item.
    pub(crate) fn value(&self, item: Item) -> Value {
        match item {
            Item::Constant(index) => self.constants[index as usize].value,
            Item::Function(index) => self.functions[index as usize].body,
            Item::Auxiliary(index) => self.auxiliaries[index as usize].value,
            Item::Derivative(index) => self.states[index as usize].derivative,
        }
    }

    /// The name of an item and the place of its definition.
    pub(super) fn named(&self, item: Item, file: &File) -> (String, Span) {
        let (name, span) = match item {
            Item::Constant(i) => (self.constants[i as usize].name, self.constants[i as usize].span),
            Item::Function(i) => (self.functions[i as usize].name, self.functions[i as usize].span),
            Item::Auxiliary(i) => (self.auxiliaries[i as usize].name, self.auxiliaries[i as usize].span),
            Item::Derivative(i) => {
                let state = &self.states[i as usize];
                let span = state.derivative_span.unwrap_or(state.span);
                return (format!("{}'", file.names.text(state.name)), span);
            }
        };
        (file.names.text(name).to_owned(), span)
    }
}
