//! Random programs: an executor against the portable interpreter.

use crate::element::{Element, TRUE_BITS};
use crate::execute::{Executor, ExecutorOptions, Isa, Rows, Uniforms};
use crate::instruction::{Instr, Opcode, Operand};
use crate::interpreter::Interpreter;
use crate::program::{Course, Kept, Program, ProgramError, Section};

use super::Mismatch;

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

/// Uniforms of every program.
const UNIFORMS: u32 = 6;
/// The constant that is no NaN: the sign of a NaN is free, so none may be copied.
const SIGN: u32 = 8;
/// Constants that are limits of the numbers whose exponents are taken.
const LOW: u32 = SIGN + 1;
const HIGH: u32 = SIGN + 2;
/// What these are: within normal numbers, within those of f64 only, or not.
const LIMITS: [(f64, f64); 6] =
    [(1e-30, 1e16), (1.0, 1e16), (1e-30, 1e100), (1e-310, 2.0), (0.0, 1e16), (1e-30, f64::INFINITY)];
/// Most pairs of rows and most instructions of the kinds of programs: few and many values waiting, short and long.
const SIZES: [(usize, usize); 6] = [(40, 30), (8, 200), (40, 200), (8, 30), (8, 30), (3, 400)];

/// A program made by chance, and numbers to run it on. Even rows, uniforms and constants are numbers, odd ones truth
/// values.
pub struct RandomProgram<T: Element> {
    /// The program.
    pub program: Program,
    rows: Rows<T>,
    uniforms: Uniforms<T>,
}

impl<T: Element> RandomProgram<T> {
    /// Makes a program by choices: `choose(n)` gives a number below `n`. [`seeded`] makes them from a seed; a fuzzer
    /// makes them from its bytes.
    ///
    /// # Errors
    /// [`ProgramError`] if the program is wrong, which is a mistake here.
    pub fn new(choose: &mut dyn FnMut(usize) -> usize) -> Result<Self, ProgramError> {
        let program = program::<T>(choose)?;
        let lanes = T::LANES_PER_VECTOR * (1 + choose(9));
        let mut rows = Rows::new(program.rows() as usize, lanes);
        let mut value = |place: u32| match place % 2 {
            0 => number(choose),
            _ => T::truth(choose(2) == 0),
        };
        for row in 0..program.rows() {
            rows.row_mut(row).fill_with(|| value(row));
        }
        let uniforms: Vec<T> = (0..UNIFORMS).map(value).collect();
        let mut uniforms = Uniforms::from_values(&uniforms);
        let entries = choose(12);
        uniforms.set_table((0..entries).map(|_| number(choose)).collect());
        Ok(Self { program, rows, uniforms })
    }

    /// Runs the program by an executor and by the portable interpreter, and compares all rows that count.
    ///
    /// # Errors
    /// The first difference, or why the program was refused.
    pub fn check<X: Executor<T>>(&self, isa: Isa) -> Result<(), Mismatch> {
        let [mut found, mut some, mut expected] = [(); 3].map(|()| self.rows.clone());
        let executor = X::prepare(&self.program, &ExecutorOptions { isa })?;
        executor.execute(&mut found, &self.uniforms);
        let options = ExecutorOptions { isa: Isa::Portable };
        Interpreter::<T>::prepare(&self.program, &options)?.execute(&mut expected, &self.uniforms);
        self.compare(isa, &found, &expected, 0)?;
        let later = self.rows.lanes() / 2 / T::LANES_PER_VECTOR * T::LANES_PER_VECTOR;
        executor.execute_lanes(&mut some, &self.uniforms, later..self.rows.lanes());
        self.compare(isa, &some, &expected, later)?;
        // And the others, which are as they were until now.
        executor.execute_lanes(&mut some, &self.uniforms, 0..later);
        self.compare(isa, &some, &expected, 0)
    }

