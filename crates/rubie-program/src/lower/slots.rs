//! Fifth pass: rows for values, by a linear scan with immediate reuse.
//!
//! A value for an output row is computed in place as soon as the row's old value has no further use; otherwise
//! it waits in a scratch row and is copied at the end, when all copies are made as if at once. What is copied from a port's row to a row
//! that nothing reads is copied first, so that the port's row can be overwritten early.

use super::hoist::{Hoisted, Work};
use super::{Place, moves};
use crate::instruction::{Instr, Opcode, Operand};
use crate::values::{Definition, Value, ValueGraph};

/// Instructions with rows, and what a program needs besides.
pub(super) struct Arranged {
    pub(super) instructions: Vec<Instr>,
    pub(super) constants: Vec<u64>,
    pub(super) rows: u32,
    pub(super) uniforms: u32,
    /// Uniforms that are computed, as (row, uniform).
    pub(super) uniform_outputs: Vec<(u32, u32)>,
}

/// Gives out the rows of one program.
pub(super) struct Arranger<'a> {
    values: &'a ValueGraph,
    work: &'a Work,
    first_scratch: u32,
    /// By value, the row of those computed, plus 1; the place of constants in the program, plus 1.
    places: Vec<u32>,
    /// By value, when it is last used: the number of the instruction, from 1.
    last_uses: Vec<u32>,
    /// The same for what ports have in rows below the scratch rows.
    last_reads: Vec<u32>,
    /// Copies to be made before all else, as (from, to).
    first: Vec<(Operand, u32)>,
    /// Which rows these fill.
    is_first: Vec<bool>,
    /// Output rows of computed values, by value.
    targets: Vec<(Value, u32)>,
    free: Vec<u32>,
    next_scratch: u32,
    instructions: Vec<Instr>,
    constants: Vec<u64>,
}

/// Later than every instruction.
const END: u32 = u32::MAX;

impl<'a> Arranger<'a> {
    /// Gives rows to the values that a phase computes, which are `order`.
    pub(super) fn arrange(
        values: &'a ValueGraph,
        hoisted: &Hoisted,
        work: &'a Work,
        order: &[Value],
    ) -> Arranged {
        let mut arranger = Arranger {
            values,
            work,
            first_scratch: hoisted.first_scratch,
            places: vec![0; values.len()],
            last_uses: vec![0; values.len()],
            last_reads: vec![0; hoisted.first_scratch as usize],
            first: Vec::new(),
            is_first: vec![false; hoisted.first_scratch as usize],
            targets: Vec::new(),
            free: Vec::new(),
            next_scratch: hoisted.first_scratch,
            instructions: Vec::with_capacity(order.len()),
            constants: Vec::new(),
        };
        arranger.find_last_uses(order);
        for (from, to) in std::mem::take(&mut arranger.first) {
            arranger.copy(to, from);
        }
        for (number, value) in (1..).zip(order) {
            arranger.compute(number, *value);
        }
        let uniform_outputs = arranger.uniform_outputs();
        arranger.copy_outputs();
        arranger.finish(uniform_outputs)
    }

    fn find_last_uses(&mut self, order: &[Value]) {
        for (number, value) in (1..).zip(order) {
            self.places[value.index()] = END; // computed, but without a row yet
            for argument in self.arguments(*value) {
                self.use_at(argument, number);
            }
        }
        let mut is_read: Vec<bool> = self.last_reads.iter().map(|last| *last > 0).collect();
        for &(value, _) in &self.work.outputs {
            if let Definition::Input(Operand::Row(row)) = self.values.definition(value) {
                is_read[row as usize] = true;
            }
        }
        for &(value, place) in &self.work.outputs {
            if let Place::Row(to) = place
                && let Definition::Input(from @ Operand::Row(_)) = self.values.definition(value)
                && from != Operand::Row(to)
                && !is_read[to as usize]
            {
                self.first.push((from, to));
                self.is_first[to as usize] = true;
                continue;
            }
            let is_there_already = !self.is_computed(value) && self.operand(value) == place.into();
            if !is_there_already {
                self.use_at(value, END);
            }
            if let Place::Row(row) = place {
                self.targets.push((value, row));
            }
        }
        self.targets.sort_by_key(|target| target.0);
    }

    fn arguments(&self, value: Value) -> [Value; 3] {
        match self.values.definition(value) {
            Definition::Computed(_, arguments) => arguments,
            _ => [value; 3],
        }
    }

