//! The body of the loop in the making: where instructions find their operands.

use iced_x86::{Code, MemoryOperand, Register};
use rubie_program::Operand;

use crate::assembler::{Assembler, Last};
use crate::flow::{Location, Locations, NEVER, Step};
use crate::frame::{Convention, Detour};
use crate::machine::{Codes, LookupCodes, MaskCodes, ShiftCodes};
use crate::places::Places;

/// Numbers that operations are made of; they stand after the program's constants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Special {
    Zero,
    /// Only the bit of the sign.
    Sign,
    /// All bits but that of the sign.
    Magnitude,
    /// All bits.
    Ones,
    NotANumber,
    /// The largest angle that is not reduced.
    SmallAngle,
    /// The smallest number that is not subnormal.
    Normal,
    Infinity,
    /// 2 to the number of bits of the fraction: an integer added to it stands in the lowest bits.
    Whole,
    /// The same plus the bias of exponents.
    WholeAndBias,
    /// The same with another half, so that negative integers can be added, too.
    MoreAndBias,
    /// The largest size of an exponent that a normal power of two can have.
    LargestExponent,
    /// Only the bits of the fraction.
    Fraction,
    One,
    /// For the instruction that looks for special numbers: NaN in place of either infinity, all else as it is.
    InfinityIsNotANumber,
}

impl Special {
    /// All of them, in their order in memory.
    pub(crate) const ALL: [Special; 15] = [
        Special::Zero,
        Special::Sign,
        Special::Magnitude,
        Special::Ones,
        Special::NotANumber,
        Special::SmallAngle,
        Special::Normal,
        Special::Infinity,
        Special::Whole,
        Special::WholeAndBias,
        Special::MoreAndBias,
        Special::LargestExponent,
        Special::Fraction,
        Special::One,
        Special::InfinityIsNotANumber,
    ];
}

/// What is fixed for all bodies of a program.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) codes: Codes,
    /// Only where there are mask registers.
    pub(crate) masks: Option<MaskCodes>,
    pub(crate) shifts: ShiftCodes,
    pub(crate) lookup: LookupCodes,
    pub(crate) convention: Convention,
    /// The place of [`Special::Zero`] among the constants.
    pub(crate) first_special: u32,
}

impl Target {
    /// Whether there are 32 registers for vectors, not 16.
    pub(crate) fn has_many_registers(&self) -> bool {
        self.masks.is_some()
    }
}

/// Steps to the next use up to which a number in memory is worth a free register.
const WORTH_KEEPING: u32 = 400;

/// The masks that no value lives in.
pub(crate) const SPARE_MASKS: [Register; 2] = [Register::K1, Register::K0];

/// Where an instruction finds an operand.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    Register(Register),
    Memory(Location),
    Mask(Register),
}

/// Writes the instructions for one round of the loop.
pub(crate) struct Body<'a> {
    pub(crate) asm: &'a mut Assembler,
    pub(crate) target: Target,
    pub(crate) locations: Locations,
    pub(crate) places: Places,
    pub(crate) detours: Vec<Detour>,
    /// How often a value gave up its register and had to be written.
    pub(crate) spills: u32,
    /// Number of the present step.
    pub(crate) now: u32,
}

impl<'a> Body<'a> {
    pub(crate) fn new(asm: &'a mut Assembler, target: Target, locations: Locations) -> Self {
        // The last two vectors are for what an instruction needs for itself.
        let (vectors, masks) = if target.masks.is_some() { (0x3fff_ffff, 0xfc) } else { (0x3fff, 0) };
        let places = Places::new(locations.count(), vectors, masks);
        Self { asm, target, locations, places, detours: Vec::new(), spills: 0, now: 0 }
    }

    pub(crate) fn vector(&self, number: u8) -> Register {
        self.target.convention.first_vector + u32::from(number)
    }

    /// A register that holds no value.
    pub(crate) fn spare(&self, which: u8) -> Register {
        self.vector(if self.target.masks.is_some() { 30 } else { 14 } + which)
    }

