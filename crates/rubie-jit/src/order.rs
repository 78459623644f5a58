//! In which order a processor would like to get the instructions.
//!
//! A processor looks ahead and begins what is ready, but instructions that wait fill the table from which it chooses, and when the table
//! is full it looks no further. So they are written down in the order in which they can begin: a processor is imitated that
//! begins two instructions in a cycle, out of a window of some tens.

use std::ops::Range;

use rubie_program::{Opcode, Operand, Program};

use crate::flow::{Locations, Stream, interleaved};

/// Instructions among which the imitated processor chooses.
const WINDOW: usize = Seats::BITS as usize;
/// Instructions that it begins in a cycle.
const WIDTH: usize = 2;

/// The most cycles between a beginning and what it allows: the calendar of what will be ready is so long.
const LONGEST: usize = 32;

/// The instructions of a stream and the vectors they are for, in an order in which they wait little.
pub(crate) fn ordered(program: &Program, locations: Locations, stream: &Stream) -> Vec<(usize, u32)> {
    let given = interleaved(stream);
    let mut processor = Processor::new(Conditions::new(program, locations, &given));
    let mut ordered = Vec::with_capacity(given.len());
    while ordered.len() < given.len() {
        processor.look_ahead();
        for _ in 0..WIDTH {
            let Some(place) = processor.begin_oldest() else { break };
            ordered.push(given[place as usize]);
        }
        processor.pass_a_cycle();
    }
    ordered
}

/// Cycles from the first beginning to the last result, if the processor saw everything at once: the longest chain of results of
/// which each needs the one before.
pub(crate) fn longest_chain(program: &Program, range: Range<usize>) -> u32 {
    let mut known: Vec<u32> = vec![0; program.rows() as usize];
    let chains = program.instructions()[range].iter().map(|instr| {
        let needs = instr.used().iter().map(|operand| match operand {
            Operand::Row(row) => known[*row as usize],
            _ => 0,
        });
        let at = needs.max().unwrap_or(0) + cycles(instr.op);
        known[instr.to as usize] = at;
        at
    });
    chains.max().unwrap_or(0)
}

/// What follows from the beginning of an instruction.
#[derive(Clone, Copy)]
struct Follows {
    /// Place of the instruction that waits for it.
    place: u32,
    /// Cycles that must pass.
    cycles: u32,
    /// What else follows, [`NONE`] if nothing.
    next: u32,
}

const NONE: u32 = u32::MAX;

/// For every instruction what waits for it: those that take its result, and those that overwrite what it uses or computes.
struct Conditions {
    follows: Vec<Follows>,
    /// The first for each instruction.
    first: Vec<u32>,
    /// How many each waits for.
    open: Vec<u32>,
}

impl Conditions {
    fn new(program: &Program, locations: Locations, given: &[(usize, u32)]) -> Self {
        let mut conditions = Conditions {
            follows: Vec::with_capacity(4 * given.len()),
            first: vec![NONE; given.len()],
            open: vec![0; given.len()],
        };
        let instructions = program.instructions();
        let mut writer: Vec<u32> = vec![NONE; locations.count()];
        // Readers of a location since it was written: the last, and before each the one before.
        let mut reader: Vec<u32> = vec![NONE; locations.count()];
        let mut readers: Vec<(u32, u32)> = Vec::with_capacity(3 * given.len());
        for (place, (index, copy)) in (0..).zip(given) {
            let instr = &instructions[*index];
            for operand in instr.used() {
                if !matches!(operand, Operand::Row(_)) {
                    continue;
                }
                let location = locations.of(*operand, *copy) as usize;
                let from = writer[location];
                if from != NONE {
                    conditions.add(from, place, cycles(instructions[given[from as usize].0].op));
                }
                readers.push((place, std::mem::replace(&mut reader[location], readers.len() as u32)));
            }
            let to = locations.row(instr.to, *copy) as usize;
            if writer[to] != NONE {
                conditions.add(writer[to], place, 0);
            }
            let mut last = std::mem::replace(&mut reader[to], NONE);
            while last != NONE {
                let (reads, before) = readers[last as usize];
                if reads != place {
                    conditions.add(reads, place, 0);
                }
                last = before;
            }
            writer[to] = place;
        }
        conditions
    }

