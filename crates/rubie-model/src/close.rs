//! From checked terms to expressions of a graph: functions written out, auxiliaries resolved,
//! truth values and numbers converted where one stands for the other.

use std::collections::HashMap;

use rubie_expr::{Expr, Graph, Kind, NodeId, dependencies, evaluate};

use crate::check::{Checked, Item, Term};
use crate::language::Builtin;
use crate::text::{Binary, Comparison, Expression, Unary, Value};

/// The values of everything that a checked model computes.
pub(crate) struct Closed<'g> {
    pub(crate) time: Expr<'g>,
    pub(crate) states: Vec<Expr<'g>>,
    pub(crate) parameters: Vec<Expr<'g>>,
    pub(crate) constants: Vec<Expr<'g>>,
    pub(crate) auxiliaries: Vec<Expr<'g>>,
    pub(crate) derivatives: Vec<Expr<'g>>,
}

/// Which items are computed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Everything,
    /// Only what is the same for all runs and at all times.
    Constants,
}

/// Computes expressions from terms.
pub(crate) struct Closing<'m, 'g> {
    checked: &'m Checked,
    graph: &'g Graph,
    pub(crate) closed: Closed<'g>,
    /// Results of calls: the same function of the same arguments is written out once.
    calls: HashMap<(u32, Box<[NodeId]>), Expr<'g>>,
}

/// An expression in the middle of its evaluation.
struct Frame<'g> {
    expression: Expression,
    /// Values of the first nodes of the expression.
    values: Vec<Expr<'g>>,
    /// Arguments of the function whose body it is.
    locals: Box<[Expr<'g>]>,
    /// Where the result is noted.
    key: Option<(u32, Box<[NodeId]>)>,
}

impl<'m, 'g> Closing<'m, 'g> {
    /// Makes the symbols and computes the items in their order.
    pub(crate) fn new(checked: &'m Checked, graph: &'g Graph, symbols: Symbols<'g>, part: Part) -> Self {
        let definitions = &checked.definitions;
        let unset = symbols.time;
        let closed = Closed {
            time: symbols.time,
            states: symbols.states,
            parameters: symbols.parameters,
            constants: vec![unset; definitions.constants.len()],
            auxiliaries: vec![unset; definitions.auxiliaries.len()],
            derivatives: vec![unset; definitions.states.len()],
        };
        let mut closing = Self { checked, graph, closed, calls: HashMap::new() };
        for (item, is_constant) in checked.order.iter().zip(&checked.is_constant) {
            if part == Part::Everything || *is_constant {
                closing.compute(*item);
            }
        }
        closing
    }

    fn compute(&mut self, item: Item) {
        let value = match item {
            Item::Function(_) => return,
            // Known only through the equations that define no single name.
            Item::Derivative(index) if self.is_free(index as usize) => self.free_derivative(index as usize),
            _ => self.value(self.checked.definitions.value(item)),
        };
        match item {
            Item::Constant(index) => self.closed.constants[index as usize] = self.real(value),
            // A truth value is kept as one for conditions that use the auxiliary.
            Item::Auxiliary(index) => self.closed.auxiliaries[index as usize] = value,
            Item::Derivative(index) => self.closed.derivatives[index as usize] = self.real(value),
            Item::Function(_) => {}
        }
    }

    /// Whether a state has no equation of its own.
    pub(crate) fn is_free(&self, state: usize) -> bool {
        self.checked.definitions.states[state].derivative_span.is_none()
    }

    /// Whether an expression contains the derivative of a state without an equation of its own.
    pub(crate) fn depends_on_free_derivative(&self, value: Expr<'g>) -> bool {
        let free = (0..self.closed.states.len()).filter(|state| self.is_free(*state));
        let mut free = free.filter_map(|state| self.closed.derivatives[state].as_symbol()).peekable();
        free.peek().is_some() && {
            let found = dependencies(&[value]);
            free.any(|symbol| found.contains(&symbol))
        }
    }