    fn is_computed(&self, value: Value) -> bool {
        matches!(self.values.definition(value), Definition::Computed(..)) && self.places[value.index()] > 0
    }

    fn use_at(&mut self, value: Value, number: u32) {
        if self.is_computed(value) {
            self.last_uses[value.index()] = number;
        } else if let Operand::Row(row) = self.operand(value) {
            self.last_reads[row as usize] = number;
        }
    }

    /// Where a value is found; computed ones must have a row.
    fn operand(&mut self, value: Value) -> Operand {
        let place = &mut self.places[value.index()];
        match self.values.definition(value) {
            Definition::Input(operand) => operand,
            Definition::Constant(bits) => {
                if *place == 0 {
                    self.constants.push(bits);
                    *place = self.constants.len() as u32;
                }
                Operand::Constant(*place - 1)
            }
            Definition::Computed(..) if *place > 0 => Operand::Row(*place - 1),
            Definition::Computed(..) => {
                let given = self.work.given.binary_search_by_key(&value, |given| given.0);
                self.work.given[given.expect("what is not computed is given")].1
            }
        }
    }

    fn compute(&mut self, number: u32, value: Value) {
        let Definition::Computed(op, arguments) = self.values.definition(value) else { return };
        let operands = arguments.map(|argument| self.operand(argument));
        for (place, argument) in arguments.into_iter().enumerate() {
            let dies = self.is_computed(argument) && self.last_uses[argument.index()] == number;
            if dies && !arguments[..place].contains(&argument) {
                self.release(operands[place]);
            }
        }
        let to = self.direct_target(number, value).unwrap_or_else(|| self.scratch());
        self.places[value.index()] = to + 1;
        self.instructions.push(Instr { op, to, operands });
    }

    fn release(&mut self, operand: Operand) {
        if let Operand::Row(row) = operand
            && row >= self.first_scratch
        {
            self.free.push(row);
        }
    }

    fn scratch(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.next_scratch += 1;
            self.next_scratch - 1
        })
    }

    /// An output row of the value whose old content is not needed after instruction `number`.
    fn direct_target(&self, number: u32, value: Value) -> Option<u32> {
        if self.last_uses[value.index()] != END {
            return None;
        }
        let first = self.targets.partition_point(|target| target.0 < value);
        let own = self.targets[first..].iter().take_while(|target| target.0 == value);
        own.map(|target| target.1).find(|row| self.last_reads[*row as usize] <= number)
    }

    /// Finds or makes the rows that uniforms are taken from.
    fn uniform_outputs(&mut self) -> Vec<(u32, u32)> {
        let mut outputs = Vec::new();
        for &(value, place) in &self.work.outputs {
            let Place::Uniform(uniform) = place else { continue };
            let row = match self.operand(value) {
                Operand::Row(row) if self.is_computed(value) => row,
                // The row of an input may be overwritten.
                from => {
                    let row = self.scratch();
                    self.copy(row, from);
                    row
                }
            };
            outputs.push((row, uniform));
        }
        outputs
    }

    fn copy(&mut self, to: u32, from: Operand) {
        self.instructions.push(Instr { op: Opcode::Copy, to, operands: [from; 3] });
    }

    fn copy_outputs(&mut self) {
        let mut wanted = Vec::new();
        for &(value, place) in &self.work.outputs {
            let from = self.operand(value);
            if let Place::Row(row) = place
                && from != Operand::Row(row)
                && !self.is_first[row as usize]
            {
                wanted.push((row, from));
            }
        }
        let spare = self.free.last().copied().unwrap_or(self.next_scratch);
        for (to, from) in moves::in_sequence(&wanted, spare) {
            self.copy(to, from);
        }
    }

    fn finish(self, uniform_outputs: Vec<(u32, u32)>) -> Arranged {
        let (mut rows, mut uniforms) = (0, 0);
        for instruction in &self.instructions {
            for operand in instruction.operands.into_iter().chain([Operand::Row(instruction.to)]) {
                match operand {
                    Operand::Row(row) => rows = rows.max(row + 1),
                    Operand::Uniform(uniform) => uniforms = uniforms.max(uniform + 1),
                    Operand::Constant(_) => {}
                }
            }
        }
        let Self { instructions, constants, .. } = self;
        Arranged { instructions, constants, rows, uniforms, uniform_outputs }
    }
}
