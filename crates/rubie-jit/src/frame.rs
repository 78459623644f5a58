//! Calls out of the machine code, for what has no vector instructions: one lane after the other, in Rust.

use std::ffi::c_void;
use std::mem::size_of;

use iced_x86::{Code, Instruction, MemoryOperand, Register};
use rubie_program::{Element, Opcode};

use crate::assembler::{Assembler, Jump, Label, Last, Purpose};
use crate::machine::Codes;

/// Bytes of the stack frame: two operands, 32 vectors, 8 masks, what the repetition goes by.
pub(crate) const FRAME: u32 = UNTIL + 64;
/// Where it stands how far behind the first row that is which ends the repetition.
pub(crate) const UNTIL: u32 = SAVED_MASKS + 64;
/// Where the number of rounds stands that are left.
pub(crate) const ROUNDS: u32 = UNTIL + 8;
/// Where the address of the function stands that is called in visited sections, 0 if nothing is.
pub(crate) const VISIT: u32 = UNTIL + 16;
/// Where its argument stands.
pub(crate) const CONTEXT: u32 = UNTIL + 24;
/// Where it stands whether a section is to be visited, or to be carried out another time.
pub(crate) const ANOTHER: u32 = UNTIL + 32;
const SECOND: u32 = 64;
const SAVED_VECTORS: u32 = 128;
const SAVED_MASKS: u32 = SAVED_VECTORS + 32 * 64;

/// What is called when a visited section has been carried out: gets the context, answers how to go on.
pub(crate) type Visit = extern "sysv64" fn(*mut c_void) -> Onward;

/// How code goes on after a visit.
#[repr(u64)]
pub(crate) enum Onward {
    /// Behind the section.
    Past = 0,
    /// With the section.
    Again = 1,
    /// Nowhere.
    Stop = 2,
}

/// What is called for operations: the frame, the opcode by number, the number of lanes.
type ByLane = extern "sysv64" fn(*mut u8, u32, u32);

/// The function that computes one vector of `T`.
pub(crate) fn by_lane<T: Element>() -> u64 {
    let function: ByLane = compute::<T>;
    function as usize as u64
}

/// Replaces the first operand in the frame by the result.
extern "sysv64" fn compute<T: Element>(frame: *mut u8, op: u32, lanes: u32) {
    let op = Opcode::ALL[op as usize];
    for lane in 0..lanes as usize {
        // SAFETY: called by the code that `Call::write` makes, with the frame that it filled: two vectors of `lanes`
        // numbers, 64 bytes apart and aligned; all bits are numbers.
        unsafe {
            let first = frame.cast::<T>().add(lane);
            let second = frame.add(SECOND as usize).cast::<T>().add(lane);
            let (a, b) = (first.read(), second.read());
            first.write(T::evaluate(op, a, b, a));
        }
    }
}

/// An operation that is computed by a call.
pub(crate) struct Call {
    pub(crate) op: Opcode,
    /// Registers, or memory that holds whole vectors.
    pub(crate) operands: [Last; 2],
    pub(crate) to: Register,
    /// A register that holds nothing when the call is made.
    pub(crate) spare: Register,
    /// Registers to be kept, as bits.
    pub(crate) vectors: u32,
    pub(crate) masks: u32,
}

/// A call that is made seldom, out of the way of the others.
pub(crate) struct Detour {
    pub(crate) call: Call,
    pub(crate) from: Jump,
    pub(crate) back: Label,
}

/// What all calls have in common.
#[derive(Clone, Copy)]
pub(crate) struct Convention {
    pub(crate) codes: Codes,
    /// Register 0 of the vectors.
    pub(crate) first_vector: Register,
    pub(crate) vector_bytes: u32,
    pub(crate) number_bytes: u32,
    pub(crate) function: u64,
}

impl Convention {
    /// Writes the call.
    pub(crate) fn write(&self, asm: &mut Assembler, call: &Call) {
        let vectors: Vec<u32> = (0..32).filter(|register| call.vectors >> register & 1 == 1).collect();
        let masks: Vec<u32> = (0..8).filter(|register| call.masks >> register & 1 == 1).collect();
        for (operand, at) in call.operands.into_iter().zip([0, SECOND]) {
            let register = match operand {
                Last::Register(register) => register,
                memory => {
                    asm.operation(self.codes.load, &[call.spare], memory, Register::None);
                    call.spare
                }
            };
            asm.push(Instruction::with2(self.codes.store, slot(at), register));
        }
        for register in &vectors {
            let at = slot(SAVED_VECTORS + 64 * register);
            asm.push(Instruction::with2(self.codes.store, at, self.first_vector + *register));
        }
        for register in &masks {
            let at = slot(SAVED_MASKS + 8 * register);
            asm.push(Instruction::with2(Code::VEX_Kmovw_m16_kr, at, Register::K0 + *register));
        }
        asm.push(Ok(Instruction::with(Code::VEX_Vzeroupper)));
        asm.push(Instruction::with2(Code::Mov_r64_rm64, Register::RDI, Register::RSP));
        asm.push(Instruction::with2(Code::Mov_r32_imm32, Register::ESI, call.op as u32));
        asm.push(Instruction::with2(
            Code::Mov_r32_imm32,
            Register::EDX,
            self.vector_bytes / self.number_bytes,
        ));
        asm.push(Instruction::with2(Code::Mov_r64_imm64, Register::RAX, self.function));
        asm.push(Instruction::with1(Code::Call_rm64, Register::RAX));
        for register in &vectors {
            let at = Last::Memory(slot(SAVED_VECTORS + 64 * register));
            asm.operation(self.codes.load, &[self.first_vector + *register], at, Register::None);
        }
        for register in &masks {
            let at = Last::Memory(slot(SAVED_MASKS + 8 * register));
            asm.operation(Code::VEX_Kmovw_kr_km16, &[Register::K0 + *register], at, Register::None);
        }
        asm.operation(self.codes.load, &[call.to], Last::Memory(slot(0)), Register::None);
    }

    /// Writes the calls that lie out of the way.
    pub(crate) fn write_detours(&self, asm: &mut Assembler, detours: &[Detour]) {
        for detour in detours {
            let here = asm.here();
            asm.land(detour.from, here);
            asm.mark(Purpose::Detour(detour.call.op));
            self.write(asm, &detour.call);
            asm.jump_back(Code::Jmp_rel32_64, detour.back);
        }
    }
}

/// A place in the frame.
pub(crate) fn slot(at: u32) -> MemoryOperand {
    MemoryOperand::with_base_displ(Register::RSP, i64::from(at))
}

/// Size of a number of `T` in bytes.
pub(crate) fn number_bytes<T>() -> u32 {
    size_of::<T>() as u32
}
