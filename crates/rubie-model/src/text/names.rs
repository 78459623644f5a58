//! Names as small numbers.

use std::collections::HashMap;

use crate::language::{WORDS, Word};

/// A name that occurs in the source, or a reserved word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

impl Name {
    /// Index into tables of length [`Names::len`].
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// The meaning of a reserved word.
    pub(crate) fn word(self) -> Option<Word> {
        WORDS.get(self.index()).map(|(_, word)| *word)
    }
}

/// All names, reserved words first.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, Name>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut names = Self { texts: Vec::new(), numbers: HashMap::new() };
        for (word, _) in WORDS {
            names.intern(word);
        }
        names
    }

    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.numbers.get(text) {
            return *name;
        }
        let name = Name(self.texts.len() as u32);
        self.texts.push(text.into());
        self.numbers.insert(text.into(), name);
        name
    }

    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, name: Name) -> &str {
        &self.texts[name.index()]
    }

    /// `x` for the name `dx`: whose derivative the name may be.
    pub(crate) fn after_d(&self, name: Name) -> Option<Name> {
        self.find(self.text(name).strip_prefix('d')?)
    }

    /// All names, in the order of their first occurrence behind the reserved words.
    pub(crate) fn all(&self) -> impl Iterator<Item = Name> {
        (0..self.texts.len() as u32).map(Name)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}
