//! What events change.

use super::definitions::{Definitions, Event, Meaning};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::language::Word;
use crate::text::{Assignment, EventStatement, File, Statement};

/// Notes the events of a file; only states can be changed, each once by an event.
pub(super) fn define(file: &File, definitions: &mut Definitions, collector: &mut Collector) {
    for statement in &file.statements {
        let Statement::Event(EventStatement { span, moment, changes, stops }) = statement else { continue };
        let mut changed: Vec<(u32, Span)> = Vec::new();
        let mut values = Vec::new();
        for Assignment { name, span, value } in changes {
            let Some(Meaning::State(state)) = definitions.meaning(*name) else {
                collector.report(refused(file, definitions, *name, *span));
                continue;
            };
            if let Some((_, first)) = changed.iter().find(|(other, _)| *other == state) {
                let text = file.names.text(*name);
                collector.report(
                    Diagnostic::new(
                        DiagnosticKind::DefinedTwice,
                        format!("one event changes `{text}` twice"),
                    )
                    .label(*span, "the second one")
                    .label(*first, "the first one")
                    .help("all changes of an event happen at once, with the values before it"),
                );
                continue;
            }
            changed.push((state, *span));
            values.push((state, *value));
        }
        definitions.events.push(Event { span: *span, moment: *moment, changes: values, stops: *stops });
    }
}

/// Something that is no state.
fn refused(file: &File, definitions: &Definitions, name: crate::text::Name, span: Span) -> Diagnostic {
    let text = file.names.text(name);
    let not_assignable = |what: &str| {
        Diagnostic::new(
            DiagnosticKind::NotAssignable,
            format!("an event cannot change `{text}`: it is {what}"),
        )
        .label(span, "only states can change suddenly")
    };
    match (name.word(), definitions.entry(name)) {
        (Some(Word::Time), _) => not_assignable("time"),
        (Some(_), _) => not_assignable("a word of the language"),
        (_, Some((meaning @ (Meaning::Parameter(_) | Meaning::Constant(_)), place))) => {
            not_assignable(meaning.described()).label(place, "declared here").help(format!(
                "make it a state that rests between events: `state {text} = ...` and `{text}' = 0`"
            ))
        }
        (_, Some((meaning, place))) => not_assignable(meaning.described())
            .label(place, "defined here")
            .help("change the states that it follows from"),
        (None, None) => {
            let states = definitions.states.iter().map(|state| file.names.text(state.name));
            let near = crate::suggest::nearest(text, states).map(str::to_owned);
            let diagnostic = Diagnostic::new(DiagnosticKind::UnknownName, format!("unknown name `{text}`"))
                .label(span, "not a state");
            match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("an event changes states: declare `state {text} = ...`")),
            }
        }
    }
}
