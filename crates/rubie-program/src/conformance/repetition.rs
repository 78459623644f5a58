//! Whether repeated programs end when they must.

use super::Mismatch;
use crate::element::Element;
use crate::execute::{Executor, ExecutorOptions, Rows, Uniforms};
use crate::instruction::{Instr, Opcode, Operand};
use crate::program::Program;

/// Rows: a count, at which it says so, whether it does.
const COUNT: u32 = 0;
const LIMIT: u32 = 1;
const REACHED: u32 = 2;

/// Counts in every lane until one of them has reached its limit, or for so many rounds.
pub(super) fn check<T: Element, X: Executor<T>>(
    options: &ExecutorOptions,
    lanes: usize,
) -> Result<(), Mismatch> {
    let executor = X::prepare(&program::<T>()?, options)?;
    // Which lane has which limit, rounds at most, rounds expected.
    let cases =
        [(0, 5.0, 9, 5), (lanes - 1, 7.0, 9, 7), (lanes / 2, 1.0, 9, 1), (0, 6.0, 4, 4), (0, 3.0, 0, 1)];
    for (lane, limit, most, expected) in cases {
        let mut rows = Rows::<T>::new(80, lanes);
        rows.row_mut(LIMIT).fill(T::from_f64(f64::INFINITY));
        rows.set(LIMIT, lane, T::from_f64(limit));
        let rounds = executor.repeat(&mut rows, &Uniforms::new(0), REACHED, most, &mut |_| false);
        let context = format!("limit {limit} in lane {lane} of {lanes}, {most} rounds at most");
        let counts = rows.row(COUNT).iter().enumerate();
        let wrong = counts.clone().find(|(_, count)| count.to_f64() != f64::from(expected));
        if let Some((lane, count)) = wrong.or(counts.last().filter(|_| rounds != expected)) {
            let found = format!("{} after {rounds} rounds", count.to_f64());
            return Err(Mismatch::Value { context, row: COUNT, lane, found, expected: expected.to_string() });
        }
    }
    Ok(())
}

/// One more; and work that is long enough for loops of several pieces.
fn program<T: Element>() -> Result<Program, Mismatch> {
    use Operand::{Constant, Row};
    let instr = |op, to, operands| Instr { op, to, operands };
    let mut instructions = vec![instr(Opcode::Add, COUNT, [Row(COUNT), Constant(0), Row(COUNT)])];
    instructions
        .extend((3..79).map(|row| instr(Opcode::MulAdd, row + 1, [Row(row), Constant(0), Row(COUNT)])));
    instructions.extend([
        instr(Opcode::Le, REACHED, [Row(LIMIT), Row(COUNT), Row(LIMIT)]),
        instr(Opcode::Select, REACHED, [Row(REACHED), Constant(0), Constant(1)]),
    ]);
    let constants = vec![1.0_f64.to_bits(), 0.0_f64.to_bits()];
    Ok(Program::new("repetition", T::PRECISION, instructions, constants, 80, 0)?)
}
