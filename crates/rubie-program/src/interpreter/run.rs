//! The loop over instructions, and in it the loop over the vectors of a row.

use std::marker::PhantomData;

use super::vector::Vector;
use crate::instruction::{Instr, Opcode, Operand};

/// An instruction with its operands as indices into the three kinds of memory.
pub(super) struct Step {
    op: Opcode,
    kinds: [Kind; 3],
    to: u32,
    indices: [u32; 3],
}

#[derive(Clone, Copy)]
#[repr(u8)]
enum Kind {
    Row = 0,
    Uniform = 1,
    Constant = 2,
}

impl Step {
    pub(super) fn new(instruction: &Instr) -> Self {
        let split = |operand| match operand {
            Operand::Row(row) => (Kind::Row, row),
            Operand::Uniform(uniform) => (Kind::Uniform, uniform),
            Operand::Constant(constant) => (Kind::Constant, constant),
        };
        let operands = instruction.operands.map(split);
        Self {
            op: instruction.op,
            kinds: operands.map(|operand| operand.0),
            to: instruction.to,
            indices: operands.map(|operand| operand.1),
        }
    }
}

/// Where rows, uniforms and constants are, and the table.
pub(super) struct Memory {
    pub(super) bases: [*mut u8; 3],
    /// Start and number of entries.
    pub(super) table: (*const u8, usize),
    /// From the start of a row to that of the next.
    pub(super) distance: usize,
    /// The part of each row that is worked on: its first byte, and how many.
    pub(super) part: [usize; 2],
}

/// Bytes of a uniform or constant: one vector of the largest size.
const LINE: usize = 64;
/// Bytes of a row in the common case, for which there is a loop of known length.
const COMMON: usize = 512;

/// Runs all instructions, `V` lanes at a time.
///
/// # Safety
/// - The processor has the instructions of `V`, and this is inlined into a function compiled for them.
/// - The table of `memory` has so many numbers of the lanes' type.
/// - `memory` holds all rows, uniforms and constants that the steps name, on 64-byte boundaries;
///   rows may be written to.
/// - Rows are a multiple of 64 bytes long, as is their part, which lies within them.
#[inline(always)]
pub(super) unsafe fn run<V: Vector>(steps: &[Step], memory: &Memory) {
    // SAFETY: as for the caller.
    unsafe {
        let table = std::slice::from_raw_parts(memory.table.0.cast(), memory.table.1);
        let (mut bases, [first, bytes]) = (memory.bases, memory.part);
        bases[0] = bases[0].add(first);
        if bytes == COMMON {
            run_rows::<V>(steps, bases, table, [memory.distance, COMMON]);
        } else {
            run_rows::<V>(steps, bases, table, [memory.distance, bytes]);
        }
    }
}

/// One loop over the vectors of a row. (A macro, as closures are not sure to be inlined, without which
/// intrinsics are calls.)
macro_rules! each {
    ($lanes:ident, $method:ident $first:literal $(, $place:literal)*) => {
        for index in 0..$lanes.vectors() {
            $lanes.vector($first, index).$method($($lanes.vector($place, index)),*).store($lanes.result(index));
        }
    };
}

#[inline(always)]
unsafe fn run_rows<V: Vector>(steps: &[Step], bases: [*mut u8; 3], table: &[V::Lane], bytes: [usize; 2]) {
    // SAFETY: as for the caller.
    unsafe {
        for step in steps {
            let lanes = Lanes::<V>::new(step, bases, bytes);
            match step.op {
                Opcode::Copy => each!(lanes, copy 0),
                Opcode::Neg => each!(lanes, neg 0),
                Opcode::Abs => each!(lanes, abs 0),
                Opcode::Sqrt => each!(lanes, sqrt 0),
                Opcode::Floor => each!(lanes, floor 0),
                Opcode::Ceil => each!(lanes, ceil 0),
                Opcode::Round => each!(lanes, round 0),
                Opcode::Exponent => each!(lanes, exponent 0),
                Opcode::AngleHigh => each!(lanes, angle_high 0),
                Opcode::AngleLow => each!(lanes, angle_low 0),
                Opcode::Lookup => {
                    for index in 0..lanes.vectors() {
                        lanes.vector(0, index).look_up(table).store(lanes.result(index));
                    }
                }
                Opcode::Not => each!(lanes, not 0),
                Opcode::Add => each!(lanes, add 0, 1),
                Opcode::Sub => each!(lanes, sub 0, 1),
                Opcode::Mul => each!(lanes, mul 0, 1),
                Opcode::Div => each!(lanes, div 0, 1),
                Opcode::Min => each!(lanes, min 0, 1),
                Opcode::Max => each!(lanes, max 0, 1),
                Opcode::CopySign => each!(lanes, copy_sign 0, 1),
                Opcode::Scale => each!(lanes, scale 0, 1),
                Opcode::Mod => each!(lanes, modulo 0, 1),
                Opcode::Lt => each!(lanes, lt 0, 1),
                Opcode::Le => each!(lanes, le 0, 1),
                Opcode::Eq => each!(lanes, eq 0, 1),
                Opcode::Ne => each!(lanes, ne 0, 1),
                Opcode::And => each!(lanes, and 0, 1),
                Opcode::Or => each!(lanes, or 0, 1),
                Opcode::AndNot => each!(lanes, and_not 0, 1),
                Opcode::MulAdd => each!(lanes, mul_add 0, 1, 2),
                Opcode::MulSub => each!(lanes, mul_sub 0, 1, 2),
                Opcode::NegMulAdd => each!(lanes, neg_mul_add 0, 1, 2),
                Opcode::Select => each!(lanes, select 0, 1, 2),
            }
        }
    }
}

/// What one instruction works on: addresses of vectors.
struct Lanes<V> {
    operands: [*const u8; 3],
    /// Bytes from one vector to the next.
    strides: [usize; 3],
    to: *mut u8,
    /// Bytes of a row that are worked on.
    part_bytes: usize,
    vector: PhantomData<V>,
}

impl<V: Vector> Lanes<V> {
    #[inline(always)]
    unsafe fn new(step: &Step, bases: [*mut u8; 3], [distance, part_bytes]: [usize; 2]) -> Self {
        let (mut operands, mut strides) = ([bases[0].cast_const(); 3], [0; 3]);
        for place in 0..3 {
            let kind = step.kinds[place];
            let (bytes, stride) = match kind {
                Kind::Row => (distance, size_of::<V>()),
                _ => (LINE, 0),
            };
            strides[place] = stride;
            // SAFETY: the caller vouches that the operand is there.
            operands[place] = unsafe { bases[kind as usize].add(step.indices[place] as usize * bytes) };
        }
        // SAFETY: the caller vouches that the row is there.
        let to = unsafe { bases[0].add(step.to as usize * distance) };
        Self { operands, strides, to, part_bytes, vector: PhantomData }
    }

    #[inline(always)]
    fn vectors(&self) -> usize {
        self.part_bytes / size_of::<V>()
    }

    #[inline(always)]
    unsafe fn vector(&self, place: usize, index: usize) -> V {
        // SAFETY: operands have `vectors()` vectors or one that stays.
        unsafe { V::load(self.operands[place].add(index * self.strides[place])) }
    }

    #[inline(always)]
    unsafe fn result(&self, index: usize) -> *mut u8 {
        // SAFETY: the row has `vectors()` vectors.
        unsafe { self.to.add(index * size_of::<V>()) }
    }
}
