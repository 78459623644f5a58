//! Cost of one instruction of the interpreter: divide the time by [`INSTRUCTIONS`], and the lanes by 8 for
//! what 8 lanes cost.
//!
//! Rows stay in the first-level cache. On an EPYC of family 26 (Zen 5) an instruction of the mix on 64
//! lanes of f64 takes 5 ns by AVX-512 and 8 ns by AVX2 (November 2026).

use divan::Bencher;
use rubie_program::{
    Element, Executor, ExecutorOptions, Instr, Interpreter, Isa, Opcode, Operand, Program, Rows, Uniforms,
};

const INSTRUCTIONS: u32 = 1000;
const ROWS: u32 = 24;

fn main() {
    divan::main();
}

fn program<T: Element>(op: Option<Opcode>) -> Program {
    const MIXED: [Opcode; 8] = [
        Opcode::MulAdd,
        Opcode::Mul,
        Opcode::Add,
        Opcode::MulAdd,
        Opcode::Sub,
        Opcode::NegMulAdd,
        Opcode::Mul,
        Opcode::MulSub,
    ];
    let instruction = |index: u32| {
        let row = |factor: u32| Operand::Row((index * factor + factor) % ROWS);
        let op = op.unwrap_or(MIXED[(index * index % 29 % 8) as usize]);
        let third = if index.is_multiple_of(4) { Operand::Uniform(0) } else { row(5) };
        let mut operands =
            [row(7), if index.is_multiple_of(5) { Operand::Constant(0) } else { row(11) }, third];
        if op.takes_truth(0) {
            operands[0] = Operand::Row(ROWS);
        }
        let to = if op.gives_truth() { ROWS + 1 } else { index * 13 % ROWS };
        Instr { op, to, operands }
    };
    let instructions = (0..INSTRUCTIONS).map(instruction).collect();
    let constants = vec![T::from_f64(0.7).to_f64().to_bits()];
    Program::new("bench", T::PRECISION, instructions, constants, ROWS + 2, 1).expect("the program is sound")
}

fn measure<T: Element>(bencher: Bencher<'_, '_>, isa: Isa, op: Option<Opcode>, lanes: usize) {
    if !isa.is_available() {
        return;
    }
    let interpreter =
        Interpreter::<T>::prepare(&program::<T>(op), &ExecutorOptions { isa }).expect("the program is sound");
    let uniforms = Uniforms::from_values(&[T::from_f64(0.3)]);
    let mut rows = Rows::new(ROWS as usize + 2, lanes);
    for row in 0..ROWS {
        rows.row_mut(row).fill(T::from_f64(1.0 + 0.1 * f64::from(row)));
    }
    bencher
        .counter(divan::counter::ItemsCount::new(INSTRUCTIONS))
        .bench_local(|| interpreter.execute(&mut rows, &uniforms));
}

const OPS: [Opcode; 12] = [
    Opcode::Add,
    Opcode::Mul,
    Opcode::MulAdd,
    Opcode::Div,
    Opcode::Sqrt,
    Opcode::Min,
    Opcode::Lt,
    Opcode::Select,
    Opcode::Floor,
    Opcode::Scale,
    Opcode::Exponent,
    Opcode::AngleHigh,
];

#[divan::bench(args = OPS)]
fn avx512_f64_64_lanes(bencher: Bencher<'_, '_>, op: Opcode) {
    measure::<f64>(bencher, Isa::Avx512, Some(op), 64);
}

#[divan::bench(args = OPS)]
fn avx2_f64_64_lanes(bencher: Bencher<'_, '_>, op: Opcode) {
    measure::<f64>(bencher, Isa::Avx2, Some(op), 64);
}

#[divan::bench(args = [8, 16, 32, 64, 128])]
fn avx512_f64_mixed(bencher: Bencher<'_, '_>, lanes: usize) {
    measure::<f64>(bencher, Isa::Avx512, None, lanes);
}

#[divan::bench(args = [16, 64, 128])]
fn avx512_f32_mixed(bencher: Bencher<'_, '_>, lanes: usize) {
    measure::<f32>(bencher, Isa::Avx512, None, lanes);
}

#[divan::bench(args = [8, 64])]
fn avx2_f64_mixed(bencher: Bencher<'_, '_>, lanes: usize) {
    measure::<f64>(bencher, Isa::Avx2, None, lanes);
}

#[divan::bench(args = [8, 64])]
fn portable_f64_mixed(bencher: Bencher<'_, '_>, lanes: usize) {
    measure::<f64>(bencher, Isa::Portable, None, lanes);
}