    /// A symbol for the derivative of a state without an equation of its own; no name of a model is like it.
    fn free_derivative(&self, state: usize) -> Expr<'g> {
        self.graph.symbol(&format!("derivative of state {state}"))
    }

    /// The expression of a value; 0 stands where a checked model has none.
    pub(crate) fn value(&mut self, value: Value) -> Expr<'g> {
        match value {
            Value::Is(expression) => self.evaluate(expression),
            Value::Missing | Value::Broken => self.graph.constant(0.0),
        }
    }

    /// A truth value as 1 or 0, a number as it is.
    pub(crate) fn real(&self, value: Expr<'g>) -> Expr<'g> {
        match value.kind() {
            Kind::Real => value,
            Kind::Truth => value.select(self.graph.constant(1.0), self.graph.constant(0.0)),
        }
    }

    /// A number as the truth that it is not zero.
    fn truth(&self, value: Expr<'g>) -> Expr<'g> {
        match value.kind() {
            Kind::Truth => value,
            Kind::Real => value.not_equal(self.graph.constant(0.0)),
        }
    }

    /// Evaluates nodes in their order; a call interrupts its frame with that of the function.
    fn evaluate(&mut self, expression: Expression) -> Expr<'g> {
        let frame = Frame { expression, values: Vec::new(), locals: Box::new([]), key: None };
        let mut frames = vec![frame];
        loop {
            let depth = frames.len() - 1;
            let frame = &mut frames[depth];
            let node = frame.expression.first as usize + frame.values.len();
            if node > frame.expression.root as usize {
                let value = frame.values[frame.values.len() - 1];
                let key = frame.key.take();
                frames.pop();
                let Some(caller) = frames.last_mut() else {
                    return value;
                };
                caller.values.push(value);
                if let Some(key) = key {
                    self.calls.insert(key, value);
                }
                continue;
            }
            match self.checked.terms[node] {
                Term::Call(function, start, end) => {
                    let arguments = self.arguments(frame, start, end);
                    let key = (function, arguments.iter().map(|a| a.id()).collect());
                    if let Some(known) = self.calls.get(&key) {
                        frame.values.push(*known);
                        continue;
                    }
                    let body = self.checked.definitions.functions[function as usize].body;
                    let Value::Is(expression) = body else {
                        frame.values.push(self.graph.constant(0.0));
                        continue;
                    };
                    let values = Vec::with_capacity(expression.range().len());
                    frames.push(Frame { expression, values, locals: arguments, key: Some(key) });
                }
                term => {
                    let value = self.term(term, frame);
                    frame.values.push(value);
                }
            }
        }
    }

    fn arguments(&self, frame: &Frame<'g>, start: u32, end: u32) -> Box<[Expr<'g>]> {
        let nodes = &self.checked.arguments[start as usize..end as usize];
        nodes.iter().map(|node| frame.at(*node)).collect()
    }

    fn term(&self, term: Term, frame: &Frame<'g>) -> Expr<'g> {
        let closed = &self.closed;
        match term {
            Term::Number(value) => self.graph.constant(value),
            Term::Truth(truth) => self.graph.truth(truth),
            Term::Time => closed.time,
            Term::State(index) => closed.states[index as usize],
            Term::Parameter(index) => closed.parameters[index as usize],
            Term::Constant(index) => closed.constants[index as usize],
            Term::Auxiliary(index) => closed.auxiliaries[index as usize],
            Term::Derivative(index) => closed.derivatives[index as usize],
            Term::Local(index) => frame.locals[index as usize],
            Term::Unary(Unary::Minus, operand) => -self.real(frame.at(operand)),
            Term::Unary(Unary::Plus, operand) => self.real(frame.at(operand)),
            Term::Unary(Unary::Not, operand) => self.truth(frame.at(operand)).not(),
            Term::Binary(op, left, right) => self.binary(op, frame.at(left), frame.at(right)),
            Term::Builtin(builtin, start, end) => self.builtin(builtin, &self.arguments(frame, start, end)),
            Term::Call(..) => self.graph.constant(0.0),
        }
    }

    fn binary(&self, op: Binary, left: Expr<'g>, right: Expr<'g>) -> Expr<'g> {
        if let Binary::And | Binary::Or = op {
            let (left, right) = (self.truth(left), self.truth(right));
            return if op == Binary::And { left.and(right) } else { left.or(right) };
        }
        let (left, right) = (self.real(left), self.real(right));
        match op {
            Binary::Add => left + right,
            Binary::Subtract => left - right,
            Binary::Multiply => left * right,
            Binary::Divide => left / right,
            Binary::Power => left.pow(right),
            Binary::Compare(Comparison::Less) => left.lt(right),
            Binary::Compare(Comparison::LessEqual) => left.le(right),
            Binary::Compare(Comparison::Greater) => left.gt(right),
            Binary::Compare(Comparison::GreaterEqual) => left.ge(right),
            Binary::Compare(Comparison::Equal) => left.equal(right),
            Binary::Compare(Comparison::NotEqual) => left.not_equal(right),
            Binary::And | Binary::Or => left,
        }
    }

    fn builtin(&self, builtin: Builtin, arguments: &[Expr<'g>]) -> Expr<'g> {
        let real = |place: usize| self.real(arguments[place]);
        match builtin {
            Builtin::Plain(op) => {
                let arguments: Vec<Expr<'g>> = arguments.iter().map(|a| self.real(*a)).collect();
                Expr::apply(op, &arguments)
            }
            Builtin::Fold(op) => {
                let pair = |left, right: &Expr<'g>| Expr::apply(op, &[left, self.real(*right)]);
                arguments[1..].iter().fold(real(0), pair)
            }
            Builtin::If => self.truth(arguments[0]).select(real(1), real(2)),
            Builtin::Piecewise => {
                let otherwise = real(arguments.len() - 1);
                arguments[..arguments.len() - 1].chunks_exact(2).rev().fold(otherwise, |otherwise, pair| {
                    self.truth(pair[1]).select(self.real(pair[0]), otherwise)
                })
            }
        }
    }
}

impl<'g> Frame<'g> {
    fn at(&self, node: u32) -> Expr<'g> {
        self.values[(node - self.expression.first) as usize]
    }
}

/// The symbols of a system.
pub(crate) struct Symbols<'g> {
    pub(crate) time: Expr<'g>,
    pub(crate) states: Vec<Expr<'g>>,
    pub(crate) parameters: Vec<Expr<'g>>,
}

/// The numbers of constants and of the parameters' defaults; where one is not finite, what it is.
pub(crate) fn numbers(checked: &Checked) -> (Vec<f64>, Vec<f64>) {
    let graph = Graph::new();
    let definitions = &checked.definitions;
    let zero = graph.constant(0.0);
    let symbols = Symbols {
        time: zero,
        states: vec![zero; definitions.states.len()],
        parameters: vec![zero; definitions.parameters.len()],
    };
    let mut closing = Closing::new(checked, &graph, symbols, Part::Constants);
    let values: Vec<Expr<'_>> = definitions
        .parameters
        .iter()
        .map(|parameter| {
            let value = closing.value(parameter.value);
            closing.real(value)
        })
        .collect();
    (evaluate(&closing.closed.constants, &[]), evaluate(&values, &[]))
}

impl Checked {
    /// The number of an expression that is one literal, perhaps with a sign.
    pub(crate) fn number(&self, value: Value) -> Option<f64> {
        let Value::Is(expression) = value else {
            return None;
        };
        match &self.terms[expression.range()] {
            [Term::Number(value)] => Some(*value),
            [Term::Number(value), Term::Unary(Unary::Minus, _)] => Some(-value),
            _ => None,
        }
    }
}