    fn add(&mut self, before: u32, place: u32, cycles: u32) {
        let next = std::mem::replace(&mut self.first[before as usize], self.follows.len() as u32);
        self.follows.push(Follows { place, cycles, next });
        self.open[place as usize] += 1;
    }
}

/// Sets of the window's seats.
type Seats = u32;

/// The imitated processor.
struct Processor {
    conditions: Conditions,
    /// The next instruction that it will look at.
    next: u32,
    now: u32,
    /// The cycle from which on each instruction can begin, as far as its conditions are met.
    ready_at: Vec<u32>,
    /// Where in the window each instruction is.
    seat: Vec<u8>,
    /// The instruction on each seat.
    seated: [u32; WINDOW],
    free: Seats,
    /// Those that can begin.
    ready: Seats,
    /// By cycle, those that can begin then.
    calendar: [Seats; LONGEST],
}

/// No seat.
const OUTSIDE: u8 = u8::MAX;

impl Processor {
    fn new(conditions: Conditions) -> Self {
        let count = conditions.open.len();
        Processor {
            conditions,
            next: 0,
            now: 0,
            ready_at: vec![0; count],
            seat: vec![OUTSIDE; count],
            seated: [0; WINDOW],
            free: Seats::MAX,
            ready: 0,
            calendar: [0; LONGEST],
        }
    }

    /// Fills the window.
    fn look_ahead(&mut self) {
        while self.free != 0 && (self.next as usize) < self.seat.len() {
            let seat = self.free.trailing_zeros();
            self.free &= self.free - 1;
            self.seated[seat as usize] = self.next;
            self.seat[self.next as usize] = seat as u8;
            if self.conditions.open[self.next as usize] == 0 {
                self.note(self.next);
            }
            self.next += 1;
        }
    }

    /// Notes when an instruction in the window can begin, all of whose conditions are known.
    fn note(&mut self, place: u32) {
        let (seat, at) = (1 << self.seat[place as usize], self.ready_at[place as usize]);
        if at <= self.now {
            self.ready |= seat;
        } else {
            self.calendar[at as usize % LONGEST] |= seat;
        }
    }

    /// Begins the oldest of those that can begin.
    fn begin_oldest(&mut self) -> Option<u32> {
        let mut rest = self.ready;
        let mut oldest = None;
        while rest != 0 {
            let place = self.seated[rest.trailing_zeros() as usize];
            oldest = Some(oldest.map_or(place, |oldest: u32| oldest.min(place)));
            rest &= rest - 1;
        }
        let begun = oldest?;
        let seat = 1 << std::mem::replace(&mut self.seat[begun as usize], OUTSIDE);
        self.ready &= !seat;
        self.free |= seat;
        let mut follows = self.conditions.first[begun as usize];
        while follows != NONE {
            let Follows { place, cycles, next } = self.conditions.follows[follows as usize];
            let waits = place as usize;
            self.ready_at[waits] = self.ready_at[waits].max(self.now + cycles);
            self.conditions.open[waits] -= 1;
            if self.conditions.open[waits] == 0 && self.seat[waits] != OUTSIDE {
                self.note(place);
            }
            follows = next;
        }
        oldest
    }

    /// To the next cycle in which anything can begin.
    fn pass_a_cycle(&mut self) {
        self.now += 1;
        for _ in 0..LONGEST {
            self.ready |= std::mem::take(&mut self.calendar[self.now as usize % LONGEST]);
            let looks = self.free != 0 && (self.next as usize) < self.seat.len();
            if self.ready != 0 || looks {
                return;
            }
            self.now += 1;
        }
    }
}

/// Cycles until the result is there, about as many as on processors of these years.
fn cycles(op: Opcode) -> u32 {
    use Opcode::*;
    match op {
        Copy => 0,
        Neg | Abs | And | Or | AndNot | Not | Select | CopySign => 1,
        Div | Sqrt => 14,
        Exponent | AngleHigh | AngleLow => 8,
        Scale => 12,
        Lookup | Mod => 20,
        _ => 4,
    }
}
