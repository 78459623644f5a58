//! Random programs, by the machine code and by the interpreter: the same bits. `fuzz/` makes as many as one has time for.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use rubie_jit::Jit;
use rubie_program::conformance::{RandomProgram, seeded};
use rubie_program::{Element, Isa};

/// Programs for each instruction set and precision: 100,000 in all.
const PROGRAMS: u64 = 25_000;

fn check_all<T: Element>(isa: Isa) {
    if !isa.is_available() {
        println!("skipped: this processor has no {}", isa.name());
        return;
    }
    for seed in 0..PROGRAMS {
        let random = RandomProgram::<T>::new(&mut seeded(seed)).unwrap();
        random.check::<Jit<T>>(isa).unwrap_or_else(|mismatch| panic!("seed {seed}: {mismatch}"));
    }
}

#[test]
fn avx512_f64() {
    check_all::<f64>(Isa::Avx512);
}

#[test]
fn avx512_f32() {
    check_all::<f32>(Isa::Avx512);
}

#[test]
fn avx2_f64() {
    check_all::<f64>(Isa::Avx2);
}

#[test]
fn avx2_f32() {
    check_all::<f32>(Isa::Avx2);
}
