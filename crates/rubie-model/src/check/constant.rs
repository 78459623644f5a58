//! What constants, defaults and initial values may depend on.

use super::definitions::{Constant, Definitions};
use super::items::Item;
use super::resolve::Term;
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::text::{File, Moment, Name, Value};

/// A set of sorts of dependence.
type Sorts = u8;

const TIME: Sorts = 1;
const STATE: Sorts = 2;
const PARAMETER: Sorts = 4;

/// Reports forbidden dependences; says of each item of the order whether it is constant.
pub(super) fn check(
    file: &File,
    definitions: &Definitions,
    terms: &[Term],
    order: &[Item],
    collector: &mut Collector,
) -> Vec<bool> {
    let mut checker = Checker {
        file,
        definitions,
        terms,
        functions: vec![0; definitions.functions.len()],
        auxiliaries: vec![0; definitions.auxiliaries.len()],
    };
    let mut is_constant = Vec::with_capacity(order.len());
    for item in order {
        let sorts = checker.sorts(definitions.value(*item));
        match item {
            Item::Function(index) => checker.functions[*index as usize] = sorts,
            Item::Auxiliary(index) => checker.auxiliaries[*index as usize] = sorts,
            _ => {}
        }
        is_constant.push(sorts == 0);
    }
    checker.report(collector);
    is_constant
}

struct Checker<'a> {
    file: &'a File,
    definitions: &'a Definitions,
    terms: &'a [Term],
    functions: Vec<Sorts>,
    auxiliaries: Vec<Sorts>,
}

impl Checker<'_> {
    fn sorts(&self, value: Value) -> Sorts {
        let Value::Is(expression) = value else {
            return 0;
        };
        self.terms[expression.range()].iter().fold(0, |all, term| all | self.sorts_of(*term))
    }

    fn sorts_of(&self, term: Term) -> Sorts {
        match term {
            Term::Time => TIME,
            Term::State(_) | Term::Derivative(_) => STATE,
            Term::Parameter(_) => PARAMETER,
            Term::Auxiliary(index) => self.auxiliaries[index as usize],
            Term::Call(index, ..) => self.functions[index as usize],
            _ => 0,
        }
    }

    fn report(&self, collector: &mut Collector) {
        let everything = TIME | STATE | PARAMETER;
        for constant in &self.definitions.constants {
            if let Some((span, what)) = self.culprit(constant.value, everything) {
                collector.report(not_constant(self.name(constant), span, &what));
            }
        }
        for parameter in &self.definitions.parameters {
            if let Some((span, what)) = self.culprit(parameter.value, everything) {
                collector.report(default_not_constant(self.name(parameter), span, &what));
            }
        }
        for state in &self.definitions.states {
            if let Some((span, what)) = self.culprit(state.initial, TIME | STATE) {
                let name = self.file.names.text(state.name);
                collector.report(initial_not_constant(name, span, &what));
            }
        }
        for event in &self.definitions.events {
            if matches!(event.moment, Moment::When(_)) {
                continue;
            }
            for value in event.moment.values() {
                if let Some((span, what)) = self.culprit(value, TIME | STATE) {
                    collector.report(event_time_not_constant(span, &what));
                }
            }
        }
    }

    fn name(&self, constant: &Constant) -> &str {
        self.file.names.text(constant.name)
    }

    /// The first node that depends on something forbidden.
    fn culprit(&self, value: Value, forbidden: Sorts) -> Option<(Span, String)> {
        let Value::Is(expression) = value else {
            return None;
        };
        let node = expression.range().find(|node| self.sorts_of(self.terms[*node]) & forbidden != 0)?;
        Some((self.file.tree.spans[node], self.described(self.terms[node], forbidden)))
    }

    fn described(&self, term: Term, forbidden: Sorts) -> String {
        let text = |name: Name| self.file.names.text(name);
        let definitions = self.definitions;
        let through = match self.sorts_of(term) & forbidden {
            sorts if sorts & STATE != 0 => "a state",
            sorts if sorts & TIME != 0 => "time",
            _ => "a parameter",
        };
        match term {
            Term::State(i) => format!("the state `{}`", text(definitions.states[i as usize].name)),
            Term::Derivative(i) => {
                format!("the derivative `{}'`", text(definitions.states[i as usize].name))
            }
            Term::Parameter(i) => {
                format!("the parameter `{}`", text(definitions.parameters[i as usize].name))
            }
            Term::Auxiliary(i) => {
                let name = text(definitions.auxiliaries[i as usize].name);
                format!("the auxiliary `{name}`, which depends on {through}")
            }
            Term::Call(i, ..) => {
                let name = text(definitions.functions[i as usize].name);
                format!("the function `{name}`, which depends on {through}")
            }
            _ => "time".to_owned(),
        }
    }
}

fn not_constant(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::ConstantNotConstant, format!("the constant `{name}` depends on {what}"))
        .label(span, "not constant")
        .help(format!("as an auxiliary, `{name} = ...` without `const`, it may depend on anything"))
}

fn default_not_constant(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        DiagnosticKind::DefaultNotConstant,
        format!("the default of the parameter `{name}` depends on {what}"),
    )
    .label(span, "a default is made of numbers and constants")
    .help(format!("if it always follows from other quantities, write `{name} = ...` without `param`"))
}

fn initial_not_constant(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        DiagnosticKind::InitialValueNotConstant,
        format!("the initial value of `{name}` depends on {what}"),
    )
    .label(span, "an initial value is made of numbers, constants and parameters")
}

fn event_time_not_constant(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::EventTime, format!("the time of an event depends on {what}"))
        .label(span, "a time is made of numbers, constants and parameters")
        .help("to wait until something happens, write `when CONDITION: ...`")
}
