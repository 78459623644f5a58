//! The interpreter against the scalar meaning of the instructions, on every instruction set that is there.

use rubie_program::conformance::{Mismatch, executor_conformance};
use rubie_program::{Interpreter, Isa};

fn conforms(isa: Isa) -> Result<(), Mismatch> {
    if !isa.is_available() {
        eprintln!("skipped: no {} here", isa.name());
        return Ok(());
    }
    executor_conformance::<Interpreter<f32>, Interpreter<f64>>(isa)
}

#[test]
fn portable() -> Result<(), Mismatch> {
    conforms(Isa::Portable)
}

#[test]
fn avx2() -> Result<(), Mismatch> {
    conforms(Isa::Avx2)
}

#[test]
fn avx512() -> Result<(), Mismatch> {
    conforms(Isa::Avx512)
}
