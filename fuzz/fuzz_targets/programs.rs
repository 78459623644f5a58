//! Any bytes as a program: the machine code does what the interpreter does, to the last bit.
//!
//! The first byte chooses vector instructions and precision, the others the program and its numbers.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rubie_jit::Jit;
use rubie_program::conformance::{RandomProgram, seeded};
use rubie_program::{Element, Isa};

/// Choices from the bytes; when they are used up, from a seed.
fn choices(bytes: &[u8]) -> impl FnMut(usize) -> usize {
    let mut left = bytes.iter();
    let mut rest = seeded(bytes.len() as u64);
    move |bound| match left.next() {
        Some(low) if bound <= 256 => usize::from(*low) % bound,
        Some(low) => (usize::from(*low) << 8 | usize::from(*left.next().unwrap_or(low))) % bound,
        None => rest(bound),
    }
}

fn check<T: Element>(isa: Isa, bytes: &[u8]) {
    let random = RandomProgram::<T>::new(&mut choices(bytes)).expect("the program is sound");
    if let Err(mismatch) = random.check::<Jit<T>>(isa) {
        panic!("{mismatch}");
    }
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((first, bytes)) = bytes.split_first() else { return Corpus::Reject };
    let isa = if first & 1 == 0 { Isa::Avx512 } else { Isa::Avx2 };
    if !isa.is_available() {
        return Corpus::Reject;
    }
    if first & 2 == 0 {
        check::<f64>(isa, bytes)
    } else {
        check::<f32>(isa, bytes)
    }
    Corpus::Keep
});
