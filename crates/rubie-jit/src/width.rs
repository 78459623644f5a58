//! How many vectors are computed side by side.
//!
//! A result takes four cycles or more, and in a step of a method each waits for the one before. With the instructions
//! of several vectors interleaved the processor has others to do meanwhile, but they share the registers, so more values
//! must wait in memory. What that would cost is tried out without writing code.

use rubie_program::Program;

use crate::assembler::Assembler;
use crate::body::Written;
use crate::flow::{Locations, Stream, steps};
use crate::operands::{Body, Target};
use crate::order::ordered;

/// Numbers of vectors, the best first, and how many values they may have to put aside for each instruction. Measured:
/// within these limits no example was slower than with fewer vectors, see `docs/jit.md`.
const CHOICES: [(u32, f64); 2] = [(4, 1.0 / 16.0), (2, 1.0 / 10.0)];

/// Instructions up to which code is worth its time to write.
const MOST_STEPS: usize = 65_536;

/// Blocks of more rows have few vectors of lanes.
const MOST_ROWS: u32 = 2048;

/// How many vectors a piece of a program shall be computed on at a time.
pub(crate) fn vectors_at_a_time(program: &Program, piece: &dyn Fn(u32) -> Stream, target: Target) -> u32 {
    let is_worth_it = |&(copies, spills): &(u32, f64)| {
        let stream = piece(copies);
        stream.range.len() * copies as usize <= MOST_STEPS
            && share_of_spills(program, &stream, target) <= spills
    };
    if program.rows() > MOST_ROWS {
        return 1;
    }
    CHOICES.iter().find(|choice| is_worth_it(choice)).map_or(1, |(copies, _)| *copies)
}

/// Values that must be put aside, for each instruction.
fn share_of_spills(program: &Program, stream: &Stream, target: Target) -> f64 {
    let locations = Locations::new(program, program.constants().len(), stream.copies);
    let steps = steps(program, locations, stream, ordered(program, locations, stream));
    let mut asm = Assembler::trial();
    let Written { spills, .. } = Body::new(&mut asm, target, locations).write(&steps);
    f64::from(spills) / (steps.len() as f64).max(1.0)
}
