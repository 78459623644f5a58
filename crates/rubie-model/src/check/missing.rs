//! What every model, state, parameter and observable must have.

use super::definitions::{Definitions, Meaning};
use super::known::Known;
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Source};
use crate::text::{File, Value};

/// The smallest model, shown where there is none.
const MINIMAL: &str = "a model has at least one state and its derivative:\n\
    state x = 1\n\
    param k = 0.5\n\
    x' = -k*x";

/// Reports what is missing, and marks the observables.
pub(super) fn report(file: &File, definitions: &mut Definitions, source: &Source, collector: &mut Collector) {
    if definitions.states.is_empty() && !collector.has_errors() {
        let empty = file.statements.is_empty();
        let (kind, message) = match empty {
            true => (DiagnosticKind::EmptyModel, "the model is empty"),
            false => (DiagnosticKind::NoStates, "the model has no states"),
        };
        collector.report(Diagnostic::new(kind, message).help(MINIMAL));
    }
    for state in &definitions.states {
        let name = file.names.text(state.name);
        if matches!(state.initial, Value::Missing) {
            collector.report(
                Diagnostic::new(
                    DiagnosticKind::MissingInitialValue,
                    format!("the state `{name}` has no initial value"),
                )
                .label(state.span, "its value at the start is not given")
                .help(format!("write `state {name} = 0` with the right value")),
            );
        }
        if definitions.equations.is_empty() && state.derivative_span.is_none() && !state.excused {
            collector.report(
                Diagnostic::new(
                    DiagnosticKind::MissingDerivative,
                    format!("the state `{name}` has no derivative"),
                )
                .label(state.span, format!("no equation for `{name}'`"))
                .help(format!("add `{name}' = ...`; if it never changes, make it a `param`")),
            );
        }
    }
    count_equations(file, definitions, collector);
    for (list, keyword, noun) in
        [(&definitions.parameters, "param", "parameter"), (&definitions.constants, "const", "constant")]
    {
        for entry in list.iter().filter(|entry| matches!(entry.value, Value::Missing)) {
            let name = file.names.text(entry.name);
            let what = if keyword == "param" { "default" } else { "value" };
            collector.report(
                Diagnostic::new(DiagnosticKind::MissingValue, format!("the {noun} `{name}` has no {what}"))
                    .label(entry.span, "no `=` follows")
                    .help(format!("write `{keyword} {name} = 1` with the right value")),
            );
        }
    }
    observables(file, definitions, source, collector);
}

/// With equations that define no single name, there must be as many of them as states without an equation of their own.
fn count_equations(file: &File, definitions: &Definitions, collector: &mut Collector) {
    let equations = &definitions.equations;
    if equations.is_empty() || definitions.states.iter().any(|state| state.excused) {
        return;
    }
    let free = definitions.states.iter().filter(|state| state.derivative_span.is_none());
    let free: Vec<_> = free.collect();
    let (wanted, found) = (free.len(), equations.len());
    if found < wanted {
        let names = free.iter().take(6).map(|state| format!("`{}`", file.names.text(state.name)));
        let names = names.collect::<Vec<_>>().join(", ");
        let message = format!(
            "{wanted} states have no equation of their own, and there are {found} equations besides: {names}"
        );
        let mut diagnostic = Diagnostic::new(DiagnosticKind::MissingDerivative, message);
        for state in free.iter().take(6) {
            diagnostic = diagnostic.label(state.span, "no equation of its own");
        }
        collector
            .report(diagnostic.help("add equations, such as `0 = ...`, or derivatives, such as `x' = ...`"));
    } else if let Some(extra) = equations.get(wanted) {
        let message = match wanted {
            0 => "every state has an equation of its own, and there is one more equation".to_owned(),
            1 => format!("{found} equations for the one state without an equation of its own"),
            _ => format!("{found} equations for the {wanted} states without an equation of their own"),
        };
        collector.report(
            Diagnostic::new(DiagnosticKind::ExtraEquation, message)
                .label(extra.span, "there is no unknown left for this one")
                .help("declare the state that it determines, such as `state z = 0`, or leave it out"),
        );
    }
}

fn observables(file: &File, definitions: &mut Definitions, source: &Source, collector: &mut Collector) {
    for (name, span, unit) in std::mem::take(&mut definitions.observed) {
        let text = file.names.text(name);
        let diagnostic = match definitions.entry(name) {
            Some((Meaning::Auxiliary(index), _)) => {
                let auxiliary = &mut definitions.auxiliaries[index as usize];
                auxiliary.observed = true;
                auxiliary.unit = auxiliary.unit.or(unit);
                continue;
            }
            Some((Meaning::State(_), place)) => Diagnostic::new(
                DiagnosticKind::ObservedState,
                format!("`{text}` is a state and needs no `observe`"),
            )
            .label(span, "states can always be saved by name")
            .label(place, "declared here"),
            Some((meaning, place)) => Diagnostic::new(
                DiagnosticKind::NotObservable,
                format!("`{text}` is {} and cannot be observed", meaning.described()),
            )
            .label(span, "only auxiliaries are observed")
            .label(place, "defined here"),
            None => {
                let known = Known { file, definitions, source };
                let diagnostic =
                    Diagnostic::new(DiagnosticKind::UnknownName, format!("unknown name `{text}`"))
                        .label(span, "no auxiliary has this name");
                match known.auxiliary(name).filter(|_| !collector.is_full()) {
                    Some(help) => diagnostic.help(help),
                    None => {
                        diagnostic.help(format!("`observe {text} = ...` defines and observes it at once"))
                    }
                }
            }
        };
        collector.report(diagnostic);
    }
}
