//! Which names the model defines, and as what.

use super::definitions::{Auxiliary, Constant, Definitions, Equation, Function, Meaning, State};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::language::{Role, Word};
use crate::text::{Declaration, Definition, EquationStatement, File, Name, Names, Statement, Target, Value};

/// Goes through the statements twice: declarations first, because what `dx = ...` means depends
/// on whether `x` is a state.
pub(super) fn define(file: &File, collector: &mut Collector) -> Definitions {
    let definitions = Definitions { entries: vec![None; file.names.len()], ..Definitions::default() };
    let mut definer = Definer { names: &file.names, collector, definitions };
    for statement in &file.statements {
        match statement {
            Statement::Declaration(declaration) => definer.declare(declaration),
            Statement::Definition(definition) => definer.define_ahead(definition),
            Statement::Event(_) | Statement::Equation(_) | Statement::Broken(_) => {}
        }
    }
    for statement in &file.statements {
        match statement {
            Statement::Declaration(declaration) => definer.observe(declaration),
            Statement::Definition(definition) => definer.define(definition),
            Statement::Broken(name) => definer.skip(*name),
            Statement::Equation(EquationStatement { span, left, right }) => {
                let equation = Equation { span: *span, left: *left, right: *right };
                definer.definitions.equations.push(equation);
            }
            Statement::Event(_) => {}
        }
    }
    definer.definitions
}

struct Definer<'a> {
    names: &'a Names,
    collector: &'a mut Collector,
    definitions: Definitions,
}

