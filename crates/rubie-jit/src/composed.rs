//! Opcodes that take several machine instructions, or a call where even those will not do.

use iced_x86::{Code, Instruction, MemoryOperand, Register};
use rubie_program::Opcode;

use crate::assembler::{Jump, Last};
use crate::flow::Step;
use crate::frame::{Call, Detour};
use crate::known::Known;
use crate::machine::MaskCodes;
use crate::operands::{Body, SPARE_MASKS, Source, Special};

impl Body<'_> {
    pub(crate) fn copy_sign(&mut self, step: &Step) {
        let (a, b) = (self.source(step, 0), self.source(step, 1));
        self.release(step);
        let to = self.result(step, &[a, b]);
        let codes = self.target.codes;
        let [first, second] = [self.spare(0), self.spare(1)];
        let (sign, magnitude) = (self.special(Special::Sign), self.special(Special::Magnitude));
        let a = self.in_register(a, first);
        self.emit(codes.and, &[first, a], magnitude);
        let b = self.in_register(b, second);
        self.emit(codes.and, &[second, b], sign);
        self.emit(codes.or, &[to, first], Last::Register(second));
        self.computed(step, to);
    }

    /// `vscalef` takes whole exponents and NaN as the program does; infinite ones must give NaN.
    pub(crate) fn scale_by_whole(&mut self, step: &Step, masks: MaskCodes) {
        let (a, b) = (self.source(step, 0), self.source(step, 1));
        self.release(step);
        let to = self.result(step, &[a]);
        let a = self.in_register(a, self.spare(0));
        let b = self.in_register(b, self.spare(1));
        // The exponent is looked at again, so it must not be overwritten.
        let scaled = if to == b { self.spare(0) } else { to };
        self.emit(masks.scale, &[scaled, a], Last::Register(b));
        let table = self.special(Special::InfinityIsNotANumber);
        self.asm.with_immediate(masks.fix_up, &[scaled, b], table, Some(0), Register::None);
        self.load(to, Source::Register(scaled));
        self.computed(step, to);
    }

    /// `vscalef` takes the floor of the exponent, so what is no integer is found first.
    pub(crate) fn scale(&mut self, step: &Step, masks: MaskCodes) {
        let (a, b) = (self.source(step, 0), self.source(step, 1));
        self.release(step);
        let to = self.result(step, &[a, b]);
        let codes = self.target.codes;
        let [spare, fraction] = [self.spare(0), self.spare(1)];
        let last = self.last(b, spare);
        self.asm.with_immediate(codes.round, &[fraction], last, Some(8), Register::None);
        self.emit(codes.sub, &[fraction, fraction], last);
        let zero = self.special(Special::Zero);
        let whole = SPARE_MASKS[0];
        self.asm.with_immediate(codes.compare, &[whole, fraction], zero, Some(0), Register::None);
        let a = self.in_register(a, spare);
        self.repeat(fraction, self.target.first_special + Special::NotANumber as u32, masks);
        self.asm.operation(masks.scale, &[fraction, a], last, whole);
        self.load(to, Source::Register(fraction));
        self.computed(step, to);
    }

    /// Lanes whose place is within the table get its entry, others NaN. What is known of the table stands before the uniforms.
    pub(crate) fn look_up(&mut self, step: &Step) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let (codes, lookup) = (self.target.codes, self.target.lookup);
        let [inside, place] = [self.spare(0), self.spare(1)];
        let header = |bytes| Last::Memory(MemoryOperand::with_base_displ(Register::R14, bytes));
        let (address, entries) = (header(-128), header(-64));
        let zero = self.special(Special::Zero);
        let nothing = self.target.first_special + Special::NotANumber as u32;
        let table = |index| {
            let scale = self.target.convention.number_bytes;
            MemoryOperand::new(Register::RAX, index, scale, 0, 0, false, Register::None)
        };
        let index = match lookup.halves {
            true => Register::XMM0 + (place as u32 - self.target.convention.first_vector as u32),
            false => place,
        };
        let entry = table(index);
        self.emit(Code::Mov_r64_rm64, &[Register::RAX], address);
        match self.target.masks {
            Some(masks) => {
                let a = self.in_register(a, place);
                let found = SPARE_MASKS[0];
                self.asm.with_immediate(codes.compare, &[found, a], entries, Some(0x11), Register::None);
                // At least 0.
                self.asm.with_immediate(codes.compare, &[found, a], zero, Some(0x1d), found);
                self.emit(lookup.cut, &[place], Last::Register(a));
                self.repeat(to, nothing, masks);
                self.asm.operation(lookup.gather, &[to], Last::Memory(entry), found);
            }
            None => {
                // The lanes whose mask has its first bit: less than there are, and with no sign, which -0 must not have.
                let a = self.in_register(a, place);
                self.emit(codes.add, &[place, a], zero);
                self.asm.with_immediate(codes.compare, &[inside, place], entries, Some(0x11), Register::None);
                self.emit(codes.and_not, &[inside, place], Last::Register(inside));
                self.emit(lookup.cut, &[index], Last::Register(place));
                let nothing = self.constant(nothing);
                self.emit(codes.load, &[to], nothing);
                self.asm.push(Instruction::with3(lookup.gather, to, entry, inside));
            }
        }
        self.computed(step, to);
    }

    /// What has no instructions.
    pub(crate) fn call(&mut self, step: &Step) {
        let a = self.source(step, 0);
        let b = if step.instr.op.arity() == 2 { self.source(step, 1) } else { a };
        self.release(step);
        let to = self.result(step, &[]);
        let a = self.in_register(a, self.spare(0));
        let b = self.in_register(b, self.spare(1));
        let call = self.prepared_call(step.instr.op, [a, b].map(Last::Register), to);
        self.target.convention.write(self.asm, &call);
        self.computed(step, to);
    }

    fn prepared_call(&self, op: Opcode, operands: [Last; 2], to: Register) -> Call {
        let (vectors, masks) = (self.places.vectors.occupied(), self.places.masks.occupied());
        Call { op, operands, to, spare: self.spare(1), vectors, masks }
    }

    /// Small angles are what they are; if any lane is larger, a call reduces them all.
    pub(crate) fn angle(&mut self, step: &Step) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let codes = self.target.codes;
        let a = self.in_register(a, self.spare(0));
        let size = self.spare(1);
        let (magnitude, small) = (self.special(Special::Magnitude), self.special(Special::SmallAngle));
        self.emit(codes.and, &[size, a], magnitude);
        let is_large = if self.target.masks.is_some() { SPARE_MASKS[0] } else { size };
        // Not less or equal, so that NaN is large.
        self.asm.with_immediate(codes.compare, &[is_large, size], small, Some(0x16), Register::None);
        if self.target.masks.is_some() {
            self.emit(Code::VEX_Kortestw_kr_kr, &[is_large], Last::Register(is_large));
        } else {
            self.test(size);
        }
        let from = self.asm.jump(Code::Jne_rel32_64);
        match step.instr.op {
            Opcode::AngleHigh => self.load(to, Source::Register(a)),
            _ => self.emit(codes.xor, &[to, to], Last::Register(to)),
        }
        self.detour(step, from, [Last::Register(a); 2], to);
    }

    /// Looks whether any lane of a vector of truth values is true.
    fn test(&mut self, truth: Register) {
        self.emit(Code::VEX_Vmovmskps_r32_ymm, &[Register::EAX], Last::Register(truth));
        self.emit(Code::Test_rm32_r32, &[Register::EAX], Last::Register(Register::EAX));
    }

    /// Ends an operation whose hard cases have jumped away.
    fn detour(&mut self, step: &Step, from: Jump, operands: [Last; 2], to: Register) {
        let call = self.prepared_call(step.instr.op, operands, to);
        self.detours.push(Detour { call, from, back: self.asm.here() });
        self.computed(step, to);
    }

    /// Reads exponents off the bits.
    pub(crate) fn exponent_of_normal(&mut self, step: &Step) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let a = self.in_register(a, self.spare(0));
        self.exponent_bits(to, a);
        self.computed(step, to);
    }

    /// The exponent of a positive normal number.
    fn exponent_bits(&mut self, to: Register, of: Register) {
        let (codes, shifts) = (self.target.codes, self.target.shifts);
        let [whole, whole_and_bias] =
            [Special::Whole, Special::WholeAndBias].map(|special| self.special(special));
        let bits = Some(shifts.fraction_bits);
        self.asm.with_immediate(shifts.right, &[to], Last::Register(of), bits, Register::None);
        self.emit(codes.or, &[to, to], whole);
        self.emit(codes.sub, &[to, to], whole_and_bias);
    }

    /// A positive normal number with the exponent of 1 in place of its own.
    pub(crate) fn fraction(&mut self, step: &Step) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let codes = self.target.codes;
        let [fraction, one] = [Special::Fraction, Special::One].map(|special| self.special(special));
        let a = self.in_register(a, to);
        self.emit(codes.and, &[to, a], fraction);
        self.emit(codes.or, &[to, to], one);
        self.computed(step, to);
    }

    /// Reads exponents off the bits; a call deals with numbers that are not normal.
    pub(crate) fn exponent_by_bits(&mut self, step: &Step) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let codes = self.target.codes;
        let [size, other] = [self.spare(0), self.spare(1)];
        let special = |special| self.special(special);
        let [magnitude, normal, infinity] =
            [Special::Magnitude, Special::Normal, Special::Infinity].map(special);
        let a = self.in_register(a, size);
        self.emit(codes.and, &[size, a], magnitude);
        // Only the size counts from here on, so `to` may be overwritten though it be the operand.
        self.asm.with_immediate(codes.compare, &[to, size], normal, Some(0x19), Register::None);
        self.asm.with_immediate(codes.compare, &[other, size], infinity, Some(0x15), Register::None);
        self.emit(codes.or, &[to, to], Last::Register(other));
        self.test(to);
        let from = self.asm.jump(Code::Jne_rel32_64);
        self.exponent_bits(to, size);
        self.detour(step, from, [Last::Register(size); 2], to);
    }

    /// A product with a power of two rounds once; a call deals with powers that are not normal or no powers.
    pub(crate) fn scale_by_product(&mut self, step: &Step) {
        let (a, b) = (self.source(step, 0), self.source(step, 1));
        self.release(step);
        let to = self.result(step, &[]);
        let (codes, shifts) = (self.target.codes, self.target.shifts);
        let [power, size] = [self.spare(0), self.spare(1)];
        let special = |special| self.special(special);
        let [magnitude, largest, bias] =
            [Special::Magnitude, Special::LargestExponent, Special::MoreAndBias].map(special);
        let (a, last) = (self.last(a, power), self.last(b, power));
        if step.known != Known::Whole {
            self.asm.with_immediate(codes.round, &[power], last, Some(8), Register::None);
            self.asm.with_immediate(codes.compare, &[power, power], last, Some(4), Register::None);
        }
        let b_there = self.in_register(b, size);
        self.emit(codes.and, &[size, b_there], magnitude);
        self.asm.with_immediate(codes.compare, &[size, size], largest, Some(0x16), Register::None);
        if step.known != Known::Whole {
            self.emit(codes.or, &[size, size], Last::Register(power));
        }
        self.test(size);
        let from = self.asm.jump(Code::Jne_rel32_64);
        let b_there = self.in_register(b, power);
        self.emit(codes.add, &[power, b_there], bias);
        let bits = Some(shifts.fraction_bits);
        self.asm.with_immediate(shifts.left, &[power], Last::Register(power), bits, Register::None);
        self.emit(codes.mul, &[to, power], a);
        self.detour(step, from, [a, last], to);
    }
}
