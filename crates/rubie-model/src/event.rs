//! Events: sudden changes of states, at given times or where a condition becomes true.

use rubie_expr::{Expr, Graph, Node, Op, dependencies};

use crate::check::{Checked, Definitions};
use crate::close::{Closing, Part, Symbols};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Source, Span};
use crate::text::{File, Moment, Names, Value};

/// A sudden change.
///
/// All changes of an event happen at once: their values are in terms of time, states and parameters just before it.
/// Where several events happen at one time, they follow one another in the order of the model, each seeing the states that the
/// one before left.
#[derive(Clone, Debug)]
pub struct Event<'g> {
    /// When it happens.
    pub trigger: Trigger<'g>,
    /// What it does to states.
    pub changes: Vec<Change<'g>>,
    /// Whether the run ends with it, after its changes.
    pub stops: bool,
    /// The line of the model that says so, from 1.
    pub line: usize,
}

/// When an event happens.
#[derive(Clone, Copy, Debug)]
pub enum Trigger<'g> {
    /// Whenever this expression of time, states and parameters goes from 0 or below to above 0: the condition becomes true.
    /// It does not happen at the start of a run where the condition is true already, nor again before it has been false.
    Rises(Expr<'g>),
    /// At `first + k*every` for k = 0, 1, ... (computed so, never accumulated) up to and including `until`; all three depend
    /// on parameters only, so that they may differ between runs. Times before the start of a run are left out.
    Times {
        /// The first time.
        first: Expr<'g>,
        /// The interval, positive; a run where it is not has the first time only. Once if absent.
        every: Option<Expr<'g>>,
        /// No time is later.
        until: Option<Expr<'g>>,
    },
    /// At discontinuities known beforehand, which stand in the table of lookups from place `first` on: for each the last time
    /// before it and the first time after it, where the run goes on. All lie after the start of the run and increase; infinity
    /// follows. No model says so: it is how samples that jump reach a kernel.
    Listed {
        /// The place of the first pair.
        first: Expr<'g>,
    },
}

/// A state's new value.
#[derive(Clone, Copy, Debug)]
pub struct Change<'g> {
    /// Position of the state.
    pub state: usize,
    /// Its value after the event, in terms of those before.
    pub value: Expr<'g>,
}

/// The function that is above 0 where the condition holds and continuous where its sides are; `None` for what is no combination of
/// `<`, `<=`, `>` and `>=`.
///
/// Strict and weak comparisons have the same function: they differ at its zeros only. `and` is the lesser of both functions, `or` the
/// larger, `not` the negative.
pub(crate) fn rising(condition: Expr<'_>) -> Option<Expr<'_>> {
    // Depth is that of the condition; a stack of half-done nodes instead of recursion keeps it to memory.
    enum Task<'g> {
        Visit(Expr<'g>),
        Combine(Op),
    }
    let mut tasks = vec![Task::Visit(condition)];
    let mut done: Vec<Expr<'_>> = Vec::new();
    while let Some(task) = tasks.pop() {
        match task {
            Task::Combine(Op::Not) => {
                let value = done.pop()?;
                done.push(-value);
            }
            Task::Combine(op) => {
                let (right, left) = (done.pop()?, done.pop()?);
                done.push(if op == Op::And { left.min(right) } else { left.max(right) });
            }
            Task::Visit(expr) => {
                let node = expr.node();
                let Node::Apply(op, _) = node else { return None };
                let arguments = node.arguments().iter().map(|id| expr.graph().expr(*id));
                let arguments: Vec<Expr<'_>> = arguments.collect();
                match op {
                    Op::Lt | Op::Le => done.push(arguments[1] - arguments[0]),
                    Op::And | Op::Or | Op::Not => {
                        tasks.push(Task::Combine(op));
                        tasks.extend(arguments.iter().rev().map(|argument| Task::Visit(*argument)));
                    }
                    _ => return None,
                }
            }
        }
    }
    done.pop()
}

/// The events of a checked model, in terms of the symbols that were closed with.
pub(crate) fn events<'g>(
    checked: &Checked,
    closing: &mut Closing<'_, 'g>,
    source: &Source,
) -> Vec<Event<'g>> {
    let mut events = Vec::with_capacity(checked.definitions.events.len());
    for event in &checked.definitions.events {
        let mut real = |value: Value| {
            let value = closing.value(value);
            closing.real(value)
        };
        let changes =
            event.changes.iter().map(|(state, value)| Change { state: *state as usize, value: real(*value) });
        let changes = changes.collect();
        let trigger = match event.moment {
            Moment::At { first, every, until } => Trigger::Times {
                first: real(first),
                every: every.map(&mut real),
                until: until.map(&mut real),
            },
            Moment::When(condition) => {
                let condition = closing.value(condition);
                // What never changes is warned of, and never becomes true.
                let never = || condition.graph().constant(0.0);
                Trigger::Rises(rising(condition).unwrap_or_else(never))
            }
        };
        let line = source.position(event.span.start).0;
        events.push(Event { trigger, changes, stops: event.stops, line });
    }
    events
}

