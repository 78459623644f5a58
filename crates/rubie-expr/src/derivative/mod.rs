//! Symbolic derivatives, forwards: tangents are carried from symbols to roots, one node at a time.
//!
//! A tangent is absent where it is zero, so no product with zero is ever formed (it would be NaN
//! where the other factor is infinite). What an operation does to tangents is in `rules.rs`.

mod rules;
#[cfg(test)]
mod tests;

use crate::graph::Expr;
use crate::node::Node;
use crate::operation::Kind;
use crate::simplify::half_power;
use crate::walk::{BitSet, Lists, Walk};

/// The derivative of an expression with respect to a symbol (or any node, taken as independent).
///
/// `abs`, `min`, `max` and `select` are differentiated by branch; where the arguments of `min` or
/// `max` are equal the first counts (a constant is never first). `floor`, `ceil`, `round`, `sign` and `exponent`
/// have derivative 0. A branch that is not taken may be infinite or NaN without harm.
///
/// ```
/// # use rubie_expr::{Graph, derivative};
/// let graph = Graph::new();
/// let x = graph.symbol("x");
/// assert_eq!(derivative(x.sin() * x, x), x * x.cos() + x.sin());
/// ```
pub fn derivative<'g>(expr: Expr<'g>, symbol: Expr<'g>) -> Expr<'g> {
    let graph = expr.graph();
    let found = Differentiator::new(&[expr]).along(&[(symbol, graph.constant(1.0))]);
    found.first().map_or_else(|| graph.constant(0.0), |(_, value)| *value)
}

/// Expressions prepared to be differentiated in many directions: each direction costs only as much
/// as the nodes that depend on it.
#[derive(Clone, Debug)]
pub struct Differentiator<'g> {
    roots: Vec<Expr<'g>>,
    walk: Walk,
    /// By place in the walk: the places of the nodes that it is an argument of.
    users: Lists,
    /// By place in the walk: the roots that it is.
    rows: Lists,
    /// By place in the walk, empty between calls.
    tangents: Vec<Option<Expr<'g>>>,
    waiting: BitSet,
}

impl<'g> Differentiator<'g> {
    /// Prepares the roots.
    pub fn new(roots: &[Expr<'g>]) -> Self {
        let walk = Walk::new(roots);
        let size = walk.nodes().len();
        let place = |id| walk.place(id).expect("a walk contains all arguments");
        let rows = Lists::new(size, roots.iter().enumerate().map(|(row, root)| (place(root.id()), row)));
        let users = match roots.first() {
            Some(root) => root.graph().with_nodes(|nodes| {
                let pairs = walk.nodes().iter().enumerate().flat_map(|(user, id)| {
                    nodes[id.index()].arguments().iter().map(move |argument| (place(*argument), user))
                });
                Lists::new(size, pairs)
            }),
            None => Lists::new(0, std::iter::empty()),
        };
        let (tangents, waiting) = (vec![None; size], BitSet::new(size));
        Self { roots: roots.to_vec(), walk, users, rows, tangents, waiting }
    }

    /// The derivatives of the roots where each seed's symbol changes at the given rate.
    ///
    /// Returns pairs of a root's index and its derivative, in the order of the roots; roots whose
    /// derivative is the constant 0 are left out.
    pub fn along(&mut self, seeds: &[(Expr<'g>, Expr<'g>)]) -> Vec<(usize, Expr<'g>)> {
        for (symbol, rate) in seeds {
            if let Some(place) = self.walk.place(symbol.id()) {
                self.tangents[place] = Some(*rate);
                self.waiting.insert(place);
            }
        }
        let (mut found, mut touched) = (Vec::new(), Vec::new());
        let mut next = self.waiting.first_from(0);
        while let Some(place) = next {
            self.waiting.remove(place);
            let tangent = self.tangents[place].or_else(|| self.tangent(place));
            let tangent = tangent.filter(|tangent| tangent.as_constant() != Some(0.0));
            self.tangents[place] = tangent;
            touched.push(place);
            if let Some(tangent) = tangent {
                self.users.of(place).for_each(|user| self.waiting.insert(user));
                found.extend(self.rows.of(place).map(|row| (row, tangent)));
            }
            next = self.waiting.first_from(place);
        }
        for place in touched {
            self.tangents[place] = None;
        }
        found.sort_unstable_by_key(|(row, _)| *row);
        found
    }

    fn tangent(&self, place: usize) -> Option<Expr<'g>> {
        let graph = self.roots.first()?.graph();
        let value = graph.expr(self.walk.nodes()[place]);
        let (node, arity) = (value.node(), value.node().arguments().len());
        let Node::Apply(op, ids) = node else {
            return None;
        };
        if op.kind() == Kind::Truth {
            return None;
        }
        let tangent_of = |e: Expr<'g>| self.walk.place(e.id()).and_then(|place| self.tangents[place]);
        if let Some((x, power)) = half_power(value) {
            // x*sqrt(x) has a derivative at 0, though its second factor has none.
            return Some(power * x.pow(power - 1.0) * tangent_of(x)?);
        }
        let arguments = ids.map(|id| graph.expr(id));
        let tangents = arguments.map(tangent_of);
        rules::tangent(op, value, &arguments[..arity], &tangents[..arity])
    }
}
