//! Where a long line of code is cut into loops of its own.
//!
//! An attempted step is wide at first (the stages of all states) and a single chain of results at its end (error, step size,
//! time). One loop over the vectors makes every vector wait for that chain. In a loop of its own the chain is short enough for
//! the processor to work on the chains of several vectors at once. The price is that what the second loop needs of the first
//! goes through memory, so the cut is made where that is least.

use std::ops::Range;

use rubie_program::{Operand, Program};

/// Shorter programs have no chain worth a loop.
const SHORTEST: usize = 64;

/// In longer ones there is enough else to do.
const LONGEST: usize = 2048;

/// The part of the program in which the chain may begin.
const PLACES: (f64, f64) = (0.6, 0.85);

/// Values that may go through memory, for each instruction of the program.
const MOST_PASSED: f64 = 0.1;

/// The pieces, in order.
pub(crate) fn pieces(program: &Program) -> Vec<Range<usize>> {
    let length = program.instructions().len();
    let ends = cut(program).into_iter().chain([length]);
    let mut start = 0;
    ends.map(|end| std::mem::replace(&mut start, end)..end).collect()
}

fn cut(program: &Program) -> Option<usize> {
    let length = program.instructions().len();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let place = |part: f64| (part * length as f64) as usize;
    let passed = passed(program);
    let cut = (place(PLACES.0)..place(PLACES.1)).min_by_key(|cut| passed[*cut])?;
    (f64::from(passed[cut]) <= MOST_PASSED * length as f64).then_some(cut)
}

/// For each instruction, how many results of earlier ones it and later ones need.
fn passed(program: &Program) -> Vec<u32> {
    let instructions = program.instructions();
    // By row: which instruction computed what is in it.
    let mut origin: Vec<Option<usize>> = vec![None; program.rows() as usize];
    let mut last_use: Vec<usize> = (0..instructions.len()).collect();
    for (place, instr) in instructions.iter().enumerate() {
        for operand in &instr.operands[..instr.op.arity()] {
            if let Operand::Row(row) = operand
                && let Some(origin) = origin[*row as usize]
            {
                last_use[origin] = place;
            }
        }
        origin[instr.to as usize] = Some(place);
    }
    let mut counts = vec![0; instructions.len()];
    for (from, to) in last_use.into_iter().enumerate() {
        counts[from + 1..=to].iter_mut().for_each(|count| *count += 1);
    }
    counts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rubie_program::{Instr, Opcode, Precision};

    /// `width` sums in 40 rows, the sum of all of these, and a chain of `chain` roots of it.
    fn program(width: u32, chain: usize) -> Program {
        let instr = |op, to, a: u32, b: u32| Instr {
            op,
            to,
            operands: [Operand::Row(a), Operand::Row(b), Operand::Row(a)],
        };
        let sums = (0..width).map(|k| instr(Opcode::Add, 2 + k % 40, 0, 1 + k % 40));
        let roots = (0..chain).map(|_| instr(Opcode::Sqrt, 1, 1, 1));
        let total = (0..40).map(|k| instr(Opcode::Add, 1, 1, 2 + k));
        let instructions = sums.chain(total).chain(roots).collect();
        Program::new("p", Precision::F64, instructions, Vec::new(), 42, 0).unwrap().with_scratch(2)
    }

    #[test]
    fn the_cut_is_where_least_is_passed() {
        let program = program(60, 40);
        assert_eq!(pieces(&program), [0..100, 100..140]);
        assert_eq!((passed(&program)[90], passed(&program)[100]), (11, 1));
    }

    #[test]
    fn short_and_very_long_programs_stay_whole() {
        assert_eq!(pieces(&program(10, 10)).len(), 1);
        assert_eq!(pieces(&program(2000, 100)).len(), 1);
    }
}
