//! How many vectors are computed side by side.
//!
//! A result takes four cycles or more, and in a step of a method each waits for the one before. With the instructions
//! of several vectors interleaved the processor has others to do meanwhile, but they share the registers, so more values
//! must wait in memory. What that would cost is tried out without writing code.

use rubie_program::Program;

use crate::assembler::Assembler;
use crate::body::Written;
use crate::flow::{Locations, Step, Stream, interleaved, steps};
use crate::operands::{Body, Target};
use crate::order::{longest_chain, ordered};
use crate::pieces::Piece;

/// Numbers of vectors, the best first, and how many values they may have to put aside for each instruction. Measured:
/// within these limits no example was slower than with fewer vectors, see `docs/jit.md`.
const CHOICES: [(u32, f64); 2] = [(4, 1.0 / 16.0), (2, 1.0 / 10.0)];

/// The same where results wait for one another for the most part, as with the factors and substitutions of a small linear
/// system: other vectors then fill the time, and values put aside cost less than it. Measured: Robertson by rodas5p gains a third.
const CHOICES_IN_CHAINS: [(u32, f64); 2] = [(4, 1.0 / 8.0), (2, 1.0 / 5.0)];

/// Instructions that processors look ahead. A longer chain they cannot fill with the next vector by themselves.
const AHEAD: usize = 256;

/// Instructions up to which code is worth its time to write.
const MOST_STEPS: usize = 65_536;

/// Instructions of a piece by which it is judged.
const JUDGED: usize = 4096;

/// Blocks of more rows have few vectors of lanes.
const MOST_ROWS: u32 = 2048;

/// A piece of a program as it is written: for how many vectors, and the steps in their order.
pub(crate) struct Wide {
    /// How many vectors.
    pub(crate) copies: u32,
    /// The instructions, for each of them.
    pub(crate) steps: Vec<Step>,
}

impl Wide {
    /// A piece of a program for as many vectors at a time as suit it.
    pub(crate) fn best(program: &Program, piece: &Piece, target: Target) -> Wide {
        if piece.section.is_some() {
            return Wide::of(program, piece, 1);
        }
        let length = piece.range.len();
        let mut judged = piece.clone();
        judged.range.end = piece.range.end.min(piece.range.start + JUDGED);
        if judged.range != piece.range {
            judged.conditional.clear();
        }
        let chained = longest_chain(program, judged.range.clone()) as usize > judged.range.len().max(AHEAD);
        let choices = if chained { CHOICES_IN_CHAINS } else { CHOICES };
        let found = choices.iter().find_map(|(copies, spills)| {
            let affordable = program.rows() <= MOST_ROWS && length * *copies as usize <= MOST_STEPS;
            let wide = affordable.then(|| Wide::of(program, &judged, *copies))?;
            (wide.share_of_spills(program, target) <= *spills).then_some(wide)
        });
        let copies = found.as_ref().map_or(1, |wide| wide.copies);
        found.filter(|_| judged == *piece).unwrap_or_else(|| Wide::of(program, piece, copies))
    }

    fn of(program: &Program, piece: &Piece, copies: u32) -> Wide {
        let locations = Locations::new(program, program.constants().len(), copies);
        let order = ordered(program, locations, &Stream { range: piece.range.clone(), copies });
        Wide { copies, steps: steps(program, locations, piece, copies, order) }
    }

    /// A piece for one vector, as it stands in the program.
    pub(crate) fn single(program: &Program, piece: &Piece) -> Wide {
        let locations = Locations::new(program, program.constants().len(), 1);
        let order = interleaved(&Stream { range: piece.range.clone(), copies: 1 });
        Wide { copies: 1, steps: steps(program, locations, piece, 1, order) }
    }

    /// Values that must be put aside, for each instruction.
    fn share_of_spills(&self, program: &Program, target: Target) -> f64 {
        let locations = Locations::new(program, program.constants().len(), self.copies);
        let mut asm = Assembler::trial();
        let Written { spills, .. } = Body::new(&mut asm, target, locations).write(&self.steps);
        f64::from(spills) / (self.steps.len() as f64).max(1.0)
    }
}
