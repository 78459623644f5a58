//! The conformance suite: whether an executor does what [`Element::evaluate`] says, to the last bit.
//!
//! Any executor can be put through it. Only the sign and payload of NaN are free.
//!
//! ```
//! use rubie_program::{Interpreter, Isa, conformance::executor_conformance};
//!
//! executor_conformance::<Interpreter<f32>, Interpreter<f64>>(Isa::Portable)?;
//! # Ok::<(), rubie_program::conformance::Mismatch>(())
//! ```

mod random_programs;
mod repetition;
mod sections;

pub use random_programs::{RandomProgram, seeded};

use thiserror::Error;

use crate::element::{Element, TRUE_BITS};
use crate::execute::{Executor, ExecutorError, ExecutorOptions, Isa, Rows, Uniforms};
use crate::instruction::{Instr, Opcode, Operand};
use crate::program::{Program, ProgramError};

/// What an executor did wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Mismatch {
    /// A row does not hold what it should.
    #[error("{context}: row {row}, lane {lane} is {found}, not {expected}")]
    Value {
        /// What was run.
        context: String,
        /// The row.
        row: u32,
        /// The lane.
        lane: usize,
        /// What the executor left.
        found: String,
        /// What [`Element::evaluate`] gives.
        expected: String,
    },
    /// A program was refused.
    #[error(transparent)]
    Refused(#[from] ExecutorError),
    /// The suite made an impossible program.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

/// Puts the executors of both precisions through the suite.
///
/// # Errors
/// The first [`Mismatch`] found.
pub fn executor_conformance<X32: Executor<f32>, X64: Executor<f64>>(isa: Isa) -> Result<(), Mismatch> {
    conformance::<f32, X32>(isa)?;
    conformance::<f64, X64>(isa)
}

/// Puts an executor of one precision through the suite: every opcode on every kind of operand and special
/// number, results in the rows of operands, several numbers of lanes, random programs with few and with
/// many rows, repetitions, sections.
///
/// # Errors
/// The first [`Mismatch`] found.
pub fn conformance<T: Element, X: Executor<T>>(isa: Isa) -> Result<(), Mismatch> {
    let options = ExecutorOptions { isa };
    for vectors in [8, 1, 2, 3, 5] {
        let bench = Bench::<T>::new(vectors * T::LANES_PER_VECTOR);
        for &op in Opcode::ALL {
            for kinds in all_kinds(op.arity()) {
                bench.check::<X>(&options, format!("{op:?} {kinds:?}"), bench.every_case(op, kinds))?;
            }
            bench.check::<X>(&options, format!("{op:?} in place"), bench.in_place(op))?;
        }
        bench.check::<X>(&options, "scale by whole numbers".to_owned(), bench.whole_exponents())?;
        for (seed, rows) in [3, 4, 7, 12, 12, 12, 40, 150].into_iter().enumerate() {
            let context = format!("random program {seed} on {rows} rows");
            bench.check::<X>(&options, context, bench.random(seed as u64, rows))?;
        }
        repetition::check::<T, X>(&options, vectors * T::LANES_PER_VECTOR)?;
        sections::check::<T, X>(&options, vectors * T::LANES_PER_VECTOR)?;
    }
    Ok(())
}

/// Numbers at which executors err.
const SPECIAL: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3.0,
    -7.0,
    0.1,
    1e-3,
    100.25,
    -std::f64::consts::PI,
    1e10,
    1e22,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    2.225073858507201e-308,
    1e300,
    1e-300,
    1048576.0,
    1048577.0,
    -1024.0,
    1025.0,
    4503599627370495.5,
    9007199254740993.0,
    1023.0,
    1024.0,
    -1022.0,
    -1023.0,
    -1052.0,
    -1074.0,
    -1075.0,
    2098.0,
    -2150.0,
    3e38,
    -3.4028234663852886e38,
    1.1754943508222875e-38,
    1.1754942e-38,
    1e-45,
    -3e-42,
    8388607.5,
    127.0,
    128.0,
    -126.0,
    -149.0,
    -150.0,
    277.0,
    -300.0,
    0.999999999,
    2147483648.5,
];

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Row,
    Uniform,
    Constant,
}

fn all_kinds(arity: usize) -> impl Iterator<Item = [Kind; 3]> {
    let kinds = [Kind::Row, Kind::Uniform, Kind::Constant];
    let kind = move |number: usize, place: usize| {
        if place < arity { kinds[number / 3_usize.pow(place as u32) % 3] } else { kinds[number % 3] }
    };
    (0..3_usize.pow(arity as u32)).map(move |number| [0, 1, 2].map(|place| kind(number, place)))
}

