//! Where a long line of code is cut into loops of its own.
//!
//! An attempted step is wide at first (the stages of all states) and a single chain of results at its end (error, step size,
//! time). One loop over the vectors makes every vector wait for that chain. In a loop of its own the chain is short enough for
//! the processor to work on the chains of several vectors at once. The price is that what the second loop needs of the first
//! goes through memory, so the cut is made where that is least.

//!
//! [Sections](rubie_program::Section) of a program have loops of their own, in which each vector is looked at first.

use std::ops::Range;

use rubie_program::{Instr, Opcode, Operand, Program, Section};

/// Shorter programs have no chain worth a loop.
const SHORTEST: usize = 64;

/// In longer ones there is enough else to do.
const LONGEST: usize = 2048;

/// The part of the program in which the chain may begin.
const PLACES: (f64, f64) = (0.6, 0.85);

/// Values that may go through memory, for each instruction of the program.
const MOST_PASSED: f64 = 0.1;

/// Instructions with a loop of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    /// The section that they are.
    pub(crate) section: Option<Section>,
    /// Copies of later pieces to rows that matter in some lanes only: they can be made at the end of this one.
    pub(crate) early: Vec<usize>,
    /// Instructions of this piece that an earlier one takes over.
    pub(crate) done: Vec<usize>,
}

/// The pieces, in order.
pub(crate) fn pieces(program: &Program) -> Vec<Piece> {
    let pieces = program.parts().flat_map(|(range, section)| match section {
        Some(section) => vec![Piece { section: Some(section.clone()), ..Piece::new(range) }],
        None => match place_to_cut(program, range.clone()) {
            None => vec![Piece::new(range)],
            Some(cut) => {
                let early = early_copies(program, range.clone(), cut);
                let after = Piece { done: early.clone(), ..Piece::new(cut..range.end) };
                vec![Piece { early, ..Piece::new(range.start..cut) }, after]
            }
        },
    });
    pieces.collect()
}

impl Piece {
    fn new(range: Range<usize>) -> Self {
        Piece { range, section: None, early: Vec::new(), done: Vec::new() }
    }
}

/// Copies behind a cut to rows that matter in some lanes only, whose sources are there before it: they would hold registers for long.
fn early_copies(program: &Program, range: Range<usize>, cut: usize) -> Vec<usize> {
    let Some(kept) = program.kept() else { return Vec::new() };
    let instructions = program.instructions();
    let mut written = vec![false; program.rows() as usize];
    let mut early = Vec::new();
    for (index, instr) in (cut..).zip(&instructions[cut..range.end]) {
        if let (Opcode::Copy, Operand::Row(from)) = (instr.op, instr.operands[0])
            && kept.rows.contains(&instr.to)
            && !written[from as usize]
        {
            early.push(index);
        }
        written[instr.to as usize] = true;
    }
    // Nothing else may touch where they go, and it must be known where they matter.
    let touches = |instr: &Instr, row| {
        instr.to == row || instr.used().iter().any(|operand| *operand == Operand::Row(row))
    };
    let line = (range.start..).zip(&instructions[range]);
    early.retain(|own| {
        let to = instructions[*own].to;
        !line.clone().any(|(index, instr)| index != *own && touches(instr, to))
    });
    if written[kept.when as usize] { Vec::new() } else { early }
}

fn place_to_cut(program: &Program, range: Range<usize>) -> Option<usize> {
    let (start, length) = (range.start, range.len());
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let place = |part: f64| (part * length as f64) as usize;
    let passed = passed(program, range);
    let cut = (place(PLACES.0)..place(PLACES.1)).min_by_key(|cut| passed[*cut])?;
    (f64::from(passed[cut]) <= MOST_PASSED * length as f64).then_some(start + cut)
}

/// For each instruction of a range, how many results of earlier ones in it are needed by it and later ones.
fn passed(program: &Program, range: Range<usize>) -> Vec<u32> {
    let instructions = &program.instructions()[range];
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
    use rubie_program::{Course, Kept, Precision};

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
        let ranges: Vec<_> = pieces(&program).into_iter().map(|piece| piece.range).collect();
        assert_eq!(ranges, [0..100, 100..140]);
        let passed = passed(&program, 0..140);
        assert_eq!((passed[90], passed[100]), (11, 1));
    }

    #[test]
    fn sections_have_loops_of_their_own() {
        let last = program(10, 10);
        let whole = program(60, 40).followed_by(&[&last], 0, Course::Once).unwrap();
        let found = pieces(&whole);
        let ranges: Vec<_> = found.iter().map(|piece| piece.range.clone()).collect();
        assert_eq!(ranges, [0..100, 100..140, 140..200]);
        assert_eq!(found.iter().filter(|piece| piece.section.is_some()).count(), 1);
    }

    #[test]
    fn copies_of_what_is_there_are_made_early() {
        let whole = program(60, 40);
        let copy = |to, from| Instr { op: Opcode::Copy, to, operands: [Operand::Row(from); 3] };
        let mut instructions = whole.instructions().to_vec();
        // From before, from a sum, and from what the chain computes.
        instructions.extend([copy(42, 0), copy(43, 2), copy(44, 1)]);
        let longer = Program::new("p", Precision::F64, instructions, Vec::new(), 46, 0).unwrap();
        assert!(pieces(&longer)[0].early.is_empty());
        let kept = pieces(&longer.with_kept(Kept { rows: 42..45, when: 45 }).unwrap());
        assert_eq!((kept[0].early.clone(), kept[1].done.clone()), (vec![140, 141], vec![140, 141]));
    }

    #[test]
    fn short_and_very_long_programs_stay_whole() {
        assert_eq!(pieces(&program(10, 10)).len(), 1);
        assert_eq!(pieces(&program(2000, 100)).len(), 1);
    }
}