    /// The row that says in which lanes a row matters; `None` if in all.
    fn matters_where(&self, row: u32) -> Option<u32> {
        let kept = self.program.kept().filter(|kept| kept.rows.contains(&row)).map(|kept| kept.when);
        let written = self.program.sections().iter().find(|section| {
            self.program.instructions()[section.range.clone()].iter().any(|instr| instr.to == row)
        });
        kept.or(written.map(|section| section.when))
    }

    /// Compares lanes from `first` on.
    fn compare(&self, isa: Isa, found: &Rows<T>, expected: &Rows<T>, first: usize) -> Result<(), Mismatch> {
        for row in 0..self.program.first_scratch() {
            let matters = self.matters_where(row).map(|when| expected.row(when));
            let lanes = found.row(row).iter().zip(expected.row(row)).enumerate().skip(first);
            for (lane, (found, expected)) in lanes {
                if matters.is_some_and(|when| when[lane].bits() == T::default().bits()) {
                    continue;
                }
                let is_same =
                    if row % 2 == 0 { found.same(*expected) } else { found.bits() == expected.bits() };
                if !is_same {
                    let [found, expected] =
                        [found, expected].map(|number| format!("{number:e} ({:x?})", number.bits()));
                    let (name, lanes) = (isa.name(), self.rows.lanes());
                    let context = format!("{name}, {lanes} lanes, {}", self.program);
                    return Err(Mismatch::Value { context, row, lane, found, expected });
                }
            }
        }
        Ok(())
    }
}

/// Choices from a seed.
pub fn seeded(seed: u64) -> impl FnMut(usize) -> usize {
    let mut index = seed << 32;
    move |bound| {
        index += 1;
        (super::random(index) % bound as u64) as usize
    }
}

fn number<T: Element>(choose: &mut dyn FnMut(usize) -> usize) -> T {
    T::from_f64(match choose(2) {
        0 => NUMBERS[choose(NUMBERS.len())],
        _ => choose(2001) as f64 / 100.0 - 10.0,
    })
}

fn program<T: Element>(choose: &mut dyn FnMut(usize) -> usize) -> Result<Program, ProgramError> {
    let (most_pairs, most) = SIZES[choose(SIZES.len())];
    let (pairs, length) = (2 + choose(most_pairs), 1 + choose(most));
    let mut constants: Vec<u64> = (0..SIGN)
        .map(|place| match place % 2 {
            0 => number::<T>(choose).to_f64().to_bits(),
            _ => [0, TRUE_BITS][choose(2)],
        })
        .collect();
    constants.push((-3.0_f64).to_bits());
    let (low, high) = LIMITS[choose(LIMITS.len())];
    constants.extend([low, high].map(f64::to_bits));
    let mut instructions = Vec::with_capacity(length);
    while instructions.len() < length {
        match choose(16) {
            0 => instructions.extend(fraction(choose, pairs)),
            1 => instructions.extend(sum(choose, pairs)),
            _ => instructions.push(instruction(choose, pairs)),
        }
    }
    let rows = 2 * pairs as u32;
    let program = Program::new("random", T::PRECISION, instructions, constants, rows, UNIFORMS)?;
    let program = match choose(2) {
        0 => program,
        _ => program.with_scratch(choose(rows as usize) as u32),
    };
    with_sections(program, choose)
}

