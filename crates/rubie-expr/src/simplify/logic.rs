//! Rules of truth values and of the choice between two values.

use super::Form::{self, Other};
use crate::graph::Expr;
use crate::operation::Op;

pub(super) fn not(a: Expr<'_>) -> Option<Expr<'_>> {
    Some(match Form::of(a) {
        Other(Op::Not, x, _) => x,
        Other(Op::Eq, x, y) => x.not_equal(y),
        Other(Op::Ne, x, y) => x.equal(y),
        _ => return None, // not(x < y) is true with NaN, y <= x is not
    })
}

/// A known truth value is `b`.
pub(super) fn and<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    match b.as_truth() {
        Some(true) => Some(a),
        Some(false) => Some(b),
        None => (a == b).then_some(a),
    }
}

/// A known truth value is `b`.
pub(super) fn or<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    match b.as_truth() {
        Some(true) => Some(b),
        Some(false) => Some(a),
        None => (a == b).then_some(a),
    }
}

pub(super) fn select<'g>(condition: Expr<'g>, yes: Expr<'g>, no: Expr<'g>) -> Option<Expr<'g>> {
    if yes == no {
        return Some(yes);
    }
    if let Some(known) = condition.as_truth() {
        return Some(if known { yes } else { no });
    }
    if let Other(Op::Not, opposite, _) = Form::of(condition) {
        return Some(opposite.select(no, yes));
    }
    // A branch that asks the same question again has only one answer left.
    let (inner_yes, inner_no) = (branch(yes, condition, 1), branch(no, condition, 2));
    (inner_yes != yes || inner_no != no).then(|| condition.select(inner_yes, inner_no))
}

/// What `e` is where `condition` picks its argument at `place`.
fn branch<'g>(e: Expr<'g>, condition: Expr<'g>, place: usize) -> Expr<'g> {
    let node = e.node();
    match *node.arguments() {
        [asked, yes, no] if asked == condition.id() => e.graph().expr(if place == 1 { yes } else { no }),
        _ => e,
    }
}
