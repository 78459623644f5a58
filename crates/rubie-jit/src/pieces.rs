//! Where a long line of code can be cut into loops of its own; `width.rs` decides whether it is.
//!
//! An attempted step is wide at first (the stages of all states) and a single chain of results at its end (error, step size,
//! time). One loop over the vectors makes every vector wait for that chain. In a loop of its own the chain is short enough for
//! the processor to work on the chains of several vectors at once. The price is that what the second loop needs of the first
//! goes through memory, so the cut is made where that is least.
//!
//! [Sections](rubie_program::Section) of a program have loops of their own, in which each vector is looked at first.

use std::ops::Range;

use rubie_program::{Operand, Program, Section};

use crate::conditional::{Conditional, Readers, conditional};
use crate::known::{Known, known};

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
    /// What of it is carried out only where it matters.
    pub(crate) conditional: Vec<Conditional>,
    /// What is known of the operands of each instruction.
    pub(crate) known: Vec<Known>,
}

/// What makes pieces of a program.
pub(crate) struct Pieces<'a> {
    program: &'a Program,
    /// Only where rows are kept.
    readers: Option<Readers>,
    known: Vec<Known>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        let readers = program.kept().map(|_| Readers::new(program));
        Pieces { program, readers, known: known(program) }
    }

    /// The sections and what is between them, in order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Piece> {
        self.program.parts().map(|(range, section)| match section {
            Some(section) => Piece {
                conditional: Vec::new(),
                known: self.known[range.clone()].to_vec(),
                range,
                section: Some(section.clone()),
            },
            None => self.piece(range),
        })
    }

    /// A piece in two, if there is a chain at its end and little has to be passed on to it.
    pub(crate) fn cut(&self, piece: &Piece) -> Option<[Piece; 2]> {
        let Range { start, end } = piece.range;
        let cut = place_to_cut(self.program, start..end).filter(|_| piece.section.is_none())?;
        Some([self.piece(start..cut), self.piece(cut..end)])
    }

    fn piece(&self, range: Range<usize>) -> Piece {
        let readers = self.readers.as_ref();
        let conditional =
            readers.map(|readers| conditional(self.program, &range, readers)).unwrap_or_default();
        Piece { conditional, known: self.known[range.clone()].to_vec(), range, section: None }
    }
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
    use rubie_program::{Course, Instr, Opcode, Precision};

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

    fn pieces(program: &Program) -> Vec<Piece> {
        let pieces = Pieces::new(program);
        let cut = |piece| pieces.cut(&piece).map_or_else(|| vec![piece], Vec::from);
        pieces.parts().flat_map(cut).collect()
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
    fn short_and_very_long_programs_stay_whole() {
        assert_eq!(pieces(&program(10, 10)).len(), 1);
        assert_eq!(pieces(&program(2000, 100)).len(), 1);
    }
}