/// Rows, uniforms and constants full of special numbers, then as many of truth values.
struct Bench<T: Element> {
    rows: Rows<T>,
    uniforms: Uniforms<T>,
    constants: Vec<u64>,
}

/// Number of special numbers, and of truth values, of each kind.
const COUNT: u32 = SPECIAL.len() as u32;
/// Entries of the table: some special numbers lie inside, some at its end, some beyond.
const TABLE: usize = 1025;
/// First row for results.
const RESULTS: u32 = 2 * COUNT;
/// Rows for results.
const MOST_RESULTS: u32 = 5 * COUNT;

impl<T: Element> Bench<T> {
    fn new(lanes: usize) -> Self {
        let special = |index: usize| T::from_f64(SPECIAL[index % SPECIAL.len()]);
        let truth = |index: usize| random(index as u64).is_multiple_of(2);
        let mut rows = Rows::new((RESULTS + MOST_RESULTS) as usize, lanes);
        for row in 0..COUNT {
            for (lane, number) in rows.row_mut(row).iter_mut().enumerate() {
                *number = special(lane + row as usize);
            }
            for (lane, number) in rows.row_mut(COUNT + row).iter_mut().enumerate() {
                *number = T::truth(truth(lane + 1000 * row as usize));
            }
        }
        let count = SPECIAL.len();
        let numbers: Vec<T> =
            (0..count).map(special).chain((0..count).map(|index| T::truth(truth(index)))).collect();
        let truths = (0..count).map(|index| if truth(index) { TRUE_BITS } else { 0 });
        let constants = (0..count).map(|index| special(index).to_f64().to_bits()).chain(truths).collect();
        let mut uniforms = Uniforms::from_values(&numbers);
        uniforms.set_table((0..TABLE).map(special).collect());
        Self { rows, uniforms, constants }
    }

    fn operand(kind: Kind, index: u32, truth: bool) -> Operand {
        let index = index % COUNT + if truth { COUNT } else { 0 };
        match kind {
            Kind::Row => Operand::Row(index),
            Kind::Uniform => Operand::Uniform(index),
            Kind::Constant => Operand::Constant(index),
        }
    }

    /// An operation on operands of given kinds: a row against every number, then a choice of all combinations.
    fn every_case(&self, op: Opcode, kinds: [Kind; 3]) -> Vec<Instr> {
        let case = |case: u32| {
            let indices = match case {
                _ if case < COUNT => [if kinds[0] == Kind::Row { 0 } else { case }, case, case * case],
                _ => [0, 1, 2].map(|place| random(u64::from(3 * case + place)) as u32 % COUNT),
            };
            let mut operands =
                [0, 1, 2].map(|place| Self::operand(kinds[place], indices[place], op.takes_truth(place)));
            let first = operands[0];
            operands[op.arity()..].fill(first);
            Instr { op, to: RESULTS + case, operands }
        };
        (0..MOST_RESULTS).map(case).collect()
    }

    /// The result in the row of any operand, or of all.
    fn in_place(&self, op: Opcode) -> Vec<Instr> {
        let mut instructions = Vec::new();
        for places in 1_u32..1 << op.arity() {
            let to = RESULTS + places;
            let mut operands =
                [0, 1, 2].map(|place| Self::operand(Kind::Row, 5 * place as u32, op.takes_truth(place)));
            for (place, operand) in operands.iter_mut().enumerate().take(op.arity()) {
                // A row is a number or a truth value, not both.
                if places >> place & 1 == 1
                    && op.takes_truth(place) == op.takes_truth(places.trailing_zeros() as usize)
                {
                    *operand = Operand::Row(to);
                }
            }
            let first = operands[0];
            operands[op.arity()..].fill(first);
            let truth = op.takes_truth(places.trailing_zeros() as usize);
            instructions.push(Instr {
                op: Opcode::Copy,
                to,
                operands: [Self::operand(Kind::Row, 3, truth); 3],
            });
            instructions.push(Instr { op, to, operands });
        }
        instructions
    }

    /// Powers of two whose exponents an executor can know to be whole, or not finite, because they were rounded; into
    /// new rows, over the number and over the exponent.
    fn whole_exponents(&self) -> Vec<Instr> {
        let case = |case: u32| {
            let row = Operand::Row;
            let (number, whole) = (RESULTS + 2 * case, RESULTS + 2 * case + 1);
            let rounding = [Opcode::Round, Opcode::Floor, Opcode::Ceil, Opcode::Exponent][case as usize % 4];
            let instruction = |op, to, a, b| Instr { op, to, operands: [row(a), row(b), row(a)] };
            let to = if case.is_multiple_of(3) { whole } else { number };
            [
                instruction(Opcode::Copy, number, case % COUNT, 0),
                instruction(rounding, whole, case * case % COUNT, 0),
                instruction(Opcode::Scale, to, number, whole),
            ]
        };
        (0..MOST_RESULTS / 2).flat_map(case).collect()
    }

