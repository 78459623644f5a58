//! When each value is needed next: one backward pass over the instructions.
//!
//! Everything an operand can name is a *location*: rows first, then uniforms, then constants. Where two vectors are
//! computed side by side, each has rows of its own.

use std::ops::Range;

use rubie_program::{Course, Instr, Opcode, Operand, Program, Section};

use crate::conditional::{self, Conditional};
use crate::known::Known;
use crate::pieces::Piece;

/// Later than every instruction: not needed any more.
pub(crate) const NEVER: u32 = u32::MAX;

/// A row (of one of the vectors computed together), a uniform or a constant, by number.
pub(crate) type Location = u32;

/// Numbers for everything that operands can name.
#[derive(Clone, Copy)]
pub(crate) struct Locations {
    rows: u32,
    uniforms: u32,
    constants: u32,
    copies: u32,
}

impl Locations {
    pub(crate) fn new(program: &Program, constants: usize, copies: u32) -> Self {
        Self { rows: program.rows(), uniforms: program.uniforms(), constants: constants as u32, copies }
    }

    pub(crate) fn count(self) -> usize {
        (self.rows * self.copies + self.uniforms + self.constants) as usize
    }

    pub(crate) fn row(self, row: u32, copy: u32) -> Location {
        row * self.copies + copy
    }

    pub(crate) fn constant(self, constant: u32) -> Location {
        self.rows * self.copies + self.uniforms + constant
    }

    pub(crate) fn of(self, operand: Operand, copy: u32) -> Location {
        match operand {
            Operand::Row(row) => self.row(row, copy),
            Operand::Uniform(uniform) => self.rows * self.copies + uniform,
            Operand::Constant(constant) => self.constant(constant),
        }
    }

    /// What a location is, and for rows which vector it belongs to.
    pub(crate) fn named(self, location: Location) -> (Operand, u32) {
        let all_rows = self.rows * self.copies;
        match location {
            _ if location < all_rows => (Operand::Row(location / self.copies), location % self.copies),
            _ if location < all_rows + self.uniforms => (Operand::Uniform(location - all_rows), 0),
            _ => (Operand::Constant(location - all_rows - self.uniforms), 0),
        }
    }
}

/// One instruction for one of the vectors computed together, with the future of what it touches.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) instr: Instr,
    /// Its place in the program; of no meaning where none is carried out.
    pub(crate) index: u32,
    pub(crate) to: Location,
    pub(crate) operands: [Location; 3],
    /// The step that reads the result next.
    pub(crate) next_of_result: u32,
    /// The step that reads each operand next, after this one.
    pub(crate) next: [u32; 3],
    /// What is known of the operands.
    pub(crate) known: Known,
    /// Whether the row still holds this result when the program ends, and must.
    pub(crate) is_final: bool,
    /// Whether it is carried out only where it matters.
    pub(crate) kept: Option<KeptStep>,
}

/// A step towards a row that matters in some lanes only. A copy takes what is in the operand to the memory of the row, if it is not there yet.
#[derive(Clone, Copy)]
pub(crate) struct KeptStep {
    /// The row that is not 0 in these lanes.
    pub(crate) when: u32,
    /// Whether the last operand is the result of the step before.
    pub(crate) continues: bool,
    /// Whether the result goes to the memory of the row; else the next step continues.
    pub(crate) ends: bool,
}

impl Step {
    /// Whether a value of a kept row is taken to the row's memory, and no instruction carried out.
    pub(crate) fn takes_to_memory(&self) -> bool {
        self.kept.is_some() && self.instr.op == Opcode::Copy && self.operands[0] == self.to
    }

    /// The operands whose values the code takes.
    pub(crate) fn read(&self) -> &[Location] {
        let all = if self.known == Known::Opposite { 1 } else { self.instr.op.arity() };
        let continues = self.kept.is_some_and(|kept| kept.continues);
        &self.operands[..all - usize::from(continues)]
    }
}

/// Consecutive instructions of a program, for some vectors side by side.
pub(crate) struct Stream {
    /// The instructions.
    pub(crate) range: Range<usize>,
    /// How many vectors.
    pub(crate) copies: u32,
    /// Instructions by which each vector is behind the one before it.
    pub(crate) lag: usize,
}

