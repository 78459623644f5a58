//! A quantile of any number of samples from five of their order, kept up to date without storing them.
//!
//! # Source
//! R. Jain, I. Chlamtac, "The P^2 algorithm for dynamic calculation of quantiles and histograms without storing observations",
//! Communications of the ACM 28 (1985) 1076-1085, box 1. Five markers hold heights at positions among the sorted samples: the
//! least, the largest, the quantile and one between each. A sample moves the positions behind it; an inner marker that is one or
//! more off its desired position moves by one, its height along a parabola through its neighbours, or along a line where the
//! parabola would break the order.

use rubie_expr::Expr;

use crate::metric::{Fold, Window};

/// Five heights, then the positions of the three inner markers; the outer ones are at 1 and at the number of samples.
type Markers<'g> = [Expr<'g>; 8];

/// A marker: height and position.
#[derive(Clone, Copy)]
struct Marker<'g> {
    height: Expr<'g>,
    position: Expr<'g>,
}

/// The quantile of the window's samples: by linear interpolation among all of them where they are five or fewer, by the
/// markers where they are more; NaN if any sample is. `fraction` is between 0 and 1, `name` unlike that of other fractions.
pub(in crate::metrics) fn quantile<'g>(fold: &mut Fold<'_, 'g>, name: &str, fraction: Expr<'g>) -> Expr<'g> {
    let count = fold.count();
    let value = fold.value();
    // Empty places are behind all samples; the inner markers begin with the second, third and fourth of five samples.
    let infinity = f64::INFINITY;
    let first = [infinity, infinity, infinity, infinity, infinity, 2.0, 3.0, 4.0].map(|x| fold.constant(x));
    let held = fold.joint(name, Window::Reset, first, |held| {
        let sorted = inserted(held, value);
        let moved = moved(held, value, count.next, fraction);
        let few = count.held.lt(5.0);
        std::array::from_fn(|i| few.select(sorted[i], moved[i]))
    });
    let held = held.map(|running| running.held);
    let few = interpolated(&held, (count.held - 1.0) * fraction);
    let quantile = count.held.le(5.0).select(few, held[2]);
    // The least of all samples has met every one of them.
    held[0].equal(held[0]).select(quantile, f64::NAN)
}

/// The heights as a sorted list with one more value; the last is lost.
fn inserted<'g>(held: Markers<'g>, value: Expr<'g>) -> Markers<'g> {
    let mut markers = held;
    let mut carried = value;
    for height in &mut markers[..5] {
        (*height, carried) = (height.min(carried), height.max(carried));
    }
    markers
}

/// The markers after one more sample, the `count`-th.
fn moved<'g>(held: Markers<'g>, value: Expr<'g>, count: Expr<'g>, fraction: Expr<'g>) -> Markers<'g> {
    let [q1, q2, q3, q4, q5, n2, n3, n4] = held;
    let graph = count.graph();
    let pushed = |height: Expr<'g>, position: Expr<'g>| Marker {
        height,
        position: value.lt(height).select(position + 1.0, position),
    };
    let first = Marker { height: q1.min(value), position: graph.constant(1.0) };
    let last = Marker { height: q5.max(value), position: count };
    let inner = [pushed(q2, n2), pushed(q3, n3), pushed(q4, n4)];
    let rank = (count - 1.0) * fraction;
    let desired = [rank * 0.5 + 1.0, rank + 1.0, (count - 1.0 + rank) * 0.5 + 1.0];

    let second = adjusted(first, inner[0], inner[1], desired[0]);
    let third = adjusted(second, inner[1], inner[2], desired[1]);
    let fourth = adjusted(third, inner[2], last, desired[2]);
    let [n2, n3, n4] = [second.position, third.position, fourth.position];
    [first.height, second.height, third.height, fourth.height, last.height, n2, n3, n4]
}

/// A marker moved towards its desired position by one, if it is that far off and its neighbour leaves room.
fn adjusted<'g>(left: Marker<'g>, marker: Marker<'g>, right: Marker<'g>, desired: Expr<'g>) -> Marker<'g> {
    let off = desired - marker.position;
    let (after, before) = (right.position - marker.position, marker.position - left.position);
    let up = off.ge(1.0).and(after.gt(1.0));
    let down = off.le(-1.0).and(before.gt(1.0));
    let one = off.graph().constant(1.0);
    let sign = up.select(one, -1.0);

    let (rise, fall) = ((right.height - marker.height) / after, (marker.height - left.height) / before);
    let bend = ((before + sign) * rise + (after - sign) * fall) / (right.position - left.position);
    let parabola = marker.height + sign * bend;
    let ordered = left.height.lt(parabola).and(parabola.lt(right.height));
    let line = marker.height + up.select(rise, -fall);
    let moves = up.or(down);
    Marker {
        height: moves.select(ordered.select(parabola, line), marker.height),
        position: moves.select(marker.position + sign, marker.position),
    }
}

/// The sorted heights at a rank counted from 0, linear between them.
fn interpolated<'g>(markers: &Markers<'g>, rank: Expr<'g>) -> Expr<'g> {
    let pick = |offset: usize| {
        let at = |place: usize| markers[place + offset];
        let upper = rank.lt(3.0).select(at(2), at(3));
        rank.lt(1.0).select(at(0), rank.lt(2.0).select(at(1), upper))
    };
    let (low, high) = (pick(0), pick(1));
    let share = rank - rank.floor().min(3.0);
    // Behind the last sample there may be an empty place.
    share.equal(0.0).select(low, low + share * (high - low))
}
