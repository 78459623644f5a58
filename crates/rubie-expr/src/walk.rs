//! The one traversal: which nodes some expressions are made of, arguments before their users.
//!
//! Positions in the graph are a topological order already, so a walk is a set of bits, filled from
//! the last root downwards, without recursion.

use crate::graph::Expr;
use crate::node::{Node, NodeId, SymbolId};

/// The nodes that the roots are made of, the roots among them, in increasing (topological) order.
///
/// Roots of different graphs must not be mixed.
pub fn reachable(roots: &[Expr<'_>]) -> Vec<NodeId> {
    let Some(last) = roots.iter().map(|root| root.id().index()).max() else {
        return Vec::new();
    };
    let mut marked = BitSet::new(last + 1);
    for root in roots {
        marked.insert(root.id().index());
    }
    roots[0].graph().with_nodes(|nodes| {
        let mut place = Some(last);
        while let Some(node) = place {
            for argument in nodes[node].arguments() {
                marked.insert(argument.index());
            }
            place = marked.last_before(node);
        }
    });
    marked.ascending().map(NodeId::at).collect()
}

/// The symbols that the roots are made of, in the order of their creation.
///
/// ```
/// # use rubie_expr::{Graph, dependencies};
/// let graph = Graph::new();
/// let [x, _, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
/// let found = dependencies(&[z.sin() * x]);
/// assert_eq!(found.into_iter().map(|s| graph.symbol_expr(s)).collect::<Vec<_>>(), [x, z]);
/// ```
pub fn dependencies(roots: &[Expr<'_>]) -> Vec<SymbolId> {
    let nodes = reachable(roots);
    let Some(root) = roots.first() else {
        return Vec::new();
    };
    let symbol = |id: &NodeId| match root.graph().node(*id) {
        Node::Symbol(symbol) => Some(symbol),
        _ => None,
    };
    nodes.iter().filter_map(symbol).collect()
}

/// Whether `part` (a symbol or any other node) occurs in `expr`.
pub fn depends_on(expr: Expr<'_>, part: Expr<'_>) -> bool {
    reachable(&[expr]).binary_search(&part.id()).is_ok()
}

/// The reachable nodes numbered from 0, for tables as long as the expressions instead of the graph.
#[derive(Clone, Debug)]
pub struct Walk {
    nodes: Vec<NodeId>,
    /// By node; nodes that are not part of the walk have a number out of range.
    places: Vec<u32>,
}

impl Walk {
    /// The walk over all nodes that `roots` are made of.
    pub fn new(roots: &[Expr<'_>]) -> Self {
        let nodes = reachable(roots);
        let mut places = vec![u32::MAX; nodes.last().map_or(0, |last| last.index() + 1)];
        for (place, node) in nodes.iter().enumerate() {
            places[node.index()] = place as u32;
        }
        Self { nodes, places }
    }

    /// The nodes, arguments before their users.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The place of a node in [`Walk::nodes`], if it is there.
    pub fn place(&self, node: NodeId) -> Option<usize> {
        let place = *self.places.get(node.index())? as usize;
        (place < self.nodes.len()).then_some(place)
    }
}

/// A set of small numbers, one bit each.
#[derive(Clone, Debug)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// The empty set of numbers below `bound`.
    pub(crate) fn new(bound: usize) -> Self {
        Self { words: vec![0; bound.div_ceil(64)] }
    }

    pub(crate) fn insert(&mut self, number: usize) {
        self.words[number / 64] |= 1 << (number % 64);
    }

    pub(crate) fn remove(&mut self, number: usize) {
        self.words[number / 64] &= !(1 << (number % 64));
    }

    /// The smallest member that is at least `number`.
    pub(crate) fn first_from(&self, number: usize) -> Option<usize> {
        let start = number / 64;
        let mut mask = !0 << (number % 64);
        for (index, word) in self.words.iter().enumerate().skip(start) {
            let left = word & mask;
            if left != 0 {
                return Some(index * 64 + left.trailing_zeros() as usize);
            }
            mask = !0;
        }
        None
    }

    /// The largest member below `number`.
    pub(crate) fn last_before(&self, number: usize) -> Option<usize> {
        let mut mask = (1 << (number % 64)) - 1;
        for index in (0..=number / 64).rev() {
            let left = self.words.get(index).copied().unwrap_or(0) & mask;
            if left != 0 {
                return Some(index * 64 + 63 - left.leading_zeros() as usize);
            }
            mask = !0;
        }
        None
    }

    pub(crate) fn ascending(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|left| *left != 0)
                .map(move |left| index * 64 + left.trailing_zeros() as usize)
        })
    }
}

/// Lists by key, stored end to end: for each key below a bound the values given for it, in order.
#[derive(Clone, Debug)]
pub(crate) struct Lists {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Lists {
    /// The lists of all `(key, value)` pairs with keys below `bound`.
    pub(crate) fn new(bound: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut starts = vec![0_u32; bound + 1];
        for (key, _) in pairs.clone() {
            starts[key + 1] += 1;
        }
        for key in 0..bound {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut values = vec![0; starts[bound] as usize];
        for (key, value) in pairs {
            values[next[key] as usize] = value as u32;
            next[key] += 1;
        }
        Self { starts, values }
    }

    pub(crate) fn of(&self, key: usize) -> impl Iterator<Item = usize> {
        let range = self.starts[key] as usize..self.starts[key + 1] as usize;
        self.values[range].iter().map(|value| *value as usize)
    }
}
