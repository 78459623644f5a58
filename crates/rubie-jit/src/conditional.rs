//! What is computed only where it matters.
//!
//! [Kept](rubie_program::Kept) rows matter in some lanes only, and a row says in which. Instructions that serve nothing else, copies and sums of
//! products, need not be carried out for vectors in which no lane asks for them. They are taken out of the order of the others and written
//! together behind a jump, so they must leave all registers as they are: there is one for the sum, and one for an operand.

use std::ops::Range;

use rubie_program::{Instr, Opcode, Operand, Program};

/// An instruction that is carried out only where its result matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conditional {
    /// Its place in the program.
    pub(crate) index: usize,
    /// Whether its last operand is the result of the one before it.
    pub(crate) continues: bool,
    /// Whether its result goes to the row; else the next one continues.
    pub(crate) ends: bool,
}

/// By instruction, the only one that reads its result, as one operand only, if that is so.
pub(crate) struct Readers(Vec<Option<usize>>);

/// How often a value is read.
#[derive(Clone, Copy)]
enum Reads {
    Never,
    Once(usize),
    Often,
}

impl Readers {
    pub(crate) fn new(program: &Program) -> Readers {
        let instructions = program.instructions();
        let mut only = vec![None; instructions.len()];
        let is_scratch = |row| row >= program.first_scratch();
        let at_end = |row| if is_scratch(row) { Reads::Never } else { Reads::Often };
        let mut reads: Vec<Reads> = (0..program.rows()).map(at_end).collect();
        let parts: Vec<_> = program.parts().collect();
        for (range, section) in parts.into_iter().rev() {
            if section.is_some() {
                // Carried out or not, again or not: what it takes from before is not followed any further.
                let mut written = vec![false; reads.len()];
                for instr in &instructions[range] {
                    for operand in instr.used() {
                        if let Operand::Row(row) = operand
                            && !written[*row as usize]
                        {
                            reads[*row as usize] = Reads::Often;
                        }
                    }
                    written[instr.to as usize] = true;
                }
                continue;
            }
            for index in range.rev() {
                let instr = &instructions[index];
                let read = std::mem::replace(&mut reads[instr.to as usize], Reads::Never);
                only[index] = if let Reads::Once(reader) = read { Some(reader) } else { None };
                for operand in instr.used() {
                    if let Operand::Row(row) = operand {
                        let read = &mut reads[*row as usize];
                        *read = if let Reads::Never = read { Reads::Once(index) } else { Reads::Often };
                    }
                }
            }
        }
        Readers(only)
    }
}

fn is_sum_of_products(op: Opcode) -> bool {
    matches!(op, Opcode::MulAdd | Opcode::MulSub | Opcode::NegMulAdd)
}

/// Whether one register is enough.
fn is_simple(op: Opcode) -> bool {
    is_sum_of_products(op) || matches!(op, Opcode::Add | Opcode::Sub | Opcode::Mul | Opcode::Div)
}

