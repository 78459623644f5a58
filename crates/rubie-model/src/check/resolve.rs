//! What every node of the syntax means, and who needs whom.

use std::collections::HashMap;

use super::definitions::{Definitions, Equation, Event, Meaning};
use super::items::{Item, Items};
use super::known::Known;
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Source, Span};
use crate::language::{Builtin, Word, count_of_arguments};
use crate::text::{Binary, Expression, File, Name, Syntax, Unary, Value};

/// The meaning of one node; numbers in it are positions of earlier nodes or of definitions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Term {
    Number(f64),
    Truth(bool),
    Time,
    State(u32),
    Parameter(u32),
    Constant(u32),
    Auxiliary(u32),
    Derivative(u32),
    /// A parameter of the function whose body this is.
    Local(u32),
    Unary(Unary, u32),
    Binary(Binary, u32, u32),
    /// A built-in function and the range of its arguments.
    Builtin(Builtin, u32, u32),
    /// A function of the model and the range of its arguments.
    Call(u32, u32, u32),
}

/// Terms for all nodes, and the edges between the things that are computed.
pub(super) struct Resolved {
    pub(super) terms: Vec<Term>,
    pub(super) items: Items,
    /// For each item the range of its edges.
    pub(super) edges_of: Vec<std::ops::Range<usize>>,
    /// What is needed, and the node that needs it.
    pub(super) edges: Vec<(Item, u32)>,
}

/// Resolves all expressions and warns of parameters that none of them uses.
pub(super) fn resolve(
    file: &File,
    definitions: &Definitions,
    source: &Source,
    collector: &mut Collector,
) -> Resolved {
    let items = Items::of(definitions);
    let resolved = Resolved {
        terms: vec![Term::Number(0.0); file.tree.nodes.len()],
        edges_of: Vec::with_capacity(items.len()),
        items,
        edges: Vec::new(),
    };
    let mut resolver = Resolver {
        known: Known { file, definitions, source },
        file,
        definitions,
        collector,
        resolved,
        locals: HashMap::new(),
        reported: vec![false; file.names.len()],
        used: vec![false; definitions.parameters.len()],
    };
    for name in &definitions.broken {
        resolver.reported[name.index()] = true;
    }
    resolver.run();
    resolver.resolved
}

struct Resolver<'a> {
    known: Known<'a>,
    file: &'a File,
    definitions: &'a Definitions,
    collector: &'a mut Collector,
    resolved: Resolved,
    /// Parameters of the function whose body is resolved.
    locals: HashMap<Name, u32>,
    /// Unknown names are reported once each.
    reported: Vec<bool>,
    /// Parameters that occur in an expression.
    used: Vec<bool>,
}

