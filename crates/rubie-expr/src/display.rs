//! Printing expressions in the notation of the model language.

use std::fmt;

use crate::graph::{Expr, Graph};
use crate::node::{Node, NodeId};
use crate::operation::Op;

/// Characters after which printing stops unless the format gives a precision.
const DEFAULT_LENGTH: usize = 1000;

/// Prints the model language's notation with as few parentheses as keep the meaning. Shared parts
/// are repeated, so the text may be far longer than the graph: after 1000 characters (or the
/// precision, as in `{:.60}`) it ends in an ellipsis.
///
/// ```
/// # use rubie_expr::Graph;
/// let graph = Graph::new();
/// let (x, y) = (graph.symbol("x"), graph.symbol("y"));
/// let text = |e: rubie_expr::Expr<'_>| e.to_string();
/// assert_eq!(text(2.0 * (x - y - 1.0) / -y.pow(x)), "-2*(x - y - 1)/y^x");
/// assert_eq!(text(x.lt(y).or(x.gt(3.0)).select(x.max(y), 1e-9)), "if(x < y or 3 < x, max(x, y), 1e-9)");
/// assert_eq!(format!("{:.8}", x.sin() + y.sin()), "sin(x) +…");
/// ```
impl fmt::Display for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = f.precision().unwrap_or(DEFAULT_LENGTH);
        let text = Printer { graph: self.graph(), rest: vec![Part::Node(self.id(), OR)] }.text(length);
        f.write_str(&text)
    }
}

// How tightly an operator binds, as in the language's grammar.
const OR: u8 = 0;
const AND: u8 = 1;
const NOT: u8 = 2;
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const POWER: u8 = 6;
const ATOM: u8 = 7;

/// What binds like a product.
const PRODUCTS: &[Op] = &[Op::Mul, Op::Div, Op::Neg];

/// What remains to be printed.
enum Part {
    Text(&'static str),
    /// A node where only operators that bind at least so tightly may stand without parentheses.
    Node(NodeId, u8),
    Number(f64, u8),
}

struct Printer<'g> {
    graph: &'g Graph,
    /// In reverse order.
    rest: Vec<Part>,
}

impl Printer<'_> {
    /// The first characters of the text.
    fn text(mut self, length: usize) -> String {
        let mut text = String::new();
        let mut count = 0;
        while let Some(part) = self.rest.pop() {
            let piece = match part {
                Part::Text(piece) => piece.to_owned(),
                Part::Number(number, least) => number_text(number, least),
                Part::Node(id, least) => match self.graph.node(id) {
                    Node::Constant(number) => number_text(number, least),
                    Node::Truth(truth) => truth.to_string(),
                    Node::Symbol(symbol) => self.graph.symbol_name(symbol),
                    Node::Apply(op, arguments) => {
                        self.operation(op, arguments, least);
                        continue;
                    }
                },
            };
            count += piece.chars().count();
            text.push_str(&piece);
            if count > length {
                let kept: String = text.chars().take(length).collect();
                return kept + "…";
            }
        }
        text
    }

    fn operation(&mut self, op: Op, [a, b, c]: [NodeId; 3], least: u8) {
        use Part::{Node, Text};
        match op {
            Op::Neg => self.push(PRODUCT, least, vec![Text("-"), Node(a, PRODUCT)]),
            Op::Not => self.push(NOT, least, vec![Text("not "), Node(a, NOT)]),
            Op::Add => match self.constant(b) {
                Some(negative) if negative < 0.0 => {
                    self.push(SUM, least, vec![Node(a, SUM), Text(" - "), Part::Number(-negative, PRODUCT)]);
                }
                _ => self.infix(" + ", SUM, self.grouped_first([a, b], &[Op::Add, Op::Sub]), least),
            },
            Op::Sub => self.infix(" - ", SUM, [a, b], least),
            // A constant factor reads better in front, where that does not regroup the product.
            Op::Mul if self.constant(b).is_some() && !self.is_one_of(a, PRODUCTS) => {
                self.push(PRODUCT, least, vec![Node(b, PRODUCT), Text("*"), Node(a, POWER)]);
            }
            Op::Mul => self.infix("*", PRODUCT, self.grouped_first([a, b], PRODUCTS), least),
            Op::Div => self.infix("/", PRODUCT, [a, b], least),
            Op::Pow => self.push(POWER, least, vec![Node(a, ATOM), Text("^"), Node(b, POWER)]),
            Op::Lt => self.infix(" < ", COMPARISON, [a, b], least),
            Op::Le => self.infix(" <= ", COMPARISON, [a, b], least),
            Op::Eq => self.infix(" == ", COMPARISON, [a, b], least),
            Op::Ne => self.infix(" != ", COMPARISON, [a, b], least),
            Op::And => self.infix(" and ", AND, [a, b], least),
            Op::Or => self.infix(" or ", OR, [a, b], least),
            _ => {
                let mut parts = vec![Text(op.name()), Text("("), Node(a, OR)];
                for argument in [b, c].into_iter().take(op.arity() - 1) {
                    parts.extend([Text(", "), Node(argument, OR)]);
                }
                parts.push(Text(")"));
                self.push(ATOM, least, parts);
            }
        }
    }

    /// `a op b` for operators that group from the left.
    fn infix(&mut self, op: &'static str, binding: u8, [a, b]: [NodeId; 2], least: u8) {
        self.push(binding, least, vec![Part::Node(a, binding), Part::Text(op), Part::Node(b, binding + 1)]);
    }

    fn push(&mut self, binding: u8, least: u8, parts: Vec<Part>) {
        let enclosed = binding < least;
        self.rest.extend(enclosed.then_some(Part::Text(")")));
        self.rest.extend(parts.into_iter().rev());
        self.rest.extend(enclosed.then_some(Part::Text("(")));
    }

    fn constant(&self, id: NodeId) -> Option<f64> {
        self.graph.expr(id).as_constant()
    }

    /// Arguments whose order is free, with the one first that would need parentheses as the second.
    fn grouped_first(&self, [a, b]: [NodeId; 2], ops: &[Op]) -> [NodeId; 2] {
        if self.is_one_of(b, ops) && !self.is_one_of(a, ops) { [b, a] } else { [a, b] }
    }

    fn is_one_of(&self, id: NodeId, ops: &[Op]) -> bool {
        matches!(self.graph.node(id), Node::Apply(op, _) if ops.contains(&op))
    }
}