/// Those of a range outside sections: sums that end in kept rows, each from its first term on, and copies to such rows. A copy of what the
/// range has computed is none: it takes a register to memory where it must, whenever that is.
pub(crate) fn conditional(program: &Program, range: &Range<usize>, readers: &Readers) -> Vec<Conditional> {
    let Some(kept) = program.kept() else { return Vec::new() };
    let instructions = program.instructions();
    let mut writer: Vec<Option<usize>> = vec![None; program.rows() as usize];
    let mut touched = vec![0; program.rows() as usize];
    // By instruction, the one that computed its last operand.
    let mut origin = vec![None; range.len()];
    let mut found = Vec::new();
    for index in range.clone() {
        let instr = &instructions[index];
        let written =
            |operand: Operand| if let Operand::Row(row) = operand { writer[row as usize] } else { None };
        if is_sum_of_products(instr.op) {
            origin[index - range.start] = written(instr.operands[2]);
        }
        let is_copy = instr.op == Opcode::Copy && written(instr.operands[0]).is_none();
        if kept.rows.contains(&instr.to) && (is_copy || is_simple(instr.op)) {
            found.push(index);
        }
        writer[instr.to as usize] = Some(index);
        touched[instr.to as usize] += 1;
        for operand in instr.used() {
            if let Operand::Row(row) = operand {
                touched[*row as usize] += 1;
            }
        }
    }
    // Nothing else of the range touches where they go, and nothing behind it but sections reads that.
    for (later, _) in program.parts().filter(|(_, section)| section.is_none()) {
        for operand in
            instructions[later.start.max(range.end)..later.end.max(range.end)].iter().flat_map(Instr::used)
        {
            if let Operand::Row(row) = operand {
                touched[*row as usize] += 1;
            }
        }
    }
    found.retain(|index| touched[instructions[*index].to as usize] == 1);
    let term_before = |index: usize| {
        let term = origin[index - range.start]?;
        (readers.0[term] == Some(index) && is_simple(instructions[term].op)).then_some(term)
    };
    let sums = found.into_iter().map(|last| {
        let mut terms: Vec<_> = std::iter::successors(Some(last), |index| term_before(*index)).collect();
        terms.reverse();
        terms
    });
    let sums = sums.flat_map(|terms| {
        let last = terms.len() - 1;
        let terms = terms.into_iter().enumerate();
        terms.map(move |(n, index)| Conditional { index, continues: n > 0, ends: n == last })
    });
    sums.collect()
}

impl Conditional {
    /// The operands that are not the result of the one before.
    fn operands(self, program: &Program) -> &[Operand] {
        let used = program.instructions()[self.index].used();
        &used[..used.len() - usize::from(self.continues)]
    }
}

