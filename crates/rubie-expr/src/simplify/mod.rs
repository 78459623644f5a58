//! Simplification at construction: every operation passes through here before it becomes a node.
//!
//! A rule may round differently, but changes no value otherwise, for any input including NaN,
//! infinities and subnormals. So `x*0`, `x - x`, `0/x` and `x/x` stay as they are, and sums are never reordered.
//! What counts as rounding:
//!
//! - The sign of a zero, in rules marked *zero*. As dividing by it shows the sign, an infinity may follow it.
//! - A product or quotient within a few powers of two of the largest or smallest number of the format: merged
//!   constants (always of a size that f32 holds, too) may spare an intermediate result its overflow or underflow.
//! - Half powers of -inf are NaN, as those of every other negative number are (IEEE's `pow` says infinity).
//!
//! Each rule is one arm of a match over the [`Form`]s of the arguments. Arguments are simplified
//! already, so a rule looks one level deep and what it builds passes the rules again.

mod arithmetic;
mod functions;
mod logic;
mod powers;
#[cfg(test)]
mod tests;

pub(crate) use powers::half_power;

use crate::graph::Expr;
use crate::node::Node;
use crate::operation::{Kind, Op};

/// The node for `op(arguments)`, simplified.
pub(crate) fn simplified<'g>(op: Op, arguments: &[Expr<'g>]) -> Expr<'g> {
    if let Some(known) = fold(op, arguments) {
        return known;
    }
    let simpler = match *arguments {
        [a] => unary_rule(op, a),
        [a, b] => {
            let (a, b) = in_order(op, a, b);
            return binary_rule(op, a, b).unwrap_or_else(|| interned(op, &[a, b]));
        }
        [condition, yes, no] if op == Op::Select => logic::select(condition, yes, no),
        _ => None,
    };
    simpler.unwrap_or_else(|| interned(op, arguments))
}

/// The node for `op(arguments)` as it stands.
pub(crate) fn interned<'g>(op: Op, arguments: &[Expr<'g>]) -> Expr<'g> {
    let mut ids = [arguments[0].id(); 3];
    for (place, argument) in ids.iter_mut().zip(arguments) {
        *place = argument.id();
    }
    arguments[0].graph().apply(op, ids)
}

/// The value of an operation whose arguments are all known. What is in a table is not.
fn fold<'g>(op: Op, arguments: &[Expr<'g>]) -> Option<Expr<'g>> {
    if op == Op::Lookup {
        return None;
    }
    let mut values = [0.0; 3];
    for (value, argument) in values.iter_mut().zip(arguments) {
        *value = match argument.node() {
            Node::Constant(number) => number,
            Node::Truth(truth) => f64::from(u8::from(truth)),
            _ => return None,
        };
    }
    let value = op.evaluate(&values[..arguments.len()]);
    let graph = arguments[0].graph();
    Some(match op.kind() {
        Kind::Real => graph.constant(value),
        Kind::Truth => graph.truth(value != 0.0),
    })
}

/// Arguments whose order is free: what is known goes second, of others the older node first.
/// `min` and `max` keep the order of others, which decides ties when they are differentiated. *zero*
fn in_order<'g>(op: Op, a: Expr<'g>, b: Expr<'g>) -> (Expr<'g>, Expr<'g>) {
    let known = |e: Expr<'g>| matches!(e.node(), Node::Constant(_) | Node::Truth(_));
    let swap = match op {
        Op::Add | Op::Mul | Op::Eq | Op::Ne | Op::And | Op::Or => known(a) || (a.id() > b.id() && !known(b)),
        Op::Min | Op::Max => known(a),
        _ => false,
    };
    if swap { (b, a) } else { (a, b) }
}

fn unary_rule(op: Op, a: Expr<'_>) -> Option<Expr<'_>> {
    match op {
        Op::Neg => arithmetic::neg(a),
        Op::Not => logic::not(a),
        _ => functions::of_one(op, a),
    }
}

fn binary_rule<'g>(op: Op, a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    match op {
        Op::Add => arithmetic::add(a, b),
        Op::Sub => arithmetic::sub(a, b),
        Op::Mul => arithmetic::mul(a, b),
        Op::Div => arithmetic::div(a, b),
        Op::Pow => powers::pow(a, b),
        Op::Scale => functions::scale(a, b),
        Op::Min | Op::Max if a == b => Some(a),
        Op::Lt if a == b => Some(a.graph().truth(false)),
        Op::And => logic::and(a, b),
        Op::Or => logic::or(a, b),
        _ => None,
    }
}

/// What a rule sees of an argument.
#[derive(Clone, Copy)]
enum Form<'g> {
    /// A constant.
    Number(f64),
    /// `-x`
    Negated(Expr<'g>),
    /// `x + c`
    Shifted(Expr<'g>, f64),
    /// `x - y`
    Difference(Expr<'g>, Expr<'g>),
    /// `x * c`
    Scaled(Expr<'g>, f64),
    /// `c / x`
    Quotient(f64, Expr<'g>),
    /// Another operation, with its first two arguments.
    Other(Op, Expr<'g>, Expr<'g>),
    /// A symbol or a truth value.
    Leaf,
}

impl<'g> Form<'g> {
    fn of(e: Expr<'g>) -> Self {
        let (op, a, b) = match e.node() {
            Node::Constant(number) => return Form::Number(number),
            Node::Apply(op, [a, b, _]) => (op, e.graph().expr(a), e.graph().expr(b)),
            _ => return Form::Leaf,
        };
        match (op, a.as_constant(), b.as_constant()) {
            (Op::Neg, ..) => Form::Negated(a),
            (Op::Add, _, Some(c)) => Form::Shifted(a, c),
            (Op::Mul, _, Some(c)) => Form::Scaled(a, c),
            (Op::Div, Some(c), _) => Form::Quotient(c, b),
            (Op::Sub, ..) => Form::Difference(a, b),
            _ => Form::Other(op, a, b),
        }
    }
}
