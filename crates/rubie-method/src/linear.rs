//! The matrices that linear systems are made of, and the derivatives of states where these are not given one by one.

use rubie_expr::{Expr, Jacobian};
use rubie_model::System;

use crate::sparse_lu::SparseLu;

/// The factors of blocks S_ij M - delta_ij J, with M the system's mass matrix and J the derivatives of its right-hand sides, at the
/// system's own time and states.
pub(crate) fn factored<'g>(system: &System<'g>, shift: &[Vec<Option<Expr<'g>>>]) -> SparseLu<'g> {
    entries(system, shift).factored()
}

/// What [`factored`] factors.
pub(crate) fn entries<'g>(system: &System<'g>, shift: &[Vec<Option<Expr<'g>>>]) -> Entries<'g> {
    let jacobian = system.jacobian();
    entries_of_blocks(system, shift, |_| jacobian.clone())
}

/// The same with J of each block at the time and the states of a stage.
pub(crate) fn factored_at<'g>(
    system: &System<'g>,
    shift: &[Vec<Option<Expr<'g>>>],
    times: &[Expr<'g>],
    stages: &[Vec<Expr<'g>>],
) -> SparseLu<'g> {
    entries_at(system, shift, times, stages).factored()
}

/// What [`factored_at`] factors.
pub(crate) fn entries_at<'g>(
    system: &System<'g>,
    shift: &[Vec<Option<Expr<'g>>>],
    times: &[Expr<'g>],
    stages: &[Vec<Expr<'g>>],
) -> Entries<'g> {
    let jacobian = system.jacobian();
    let values: Vec<_> = jacobian.entries.iter().map(|entry| entry.value).collect();
    entries_of_blocks(system, shift, |stage| {
        let mut at_stage = jacobian.clone();
        let values = system.at(&values, times[stage], &stages[stage]);
        at_stage.entries.iter_mut().zip(values).for_each(|(entry, value)| entry.value = value);
        at_stage
    })
}

/// A matrix of blocks.
pub(crate) struct Entries<'g> {
    pub(crate) size: usize,
    /// Row, column and value.
    pub(crate) list: Vec<(usize, usize, Expr<'g>)>,
    /// Of every row, the shift times the diagonal entry of M, where there is one: what the diagonal entry is without J.
    pub(crate) shifts: Vec<Option<Expr<'g>>>,
    /// Of every row, whether the diagonal entry is more than the shift.
    own_diagonal: Vec<bool>,
}

impl<'g> Entries<'g> {
    fn factored(&self) -> SparseLu<'g> {
        // With a large step, the shift alone is a small pivot.
        SparseLu::new(self.size, &self.list, |i| self.own_diagonal[i])
    }
}

fn entries_of_blocks<'g>(
    system: &System<'g>,
    shift: &[Vec<Option<Expr<'g>>>],
    jacobian_of: impl Fn(usize) -> Jacobian<'g>,
) -> Entries<'g> {
    let size = system.states.len();
    let one = system.graph.constant(1.0);
    let unit: Vec<_> = (0..size).map(|i| (i, one)).collect();
    let (mut list, mut own_diagonal) = (Vec::new(), Vec::new());
    let mut on_diagonal = vec![None; shift.len() * size];
    for (row, shifts) in shift.iter().enumerate() {
        let jacobian = jacobian_of(row);
        own_diagonal.extend((0..size).map(|i| jacobian.get(i, i).is_some()));
        for (column, shift) in shifts.iter().enumerate() {
            for i in 0..size {
                let mass = match &system.mass {
                    Some(mass) => &mass.rows[i][..],
                    None => &unit[i..=i],
                };
                let mass = if shift.is_some() { mass } else { &[] };
                let own = if row == column { jacobian.row(i) } else { &[] };
                let mut own = own.iter().peekable();
                let mut place = |j: usize, value| list.push((row * size + i, column * size + j, value));
                for (j, factor) in mass {
                    while let Some(entry) = own.next_if(|entry| entry.column < *j) {
                        place(entry.column, -entry.value);
                    }
                    let Some(shift) = *shift else { continue };
                    let scaled = if factor.as_constant() == Some(1.0) { shift } else { shift * *factor };
                    if row == column && *j == i {
                        on_diagonal[row * size + i] = Some(scaled);
                    }
                    let beside = own.next_if(|entry| entry.column == *j);
                    place(*j, beside.map_or(scaled, |entry| scaled - entry.value));
                }
                own.for_each(|entry| place(entry.column, -entry.value));
            }
        }
    }
    Entries { size: shift.len() * size, list, shifts: on_diagonal, own_diagonal }
}

/// The derivatives y' of all states at the system's own time and states.
///
/// With a mass matrix they follow from M y' = f and, for algebraic equations 0 = g, from their derivative by time,
/// 0 = g_y y' + g_t.
pub(crate) fn slopes<'g>(system: &System<'g>) -> Vec<Expr<'g>> {
    let Some(mass) = &system.mass else { return system.derivatives() };
    let jacobian = system.jacobian();
    let by_time = system.time_derivatives();
    let size = system.states.len();
    let (mut entries, mut right) = (Vec::new(), Vec::with_capacity(size));
    for (i, by_time) in by_time.into_iter().enumerate() {
        if mass.is_algebraic(i) {
            entries.extend(jacobian.row(i).iter().map(|entry| (i, entry.column, entry.value)));
            right.push(-by_time);
        } else {
            entries.extend(mass.rows[i].iter().map(|(j, factor)| (i, *j, *factor)));
            right.push(system.states[i].derivative);
        }
    }
    SparseLu::new(size, &entries, |_| false).solve(&right)
}

/// The same at another time and other states.
pub(crate) fn slopes_at<'g>(system: &System<'g>, time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
    match system.mass {
        Some(_) => system.at(&slopes(system), time, states),
        None => system.derivatives_at(time, states),
    }
}
