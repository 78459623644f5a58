//! Prints how long programs of several lengths take to become machine code: seconds, instructions, bytes.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use rubie_jit::Jit;
use rubie_program::{Executor, ExecutorOptions, Instr, Isa, Opcode, Operand, Precision, Program};

/// Multiply-adds, products and differences, each of the result before it and of others among the 40 before.
fn program(length: u32) -> Result<Program, Box<dyn std::error::Error>> {
    let before = |number: u32, distance: u32| Operand::Row((number + 64 - distance) % 64);
    let some = |number: u32| number.wrapping_mul(2_654_435_761) >> 20;
    let instruction = |number: u32| {
        let op = [Opcode::MulAdd, Opcode::Mul, Opcode::Sub, Opcode::NegMulAdd][number as usize % 4];
        let others = [some(2 * number), some(2 * number + 1)].map(|other| before(number, 2 + other % 39));
        let mut operands = [before(number, 1), others[0], others[1]];
        if number.is_multiple_of(5) {
            operands[1] = Operand::Constant(number % 50);
        }
        let first = operands[0];
        operands[op.arity()..].fill(first);
        Instr { op, to: number % 64, operands }
    };
    let constants = (0..50).map(|number| f64::from(number).to_bits()).collect();
    Ok(Program::new("long", Precision::F64, (0..length).map(instruction).collect(), constants, 64, 0)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for isa in [Isa::Avx512, Isa::Avx2].into_iter().filter(|isa| isa.is_available()) {
        for length in [1_000, 10_000, 100_000, 200_000] {
            let program = program(length)?;
            let mut best = f64::INFINITY;
            let mut bytes = 0;
            for _ in 0..5 {
                let start = Instant::now();
                let jit = Jit::<f64>::prepare(&program, &ExecutorOptions { isa })?;
                best = best.min(start.elapsed().as_secs_f64());
                bytes = jit.code_bytes();
            }
            println!("{:<8} {length:>7} instructions {:>9.3} ms {bytes:>9} bytes", isa.name(), best * 1e3);
        }
    }
    Ok(())
}
