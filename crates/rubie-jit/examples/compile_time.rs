//! Prints how long programs of several lengths take to become machine code: seconds, instructions, bytes.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use rubie_jit::Jit;
use rubie_program::{Executor, ExecutorOptions, Instr, Isa, Opcode, Operand, Precision, Program};

/// Multiply-adds, products and comparisons on 100 rows in no simple order.
fn program(length: u32) -> Result<Program, Box<dyn std::error::Error>> {
    let row = |number: u32| Operand::Row(number.wrapping_mul(2_654_435_761) >> 16 & 63);
    let instruction = |number: u32| {
        let op = [Opcode::MulAdd, Opcode::Mul, Opcode::Sub, Opcode::NegMulAdd][number as usize % 4];
        let mut operands = [row(3 * number), row(3 * number + 1), row(3 * number + 2)];
        if number % 5 == 0 {
            operands[1] = Operand::Constant(number % 50);
        }
        let first = operands[0];
        operands[op.arity()..].fill(first);
        Instr { op, to: number * 37 % 64, operands }
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
                bytes = jit.code().len();
            }
            println!("{:<8} {length:>7} instructions {:>9.3} ms {bytes:>9} bytes", isa.name(), best * 1e3);
        }
    }
    Ok(())
}
