//! Replacing symbols by expressions.

use crate::graph::{Expr, Graph};
use crate::node::{Node, NodeId};
use crate::walk::reachable;

/// The roots with every symbol on the left of a replacement exchanged for the expression on its
/// right, all at once (a replacement is not searched for further symbols), simplified anew.
///
/// Linear in the size of the expressions; what contains no replaced symbol keeps its node. The left
/// side may be any node, not only a symbol; of several replacements of one node the last counts.
///
/// ```
/// # use rubie_expr::{Graph, substitute};
/// let graph = Graph::new();
/// let (x, y) = (graph.symbol("x"), graph.symbol("y"));
/// assert_eq!(substitute(&[x - 2.0 * y], &[(x, y), (y, x)]), [y - 2.0 * x]);
/// ```
pub fn substitute<'g>(roots: &[Expr<'g>], replacements: &[(Expr<'g>, Expr<'g>)]) -> Vec<Expr<'g>> {
    match roots.first() {
        Some(root) => Substitution::new(root.graph(), replacements).apply(roots),
        None => Vec::new(),
    }
}

/// A substitution that remembers what it has rebuilt, for roots that come one after the other.
#[derive(Clone, Debug)]
pub struct Substitution<'g> {
    graph: &'g Graph,
    /// What each node becomes, as far as known.
    images: Vec<Option<NodeId>>,
}

impl<'g> Substitution<'g> {
    /// The substitution of each left side by its right side, as in [`substitute()`].
    pub fn new(graph: &'g Graph, replacements: &[(Expr<'g>, Expr<'g>)]) -> Self {
        let mut images = vec![None; graph.len()];
        for (from, to) in replacements {
            debug_assert_eq!(from.kind(), to.kind());
            images[from.id().index()] = Some(to.id());
        }
        Self { graph, images }
    }

    /// What the roots become.
    pub fn apply(&mut self, roots: &[Expr<'g>]) -> Vec<Expr<'g>> {
        self.images.resize(self.graph.len(), None);
        for id in reachable(roots) {
            if self.images[id.index()].is_none() {
                self.images[id.index()] = Some(self.image(id));
            }
        }
        roots.iter().map(|root| self.image_of(root.id())).collect()
    }

    /// What a node becomes whose arguments' images are known.
    fn image(&self, id: NodeId) -> NodeId {
        let node = self.graph.node(id);
        let (Node::Apply(op, ids), arity) = (node, node.arguments().len()) else {
            return id;
        };
        let images = ids.map(|argument| self.image_of(argument));
        if images.iter().zip(ids).all(|(image, argument)| image.id() == argument) {
            return id;
        }
        Expr::apply(op, &images[..arity]).id()
    }

    fn image_of(&self, id: NodeId) -> Expr<'g> {
        self.graph.expr(self.images[id.index()].unwrap_or(id))
    }
}
