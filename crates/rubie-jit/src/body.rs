//! From steps to machine instructions: what is written for each opcode.

use iced_x86::{Code, Register};
use rubie_program::Opcode;

use crate::assembler::{Assembler, Jump, Last, Purpose};
use crate::flow::{KeptStep, Location, NEVER, Step};
use crate::frame::Detour;
use crate::known::Known;
use crate::operands::{Body, SPARE_MASKS, Source, Special, Target};

/// What is to be known of a body.
pub(crate) struct Written {
    /// Calls that must be written elsewhere.
    pub(crate) detours: Vec<Detour>,
    /// How often a value had to be put aside.
    pub(crate) spills: u32,
}

impl Body<'_> {
    /// Writes all steps.
    pub(crate) fn write(mut self, steps: &[Step]) -> Written {
        // The jump past what does not matter in a vector, and which vector that is.
        let mut over: Option<(Jump, u32)> = None;
        for (now, step) in (0..).zip(steps) {
            self.now = now;
            self.places.vectors.unpin_all();
            self.places.masks.unpin_all();
            let (_, copy) = self.locations.named(step.to);
            if let Some((jump, _)) = over.take_if(|(_, of)| step.kept.is_none() || *of != copy) {
                let here = self.asm.here();
                self.asm.land(jump, here);
            }
            match step.kept {
                None => {
                    self.mark(step);
                    self.step(step);
                }
                // All look at the same row of their vector.
                Some(_) if step.takes_to_memory() && self.places.in_memory[step.to as usize] => {
                    self.release(step);
                }
                Some(kept) => {
                    over.get_or_insert_with(|| {
                        self.asm.mark(Purpose::Look { when: kept.when, vector: copy });
                        self.look(kept.when, copy);
                        (self.asm.jump(Code::Je_rel32_64), copy)
                    });
                    if !step.takes_to_memory() {
                        self.mark(step);
                    }
                    self.keep(step, kept);
                }
            }
        }
        if let Some((jump, _)) = over {
            let here = self.asm.here();
            self.asm.land(jump, here);
        }
        Written { detours: self.detours, spills: self.spills }
    }

    fn mark(&mut self, step: &Step) {
        let vector = self.locations.named(step.to).1;
        self.asm.mark(Purpose::Instruction { index: step.index, vector });
    }

    fn step(&mut self, step: &Step) {
        use Opcode::*;
        let codes = self.target.codes;
        let has_masks = self.target.masks.is_some();
        match step.instr.op {
            Copy => self.copy(step),
            Neg => self.with_special(step, codes.xor, Special::Sign),
            Abs => self.with_special(step, codes.and, Special::Magnitude),
            Sqrt => self.unary(step, codes.sqrt, None),
            Round => self.unary(step, codes.round, Some(8)),
            Floor => self.unary(step, codes.round, Some(9)),
            Ceil => self.unary(step, codes.round, Some(10)),
            Exponent => match self.target.masks {
                Some(masks) => self.unary(step, masks.exponent, None),
                None if step.known == Known::Normal => self.exponent_of_normal(step),
                None => self.exponent_by_bits(step),
            },
            AngleHigh | AngleLow => self.angle(step),
            Lookup => self.look_up(step),
            Add => self.binary(step, codes.add, true),
            Sub => self.binary(step, codes.sub, false),
            Mul => self.binary(step, codes.mul, true),
            Div => self.binary(step, codes.div, false),
            Min => self.binary(step, codes.min, false),
            Max => self.binary(step, codes.max, false),
            CopySign => self.copy_sign(step),
            Scale if step.known == Known::Opposite => self.fraction(step),
            Scale => match self.target.masks {
                Some(masks) if step.known == Known::Whole => self.scale_by_whole(step, masks),
                Some(masks) => self.scale(step, masks),
                None => self.scale_by_product(step),
            },
            Mod => self.call(step),
            Lt => self.compare(step, 0x11),
            Le => self.compare(step, 0x12),
            Eq => self.compare(step, 0x00),
            Ne => self.compare(step, 0x04),
            And if has_masks => self.logic(step, Code::VEX_Kandw_kr_kr_kr),
            Or if has_masks => self.logic(step, Code::VEX_Korw_kr_kr_kr),
            AndNot if has_masks => self.logic(step, Code::VEX_Kandnw_kr_kr_kr),
            Not if has_masks => self.logic(step, Code::VEX_Knotw_kr_kr),
            And => self.binary(step, codes.and, true),
            Or => self.binary(step, codes.or, true),
            AndNot => self.binary(step, codes.and_not, false),
            Not => self.with_special(step, codes.xor, Special::Ones),
            MulAdd => self.fused(step, [codes.mul_add_132, codes.mul_add_213, codes.mul_add_231]),
            MulSub => self.fused(step, [codes.mul_sub_132, codes.mul_sub_213, codes.mul_sub_231]),
            NegMulAdd => {
                self.fused(step, [codes.neg_mul_add_132, codes.neg_mul_add_213, codes.neg_mul_add_231]);
            }
            Select if has_masks => self.select_by_mask(step),
            Select => self.select(step),
        }
    }

    /// Compares a row with 0 in all lanes of one of the vectors at work: "equal" if all bits of it are.
    pub(crate) fn look(&mut self, row: u32, copy: u32) {
        let (codes, any) = (self.target.codes, self.spare(0));
        let vector = self.memory(self.locations.row(row, copy));
        self.emit(codes.load, &[any], vector);
        test(self.asm, self.target, any);
    }

    /// Carries out a step towards a kept row; no register that holds a value changes.
    fn keep(&mut self, step: &Step, kept: KeptStep) {
        use Opcode::*;
        let (codes, sum) = (self.target.codes, self.spare(0));
        let [a, b, c] = [0, 1, 2].map(|place| self.standing(step.operands[place]));
        let result = match step.instr.op {
            Add => self.keep_of_two(codes.add, a, b),
            Sub => self.keep_of_two(codes.sub, a, b),
            Mul => self.keep_of_two(codes.mul, a, b),
            Div => self.keep_of_two(codes.div, a, b),
            MulAdd | MulSub | NegMulAdd => {
                if !kept.continues {
                    self.load(sum, c);
                }
                let (a, b) = if matches!(b, Source::Register(_)) { (b, a) } else { (a, b) };
                let code = match step.instr.op {
                    MulAdd => codes.mul_add_231,
                    MulSub => codes.mul_sub_231,
                    _ => codes.neg_mul_add_231,
                };
                let factor = self.in_register(a, self.spare(1));
                let last = self.last(b, self.spare(1));
                self.emit(code, &[sum, factor], last);
                sum
            }
            _ => self.in_register(a, sum),
        };
        if kept.ends {
            self.store(step.to, result);
        }
        self.release(step);
    }

    fn keep_of_two(&mut self, code: Code, a: Source, b: Source) -> Register {
        let sum = self.spare(0);
        let first = self.in_register(a, sum);
        let last = self.last(b, self.spare(1));
        self.emit(code, &[sum, first], last);
        sum
    }

    /// Where an operand is, which stays there.
    fn standing(&self, location: Location) -> Source {
        match (self.places.vectors.of(location), self.places.masks.of(location)) {
            (Some(register), _) => Source::Register(self.vector(register)),
            (None, Some(mask)) if !self.places.in_memory[location as usize] => {
                Source::Mask(Register::K0 + u32::from(mask))
            }
            _ => Source::Memory(location),
        }
    }

    fn copy(&mut self, step: &Step) {
        let location = step.operands[0];
        if self.places.vectors.of(location).is_none()
            && let Some(mask) = self.places.masks.of(location)
        {
            self.places.masks.pin(mask);
            self.release(step);
            let to = self.mask_result(step);
            let from = Register::K0 + u32::from(mask);
            if to != from {
                self.emit(Code::VEX_Kmovw_kr_km16, &[to], Last::Register(from));
            }
            return self.mask_computed(step, to);
        }
        let a = self.source(step, 0);
        self.release(step);
        if let (Source::Register(from), NEVER) = (a, step.next_of_result) {
            // Nobody needs it here, so it only goes to memory.
            return self.computed(step, from);
        }
        let to = self.result(step, &[a]);
        self.load(to, a);
        self.computed(step, to);
    }

    fn unary(&mut self, step: &Step, code: Code, immediate: Option<u32>) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let last = self.last(a, self.spare(1));
        self.asm.with_immediate(code, &[to], last, immediate, Register::None);
        self.computed(step, to);
    }

    fn with_special(&mut self, step: &Step, code: Code, special: Special) {
        let a = self.source(step, 0);
        self.release(step);
        let to = self.result(step, &[a]);
        let a = self.in_register(a, to);
        let special = self.special(special);
        self.emit(code, &[to, a], special);
        self.computed(step, to);
    }

    fn binary(&mut self, step: &Step, code: Code, commutes: bool) {
        let (mut a, mut b) = (self.source(step, 0), self.source(step, 1));
        if commutes && !matches!(a, Source::Register(_)) {
            (a, b) = (b, a);
        }
        self.release(step);
        let to = self.result(step, &[a, b]);
        let a = self.in_register(a, self.spare(0));
        let last = self.last(b, self.spare(1));
        self.emit(code, &[to, a], last);
        self.computed(step, to);
    }

    /// Multiply-adds destroy an operand: one that is not needed any more, or one that was loaded for it.
    fn fused(&mut self, step: &Step, [code_132, code_213, code_231]: [Code; 3]) {
        let [a, b, c] = [0, 1, 2].map(|place| self.source(step, place));
        self.release(step);
        let to = self.result(step, &[c, a, b]);
        let is_result = |source: Source| matches!(source, Source::Register(register) if register == to);
        let is_memory = |source: Source| !matches!(source, Source::Register(_));
        // 231: to = second * last + to; 213: to = second * to + last; 132: to = to * last + second.
        let (code, destroyed, second, last) = if is_result(c) && !is_result(a) && !is_result(b) {
            (code_231, c, a, b)
        } else if is_result(a) && !is_result(b) || (!is_result(b) && is_memory(a) && !is_memory(b)) {
            (code_213, a, b, c)
        } else if is_result(b) && !is_result(a) || is_memory(b) {
            (code_213, b, a, c)
        } else if is_result(a) {
            // The same number twice.
            (code_213, a, b, c)
        } else {
            (code_231, c, a, b)
        };
        let (code, second, last) = match code {
            // The last may be in memory, the second may not.
            _ if code == code_231 && is_memory(second) && !is_memory(last) => (code, last, second),
            _ if code == code_213 && is_memory(second) && !is_memory(last) => (code_132, last, second),
            _ => (code, second, last),
        };
        self.load(to, destroyed);
        let second = self.in_register(second, self.spare(0));
        let last = self.last(last, self.spare(1));
        self.emit(code, &[to, second], last);
        self.computed(step, to);
    }

    fn compare(&mut self, step: &Step, predicate: u32) {
        let (a, b) = (self.source(step, 0), self.source(step, 1));
        self.release(step);
        let has_masks = self.target.masks.is_some();
        let to = if has_masks { self.mask_result(step) } else { self.result(step, &[a, b]) };
        let a = self.in_register(a, self.spare(0));
        let last = self.last(b, self.spare(1));
        self.asm.with_immediate(self.target.codes.compare, &[to, a], last, Some(predicate), Register::None);
        if has_masks { self.mask_computed(step, to) } else { self.computed(step, to) }
    }

    fn logic(&mut self, step: &Step, code: Code) {
        let Some(masks) = self.target.masks else { return };
        let a = self.mask(step, 0, masks);
        let b = if step.instr.op.arity() == 2 { Some(self.mask(step, 1, masks)) } else { None };
        self.release(step);
        let to = self.mask_result(step);
        match b {
            Some(b) => self.emit(code, &[to, a], Last::Register(b)),
            None => self.emit(code, &[to], Last::Register(a)),
        }
        self.mask_computed(step, to);
    }

    fn select_by_mask(&mut self, step: &Step) {
        let Some(masks) = self.target.masks else { return };
        let (yes, no) = (self.source(step, 1), self.source(step, 2));
        let mask = self.mask(step, 0, masks);
        self.release(step);
        let to = self.result(step, &[no, yes]);
        let no = self.in_register(no, self.spare(0));
        let yes = self.last(yes, self.spare(1));
        self.asm.operation(self.target.codes.blend, &[to, no], yes, mask);
        self.computed(step, to);
    }

    fn select(&mut self, step: &Step) {
        let [truth, yes, no] = [0, 1, 2].map(|place| self.source(step, place));
        self.release(step);
        let to = self.result(step, &[no, yes, truth]);
        let truth = self.in_register(truth, self.spare(0));
        let no = self.in_register(no, self.spare(1));
        let yes = self.last(yes, self.spare(0));
        self.emit(self.target.codes.blend, &[to, no, truth], yes);
        self.computed(step, to);
    }
}

/// "Equal" if all bits of a register are 0.
pub(crate) fn test(asm: &mut Assembler, target: Target, register: Register) {
    let last = Last::Register(register);
    if target.masks.is_some() {
        let mask = SPARE_MASKS[0];
        asm.operation(Code::EVEX_Vptestmq_kr_k1_zmm_zmmm512b64, &[mask, register], last, Register::None);
        asm.operation(Code::VEX_Kortestw_kr_kr, &[mask], Last::Register(mask), Register::None);
    } else {
        asm.operation(Code::VEX_Vptest_ymm_ymmm256, &[register], last, Register::None);
    }
}