/// The instructions of a stream and the vectors they are for, in the order they are written: each vector lags behind the one
/// before it.
pub(crate) fn interleaved(stream: &Stream) -> Vec<(usize, u32)> {
    let lag = stream.lag;
    let last = stream.range.len() + lag * (stream.copies as usize - 1);
    let at = |time: usize| {
        (0..stream.copies).filter_map(move |copy| {
            let place = time.checked_sub(copy as usize * lag)?;
            (place < stream.range.len()).then_some((stream.range.start + place, copy))
        })
    };
    (0..last).flat_map(at).collect()
}

/// By row: whether its value is needed after a piece. It is if later instructions read it, or the piece itself when it is repeated,
/// and at the end all rows but scratch are. [Kept](rubie_program::Kept) rows that the piece computes are not, if it can tell where they matter.
fn needed(program: &Program, piece: &Piece, kept: &[u32]) -> Vec<bool> {
    let mut needed: Vec<bool> = (0..program.rows()).map(|row| row < program.first_scratch()).collect();
    for row in kept {
        needed[*row as usize] = false;
    }
    let parts: Vec<_> = program.parts().filter(|(range, _)| range.end > piece.range.end).collect();
    for (range, section) in parts.into_iter().rev() {
        let range = range.start.max(piece.range.end)..range.end;
        match section {
            None => read_before_written(program, range, &mut needed),
            Some(section) => add_reads(program, section, kept, &mut needed),
        }
    }
    if let Some(section) = &piece.section
        && section.course != Course::Once
    {
        add_reads(program, section, kept, &mut needed);
    }
    needed
}