/// Reports conditions that are no comparisons or never change, and intervals that are not positive.
pub(crate) fn report(checked: &Checked, file: &File, collector: &mut Collector) {
    if checked.definitions.events.is_empty() {
        return;
    }
    let graph = Graph::new();
    let symbols = symbols(&checked.definitions, &file.names, &graph);
    let changing = [symbols.time].into_iter().chain(symbols.states.iter().copied());
    let changing: Vec<_> = changing.filter_map(Expr::as_symbol).collect();
    let mut closing = Closing::new(checked, &graph, symbols, Part::Everything);
    for event in &checked.definitions.events {
        match event.moment {
            Moment::When(condition) => {
                let value = closing.value(condition);
                let span = whole(file, condition, event.span);
                if !dependencies(&[value]).iter().any(|symbol| changing.contains(symbol)) {
                    collector.report(
                        Diagnostic::new(DiagnosticKind::ConstantCondition, "the event never happens")
                            .label(span, "depends neither on a state nor on time, so it never becomes true"),
                    );
                } else if rising(value).is_none() {
                    collector.report(
                        Diagnostic::new(DiagnosticKind::NotACondition, "an event cannot wait for this")
                            .label(span, "not a comparison by `<`, `<=`, `>` or `>=`")
                            .help("for the moment when x passes 1 upwards write `when x > 1: ...`, downwards `when x < 1: ...`"),
                    );
                }
            }
            Moment::At { first, every, until } => {
                let numbers = [(Some(first), f64::NEG_INFINITY), (every, 0.0), (until, f64::NEG_INFINITY)];
                for (value, least) in numbers {
                    let Some(value) = value else { continue };
                    let expr = closing.value(value);
                    let Some(number) = closing.real(expr).as_constant() else { continue };
                    if !number.is_finite() || number <= least {
                        let what = if least == 0.0 { "a positive number" } else { "a finite number" };
                        collector.report(
                            Diagnostic::new(DiagnosticKind::EventTime, format!("an event needs {what} here"))
                                .label(whole(file, value, event.span), format!("this is {number}")),
                        );
                    }
                }
            }
        }
    }
}

/// Symbols for all that a model's expressions are made of.
pub(crate) fn symbols<'g>(definitions: &Definitions, names: &Names, graph: &'g Graph) -> Symbols<'g> {
    let symbol = |name| graph.symbol(names.text(name));
    Symbols {
        time: graph.symbol("t"),
        states: definitions.states.iter().map(|state| symbol(state.name)).collect(),
        parameters: definitions.parameters.iter().map(|entry| symbol(entry.name)).collect(),
    }
}

/// The place of all of an expression.
fn whole(file: &File, value: Value, otherwise: Span) -> Span {
    let Value::Is(expression) = value else { return otherwise };
    let spans = &file.tree.spans[expression.range()];
    spans
        .iter()
        .copied()
        .reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) })
        .unwrap_or(otherwise)
}