    /// Random instructions; even rows are numbers, odd ones truth values.
    fn random(&self, seed: u64, rows: u32) -> Vec<Instr> {
        let mut state = seed << 32;
        let mut choose = |below: usize| {
            state += 1;
            (random(state) % below as u64) as usize
        };
        let mut instructions = Vec::new();
        for row in 0..rows {
            let from = Self::operand(Kind::Row, choose(1000) as u32, row % 2 == 1);
            instructions.push(Instr { op: Opcode::Copy, to: RESULTS + row, operands: [from; 3] });
        }
        while instructions.len() < 10 * rows as usize + 100 {
            let op = Opcode::ALL[choose(Opcode::ALL.len())];
            // The sign of a NaN is free, so nothing may show it.
            if op == Opcode::CopySign {
                continue;
            }
            let mut operands = [0, 1, 2].map(|place| match choose(8) {
                0 => Self::operand(Kind::Uniform, choose(1000) as u32, op.takes_truth(place)),
                1 => Self::operand(Kind::Constant, choose(1000) as u32, op.takes_truth(place)),
                _ => Operand::Row(
                    RESULTS + choose(rows as usize / 2) as u32 * 2 + u32::from(op.takes_truth(place)),
                ),
            });
            let first = operands[0];
            operands[op.arity()..].fill(first);
            let to = RESULTS + choose(rows as usize / 2) as u32 * 2 + u32::from(op.gives_truth());
            instructions.push(Instr { op, to, operands });
        }
        instructions
    }

    fn check<X: Executor<T>>(
        &self,
        options: &ExecutorOptions,
        context: String,
        instructions: Vec<Instr>,
    ) -> Result<(), Mismatch> {
        let (all_rows, all_uniforms) = (self.rows.rows() as u32, self.uniforms.len() as u32);
        let constants = self.constants.clone();
        let program = Program::new(context, T::PRECISION, instructions, constants, all_rows, all_uniforms)?;
        let executor = X::prepare(&program, options)?;
        let mut found = self.rows.clone();
        executor.execute(&mut found, &self.uniforms);
        let (mut expected, mut loose) = (self.rows.clone(), vec![false; all_rows as usize]);
        interpret(&program, &mut expected, &self.uniforms);
        for instruction in program.instructions() {
            loose[instruction.to as usize] = instruction.op == Opcode::CopySign;
        }
        for row in 0..all_rows {
            let lanes = found.row(row).iter().zip(expected.row(row)).enumerate();
            for (lane, (found, expected)) in lanes {
                let unsigned = |number: T| T::evaluate(Opcode::Abs, number, number, number);
                let is_same = found.same(*expected)
                    || (loose[row as usize] && unsigned(*found).same(unsigned(*expected)));
                // "True" is one NaN of many.
                if !is_same || found.bits() == T::truth(true).bits() && found.bits() != expected.bits() {
                    let show = |number: T| format!("{number:e} ({:x?})", number.bits());
                    let (found, expected) = (show(*found), show(*expected));
                    let writer = program.instructions().iter().rfind(|instruction| instruction.to == row);
                    let line = writer.map_or(String::new(), |writer| program.line(writer));
                    let context = format!("{}: {line}", program.name());
                    return Err(Mismatch::Value { context, row, lane, found, expected });
                }
            }
        }
        Ok(())
    }
}

/// The meaning of a program, lane by lane.
fn interpret<T: Element>(program: &Program, rows: &mut Rows<T>, uniforms: &Uniforms<T>) {
    for instruction in program.instructions() {
        for lane in 0..rows.lanes() {
            let [a, b, c] = instruction.operands.map(|operand| match operand {
                Operand::Row(row) => rows.row(row)[lane],
                Operand::Uniform(uniform) => uniforms.get(uniform),
                Operand::Constant(constant) => T::from_constant(program.constants()[constant as usize]),
            });
            rows.row_mut(instruction.to)[lane] = match instruction.op {
                Opcode::Lookup => T::look_up(uniforms.table(), a),
                op => T::evaluate(op, a, b, c),
            };
        }
    }
}

/// The `index`-th number of Steele, Lea and Flood's generator SplitMix64.
fn random(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