/// Where in an order a range's conditional instructions can be carried out for one vector, all at once: behind what computes their operands, before
/// anything overwrites them. `None` if there is no such place, or the condition may not be known there. `others`: the range's other instructions for
/// this vector, each with its place in the order; `behind`: the place behind all of them; `end`: of the range.
pub(crate) fn place(
    program: &Program,
    conditional: &[Conditional],
    others: impl Iterator<Item = (usize, usize)> + Clone,
    behind: usize,
    end: usize,
) -> Option<usize> {
    let when = program.kept().filter(|_| !conditional.is_empty())?.when;
    if when >= program.first_scratch() {
        return None;
    }
    let instructions = program.instructions();
    // By row that is an operand, the instructions that take it: from the first to the last.
    let mut taken: Vec<Option<(usize, usize)>> = vec![None; program.rows() as usize];
    for one in conditional {
        for operand in one.operands(program) {
            if let Operand::Row(row) = operand {
                let (first, last) = taken[*row as usize].unwrap_or((one.index, one.index));
                taken[*row as usize] = Some((first.min(one.index), last.max(one.index)));
            }
        }
    }
    let (mut earliest, mut latest) = (0, behind);
    for (at, index) in others.clone() {
        if let Some((first, last)) = taken[instructions[index].to as usize] {
            if index < first {
                earliest = earliest.max(at + 1);
            } else if index > last {
                latest = latest.min(at);
            } else {
                // Some take what was there before, some what is there then.
                return None;
            }
        }
    }
    let line = program.sections().first().map_or(instructions.len(), |first| first.range.start);
    let later = others.filter(|(at, _)| *at >= latest).map(|(_, index)| index);
    let mut later = later.chain(end..line);
    (earliest <= latest && !later.any(|index| instructions[index].to == when)).then_some(latest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rubie_program::{Kept, Precision};

    const KEPT: Range<u32> = 3..6;

    fn instruction(op: Opcode, to: u32, operands: [u32; 3]) -> Instr {
        Instr { op, to, operands: operands.map(Operand::Row) }
    }

    /// Rows 3 to 5 are kept, 6 says where; from 7 on they are scratch.
    fn program(instructions: Vec<Instr>) -> Program {
        let program = Program::new("p", Precision::F64, instructions, Vec::new(), 10, 0).unwrap();
        program.with_scratch(7).with_kept(Kept { rows: KEPT, when: 6 }).unwrap()
    }

    /// Index, whether it continues, whether it ends.
    fn found(program: &Program) -> Vec<(usize, bool, bool)> {
        let range = 0..program.instructions().len();
        let found = conditional(program, &range, &Readers::new(program));
        found.into_iter().map(|one| (one.index, one.continues, one.ends)).collect()
    }

    #[test]
    fn copies_are_found_of_what_was_there_before() {
        // Of a row from before, of a sum, to a row that is read.
        let copies = vec![
            instruction(Opcode::Copy, 3, [0; 3]),
            instruction(Opcode::Add, 1, [0, 0, 0]),
            instruction(Opcode::Copy, 4, [1; 3]),
            instruction(Opcode::Copy, 5, [2; 3]),
            instruction(Opcode::Copy, 2, [5; 3]),
        ];
        assert_eq!(found(&program(copies.clone())), [(0, false, true)]);
        let without = Program::new("p", Precision::F64, copies, Vec::new(), 10, 0).unwrap();
        assert!(found(&without).is_empty());
    }

    #[test]
    fn sums_are_found_from_their_first_term_on_that_nobody_else_takes() {
        let program = program(vec![
            instruction(Opcode::Mul, 7, [0, 1, 0]),
            instruction(Opcode::MulAdd, 8, [0, 1, 7]),
            instruction(Opcode::NegMulAdd, 8, [1, 1, 8]),
            instruction(Opcode::MulAdd, 3, [1, 2, 8]),
            // Its first term is taken by another, too.
            instruction(Opcode::Mul, 7, [0, 1, 0]),
            instruction(Opcode::MulAdd, 4, [0, 0, 7]),
            instruction(Opcode::Add, 0, [7, 7, 7]),
            // The square of the term.
            instruction(Opcode::Mul, 8, [0, 1, 0]),
            instruction(Opcode::MulAdd, 5, [8, 2, 8]),
        ]);
        let sum = [(0, false, false), (1, true, false), (2, true, false), (3, true, true)];
        assert_eq!(found(&program), [&sum[..], &[(5, false, true), (8, false, true)]].concat());
    }

    #[test]
    fn what_another_range_reads_is_needed_in_all_lanes() {
        let copies = [3, 4].map(|to| instruction(Opcode::Copy, to, [0; 3]));
        let program = program(copies.into_iter().chain([instruction(Opcode::Add, 1, [3; 3])]).collect());
        let found = conditional(&program, &(0..2), &Readers::new(&program));
        assert_eq!(found, [Conditional { index: 1, continues: false, ends: true }]);
    }

    #[test]
    fn the_place_is_between_the_operands_and_what_overwrites_them() {
        let place_in = |instructions: Vec<Instr>| {
            let program = program(instructions);
            let range = 0..program.instructions().len();
            let conditional = conditional(&program, &range, &Readers::new(&program));
            let is_conditional = |index: usize| conditional.iter().any(|one| one.index == index);
            let others = range.clone().filter(|index| !is_conditional(*index)).enumerate();
            place(&program, &conditional, others.clone(), others.count(), range.end)
        };
        let first = instruction(Opcode::Add, 1, [0; 3]);
        let sum = instruction(Opcode::MulAdd, 3, [1, 0, 2]);
        let other = instruction(Opcode::Add, 9, [0; 3]);
        let over = instruction(Opcode::Add, 1, [9; 3]);
        let condition = instruction(Opcode::Lt, 6, [0; 3]);
        assert_eq!(place_in(vec![condition, first, sum, other, over]), Some(3));
        assert_eq!(place_in(vec![condition, first, sum, other]), Some(3));
        // The condition is not known in time.
        assert_eq!(place_in(vec![first, sum, over, condition]), None);
        // One takes the row as it was, one as it is then.
        let copy = instruction(Opcode::Copy, 4, [1; 3]);
        assert_eq!(place_in(vec![condition, copy, first, sum]), None);
    }
}