impl Definer<'_> {
    fn declare(&mut self, declaration: &Declaration) {
        let Declaration { role, name, span, value, unit } = *declaration;
        if matches!(role, Role::Observable | Role::Auxiliary) || self.reserved(name, span) {
            return;
        }
        let entry = Constant { name, span, unit, value };
        match role {
            Role::State => self.declare_state(declaration),
            Role::Parameter => {
                let index = self.definitions.parameters.len() as u32;
                if self.enter(name, span, Meaning::Parameter(index)) {
                    self.definitions.parameters.push(entry);
                }
            }
            _ => {
                let index = self.definitions.constants.len() as u32;
                if self.enter(name, span, Meaning::Constant(index)) {
                    self.definitions.constants.push(entry);
                }
            }
        }
    }

    fn declare_state(&mut self, declaration: &Declaration) {
        let Declaration { name, span, value, unit, .. } = *declaration;
        let has_value = !matches!(value, Value::Missing);
        if let Some(Meaning::State(index)) = self.definitions.meaning(name) {
            let state = &mut self.definitions.states[index as usize];
            let before = if has_value { state.initialized } else { None };
            if let Some(first) = state.declared.or(before) {
                return self.twice(name, "is declared twice", first, span);
            }
            state.declared = Some(span);
            state.unit = unit;
            if has_value {
                state.initial = value;
                state.initialized = Some(span);
            }
            return;
        }
        let index = self.new_state(name, span);
        if let Some(state) = index.map(|index| &mut self.definitions.states[index]) {
            state.declared = Some(span);
            state.unit = unit;
            state.initial = value;
            state.initialized = has_value.then_some(span);
        }
    }

    fn new_state(&mut self, name: Name, span: Span) -> Option<usize> {
        let index = self.definitions.states.len();
        if !self.enter(name, span, Meaning::State(index as u32)) {
            return None;
        }
        self.definitions.states.push(State {
            name,
            span,
            unit: None,
            initial: Value::Missing,
            derivative: Value::Missing,
            derivative_span: None,
            excused: false,
            declared: None,
            initialized: None,
        });
        Some(index)
    }

    /// Functions and initial values.
    fn define_ahead(&mut self, definition: &Definition) {
        let Definition { ref target, name, span, value, .. } = *definition;
        match target {
            Target::Function(parameters) => {
                if self.reserved(name, span) || self.reserved_parameter(parameters) {
                    return;
                }
                let index = self.definitions.functions.len() as u32;
                if self.enter(name, span, Meaning::Function(index)) {
                    let parameters = parameters.clone();
                    let function = Function { name, span, parameters, body: value };
                    self.definitions.functions.push(function);
                }
            }
            Target::Initial if !self.reserved(name, span) => {
                let state = match self.definitions.meaning(name) {
                    Some(Meaning::State(index)) => Some(index as usize),
                    _ => self.new_state(name, span),
                };
                let Some(index) = state else { return };
                let state = &mut self.definitions.states[index];
                if let Some(first) = state.initialized {
                    return self.twice(name, "has two initial values", first, span);
                }
                state.initial = value;
                state.initialized = Some(span);
            }
            _ => {}
        }
    }

    fn define(&mut self, definition: &Definition) {
        let Definition { ref target, name, span, value, unit } = *definition;
        match target {
            Target::Derivative => self.define_derivative(name, span, value),
            Target::Plain => match self.definitions.differentiated(name, self.names) {
                Some(state) => self.set_derivative(state, span, value),
                None if self.refused(name, span) => {}
                None => self.define_auxiliary(name, span, unit, value, false),
            },
            _ => {}
        }
    }

    /// Takes a broken statement for the equation that is missed otherwise.
    fn skip(&mut self, name: Name) {
        self.definitions.broken.push(name);
        let own = self.definitions.meaning(name);
        let state = match own {
            Some(Meaning::State(state)) => Some(state),
            _ => self.definitions.differentiated(name, self.names),
        };
        if let Some(state) = state.map(|state| &mut self.definitions.states[state as usize]) {
            state.excused = true;
        }
    }

    fn observe(&mut self, declaration: &Declaration) {
        let Declaration { role, name, span, value, unit } = *declaration;
        if role != Role::Observable {
            return;
        }
        if matches!(value, Value::Missing) {
            self.definitions.observed.push((name, span, unit));
        } else if !self.refused(name, span) {
            self.define_auxiliary(name, span, unit, value, true);
        }
    }

    fn define_auxiliary(&mut self, name: Name, span: Span, unit: Option<Span>, value: Value, observed: bool) {
        let index = self.definitions.auxiliaries.len() as u32;
        if self.enter(name, span, Meaning::Auxiliary(index)) {
            let auxiliary = Auxiliary { name, span, unit, value, observed };
            self.definitions.auxiliaries.push(auxiliary);
        }
    }

    fn define_derivative(&mut self, name: Name, span: Span, value: Value) {
        let text = self.names.text(name).to_owned();
        match self.definitions.entry(name) {
            Some((Meaning::State(state), _)) => self.set_derivative(state, span, value),
            Some((meaning, place)) => self.collector.report(
                Diagnostic::new(
                    DiagnosticKind::NotAState,
                    format!("`{text}` has an equation for its derivative, but is not a state"),
                )
                .label(span, "only states have derivatives")
                .label(place, format!("`{text}` is {} here", meaning.described()))
                .help(format!("to make it a state, write `state {text} = ...` there")),
            ),
            None if self.refused(name, span) => {}
            None => {
                let known = self.definitions.states.iter().map(|state| self.names.text(state.name));
                let near = crate::suggest::nearest(&text, known).map(str::to_owned);
                let diagnostic = Diagnostic::new(
                    DiagnosticKind::MissingInitialValue,
                    format!("the state `{text}` has no initial value"),
                )
                .label(span, "its derivative is given, its value at the start is not");
                self.collector.report(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}'`?")),
                    None => diagnostic.help(format!("add `state {text} = 0` with the right value")),
                });
                if let Some(index) = self.new_state(name, span) {
                    self.definitions.states[index].initial = Value::Broken;
                    self.set_derivative(index as u32, span, value);
                }
            }
        }
    }

    fn set_derivative(&mut self, state: u32, span: Span, value: Value) {
        let state = &mut self.definitions.states[state as usize];
        let name = state.name;
        match state.derivative_span {
            Some(first) => self.twice(name, "has two equations for its derivative", first, span),
            None => {
                state.derivative = value;
                state.derivative_span = Some(span);
            }
        }
    }

    /// Enters a name that has no meaning yet; reports it otherwise.
    fn enter(&mut self, name: Name, span: Span, meaning: Meaning) -> bool {
        if let Some((first, place)) = self.definitions.entry(name) {
            let text = self.names.text(name);
            self.collector.report(
                Diagnostic::new(DiagnosticKind::DefinedTwice, format!("`{text}` is defined twice"))
                    .label(span, format!("defined again as {}", meaning.described()))
                    .label(place, format!("first defined as {}", first.described())),
            );
            return false;
        }
        self.definitions.entries[name.index()] = Some((meaning, span));
        true
    }

    fn twice(&mut self, name: Name, what: &str, first: Span, second: Span) {
        let text = self.names.text(name);
        self.collector.report(
            Diagnostic::new(DiagnosticKind::DefinedTwice, format!("`{text}` {what}"))
                .label(second, "the second one")
                .label(first, "the first one"),
        );
    }

    /// Reports an equation whose left side has its value elsewhere.
    fn refused(&mut self, name: Name, span: Span) -> bool {
        let text = self.names.text(name);
        let not_assignable = |what: &str| {
            Diagnostic::new(
                DiagnosticKind::NotAssignable,
                format!("`{text}` is {what} and takes no equation"),
            )
        };
        let diagnostic = match (name.word(), self.definitions.entry(name)) {
            (Some(Word::Time), _) => not_assignable("time").label(span, "time needs no equation"),
            (Some(Word::Pi), _) => not_assignable("the number 3.14159...").label(span, ""),
            (Some(_), _) => return self.reserved(name, span),
            (_, Some((Meaning::State(_), place))) => not_assignable("a state")
                .label(span, "a state follows from its derivative")
                .label(place, "declared here")
                .help(format!("write `{text}' = ...`, or `{text}(0) = ...` for the initial value")),
            (_, Some((meaning @ (Meaning::Parameter(_) | Meaning::Constant(_)), place))) => {
                not_assignable(meaning.described())
                    .label(span, "has its value already")
                    .label(place, "declared here")
                    .help("remove one of both, or give the equation another name")
            }
            _ => return false,
        };
        self.collector.report(diagnostic);
        true
    }

    /// Reports a reserved word that is given a meaning.
    fn reserved(&mut self, name: Name, span: Span) -> bool {
        let Some(word) = name.word() else {
            return false;
        };
        let text = self.names.text(name);
        let label = match word {
            Word::Time => "is time",
            Word::Pi => "is the number 3.14159...",
            Word::Function(_) => "is a built-in function",
            Word::Truth(_) => "is a truth value",
            _ => "is a keyword",
        };
        self.collector.report(
            Diagnostic::new(DiagnosticKind::ReservedName, format!("the name `{text}` is reserved"))
                .label(span, format!("`{text}` {label}"))
                .help(format!("choose another name, such as `{text}_1`")),
        );
        true
    }

    fn reserved_parameter(&mut self, parameters: &[(Name, Span)]) -> bool {
        let mut seen = std::collections::HashMap::new();
        let mut wrong = false;
        for (name, span) in parameters {
            wrong |= self.reserved(*name, *span);
            if let Some(first) = seen.insert(*name, *span) {
                self.twice(*name, "is the name of two parameters of a function", first, *span);
                wrong = true;
            }
        }
        wrong
    }
}
