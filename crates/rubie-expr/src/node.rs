//! Nodes and their positions.

use crate::operation::{Kind, Op};

/// Position of a node in its graph. Arguments always have smaller positions than the node that
/// uses them, so increasing positions are a topological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The position as an index into per-node tables of length [`Graph::len`](crate::Graph::len).
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The id at a position, the opposite of [`NodeId::index`].
    pub(crate) fn at(index: usize) -> Self {
        Self(u32::try_from(index).expect("a graph holds less than 2^32 nodes"))
    }
}

/// Number of a symbol in its graph, in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(pub(crate) u32);

impl SymbolId {
    /// The number as an index into per-symbol tables of length [`Graph::symbol_count`](crate::Graph::symbol_count).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node: a constant, a symbol or an operation on earlier nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// A number.
    Constant(f64),
    /// A truth value known when the graph was built.
    Truth(bool),
    /// Something whose value comes from outside: time, a state, a parameter.
    Symbol(SymbolId),
    /// An operation; unused places of the array repeat the first argument.
    Apply(Op, [NodeId; 3]),
}

impl Node {
    /// The arguments of an operation, nothing for the other nodes.
    pub fn arguments(&self) -> &[NodeId] {
        match self {
            Node::Apply(op, args) => &args[..op.arity()],
            _ => &[],
        }
    }

    /// Whether the node is a number or a truth value.
    pub fn kind(&self) -> Kind {
        match self {
            Node::Apply(op, _) => op.kind(),
            Node::Truth(_) => Kind::Truth,
            _ => Kind::Real,
        }
    }
}
