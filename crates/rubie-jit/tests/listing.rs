//! Listings: those in `docs/jit.md` are what the code prints, and they are the code that runs.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used)]

use rubie_jit::{Jit, listing};
use rubie_program::conformance::{RandomProgram, seeded};
use rubie_program::{Executor, ExecutorOptions, Instr, Isa, Opcode, Operand, Precision, Program};

fn instruction(op: Opcode, to: u32, operands: &[Operand]) -> Instr {
    let mut all = [operands[0]; 3];
    all[..operands.len()].copy_from_slice(operands);
    Instr { op, to, operands: all }
}

/// The explicit Euler step of `docs/jit.md`.
fn step() -> Program {
    use Operand::*;
    let instructions = vec![
        instruction(Opcode::Mul, 2, &[Row(0), Uniform(0)]),
        instruction(Opcode::MulAdd, 2, &[Row(2), Row(1), Row(0)]),
        instruction(Opcode::Abs, 3, &[Row(2)]),
        instruction(Opcode::Lt, 3, &[Row(3), Constant(0)]),
        instruction(Opcode::Select, 0, &[Row(3), Row(2), Row(0)]),
    ];
    let constants = vec![f64::INFINITY.to_bits()];
    Program::new("step", Precision::F64, instructions, constants, 4, 1).unwrap().with_scratch(2)
}

/// The part of a listing that begins with a heading, as a code block.
fn part(listing: &str, heading: &str) -> String {
    let part = listing.split("\n\n").find(|part| part.starts_with(heading)).unwrap();
    part.trim_end().lines().map(|line| format!("    {line}\n")).collect()
}

#[test]
fn the_listings_of_the_documentation_are_true() {
    let text = include_str!("../../../docs/jit.md");
    let [avx512, avx2] = [Isa::Avx512, Isa::Avx2].map(|isa| listing(&step(), isa).unwrap());
    let program = step().to_string();
    let program: String = program.lines().skip(1).map(|line| format!("  {line}\n")).collect();
    for block in [
        program,
        part(&avx512, "; one vector at a time"),
        part(&avx512, "; start"),
        part(&avx512, "; end"),
        part(&avx2, "; one vector at a time"),
    ] {
        assert!(text.contains(&block), "docs/jit.md should contain\n{block}\nof\n{avx512}\n{avx2}");
    }
}

#[test]
fn a_listing_shows_all_of_the_code_and_of_the_program() {
    for seed in 0..200 {
        let program = RandomProgram::<f32>::new(&mut seeded(seed)).unwrap().program;
        for isa in [Isa::Avx512, Isa::Avx2].into_iter().filter(|isa| isa.is_available()) {
            let text = listing(&program, isa).unwrap();
            assert!(!text.contains("(bad)"), "{text}");
            let bytes = Jit::<f32>::prepare(&program, &ExecutorOptions { isa }).unwrap().code_bytes();
            assert!(
                text.lines().next().unwrap().ends_with(&format!("{bytes} bytes of machine code")),
                "{text}"
            );
            if program.first_scratch() == program.rows() {
                let last = program.instructions().last().unwrap();
                assert!(text.contains(&format!("; {}\n", program.line(last))), "{text}");
            }
        }
    }
}

/// Many sums, and a chain of roots of their total, in `rows` rows.
fn wide_then_narrow(sums: u32, rows: u32) -> Program {
    use Operand::Row;
    let sum = |k: u32| instruction(Opcode::Add, 2 + k % 8, &[Row(0), Row(2 + k % 8)]);
    let total = |k: u32| instruction(Opcode::Add, 1, &[Row(1), Row(2 + k)]);
    let roots = std::iter::repeat_n(instruction(Opcode::Sqrt, 1, &[Row(1)]), 30);
    let instructions = (0..sums).map(sum).chain((0..8).map(total)).chain(roots).collect();
    Program::new("p", Precision::F64, instructions, Vec::new(), rows, 0).unwrap().with_scratch(2)
}

/// How many vectors its loops take.
fn loops(program: &Program, isa: Isa) -> Vec<String> {
    let text = listing(program, isa).unwrap();
    let heading = |line: &str| Some(line.strip_prefix("; ")?.split_once(" at a time")?.0.to_owned());
    text.lines().filter_map(heading).collect()
}

#[test]
fn a_chain_has_other_vectors_beside_it_or_a_loop_of_its_own() {
    // All vectors of a block, as all of its rows fit the cache.
    assert_eq!(loops(&wide_then_narrow(100, 20), Isa::Avx512), ["8 vectors", "one vector"]);
    // Blocks of so many rows have fewer vectors.
    assert_eq!(loops(&wide_then_narrow(100, 100), Isa::Avx512), ["4 vectors", "one vector"]);
    // Too few registers to have it both ways.
    let with_few_registers = loops(&wide_then_narrow(100, 20), Isa::Avx2);
    assert_eq!(with_few_registers.iter().filter(|loops| *loops == "one vector").count(), 2);
}

#[test]
fn there_is_no_machine_code_without_vectors() {
    let error = listing(&step(), Isa::Portable).unwrap_err();
    assert!(error.to_string().contains("x86-64 with AVX2 or AVX-512 only"), "{error}");
}
