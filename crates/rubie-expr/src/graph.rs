//! The graph: an arena of interned nodes. Equal expressions are one node.
//!
//! [`Expr`] is the handle of a node; building with it goes through the operators and is simplified.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::intern::Index;
use crate::node::{Node, NodeId, SymbolId};
use crate::operation::{Kind, Op};

#[derive(Default)]
struct Arena {
    nodes: Vec<Node>,
    index: Index,
    symbols: Vec<(String, NodeId)>,
}

/// Owns the nodes of all expressions of one model.
///
/// Building is done through shared references (the arena is mutable inside), so expressions are
/// plain copyable handles with operators.
#[derive(Default)]
pub struct Graph {
    arena: RefCell<Arena>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of nodes made so far.
    pub fn len(&self) -> usize {
        self.arena.borrow().nodes.len()
    }

    /// Whether nothing was built yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node with the given id.
    pub fn node(&self, id: NodeId) -> Node {
        self.arena.borrow().nodes[id.index()]
    }

    /// Reads all nodes at once, by [`NodeId::index`]: what passes over many nodes should use.
    ///
    /// # Panics
    /// If `read` builds expressions of this graph: the table cannot grow while it is read.
    pub fn with_nodes<R>(&self, read: impl FnOnce(&[Node]) -> R) -> R {
        read(&self.arena.borrow().nodes)
    }

    /// The handle of a node of this graph.
    pub fn expr(&self, id: NodeId) -> Expr<'_> {
        Expr { graph: self, id }
    }

    /// A number.
    pub fn constant(&self, value: f64) -> Expr<'_> {
        self.intern(Node::Constant(value))
    }

    /// A truth value.
    pub fn truth(&self, value: bool) -> Expr<'_> {
        self.intern(Node::Truth(value))
    }

    /// A new symbol. Every call makes another one; the name is for people and need not be unique.
    pub fn symbol(&self, name: &str) -> Expr<'_> {
        let arena = &mut *self.arena.borrow_mut();
        let symbol = SymbolId(arena.symbols.len() as u32);
        let id = arena.index.intern(&mut arena.nodes, Node::Symbol(symbol));
        arena.symbols.push((name.to_owned(), id));
        Expr { graph: self, id }
    }

    /// Number of symbols made so far.
    pub fn symbol_count(&self) -> usize {
        self.arena.borrow().symbols.len()
    }

    /// The name a symbol was made with.
    pub fn symbol_name(&self, symbol: SymbolId) -> String {
        self.arena.borrow().symbols[symbol.index()].0.clone()
    }

    /// The expression that a symbol is.
    pub fn symbol_expr(&self, symbol: SymbolId) -> Expr<'_> {
        self.expr(self.arena.borrow().symbols[symbol.index()].1)
    }

    /// Interns an operation as it is, without simplification.
    pub(crate) fn apply(&self, op: Op, args: [NodeId; 3]) -> Expr<'_> {
        self.intern(Node::Apply(op, args))
    }

    fn intern(&self, node: Node) -> Expr<'_> {
        let arena = &mut *self.arena.borrow_mut();
        let id = arena.index.intern(&mut arena.nodes, node);
        Expr { graph: self, id }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph of {} nodes, {} symbols", self.len(), self.symbol_count())
    }
}

/// A handle of one node: two words, copyable. Combining two handles of different graphs is a
/// mistake that debug builds report.
#[derive(Clone, Copy)]
pub struct Expr<'g> {
    graph: &'g Graph,
    id: NodeId,
}

impl<'g> Expr<'g> {
    /// The graph that owns the node.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }

    /// The node's position in its graph.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The node itself.
    pub fn node(self) -> Node {
        self.graph.node(self.id)
    }

    /// Whether the value is a number or a truth value.
    pub fn kind(self) -> Kind {
        self.node().kind()
    }

    /// The number, if this is a constant.
    pub fn as_constant(self) -> Option<f64> {
        match self.node() {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The truth value, if it is known.
    pub fn as_truth(self) -> Option<bool> {
        match self.node() {
            Node::Truth(value) => Some(value),
            _ => None,
        }
    }

    /// The symbol, if this is one.
    pub fn as_symbol(self) -> Option<SymbolId> {
        match self.node() {
            Node::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }
}

impl PartialEq for Expr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.graph, other.graph)
    }
}

impl Eq for Expr<'_> {}

impl Hash for Expr<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr#{}", self.id.index())
    }
}
