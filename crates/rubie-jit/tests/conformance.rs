//! The machine code against the meaning of each opcode, and whole kernels made of it.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use rubie_jit::{JIT, Jit};
use rubie_kernel::CpuBackend;
use rubie_program::Isa;
use rubie_program::conformance::executor_conformance;

fn vector_sets() -> impl Iterator<Item = Isa> {
    [Isa::Avx2, Isa::Avx512].into_iter().filter(|isa| {
        if !isa.is_available() {
            println!("skipped: this processor has no {}", isa.name());
        }
        isa.is_available()
    })
}

#[test]
fn every_opcode_to_the_last_bit() {
    for isa in vector_sets() {
        executor_conformance::<Jit<f32>, Jit<f64>>(isa)
            .unwrap_or_else(|mismatch| panic!("{}: {mismatch}", isa.name()));
    }
}

#[test]
fn whole_kernels() {
    for isa in vector_sets() {
        rubie_kernel::conformance::check(&CpuBackend::new("jit", &JIT, isa));
    }
}
