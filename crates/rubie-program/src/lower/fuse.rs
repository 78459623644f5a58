//! First pass: which products join the sum that uses them, to be rounded once instead of twice.
//!
//! `a*b + c`, `a*b - c` and `c - a*b` become one instruction where nothing else in the phase uses the
//! product. This looks at the expressions of one phase and nothing else, so that results do not depend on
//! what is swept or on what other phases compute.

use rubie_expr::{Node, NodeId, Op, Walk};

/// What becomes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fusion {
    /// It stands for itself.
    None,
    /// A product that is part of the sum that uses it.
    Absorbed,
    /// A sum or difference whose first operand is an absorbed product.
    First,
    /// A sum or difference whose second operand is an absorbed product.
    Second,
}

/// The fate of each node of `walk`, which is that of `roots`.
pub(super) fn fuse(roots: impl Iterator<Item = NodeId>, walk: &Walk, nodes: &[Node]) -> Vec<Fusion> {
    let uses = uses(roots, walk, nodes);
    let mut fusions = vec![Fusion::None; walk.nodes().len()];
    let is_free_product = |id: NodeId| {
        let place = walk.place(id)?;
        (uses[place] == 1 && matches!(nodes[id.index()], Node::Apply(Op::Mul, _))).then_some(place)
    };
    for (place, id) in walk.nodes().iter().enumerate() {
        let Node::Apply(Op::Add | Op::Sub, [a, b, _]) = nodes[id.index()] else { continue };
        // Of two products the later one, so that the earlier is ready when it is needed.
        let (fusion, product) = match (is_free_product(a), is_free_product(b)) {
            (Some(first), second) if second.is_none_or(|second| first > second) => (Fusion::First, first),
            (_, Some(second)) => (Fusion::Second, second),
            _ => continue,
        };
        fusions[place] = fusion;
        fusions[product] = Fusion::Absorbed;
    }
    fusions
}

/// How often each node is used, as an argument or as a root.
fn uses(roots: impl Iterator<Item = NodeId>, walk: &Walk, nodes: &[Node]) -> Vec<u32> {
    let mut uses = vec![0_u32; walk.nodes().len()];
    let arguments = walk.nodes().iter().flat_map(|id| nodes[id.index()].arguments().iter().copied());
    for id in arguments.chain(roots) {
        if let Some(place) = walk.place(id) {
            uses[place] = uses[place].saturating_add(1);
        }
    }
    uses
}
