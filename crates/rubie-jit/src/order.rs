//! In which order a processor would like to get the instructions.
//!
//! A processor looks ahead and begins what is ready, but instructions that wait fill the table from which it chooses, and when the table
//! is full it looks no further. So they are written down in the order in which they can begin: a processor is imitated that
//! begins two instructions in a cycle, out of a window of some tens.

use rubie_program::{Opcode, Operand, Program};

use crate::flow::{Locations, Stream, interleaved};

/// Instructions among which the imitated processor chooses.
const WINDOW: usize = 32;
/// Instructions that it begins in a cycle.
const WIDTH: usize = 2;

/// What must have happened before an instruction can begin.
#[derive(Clone, Copy)]
struct After {
    /// Place in the given order.
    place: u32,
    /// Cycles after its beginning.
    cycles: u32,
}

/// An instruction that the imitated processor may choose.
#[derive(Clone, Copy)]
struct Waiting {
    place: u32,
    /// The first condition of which it is not known when it is met; those before are met at `ready`.
    condition: u32,
    ready: u32,
}

impl Waiting {
    /// Whether it is known when all conditions are met, as more instructions have begun.
    fn is_known(&mut self, last: u32, after: &[After], begins: &[u32]) -> bool {
        while self.condition < last {
            let After { place, cycles } = after[self.condition as usize];
            let begun = begins[place as usize];
            if begun == NOT_YET {
                return false;
            }
            self.ready = self.ready.max(begun + cycles);
            self.condition += 1;
        }
        true
    }
}

/// The instructions of a stream and the vectors they are for, in an order in which they wait little.
pub(crate) fn ordered(program: &Program, locations: Locations, stream: &Stream) -> Vec<(usize, u32)> {
    let given = interleaved(stream);
    let (first, after) = conditions(program, locations, &given);
    let mut begins: Vec<u32> = vec![NOT_YET; given.len()];
    let mut ordered = Vec::with_capacity(given.len());
    let mut waiting: Vec<Waiting> = Vec::with_capacity(WINDOW);
    let mut next = 0;
    let mut now = 0;
    while ordered.len() < given.len() {
        while waiting.len() < WINDOW && next < given.len() {
            waiting.push(Waiting { place: next as u32, condition: first[next], ready: 0 });
            next += 1;
        }
        let mut begun = 0;
        let mut soonest = u32::MAX;
        waiting.retain_mut(|waiting| {
            if begun == WIDTH {
                return true;
            }
            let place = waiting.place as usize;
            if !waiting.is_known(first[place + 1], &after, &begins) {
                return true;
            }
            if waiting.ready <= now {
                begins[place] = now;
                ordered.push(given[place]);
                begun += 1;
                return false;
            }
            soonest = soonest.min(waiting.ready);
            true
        });
        now = if begun == 0 { soonest.max(now + 1) } else { now + 1 };
    }
    ordered
}

const NOT_YET: u32 = u32::MAX;

/// For every instruction what must come before: those that it takes results of, and those that use or compute what it overwrites.
/// The conditions of instruction `i` are those from the first list's number `i` to number `i + 1`.
fn conditions(program: &Program, locations: Locations, given: &[(usize, u32)]) -> (Vec<u32>, Vec<After>) {
    let mut writer: Vec<u32> = vec![NOT_YET; locations.count()];
    // Readers of a location since it was written: the last, and before each the one before.
    let mut reader: Vec<u32> = vec![NOT_YET; locations.count()];
    let mut readers: Vec<(u32, u32)> = Vec::with_capacity(3 * given.len());
    let (mut first, mut after) = (Vec::with_capacity(given.len() + 1), Vec::with_capacity(4 * given.len()));
    for (place, (index, copy)) in (0..).zip(given) {
        first.push(after.len() as u32);
        let instr = &program.instructions()[*index];
        let rows = instr.used().iter().filter(|operand| matches!(operand, Operand::Row(_)));
        for operand in rows {
            let location = locations.of(*operand, *copy) as usize;
            if writer[location] != NOT_YET {
                let cycles = cycles(program.instructions()[given[writer[location] as usize].0].op);
                after.push(After { place: writer[location], cycles });
            }
            readers.push((place, std::mem::replace(&mut reader[location], readers.len() as u32)));
        }
        let to = locations.row(instr.to, *copy) as usize;
        if writer[to] != NOT_YET {
            after.push(After { place: writer[to], cycles: 0 });
        }
        let mut last = std::mem::replace(&mut reader[to], NOT_YET);
        while last != NOT_YET {
            let (reads, before) = readers[last as usize];
            if reads != place {
                after.push(After { place: reads, cycles: 0 });
            }
            last = before;
        }
        writer[to] = place;
    }
    first.push(after.len() as u32);
    (first, after)
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