/// The shortest text that reads back as the number, in parentheses where a minus sign may not stand.
fn number_text(number: f64, least: u8) -> String {
    let mut text = format!("{number:?}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    if number.is_sign_negative() && !number.is_nan() && least > PRODUCT { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row: an expression and its text.
    #[test]
    fn parentheses_are_minimal() {
        let graph = Graph::new();
        let [a, b, c] = ["a", "b", "c"].map(|name| graph.symbol(name));
        #[rustfmt::skip]
    let rows = [
            (a + b + c, "a + b + c"),
            (a + (b + c), "b + c + a"),
            ((a + b) + (a + c), "a + b + (a + c)"),
            (a - (b - c), "a - (b - c)"),
            (a - b * c, "a - b*c"),
            ((a - b) * c, "c*(a - b)"),
            (a / b / c, "a/b/c"),
            (a / (b / c), "a/(b/c)"),
            (a / (b * c), "a/(b*c)"),
            (-(a * b), "-a*b"),
            (-a.pow(b), "-a^b"),
            ((-a).pow(b), "(-a)^b"),
            (a.pow(-b), "a^(-b)"),
            (a.pow(b.pow(c)), "a^b^c"),
            (a.pow(b).pow(c), "(a^b)^c"),
            (a.pow(-20.0), "a^(-20)"),
            (a - 1.5, "a - 1.5"),
            (a * -2.0, "-2*a"),
            (a * b * -2.0, "a*b*(-2)"),
            (b - a * -2.0, "b + 2*a"),
            (b + a * -2.0, "b - 2*a"),
            ((a - b) * (a - 2.0), "(a - b)*(a - 2)"),
            ((a + 1.0) * 3.0, "3*(a + 1)"),
            (a.lt(b).and(b.le(c).or(a.equal(c))).select(a, b), "if(a < b and (b <= c or a == c), a, b)"),
            (a.lt(b).not().and(b.not_equal(c)).select(a, b), "if(not a < b and b != c, a, b)"),
            (a.modulo(b).atan2(-c), "atan2(mod(a, b), -c)"),
            (a.abs().max(1e300), "max(abs(a), 1e300)"),
        ];
        for (expr, text) in rows {
            assert_eq!(expr.to_string(), text);
        }
    }

    #[test]
    fn deep_and_shared_graphs_end_in_an_ellipsis() {
        let graph = Graph::new();
        let x = graph.symbol("x");
        let doubled = (0..200).fold(x, |e, _| e.sin() + e.cos());
        assert_eq!(doubled.to_string().chars().count(), 1001);
        let deep = (0..100_000).fold(x, |e, _| e.exp());
        assert!(format!("{deep:.10}").starts_with("exp(exp(ex…"));
    }
}
