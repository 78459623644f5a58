//! The body of the loop in the making: registers for results, what must give way to them, and truth values as masks.

use iced_x86::Register;
use rubie_program::Operand;

use crate::assembler::Last;
use crate::flow::{Location, NEVER, Step};
use crate::machine::MaskCodes;
use crate::operands::{Body, SPARE_MASKS, Source};

/// With 32 registers: how many times further away the next use of a value must be that has to be written, to give up its register in place
/// of one that stands in memory. Measured: 2 to 8 are alike, and 4 % to 8 % better than 1 where vectors go side by side (AVX-512, Zen 4);
/// with 16 registers some programs gain, others lose.
const SPILL: u64 = 4;

impl Body<'_> {
    /// The register for the result: one of `wishes` if it is free now.
    pub(crate) fn result(&mut self, step: &Step, wishes: &[Source]) -> Register {
        let first = self.target.convention.first_vector;
        let wish = wishes.iter().find_map(|wish| match wish {
            Source::Register(register) => {
                let number = *register as u32 - first as u32;
                (self.places.vectors.occupied() >> number & 1 == 0).then_some(number as u8)
            }
            _ => None,
        });
        if !self.places.vectors.has_free()
            && let Some(victim) = self.places.vectors.victim(|location| self.worth_giving_up(location))
        {
            self.write_back(victim);
            self.places.vectors.release(victim);
        }
        self.places.next[step.to as usize] = step.next_of_result;
        // At most three registers are pinned, so there is one.
        let register = self.places.vectors.take(step.to, wish).unwrap_or_default();
        self.vector(register)
    }

    /// How much sense it makes that a value gives up its register: how far away its next use is, times something if nothing must be
    /// written for it.
    fn worth_giving_up(&self, location: Location) -> u64 {
        let distance = u64::from(self.places.next[location as usize].saturating_sub(self.now));
        let is_cheap = self.target.has_many_registers() && self.stands_elsewhere(location);
        distance * if is_cheap { SPILL } else { 1 }
    }

    /// Whether a value is not only in a vector register.
    fn stands_elsewhere(&self, location: Location) -> bool {
        self.places.in_memory[location as usize] || self.places.masks.of(location).is_some()
    }

    /// Brings the memory of a row up to date before its vector is given up.
    pub(crate) fn write_back(&mut self, location: Location) {
        if !self.stands_elsewhere(location)
            && let Some(register) = self.places.vectors.of(location)
        {
            self.spills += 1;
            self.store(location, self.vector(register));
        }
    }

    pub(crate) fn store(&mut self, location: Location, from: Register) {
        if let (Operand::Row(row), copy) = self.locations.named(location) {
            let bytes = copy * self.target.convention.vector_bytes;
            self.asm.store_row(self.target.codes.store, row, bytes, from);
        }
        self.places.in_memory[location as usize] = true;
    }

    /// Says that a vector has been computed.
    pub(crate) fn computed(&mut self, step: &Step, register: Register) {
        self.places.in_memory[step.to as usize] = false;
        if step.is_final {
            self.store(step.to, register);
        }
        self.places.needed_next(step.to, step.next_of_result);
    }

    /// The mask for the result.
    pub(crate) fn mask_result(&mut self, step: &Step) -> Register {
        if !self.places.masks.has_free() {
            let next = &self.places.next;
            if let Some(victim) = self.places.masks.victim(|location| next[location as usize]) {
                self.keep_as_vector(victim);
                self.places.masks.release(victim);
            }
        }
        self.places.next[step.to as usize] = step.next_of_result;
        Register::K0 + u32::from(self.places.masks.take(step.to, None).unwrap_or_default())
    }

    /// Saves what is in a mask only.
    pub(crate) fn keep_as_vector(&mut self, location: Location) {
        let is_kept = self.places.in_memory[location as usize] || self.places.vectors.of(location).is_some();
        let (false, Some(mask)) = (is_kept, self.places.masks.of(location)) else { return };
        let mask = Source::Mask(Register::K0 + u32::from(mask));
        if let Some(register) = self.places.vectors.take_untouched(location) {
            self.load(self.vector(register), mask);
        } else {
            let spare = self.spare(0);
            self.load(spare, mask);
            self.spills += 1;
            self.store(location, spare);
        }
    }

    pub(crate) fn mask_computed(&mut self, step: &Step, mask: Register) {
        self.places.in_memory[step.to as usize] = false;
        if step.is_final {
            let spare = self.spare(0);
            self.load(spare, Source::Mask(mask));
            self.store(step.to, spare);
        }
        self.places.needed_next(step.to, step.next_of_result);
    }

    /// A truth value as a mask.
    pub(crate) fn mask(&mut self, step: &Step, place: usize, masks: MaskCodes) -> Register {
        let location = step.operands[place];
        if let Some(mask) = self.places.masks.of(location) {
            self.places.masks.pin(mask);
            return Register::K0 + u32::from(mask);
        }
        let source = match self.places.vectors.of(location) {
            Some(register) => Source::Register(self.vector(register)),
            None => Source::Memory(location),
        };
        let vector = self.in_register(source, self.spare(0));
        let next = step.next[place];
        let kept = if next == NEVER { None } else { self.places.masks.take(location, None) };
        let mask = match kept {
            Some(mask) => {
                self.places.next[location as usize] = next;
                self.places.masks.pin(mask);
                Register::K0 + u32::from(mask)
            }
            None => SPARE_MASKS[place % 2],
        };
        self.emit(masks.to_mask, &[mask], Last::Register(vector));
        mask
    }
}