/// Perhaps the same program with rows that matter in some lanes only, and its end as a section. Both go by the same row, which nobody
/// writes from some place on.
fn with_sections(program: Program, choose: &mut dyn FnMut(usize) -> usize) -> Result<Program, ProgramError> {
    let (length, rows) = (program.instructions().len(), program.rows());
    let is_written = |row: &u32| program.instructions().iter().any(|instr| instr.to == *row);
    let given: Vec<u32> = (0..rows).filter(|row| !is_written(row)).collect();
    let when = match choose(2) {
        0 if !given.is_empty() => given[choose(given.len())],
        _ => choose(rows as usize) as u32,
    };
    let known = program.instructions().iter().rposition(|instr| instr.to == when).map_or(0, |last| last + 1);
    let program = match choose(3) {
        0 => {
            let [a, b] = [choose(rows as usize), choose(rows as usize)].map(|row| row as u32);
            let kept = a.min(b)..a.max(b);
            // On one side of the row that says where they matter.
            let kept = if kept.contains(&when) { kept.start..when } else { kept };
            program.with_kept(Kept { rows: kept, when })?
        }
        _ => program,
    };
    if choose(3) > 0 || known == length {
        return Ok(program);
    }
    let range = known + choose(length - known)..length;
    program.with_section(Section { range, when, course: Course::Once })
}

/// A number between limits, its exponent, its fraction: what executors may know more of than of single instructions. Any of them may be left
/// out, or overwrite what the next one would take.
fn fraction(choose: &mut dyn FnMut(usize) -> usize, pairs: usize) -> Vec<Instr> {
    let [number, limited, exponent, opposite, result] =
        [(); 5].map(|()| Operand::Row(choose(pairs) as u32 * 2));
    let instructions = [
        (Opcode::Min, limited, [number, Operand::Constant(HIGH)]),
        (Opcode::Max, limited, [limited, Operand::Constant(LOW)]),
        (Opcode::Exponent, exponent, [limited; 2]),
        (Opcode::Neg, opposite, [exponent; 2]),
        (Opcode::Scale, result, [limited, opposite]),
    ];
    let instructions =
        instructions.into_iter().filter(|_| choose(16) > 0).filter_map(|(op, to, [a, b])| match to {
            Operand::Row(to) => Some(Instr { op, to, operands: [a, b, a] }),
            _ => None,
        });
    instructions.collect()
}

/// A sum of products by way of one row, which may end in another, and need not be carried out where that does not matter.
fn sum(choose: &mut dyn FnMut(usize) -> usize, pairs: usize) -> Vec<Instr> {
    let mut row = || choose(pairs) as u32 * 2;
    let (by_way_of, to) = (row(), row());
    let products = 1 + row() as usize % 4;
    let terms = (0..=products).map(|term| {
        let op = match (term, row() % 6) {
            (0, 0) => Opcode::Sub,
            (0, _) => Opcode::Mul,
            (_, 0) => Opcode::MulSub,
            (_, 2) => Opcode::NegMulAdd,
            _ => Opcode::MulAdd,
        };
        let [a, b] = [row(), row()].map(Operand::Row);
        let last = if term == 0 { a } else { Operand::Row(by_way_of) };
        Instr { op, to: if term == products { to } else { by_way_of }, operands: [a, b, last] }
    });
    terms.collect()
}

fn instruction(choose: &mut dyn FnMut(usize) -> usize, pairs: usize) -> Instr {
    let op = Opcode::ALL[choose(Opcode::ALL.len())];
    // Copies and choices pass on either kind.
    let passes_truth = matches!(op, Opcode::Copy | Opcode::Select) && choose(3) == 0;
    let mut operands = [0, 1, 2].map(|place| {
        let is_free = op == Opcode::Copy || (op == Opcode::Select && place > 0);
        let odd = u32::from(op.takes_truth(place) || (is_free && passes_truth));
        match choose(8) {
            _ if op == Opcode::CopySign && place == 1 => Operand::Constant(SIGN),
            0 => Operand::Uniform(choose(UNIFORMS as usize / 2) as u32 * 2 + odd),
            1 => Operand::Constant(choose(SIGN as usize / 2) as u32 * 2 + odd),
            _ => Operand::Row(choose(pairs) as u32 * 2 + odd),
        }
    });
    let first = operands[0];
    operands[op.arity()..].fill(first);
    let to = choose(pairs) as u32 * 2 + u32::from(op.gives_truth() || passes_truth);
    Instr { op, to, operands }
}
