//! How many vectors are computed side by side.
//!
//! A result takes four cycles or more, and in a step of a method each waits for the one before. With the instructions
//! of several vectors interleaved the processor has others to do meanwhile, but they share the registers, so more values
//! must wait in memory. What that would cost is tried out without writing code.

use std::ops::RangeInclusive;

use rubie_program::Program;

use crate::CACHE_BYTES;
use crate::assembler::Assembler;
use crate::body::Written;
use crate::flow::{Locations, Step, Stream, interleaved, steps};
use crate::operands::{Body, Target};
use crate::order::{longest_chain, ordered};
use crate::pieces::{Piece, Pieces};

/// A way to write a piece.
struct Choice {
    /// How many vectors.
    copies: u32,
    /// By which part of the instructions each is behind the one before it: their hard places shall not coincide.
    lag: (usize, usize),
    /// How many values may have to be put aside, for each instruction.
    spills: f64,
    /// How many instructions the piece may have.
    lengths: RangeInclusive<usize>,
}

const ALL: RangeInclusive<usize> = 0..=usize::MAX;

const SINGLE: Choice = Choice { copies: 1, lag: (0, 1), spills: f64::INFINITY, lengths: ALL };

/// Vectors in most blocks: `rubie-kernel` gives blocks so many whose rows fit the executor's cache with them.
const BLOCK: u32 = 8;

/// With 16 registers, the best first. Measured: within these limits no example was slower than with fewer vectors, see `docs/jit.md`.
const FEW_REGISTERS: [Choice; 2] = [
    Choice { copies: 4, lag: (1, 8), spills: 1.0 / 16.0, lengths: ALL },
    Choice { copies: 2, lag: (1, 8), spills: 1.0 / 10.0, lengths: ALL },
];

/// With 32. Eight vectors are all of a block: of these about three are at work at the same time, and only the last one's chain has nothing beside it.
const MANY_REGISTERS: [Choice; 4] = [
    Choice { copies: BLOCK, lag: (2, 5), spills: 1.0 / 10.0, lengths: 128..=256 },
    Choice { copies: 4, lag: (1, 5), spills: 1.0 / 16.0, lengths: ALL },
    Choice { copies: 4, lag: (3, 4), spills: 1.0 / 10.0, lengths: 128..=usize::MAX },
    Choice { copies: 2, lag: (1, 5), spills: 1.0 / 10.0, lengths: ALL },
];

/// Where results wait for one another for the most part, as with the factors and substitutions of a small linear system, other vectors
/// fill the time, and values put aside cost less than it: there may be so many times more. Measured: Robertson by rodas5p gains a third.
const IN_CHAINS: f64 = 2.0;

/// Instructions that processors look ahead. A longer chain they cannot fill with the next vector by themselves.
const AHEAD: usize = 256;

/// Instructions up to which code is worth its time to write.
const MOST_STEPS: usize = 65_536;

/// Instructions of a piece by which it is judged.
const JUDGED: usize = 4096;

/// Instructions that a vector is behind another at most where several are all at work: long pieces have several hard places.
const LONGEST_LAG: usize = 192;

/// Blocks of more rows have few vectors of lanes.
const MOST_ROWS: u32 = 2048;

/// The pieces of a program, as they are written.
pub(crate) fn written(program: &Program, target: Target) -> Vec<(Piece, Wide)> {
    let pieces = Pieces::new(program);
    let written = pieces.parts().flat_map(|piece| {
        if piece.section.is_some() {
            let wide = Wide::of(program, &piece, &SINGLE);
            return vec![(piece, wide)];
        }
        let best = |piece: Piece| {
            let wide = Wide::best(program, &piece, target);
            (piece, wide)
        };
        let cut = || pieces.cut(&piece).map(|halves| Vec::from(halves.map(best)));
        if !target.has_many_registers() {
            return cut().unwrap_or_else(|| vec![best(piece.clone())]);
        }
        // Where registers are enough for several vectors, one fills the time of the other's chain.
        let whole = Wide::best(program, &piece, target);
        let alone = if whole.copies == 1 { cut() } else { None };
        alone.unwrap_or_else(|| vec![(piece.clone(), whole)])
    });
    written.collect()
}

/// A piece of a program as it is written: for how many vectors, and the steps in their order.
pub(crate) struct Wide {
    /// How many vectors.
    pub(crate) copies: u32,
    /// The instructions, for each of them.
    pub(crate) steps: Vec<Step>,
}

impl Wide {
    /// A piece of a program for as many vectors at a time as suit it.
    fn best(program: &Program, piece: &Piece, target: Target) -> Wide {
        let length = piece.range.len();
        let mut judged = piece.clone();
        judged.range.end = piece.range.end.min(piece.range.start + JUDGED);
        if judged.range != piece.range {
            judged.conditional.clear();
        }
        let chained = longest_chain(program, judged.range.clone()) as usize > judged.range.len().max(AHEAD);
        let more = if chained { IN_CHAINS } else { 1.0 };
        let choices = if target.has_many_registers() { &MANY_REGISTERS[..] } else { &FEW_REGISTERS[..] };
        let suits = |choice: &&Choice| {
            let steps = length * choice.copies as usize;
            let exists =
                choice.copies < BLOCK || program.rows() as usize * 64 * BLOCK as usize <= CACHE_BYTES;
            choice.lengths.contains(&length) && program.rows() <= MOST_ROWS && steps <= MOST_STEPS && exists
        };
        let found = choices.iter().filter(suits).find_map(|choice| {
            let wide = Wide::of(program, &judged, choice);
            (wide.share_of_spills(program, target) <= more * choice.spills).then_some((choice, wide))
        });
        match found {
            Some((_, wide)) if judged == *piece => wide,
            Some((choice, _)) => Wide::of(program, piece, choice),
            None => Wide::of(program, piece, &SINGLE),
        }
    }

    fn of(program: &Program, piece: &Piece, choice: &Choice) -> Wide {
        let &Choice { copies, lag: (part, whole), .. } = choice;
        let lag = (piece.range.len() * part / whole).min(LONGEST_LAG);
        let locations = Locations::new(program, program.constants().len(), copies);
        let order = ordered(program, locations, &Stream { range: piece.range.clone(), copies, lag });
        Wide { copies, steps: steps(program, locations, piece, copies, &order) }
    }

    /// A piece for one vector, as it stands in the program.
    pub(crate) fn single(program: &Program, piece: &Piece) -> Wide {
        let locations = Locations::new(program, program.constants().len(), 1);
        let order = interleaved(&Stream { range: piece.range.clone(), copies: 1, lag: 0 });
        Wide { copies: 1, steps: steps(program, locations, piece, 1, &order) }
    }

    /// Values that must be put aside, for each instruction.
    fn share_of_spills(&self, program: &Program, target: Target) -> f64 {
        let locations = Locations::new(program, program.constants().len(), self.copies);
        let mut asm = Assembler::trial();
        let Written { spills, .. } = Body::new(&mut asm, target, locations).write(&self.steps);
        f64::from(spills) / (self.steps.len() as f64).max(1.0)
    }
}
