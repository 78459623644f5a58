//! Where a long line of code is cut into loops of its own.
//!
//! An attempted step is wide at first (the stages of all states) and a single chain of results at its end (error, step size,
//! time). One loop over the vectors makes every vector wait for that chain. In a loop of its own the chain is short enough for
//! the processor to work on the chains of several vectors at once. The price is that what the second loop needs of the first
//! goes through memory, so the cut is made where that is least.

//!
//! [Sections](rubie_program::Section) of a program have loops of their own, in which each vector is looked at first. Only where such a
//! section is nothing but copies it stays where it is, and is jumped over: what it copies is in registers there.

use std::ops::Range;

use rubie_program::{Course, Instr, Opcode, Operand, Program, Section};

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
    /// Sections among them that are jumped over.
    pub(crate) copies: Vec<Section>,
}

/// The pieces, in order.
pub(crate) fn pieces(program: &Program) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut line: Option<Piece> = None;
    for (range, section) in program.parts() {
        let stays = section.is_none_or(|section| only_copies(program, section));
        // What a copy that is jumped over should leave is known in memory only.
        let ends = |line: &mut Piece| !stays || touches_copies(program, range.clone(), line);
        pieces.extend(line.take_if(ends).into_iter().flat_map(|line| cut(program, line)));
        if stays {
            let start = range.start..range.start;
            let line = line.get_or_insert(Piece { range: start, section: None, copies: Vec::new() });
            line.range.end = range.end;
            line.copies.extend(section.cloned());
        } else {
            pieces.push(Piece { range, section: section.cloned(), copies: Vec::new() });
        }
    }
    pieces.extend(line.into_iter().flat_map(|line| cut(program, line)));
    pieces
}

fn only_copies(program: &Program, section: &Section) -> bool {
    let copies = |instr: &Instr| instr.op == Opcode::Copy;
    section.course == Course::Once && program.instructions()[section.range.clone()].iter().all(copies)
}

/// Whether instructions read or write what sections of a line write.
fn touches_copies(program: &Program, range: Range<usize>, line: &Piece) -> bool {
    let instructions = program.instructions();
    let mut written = vec![false; program.rows() as usize];
    for section in &line.copies {
        instructions[section.range.clone()].iter().for_each(|instr| written[instr.to as usize] = true);
    }
    let touches = |operand: &Operand| matches!(operand, Operand::Row(row) if written[*row as usize]);
    !line.copies.is_empty()
        && instructions[range].iter().any(|i| written[i.to as usize] || i.used().iter().any(touches))
}

/// One piece or two of a line of code.
fn cut(program: &Program, line: Piece) -> Vec<Piece> {
    let Some(cut) = place_to_cut(program, &line) else { return vec![line] };
    let (start, end) = (line.range.start, line.range.end);
    let (before, after): (Vec<_>, Vec<_>) =
        line.copies.into_iter().partition(|section| section.range.end <= cut);
    [(start..cut, before), (cut..end, after)]
        .map(|(range, copies)| Piece { range, section: None, copies })
        .to_vec()
}

fn place_to_cut(program: &Program, line: &Piece) -> Option<usize> {
    let (start, length) = (line.range.start, line.range.len());
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let place = |part: f64| (part * length as f64) as usize;
    let passed = passed(program, line.range.clone());
    let cut = match line.copies.last() {
        // What is copied under a condition needs registers until there and not after it.
        Some(section) => section.range.end - start,
        None => (place(PLACES.0)..place(PLACES.1)).min_by_key(|cut| passed[*cut])?,
    };
    let few = f64::from(*passed.get(cut)?) <= MOST_PASSED * length as f64;
    few.then_some(start + cut)
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

    #[test]
    fn the_cut_is_where_least_is_passed() {
        let program = program(60, 40);
        let ranges: Vec<_> = pieces(&program).into_iter().map(|piece| piece.range).collect();
        assert_eq!(ranges, [0..100, 100..140]);
        let passed = passed(&program, 0..140);
        assert_eq!((passed[90], passed[100]), (11, 1));
    }

    #[test]
    fn sections_have_loops_of_their_own_unless_they_only_copy() {
        let operands = [Operand::Row(1); 3];
        let copies = Program::new(
            "copies",
            Precision::F64,
            vec![Instr { op: Opcode::Copy, to: 0, operands }],
            Vec::new(),
            1 + 1,
            0,
        );
        let copies = copies.unwrap();
        let whole = program(60, 40).followed_by(&[&copies], 1, Course::Once).unwrap();
        let found = pieces(&whole.clone().followed_by(&[&program(10, 10)], 0, Course::Once).unwrap());
        let ranges: Vec<_> = found.iter().map(|piece| piece.range.clone()).collect();
        assert_eq!(ranges, [0..141, 141..201]);
        assert_eq!([found[0].copies.len(), found[1].copies.len()], [1, 0]);
        assert_eq!([found[0].section.is_none(), found[1].section.is_some()], [true; 2]);
        // What the copy may leave is in memory.
        let section = Section { range: 2..3, when: 1, course: Course::Once };
        let instr = |op, to, from| Instr { op, to, operands: [Operand::Row(from); 3] };
        let instructions =
            [(Opcode::Abs, 2, 0), (Opcode::Abs, 0, 1), (Opcode::Copy, 1, 2), (Opcode::Neg, 2, 1)];
        let instructions = instructions.map(|(op, to, from)| instr(op, to, from)).to_vec();
        let program = Program::new("p", Precision::F64, instructions, Vec::new(), 3, 0).unwrap();
        let found = pieces(&program.with_section(section).unwrap());
        assert_eq!(found.iter().map(|piece| piece.range.clone()).collect::<Vec<_>>(), [0..3, 3..4]);
    }

    #[test]
    fn short_and_very_long_programs_stay_whole() {
        assert_eq!(pieces(&program(10, 10)).len(), 1);
        assert_eq!(pieces(&program(2000, 100)).len(), 1);
    }
}
