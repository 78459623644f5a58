//! Peaks: samples beyond both neighbours, where neighbours of equal value count as one.
//!
//! Sample i - 1 is a peak, which shows when sample i is seen, if it is beyond both sample i and the last sample before it that
//! differs from it. A plateau is one peak, at its last sample. The first samples of a run, up to the first change, are none. A peak
//! belongs to the window in which it shows.

use rubie_expr::Expr;

use super::extreme::Extreme;
use crate::metric::{Entry, Fold, Running, Unit, Window};

/// The first `slots` peaks of the window by their sample's index in the run (from 0); 0, which no peak can have, in slots
/// that are left.
pub(in crate::metrics) fn indices<'g>(
    fold: &mut Fold<'_, 'g>,
    name: &str,
    extreme: Extreme,
    slots: usize,
) -> Vec<Entry<'g>> {
    let index = fold.total().held - 1.0;
    let unfilled = fold.constant(0.0);
    entries(fold, name, extreme, slots, Unit::Number, index, unfilled)
}

/// The first `slots` peaks of the window by time; NaN in slots that are left.
pub(in crate::metrics) fn times<'g>(
    fold: &mut Fold<'_, 'g>,
    name: &str,
    extreme: Extreme,
    slots: usize,
) -> Vec<Entry<'g>> {
    let time = fold.previous_time().held;
    let unfilled = fold.constant(f64::NAN);
    entries(fold, name, extreme, slots, Unit::Time, time, unfilled)
}

fn entries<'g>(
    fold: &mut Fold<'_, 'g>,
    name: &str,
    extreme: Extreme,
    slots: usize,
    unit: Unit,
    place: Expr<'g>,
    unfilled: Expr<'g>,
) -> Vec<Entry<'g>> {
    let shows = shows(fold, extreme);
    let count = count(fold, extreme, shows);
    let defined = count.held.equal(count.held);
    let slot = |k: usize| {
        let label = if slots == 1 { name.to_owned() } else { format!("{name}_{}", k + 1) };
        let filled = shows.and(count.held.equal(k as f64));
        let key = format!("{name} {}", k + 1);
        let slot = fold.accumulator(&key, Window::Reset, unfilled, |held| filled.select(place, held));
        Entry::new(label, unit, defined.select(slot.held, f64::NAN))
    };
    (0..slots).map(slot).collect()
}

/// Whether the sample before is a peak. Comparisons with NaN are false, which also keeps the run's first sample out.
fn shows<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme) -> Expr<'g> {
    let value = fold.value();
    let previous = fold.previous().held;
    let undefined = fold.constant(f64::NAN);
    let before = fold.accumulator("last different", Window::Carry, undefined, |before| {
        value.equal(previous).select(before, previous)
    });
    extreme.beyond(previous, value).and(extreme.beyond(previous, before.held))
}

/// The number of peaks of the window; NaN if any sample is.
fn count<'g>(fold: &mut Fold<'_, 'g>, extreme: Extreme, shows: Expr<'g>) -> Running<'g> {
    let value = fold.value();
    let zero = fold.constant(0.0);
    let name = format!("count of {} turns", extreme.name());
    fold.accumulator(&name, Window::Reset, zero, |count| {
        value.equal(value).select(shows.select(count + 1.0, count), f64::NAN)
    })
}
