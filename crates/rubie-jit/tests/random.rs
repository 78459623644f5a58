//! Random programs, by the machine code and by the interpreter: the same bits.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use rubie_jit::Jit;
use rubie_program::{
    Element, Executor, ExecutorOptions, Instr, Interpreter, Isa, Opcode, Operand, Program, Rows, Uniforms,
};

/// Programs for each instruction set and precision: 100,000 in all.
const PROGRAMS: u64 = 25_000;

const NUMBERS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    2.0,
    0.1,
    -7.0,
    1e10,
    3.5e20,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    -1e-300,
    1e300,
    1100.0,
];

/// The generator SplitMix64 of Steele, Lea and Flood.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn number<T: Element>(&mut self) -> T {
        let number = NUMBERS[self.below(NUMBERS.len())];
        T::from_f64(if self.below(2) == 0 { number } else { self.below(2001) as f64 / 100.0 - 10.0 })
    }
}

const UNIFORMS: u32 = 6;

/// Even rows, uniforms and constants are numbers, odd ones truth values.
fn program<T: Element>(random: &mut Random) -> Program {
    let (most_pairs, most) = [(40, 30), (8, 200), (40, 200), (8, 30), (8, 30), (8, 30)][random.below(6)];
    let (pairs, length) = (2 + random.below(most_pairs), 1 + random.below(most));
    let constants: Vec<u64> = (0..8)
        .map(|place| match place % 2 {
            0 => random.number::<T>().to_f64().to_bits(),
            _ => [0, u64::MAX][random.below(2)],
        })
        .collect();
    let mut instructions = Vec::new();
    for _ in 0..length {
        let op = Opcode::ALL[random.below(Opcode::ALL.len())];
        // Copies and choices pass on either kind.
        let passes_truth = matches!(op, Opcode::Copy | Opcode::Select) && random.below(3) == 0;
        let operands = [0, 1, 2].map(|place| {
            let is_free = op == Opcode::Copy || (op == Opcode::Select && place > 0);
            let odd = u32::from(op.takes_truth(place) || (is_free && passes_truth));
            match random.below(8) {
                // The sign of a NaN is free, so none may be copied.
                _ if op == Opcode::CopySign && place == 1 => Operand::Constant(8),
                0 => Operand::Uniform(random.below(UNIFORMS as usize / 2) as u32 * 2 + odd),
                1 => Operand::Constant(random.below(4) as u32 * 2 + odd),
                _ => Operand::Row(random.below(pairs) as u32 * 2 + odd),
            }
        });
        let to = random.below(pairs) as u32 * 2 + u32::from(op.gives_truth() || passes_truth);
        let mut instr = Instr { op, to, operands };
        instr.operands[op.arity()..].fill(operands[0]);
        instructions.push(instr);
    }
    let constants = [constants, vec![(-3.0_f64).to_bits()]].concat();
    let rows = 2 * pairs as u32;
    let program = Program::new("random", T::PRECISION, instructions, constants, rows, UNIFORMS).unwrap();
    match random.below(2) {
        0 => program,
        _ => program.with_scratch(random.below(rows as usize) as u32),
    }
}

fn check<T: Element>(isa: Isa, seed: u64) {
    let mut random = Random(seed << 20);
    let program = program::<T>(&mut random);
    let lanes = T::LANES_PER_VECTOR * (1 + random.below(5));
    let mut rows = Rows::<T>::new(program.rows() as usize, lanes);
    for row in 0..program.rows() {
        for lane in rows.row_mut(row) {
            *lane = if row % 2 == 0 { random.number() } else { T::truth(random.below(2) == 0) };
        }
    }
    let uniform = |place| if place % 2 == 0 { random.number() } else { T::truth(random.below(2) == 0) };
    let uniforms: Vec<T> = (0..UNIFORMS).map(uniform).collect();
    let uniforms = Uniforms::from_values(&uniforms);
    let mut expected = rows.clone();
    let options = ExecutorOptions { isa };
    Jit::<T>::prepare(&program, &options).unwrap().execute(&mut rows, &uniforms);
    Interpreter::<T>::prepare(&program, &options).unwrap().execute(&mut expected, &uniforms);
    for row in 0..program.first_scratch() {
        for (lane, (found, expected)) in rows.row(row).iter().zip(expected.row(row)).enumerate() {
            let is_same = if row % 2 == 0 { found.same(*expected) } else { found.bits() == expected.bits() };
            assert!(
                is_same,
                "{} {:?}, seed {seed}, {lanes} lanes: row {row}, lane {lane} is {found:e}, not {expected:e}\n{program}",
                isa.name(),
                T::PRECISION
            );
        }
    }
}

fn check_all<T: Element>(isa: Isa) {
    if !isa.is_available() {
        println!("skipped: this processor has no {}", isa.name());
        return;
    }
    (0..PROGRAMS).for_each(|seed| check::<T>(isa, seed));
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