/// Rows that a piece computes and that matter in some lanes only, which ones is known by then. `done`: its conditional instructions are left out.
fn kept_rows(program: &Program, piece: &Piece, done: bool) -> Vec<u32> {
    // A scratch row may not be in memory.
    let can_tell = |when| piece.section.is_none() && when < program.first_scratch();
    let Some(kept) = program.kept().filter(|kept| can_tell(kept.when)) else { return Vec::new() };
    let written =
        |range: Range<usize>, row| program.instructions()[range].iter().any(|instr| instr.to == row);
    let line = program.sections().first().map_or(program.instructions().len(), |first| first.range.start);
    if written(piece.range.end..line, kept.when) {
        return Vec::new();
    }
    let is_conditional = is_conditional(piece);
    let own = piece.range.clone().filter(|index| !done || !is_conditional[index - piece.range.start]);
    let written = own.map(|index| program.instructions()[index].to);
    let mut rows: Vec<u32> = written.filter(|row| kept.rows.contains(row)).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// For every instruction of a piece.
fn is_conditional(piece: &Piece) -> Vec<bool> {
    let mut is_conditional = vec![false; piece.range.len()];
    piece.conditional.iter().for_each(|one| is_conditional[one.index - piece.range.start] = true);
    is_conditional
}

/// Adds what a section reads, but for rows that are kept where it matters. What it writes it may not write, too.
fn add_reads(program: &Program, section: &Section, kept: &[u32], needed: &mut [bool]) {
    let mut reads = vec![false; needed.len()];
    read_before_written(program, section.range.clone(), &mut reads);
    kept.iter().for_each(|row| reads[*row as usize] = false);
    reads[section.when as usize] = true;
    needed.iter_mut().zip(reads).for_each(|(needed, reads)| *needed |= reads);
}

/// From what is needed after some instructions to what is needed before them.
fn read_before_written(program: &Program, range: Range<usize>, needed: &mut [bool]) {
    for instr in program.instructions()[range].iter().rev() {
        needed[instr.to as usize] = false;
        for operand in instr.used() {
            if let Operand::Row(row) = operand {
                needed[*row as usize] = true;
            }
        }
    }
}

/// The steps of a piece that anyone needs, for so many vectors in the given order, with when values are needed next. What is carried out only
/// where it matters has a place of its own for each vector.
pub(crate) fn steps(
    program: &Program,
    locations: Locations,
    piece: &Piece,
    copies: u32,
    order: &[(usize, u32)],
) -> Vec<Step> {
    let mut is_set_later = vec![false; locations.count()];
    let first = piece.range.start;
    let is_conditional = is_conditional(piece);
    let when = program.kept().map_or(0, |kept| kept.when);
    // By vector, the place behind its last instruction; and where its conditional ones are carried out.
    let last = |copy: u32| order.iter().rposition(|(_, of)| *of == copy);
    let behind: Vec<_> = (0..copies).map(|copy| last(copy).map_or(0, |last| last + 1)).collect();
    let place = |copy: u32| {
        let others = order.iter().enumerate();
        let others = others.filter(|(_, (index, of))| *of == copy && !is_conditional[index - first]);
        let others = others.map(|(at, (index, _))| (at, *index));
        conditional::place(program, &piece.conditional, others, behind[copy as usize], piece.range.end)
    };
    let places: Vec<_> = (0..copies).map(place).collect();
    let mut kept = Vec::with_capacity(copies as usize);
    for (copy, place) in (0..copies).zip(&places) {
        let mut rows = kept_rows(program, piece, place.is_some());
        for (row, needed) in (0..).zip(needed(program, piece, &rows)) {
            is_set_later[locations.row(row, copy) as usize] = !needed;
        }
        rows.retain(|row| is_set_later[locations.row(*row, copy) as usize]);
        kept.push(rows);
    }
    let mut list = Backward {
        locations,
        upcoming: vec![NEVER; locations.count()],
        steps: Vec::with_capacity(order.len()),
        number: NEVER - 1,
    };
    for place_in_order in (0..=order.len()).rev() {
        for copy in (0..copies).filter(|copy| behind[*copy as usize] == place_in_order) {
            for row in &kept[copy as usize] {
                let copy_of_row = Instr { op: Opcode::Copy, to: *row, operands: [Operand::Row(*row); 3] };
                let step = list.step(copy_of_row, 0, copy);
                list.push(Step { kept: Some(KeptStep { when, continues: false, ends: true }), ..step });
            }
        }
        for copy in (0..copies).filter(|copy| places[*copy as usize] == Some(place_in_order)) {
            for Conditional { index, continues, ends } in piece.conditional.iter().rev() {
                let step = list.step(program.instructions()[*index], *index, copy);
                list.push(Step { kept: Some(KeptStep { when, continues: *continues, ends: *ends }), ..step });
            }
        }
        let Some((index, copy)) = place_in_order.checked_sub(1).map(|before| order[before]) else { break };
        if places[copy as usize].is_some() && is_conditional[index - first] {
            continue;
        }
        let instr = program.instructions()[index];
        let to = locations.row(instr.to, copy) as usize;
        let is_final = !std::mem::replace(&mut is_set_later[to], true);
        let next_of_result = std::mem::replace(&mut list.upcoming[to], NEVER);
        if next_of_result == NEVER && !is_final {
            continue;
        }
        let step = list.step(instr, index, copy);
        list.push(Step { next_of_result, known: piece.known[index - first], is_final, ..step });
    }
    list.in_order()
}

/// Steps from the last to the first.
struct Backward {
    locations: Locations,
    /// By location, the number of the step that reads it next, of those that there are.
    upcoming: Vec<u32>,
    steps: Vec<Step>,
    /// That of the step before these: numbers fall from the end, as how many steps there will be is not known yet.
    number: u32,
}

impl Backward {
    /// An instruction for one of the vectors, whose result nobody needs.
    fn step(&self, instr: Instr, index: usize, copy: u32) -> Step {
        let operands = instr.operands.map(|operand| self.locations.of(operand, copy));
        Step {
            instr,
            index: index as u32,
            to: self.locations.row(instr.to, copy),
            operands,
            next_of_result: NEVER,
            next: operands.map(|operand| self.upcoming[operand as usize]),
            known: Known::Nothing,
            is_final: false,
            kept: None,
        }
    }

    fn push(&mut self, step: Step) {
        for operand in step.read() {
            self.upcoming[*operand as usize] = self.number;
        }
        self.steps.push(step);
        self.number -= 1;
    }

    /// The steps, numbered from 0 on.
    fn in_order(self) -> Vec<Step> {
        let Backward { mut steps, number, .. } = self;
        steps.reverse();
        let first = number + 1;
        let renumbered = |next: u32| if next == NEVER { NEVER } else { next - first };
        for step in &mut steps {
            step.next_of_result = renumbered(step.next_of_result);
            step.next = step.next.map(renumbered);
        }
        steps
    }
}
