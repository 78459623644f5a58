//! The index that finds a node by what it is, so that equal nodes are stored once.
//!
//! A table of positions with linear probing, never more than half full. It holds no copies of the
//! nodes, eight bytes a place, and grows without reading them.

use crate::node::{Node, NodeId};

/// What makes two nodes equal: constants by their bits, so that -0 and 0 differ and NaN equals itself.
type Key = [u64; 2];

/// The key of a node; symbols have none, as each is another.
fn key(node: &Node) -> Option<Key> {
    Some(match *node {
        Node::Constant(number) => [0, number.to_bits()],
        Node::Truth(truth) => [1, u64::from(truth)],
        Node::Symbol(_) => return None,
        Node::Apply(op, [a, b, c]) => {
            [(2 + op as u64) | (u64::from(a.0) << 32), u64::from(b.0) | (u64::from(c.0) << 32)]
        }
    })
}

/// 32 well mixed bits of a key: two multiplications by odd numbers whose bits look random.
fn hash([a, b]: Key) -> u32 {
    let first = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    ((first ^ b).wrapping_mul(0xd134_2543_de82_ef95) >> 32) as u32
}

/// Where a node may be found. Comparing hashes first spares most looks at nodes that differ, each
/// a cache miss in a large graph.
#[derive(Clone, Copy)]
struct Place {
    hash: u32,
    id: u32,
}

const EMPTY: Place = Place { hash: 0, id: u32::MAX };

/// Positions of interned nodes.
#[derive(Default)]
pub(crate) struct Index {
    /// A power of two of them, or none yet.
    places: Vec<Place>,
}

impl Index {
    /// The id of the node in `nodes` that equals `node`, which is added if there was none.
    pub(crate) fn intern(&mut self, nodes: &mut Vec<Node>, node: Node) -> NodeId {
        if self.places.len() / 2 <= nodes.len() {
            self.grow();
        }
        let next = NodeId::at(nodes.len());
        if let Some(key_of_node) = key(&node) {
            let new = Place { hash: hash(key_of_node), id: next.0 };
            let is_same = |id: u32| key(&nodes[id as usize]) == Some(key_of_node);
            let found = self.find(new.hash, is_same);
            if self.places[found].id != EMPTY.id {
                return NodeId(self.places[found].id);
            }
            self.places[found] = new;
        }
        nodes.push(node);
        next
    }

    /// The place of the node with this hash that `is_same`, or the free place where it belongs.
    fn find(&self, hash: u32, is_same: impl Fn(u32) -> bool) -> usize {
        // The highest bits, so that growing keeps the order of places.
        let mut at = ((u64::from(hash) * self.places.len() as u64) >> 32) as usize;
        loop {
            let place = self.places[at];
            if place.id == EMPTY.id || (place.hash == hash && is_same(place.id)) {
                return at;
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; (2 * self.places.len()).max(64)];
        for place in std::mem::replace(&mut self.places, larger) {
            if place.id != EMPTY.id {
                let free = self.find(place.hash, |_| false);
                self.places[free] = place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Op;

    /// Against the plain meaning: the first equal node, found by looking at all.
    #[test]
    fn equal_nodes_are_one() {
        let (mut index, mut nodes) = (Index::default(), Vec::new());
        let numbers = [0.0, -0.0, f64::NAN, 1.0, 2.0, 0.0, f64::NAN].map(Node::Constant);
        let ids = numbers.map(|number| index.intern(&mut nodes, number).index());
        assert_eq!(ids, [0, 1, 2, 3, 4, 0, 2]);
        for (op, a, b) in (0..5000_u32).map(|i| (Op::ALL[i as usize % 7], NodeId(i % 41), NodeId(i % 13))) {
            let node = Node::Apply(op, [a, b, a]);
            let first = nodes.iter().position(|other| *other == node).unwrap_or(nodes.len());
            assert_eq!(index.intern(&mut nodes, node).index(), first);
        }
        assert_eq!(nodes.len(), 5 + 7 * 41 * 13);
    }
}