    /// The operand, put into a register first if it is worth it and one is free.
    pub(crate) fn source(&mut self, step: &Step, place: usize) -> Source {
        let location = step.operands[place];
        if let Some(register) = self.places.vectors.of(location) {
            self.places.vectors.pin(register);
            return Source::Register(self.vector(register));
        }
        if !self.places.in_memory[location as usize]
            && let Some(mask) = self.places.masks.of(location)
        {
            self.places.masks.pin(mask);
            return Source::Mask(Register::K0 + u32::from(mask));
        }
        let next = step.next[place];
        if next != NEVER
            && next - self.now < WORTH_KEEPING
            && let Some(register) = self.places.vectors.take(location, None)
        {
            self.places.next[location as usize] = next;
            self.places.vectors.pin(register);
            let register = self.vector(register);
            self.load(register, Source::Memory(location));
            return Source::Register(register);
        }
        Source::Memory(location)
    }

    pub(crate) fn memory(&self, location: Location) -> Last {
        let at = |base, bytes: u32| MemoryOperand::with_base_displ(base, i64::from(bytes));
        match self.locations.named(location) {
            (Operand::Row(row), copy) => Last::Row(row, copy * self.target.convention.vector_bytes),
            (Operand::Uniform(uniform), _) => Last::Memory(at(Register::R14, 64 * uniform)),
            (Operand::Constant(constant), _) => self.constant(constant),
        }
    }

    /// Constants are single numbers where instructions can repeat them, else whole vectors.
    pub(crate) fn constant(&self, constant: u32) -> Last {
        let convention = &self.target.convention;
        Last::Memory(if self.target.masks.is_some() {
            let bytes = i64::from(constant * convention.number_bytes);
            MemoryOperand::new(Register::RBP, Register::None, 1, bytes, 1, true, Register::None)
        } else {
            let bytes = i64::from(constant * convention.vector_bytes);
            MemoryOperand::with_base_displ(Register::RBP, bytes)
        })
    }

    pub(crate) fn special(&self, special: Special) -> Last {
        self.constant(self.target.first_special + special as u32)
    }

    /// The operand as the last of an instruction.
    pub(crate) fn last(&mut self, source: Source, spare: Register) -> Last {
        match source {
            Source::Register(register) => Last::Register(register),
            Source::Memory(location) => self.memory(location),
            Source::Mask(_) => Last::Register(self.in_register(source, spare)),
        }
    }

    /// The operand in a register, which is `spare` if it is in none yet.
    pub(crate) fn in_register(&mut self, source: Source, spare: Register) -> Register {
        if let Source::Register(register) = source {
            return register;
        }
        self.load(spare, source);
        spare
    }

    pub(crate) fn load(&mut self, to: Register, source: Source) {
        let codes = self.target.codes;
        match (source, self.target.masks) {
            (Source::Register(from), _) if from == to => {}
            (Source::Register(from), _) => self.emit(codes.load, &[to], Last::Register(from)),
            (Source::Mask(mask), Some(masks)) => self.emit(masks.from_mask, &[to], Last::Register(mask)),
            (Source::Memory(location), Some(masks))
                if matches!(self.locations.named(location), (Operand::Constant(_), _)) =>
            {
                self.load_constant(to, location, masks);
            }
            (Source::Memory(location), _) => {
                let memory = self.memory(location);
                self.emit(codes.load, &[to], memory);
            }
            (Source::Mask(_), None) => {}
        }
    }

    pub(crate) fn load_constant(&mut self, to: Register, location: Location, masks: MaskCodes) {
        if let (Operand::Constant(constant), _) = self.locations.named(location) {
            self.repeat(to, constant, masks);
        }
    }

    /// One number in all lanes.
    pub(crate) fn repeat(&mut self, to: Register, constant: u32, masks: MaskCodes) {
        let bytes = i64::from(constant * self.target.convention.number_bytes);
        let memory = MemoryOperand::with_base_displ(Register::RBP, bytes);
        self.emit(masks.broadcast, &[to], Last::Memory(memory));
    }

    pub(crate) fn emit(&mut self, code: Code, first: &[Register], last: Last) {
        self.asm.operation(code, first, last, Register::None);
    }

    /// Says that the operands have been read.
    pub(crate) fn release(&mut self, step: &Step) {
        for (operand, next) in step.read().iter().zip(step.next) {
            self.places.needed_next(*operand, next);
        }
    }
}