impl Resolver<'_> {
    fn run(&mut self) {
        let definitions = self.definitions;
        for index in 0..self.resolved.items.len() {
            let start = self.resolved.edges.len();
            let item = self.resolved.items.item(index);
            if let Item::Function(function) = item {
                let parameters = &definitions.functions[function as usize].parameters;
                let numbered = parameters.iter().zip(0..);
                self.locals = numbered.map(|((name, _), index)| (*name, index)).collect();
            }
            self.value(definitions.value(item));
            self.locals.clear();
            self.resolved.edges_of.push(start..self.resolved.edges.len());
        }
        let edges = self.resolved.edges.len();
        for state in &definitions.states {
            self.value(state.initial);
        }
        for value in definitions.equations.iter().flat_map(Equation::values) {
            self.value(value);
        }
        for value in definitions.events.iter().flat_map(Event::values) {
            self.value(value);
        }
        let mut used = std::mem::take(&mut self.used);
        for parameter in &definitions.parameters {
            self.value(parameter.value);
        }
        // What only initial values, events and defaults need is no part of the order.
        self.resolved.edges.truncate(edges);
        used.resize(definitions.parameters.len(), false);
        self.warn_unused(&used);
    }

    fn warn_unused(&mut self, used: &[bool]) {
        for (parameter, _) in self.definitions.parameters.iter().zip(used).filter(|(_, used)| !**used) {
            let name = self.file.names.text(parameter.name);
            self.collector.report(
                Diagnostic::new(
                    DiagnosticKind::UnusedParameter,
                    format!("the parameter `{name}` is never used"),
                )
                .label(parameter.span, "no equation depends on it"),
            );
        }
    }

    fn value(&mut self, value: Value) {
        if let Value::Is(expression) = value {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: Expression) {
        for node in expression.range() {
            let span = self.file.tree.spans[node];
            let term = match self.file.tree.nodes[node] {
                Syntax::Number(value) => Some(Term::Number(value)),
                Syntax::Unary(op, operand) => Some(Term::Unary(op, operand)),
                Syntax::Binary(op, left, right) => Some(Term::Binary(op, left, right)),
                Syntax::Name(name) => self.name(name, span),
                Syntax::Derivative(name) => self.derivative(name, span),
                Syntax::Call(name, start, end) => self.call(name, start, end, span),
            };
            let Some(term) = term else { continue };
            self.resolved.terms[node] = term;
            let needed = match term {
                Term::Constant(index) => Item::Constant(index),
                Term::Auxiliary(index) => Item::Auxiliary(index),
                Term::Derivative(index) => Item::Derivative(index),
                Term::Call(index, ..) => Item::Function(index),
                Term::Parameter(index) => {
                    if let Some(used) = self.used.get_mut(index as usize) {
                        *used = true;
                    }
                    continue;
                }
                _ => continue,
            };
            self.resolved.edges.push((needed, node as u32));
        }
    }

    fn name(&mut self, name: Name, span: Span) -> Option<Term> {
        if let Some(local) = self.locals.get(&name) {
            return Some(Term::Local(*local));
        }
        match name.word() {
            Some(Word::Time) => return Some(Term::Time),
            Some(Word::Pi) => return Some(Term::Number(std::f64::consts::PI)),
            Some(Word::Truth(truth)) => return Some(Term::Truth(truth)),
            Some(Word::Function(builtin)) => {
                let call = builtin.call(self.file.names.text(name));
                self.function_without_call(name, span, &call);
                return None;
            }
            _ => {}
        }
        match self.definitions.meaning(name) {
            Some(Meaning::State(index)) => Some(Term::State(index)),
            Some(Meaning::Parameter(index)) => Some(Term::Parameter(index)),
            Some(Meaning::Constant(index)) => Some(Term::Constant(index)),
            Some(Meaning::Auxiliary(index)) => Some(Term::Auxiliary(index)),
            Some(Meaning::Function(_)) => {
                let call = format!("{}(...)", self.file.names.text(name));
                self.function_without_call(name, span, &call);
                None
            }
            None => match self.definitions.differentiated(name, &self.file.names) {
                Some(state) => Some(Term::Derivative(state)),
                None => {
                    self.unknown_name(name, span);
                    None
                }
            },
        }
    }

    fn function_without_call(&mut self, name: Name, span: Span, call: &str) {
        let text = self.file.names.text(name);
        self.collector.report(
            Diagnostic::new(DiagnosticKind::NotAFunction, format!("`{text}` is a function"))
                .label(span, "has no value without arguments")
                .help(format!("write `{call}`")),
        );
    }

    fn unknown_name(&mut self, name: Name, span: Span) {
        if std::mem::replace(&mut self.reported[name.index()], true) {
            return;
        }
        let text = self.file.names.text(name);
        let mut diagnostic = Diagnostic::new(DiagnosticKind::UnknownName, format!("unknown name `{text}`"))
            .label(span, "not a state, parameter, constant or auxiliary");
        if !self.collector.is_full() {
            let locals = self.sorted_locals();
            if let Some(help) = self.known.value(name, &locals) {
                diagnostic = diagnostic.help(help);
            }
        }
        self.collector.report(diagnostic);
    }

    fn sorted_locals(&self) -> Vec<Name> {
        let mut locals: Vec<(u32, Name)> = Vec::with_capacity(self.locals.len());
        #[allow(clippy::iter_over_hash_type)] // sorted below
        for (name, index) in &self.locals {
            locals.push((*index, *name));
        }
        locals.sort_unstable();
        locals.into_iter().map(|(_, name)| name).collect()
    }

    fn derivative(&mut self, name: Name, span: Span) -> Option<Term> {
        let text = self.file.names.text(name);
        let local = self.locals.contains_key(&name);
        let meaning = self.definitions.entry(name).filter(|_| !local);
        if let Some((Meaning::State(index), _)) = meaning {
            return Some(Term::Derivative(index));
        }
        let mut diagnostic = Diagnostic::new(
            DiagnosticKind::NotAState,
            format!("`{text}` has no derivative: it is not a state"),
        )
        .label(span, "only states have derivatives");
        if let Some((meaning, place)) = meaning {
            diagnostic = diagnostic.label(place, format!("{} here", meaning.described()));
        } else if local {
            diagnostic = diagnostic.help(format!("`{text}` is a parameter of the function"));
        } else if let Some(help) = self.known.state(name).filter(|_| !self.collector.is_full()) {
            diagnostic = diagnostic.help(help);
        }
        self.collector.report(diagnostic);
        None
    }

    fn call(&mut self, name: Name, start: u32, end: u32, span: Span) -> Option<Term> {
        let count = (end - start) as usize;
        let text = self.file.names.text(name);
        let name_span = Span { start: span.start, end: span.start + text.len() as u32 };
        if self.locals.contains_key(&name) {
            self.not_a_function(name, name_span, "a parameter of the function", None);
            return None;
        }
        match (name.word(), self.definitions.entry(name)) {
            (Some(Word::Function(builtin)), _) => {
                if builtin.accepts(count) {
                    return Some(Term::Builtin(builtin, start, end));
                }
                let help = format!("write `{}`", builtin.call(text));
                self.wrong_count(name, span, count, &builtin.arguments(), None, help);
            }
            (_, Some((Meaning::Function(index), place))) => {
                let parameters = &self.definitions.functions[index as usize].parameters;
                if parameters.len() == count {
                    return Some(Term::Call(index, start, end));
                }
                let names: Vec<&str> =
                    parameters.iter().take(20).map(|(name, _)| self.file.names.text(*name)).collect();
                let help = format!("write `{text}({})`", names.join(", "));
                let right = count_of_arguments(parameters.len());
                self.wrong_count(name, span, count, &right, Some(place), help);
            }
            (_, Some((meaning, place))) => {
                self.not_a_function(name, name_span, meaning.described(), Some(place));
            }
            (Some(Word::Time), _) => self.not_a_function(name, name_span, "time", None),
            (Some(_), _) => self.not_a_function(name, name_span, "a number", None),
            (None, None) => self.unknown_function(name, name_span),
        }
        None
    }

    fn wrong_count(
        &mut self,
        name: Name,
        span: Span,
        count: usize,
        right: &str,
        place: Option<Span>,
        help: String,
    ) {
        let text = self.file.names.text(name);
        let given = count_of_arguments(count);
        let verb = if count == 1 { "is" } else { "are" };
        let mut diagnostic =
            Diagnostic::new(DiagnosticKind::WrongArgumentCount, format!("`{text}` takes {right}"))
                .label(span, format!("{given} {verb} given"));
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, "defined here");
        }
        self.collector.report(diagnostic.help(help));
    }

    fn not_a_function(&mut self, name: Name, span: Span, what: &str, place: Option<Span>) {
        let text = self.file.names.text(name);
        let mut diagnostic =
            Diagnostic::new(DiagnosticKind::NotAFunction, format!("`{text}` is {what}, not a function"))
                .label(span, "cannot be called");
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, "defined here");
        }
        self.collector.report(diagnostic.help(format!("a product is written `{text}*(...)`")));
    }

    fn unknown_function(&mut self, name: Name, span: Span) {
        if std::mem::replace(&mut self.reported[name.index()], true) {
            return;
        }
        let text = self.file.names.text(name);
        let mut diagnostic =
            Diagnostic::new(DiagnosticKind::UnknownFunction, format!("unknown function `{text}`"))
                .label(span, "neither built in nor defined by the model");
        if let Some(help) = self.known.function(name).filter(|_| !self.collector.is_full()) {
            diagnostic = diagnostic.help(help);
        }
        self.collector.report(diagnostic);
    }
}
