//! The nearest known name, with what it is and where it stands.

use super::definitions::{Definitions, Meaning};
use crate::diagnostic::Source;
use crate::language::{FOREIGN, WORDS, Word};
use crate::suggest::nearest;
use crate::text::{File, Name};

/// Everything that a proposal can be taken from.
pub(super) struct Known<'a> {
    pub(super) file: &'a File,
    pub(super) definitions: &'a Definitions,
    pub(super) source: &'a Source,
}

impl Known<'_> {
    /// "did you mean `beta`? (parameter, line 2)" for a name that stands for a value.
    pub(super) fn value(&self, name: Name, locals: &[Name]) -> Option<String> {
        let text = self.file.names.text(name);
        let local = locals.iter().map(|local| self.file.names.text(*local));
        let words = WORDS.iter().filter(|(_, word)| matches!(word, Word::Time | Word::Pi));
        let defined = self.defined(|meaning| !matches!(meaning, Meaning::Function(_)));
        let candidates = local.chain(defined).chain(words.map(|(word, _)| *word));
        self.proposal(text, nearest(text, candidates), locals)
    }

    /// The same for the name of a function.
    pub(super) fn function(&self, name: Name) -> Option<String> {
        let text = self.file.names.text(name);
        let words = WORDS.iter().filter(|(_, word)| matches!(word, Word::Function(_)));
        let defined = self.defined(|meaning| matches!(meaning, Meaning::Function(_)));
        let candidates = defined.chain(words.map(|(word, _)| *word));
        self.proposal(text, nearest(text, candidates), &[])
    }

    /// The same for the name of an auxiliary.
    pub(super) fn auxiliary(&self, name: Name) -> Option<String> {
        let text = self.file.names.text(name);
        let found = nearest(text, self.defined(|meaning| matches!(meaning, Meaning::Auxiliary(_))));
        self.proposal(text, found, &[])
    }

    /// The same for the name of a state.
    pub(super) fn state(&self, name: Name) -> Option<String> {
        let text = self.file.names.text(name);
        let found = nearest(text, self.defined(|meaning| matches!(meaning, Meaning::State(_))));
        self.proposal(text, found, &[])
    }

    fn defined(&self, wanted: impl Fn(Meaning) -> bool) -> impl Iterator<Item = &str> {
        let names = &self.file.names;
        names.all().filter_map(move |name| {
            self.definitions.meaning(name).filter(|meaning| wanted(*meaning))?;
            Some(names.text(name))
        })
    }

    fn proposal(&self, text: &str, found: Option<&str>, locals: &[Name]) -> Option<String> {
        let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == text);
        if let Some((_, word)) = foreign {
            return Some(format!("did you mean `{word}`?"));
        }
        let found = found?;
        let name = self.file.names.find(found)?;
        let known = if locals.contains(&name) {
            "parameter of the function".to_owned()
        } else if let Some((meaning, span)) = self.definitions.entry(name) {
            format!("{}, line {}", meaning.noun(), self.source.position(span.start).0)
        } else {
            match name.word()? {
                Word::Time => "time".to_owned(),
                Word::Pi => "3.14159...".to_owned(),
                _ => "built-in function".to_owned(),
            }
        };
        Some(format!("did you mean `{found}`? ({known})"))
    }
}
