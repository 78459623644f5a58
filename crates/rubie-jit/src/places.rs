//! Where values are: the registers as a cache of rows, uniforms and constants, written back when they must be.
//!
//! The value to give up is the one whose next use is furthest away, which is optimal for straight lines of code if
//! all values cost the same (L. A. Belady, "A study of replacement algorithms for a virtual-storage computer",
//! IBM Systems Journal 5, 1966).

use crate::flow::{Location, NEVER};

/// No register.
const NONE: u8 = u8::MAX;
/// No location.
const NOBODY: Location = Location::MAX;

/// Registers of one kind, and what they hold.
pub(crate) struct Bank {
    holder: [Location; 32],
    /// By location.
    register: Vec<u8>,
    /// Registers that hold nothing, as bits.
    free: u32,
    /// Registers that the present instruction reads, as bits.
    pinned: u32,
    all: u32,
}

impl Bank {
    /// Registers `all` (as bits) for `locations` locations.
    pub(crate) fn new(all: u32, locations: usize) -> Self {
        Self { holder: [NOBODY; 32], register: vec![NONE; locations], free: all, pinned: 0, all }
    }

    pub(crate) fn of(&self, location: Location) -> Option<u8> {
        Some(self.register[location as usize]).filter(|register| *register != NONE)
    }

    pub(crate) fn has_free(&self) -> bool {
        self.free != 0
    }

    /// The registers that hold something, as bits.
    pub(crate) fn occupied(&self) -> u32 {
        self.all & !self.free
    }

    pub(crate) fn pin(&mut self, register: u8) {
        self.pinned |= 1 << register;
    }

    pub(crate) fn unpin_all(&mut self) {
        self.pinned = 0;
    }

    /// A free register for a location, `wish` if that is free.
    pub(crate) fn take(&mut self, location: Location, wish: Option<u8>) -> Option<u8> {
        let wish = wish.filter(|register| self.free >> register & 1 == 1);
        let register = wish.or((self.free != 0).then(|| self.free.trailing_zeros() as u8))?;
        self.free &= !(1 << register);
        self.holder[register as usize] = location;
        self.register[location as usize] = register;
        Some(register)
    }

    /// A free register that the present instruction does not read, either.
    pub(crate) fn take_untouched(&mut self, location: Location) -> Option<u8> {
        let untouched = self.free & !self.pinned;
        if untouched == 0 { None } else { self.take(location, Some(untouched.trailing_zeros() as u8)) }
    }

    /// Makes the register of a location free.
    pub(crate) fn release(&mut self, location: Location) {
        if let Some(register) = self.of(location) {
            self.register[location as usize] = NONE;
            self.holder[register as usize] = NOBODY;
            self.free |= 1 << register;
        }
    }

    /// The location whose register can best be given up: that with the greatest `rank`.
    pub(crate) fn victim<R: Ord>(&self, rank: impl Fn(Location) -> R) -> Option<Location> {
        let candidates = self.occupied() & !self.pinned;
        let locations = (0..32).filter(|register| candidates >> register & 1 == 1);
        locations.map(|register| self.holder[register]).max_by_key(|location| rank(*location))
    }
}

/// Where every location's value is.
pub(crate) struct Places {
    pub(crate) vectors: Bank,
    pub(crate) masks: Bank,
    /// By location, whether its memory holds its value.
    pub(crate) in_memory: Vec<bool>,
    /// By location, which step needs it next.
    pub(crate) next: Vec<u32>,
}

impl Places {
    /// Everything is in memory.
    pub(crate) fn new(locations: usize, vectors: u32, masks: u32) -> Self {
        Self {
            vectors: Bank::new(vectors, locations),
            masks: Bank::new(masks, locations),
            in_memory: vec![true; locations],
            next: vec![NEVER; locations],
        }
    }

    /// Says when a location is needed next; what is not needed gives up its registers.
    pub(crate) fn needed_next(&mut self, location: Location, next: u32) {
        self.next[location as usize] = next;
        if next == NEVER {
            self.vectors.release(location);
            self.masks.release(location);
        }
    }
}
