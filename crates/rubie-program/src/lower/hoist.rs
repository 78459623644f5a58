//! Third pass: each value to the program of its rate.
//!
//! Phases that run often come first. What such a phase needs of a lower rate is given to the home of
//! that rate as a further output, at a place of its own, and read from there.

use std::ops::Range;

use super::select::Selected;
use super::{Lowering, Place};
use crate::instruction::Operand;
use crate::rate::Rate;
use crate::values::{Definition, Value, ValueGraph};

/// What one phase has to do.
pub(super) struct Work {
    /// What it must leave at which places; those for other phases come after its own.
    pub(super) outputs: Vec<(Value, Place)>,
    /// Values that are found ready, other than inputs and constants, in increasing order.
    pub(super) given: Vec<(Value, Operand)>,
}

/// What all phases have to do, and the places for what they pass on.
pub(super) struct Hoisted {
    pub(super) work: Vec<Work>,
    pub(super) run_rows: Range<u32>,
    pub(super) dense_rows: Range<u32>,
    pub(super) uniforms: u32,
    /// First row for values within a program.
    pub(super) first_scratch: u32,
}

/// A value that changes less often than the phase which needs it, by its order among those of its rate.
struct Passed {
    rate: Rate,
    order: u32,
}

/// Distributes the values over the phases.
pub(super) fn hoist(lowering: &Lowering<'_>, selected: &Selected) -> Hoisted {
    let mut hoister = Hoister {
        lowering,
        values: &selected.values,
        rates: rates(lowering, &selected.values),
        passed: (0..selected.values.len()).map(|_| None).collect(),
        counts: [0; Rate::ALL.len()],
        marked: vec![false; selected.values.len()],
    };
    let mut passed_on: Vec<Vec<Value>> = vec![Vec::new(); lowering.phases.len()];
    let mut given = passed_on.clone();
    let mut phases: Vec<usize> = (0..lowering.phases.len()).collect();
    phases.sort_by_key(|phase| std::cmp::Reverse(lowering.phases[*phase].rate));
    for phase in phases {
        let own = selected.outputs[phase].iter().map(|output| output.0);
        let frontier = hoister.frontier(phase, own.chain(passed_on[phase].iter().copied()));
        for &value in &frontier {
            if let Some(home) = hoister.pass(value) {
                passed_on[home].push(value);
            }
        }
        given[phase] = frontier;
    }
    hoister.placed(&selected.outputs, &passed_on, &given)
}

struct Hoister<'a> {
    lowering: &'a Lowering<'a>,
    values: &'a ValueGraph,
    /// By value; nothing for constants.
    rates: Vec<Option<Rate>>,
    passed: Vec<Option<Passed>>,
    counts: [u32; Rate::ALL.len()],
    marked: Vec<bool>,
}

impl Hoister<'_> {
    fn home(&self, rate: Rate) -> Option<usize> {
        self.lowering.homes.iter().find(|home| home.0 == rate).map(|home| home.1)
    }

    /// The values that a phase with the given outputs gets from the homes of lower rates, in increasing order.
    fn frontier(&mut self, phase: usize, outputs: impl Iterator<Item = Value>) -> Vec<Value> {
        let rate = self.lowering.phases[phase].rate;
        let homes = Rate::ALL.map(|lower| lower < rate && self.home(lower).is_some());
        let mut frontier = Vec::new();
        let mut end = 0;
        for value in outputs {
            self.marked[value.index()] = true;
            end = end.max(value.index() + 1);
        }
        for index in (0..end).rev() {
            if !std::mem::take(&mut self.marked[index]) {
                continue;
            }
            let value = Value(index as u32);
            let Definition::Computed(_, arguments) = self.values.definition(value) else { continue };
            if self.rates[index].is_some_and(|rate| homes[rate as usize]) {
                frontier.push(value);
            } else {
                for argument in arguments {
                    self.marked[argument.index()] = true;
                }
            }
        }
        frontier.reverse();
        frontier
    }

    /// Numbers a value that is passed for the first time; returns its home then.
    fn pass(&mut self, value: Value) -> Option<usize> {
        let rate = self.rates[value.index()]?;
        let home = self.home(rate)?;
        let passed = &mut self.passed[value.index()];
        if passed.is_some() {
            return None;
        }
        let order = self.counts[rate as usize];
        self.counts[rate as usize] += 1;
        *passed = Some(Passed { rate, order });
        Some(home)
    }

    /// Turns numbers into places, now that it is known how many there are.
    fn placed(self, own: &[Vec<(Value, Place)>], passed_on: &[Vec<Value>], given: &[Vec<Value>]) -> Hoisted {
        let Lowering { first_row, first_uniform, .. } = *self.lowering;
        let run_rows = first_row..first_row + self.counts[Rate::Run as usize];
        let dense_rows = run_rows.end..run_rows.end + self.counts[Rate::Dense as usize];
        let place = |value: Value| match &self.passed[value.index()] {
            Some(Passed { rate: Rate::Solve, order }) => Some(Place::Uniform(first_uniform + order)),
            Some(Passed { rate: Rate::Run, order }) => Some(Place::Row(run_rows.start + order)),
            Some(Passed { order, .. }) => Some(Place::Row(dense_rows.start + order)),
            None => None,
        };
        let placed = |value: &Value| Some((*value, place(*value)?));
        let work = (0..own.len()).map(|phase| Work {
            outputs: own[phase].iter().copied().chain(passed_on[phase].iter().filter_map(placed)).collect(),
            given: given[phase]
                .iter()
                .filter_map(placed)
                .map(|(value, place)| (value, place.into()))
                .collect(),
        });
        Hoisted {
            work: work.collect(),
            uniforms: first_uniform + self.counts[Rate::Solve as usize],
            first_scratch: dense_rows.end,
            run_rows: run_rows.clone(),
            dense_rows: dense_rows.clone(),
        }
    }
}

/// How often each value changes: the highest rate of its inputs; nothing for constants.
fn rates(lowering: &Lowering<'_>, values: &ValueGraph) -> Vec<Option<Rate>> {
    let mut rows = vec![None; lowering.first_row as usize];
    let mut uniforms = vec![None; lowering.first_uniform as usize];
    for port in &lowering.ports {
        let rate = match port.place {
            Place::Row(row) => &mut rows[row as usize],
            Place::Uniform(uniform) => &mut uniforms[uniform as usize],
        };
        *rate = Some(port.rate).max(*rate);
    }
    let mut rates: Vec<Option<Rate>> = Vec::with_capacity(values.len());
    for index in 0..values.len() {
        rates.push(match values.definition(Value(index as u32)) {
            Definition::Constant(_) | Definition::Input(Operand::Constant(_)) => None,
            Definition::Input(Operand::Row(row)) => rows[row as usize],
            Definition::Input(Operand::Uniform(uniform)) => uniforms[uniform as usize],
            Definition::Computed(_, [a, b, c]) => {
                rates[a.index()].max(rates[b.index()]).max(rates[c.index()])
            }
        });
    }
    rates
}
