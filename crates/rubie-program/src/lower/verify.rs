//! Last pass, in debug builds: a program is run on symbols instead of numbers, which shows that every
//! operand is the value it should be and that the outputs are where they belong.

use super::Place;
use super::hoist::Work;
use crate::instruction::{Opcode, Operand};
use crate::program::Program;
use crate::values::{Definition, Value, ValueGraph};

/// Checks a program against what it has to do.
pub(super) fn verify(
    values: &ValueGraph,
    work: &Work,
    program: &Program,
    uniform_outputs: &[(u32, u32)],
) -> Result<(), String> {
    let input = |operand: Operand| values.find(Definition::Input(operand));
    let mut rows: Vec<Option<Value>> = (0..program.rows()).map(|row| input(Operand::Row(row))).collect();
    let mut uniforms: Vec<_> =
        (0..program.uniforms()).map(|uniform| input(Operand::Uniform(uniform))).collect();
    for &(value, operand) in &work.given {
        let held = match operand {
            Operand::Row(row) => rows.get_mut(row as usize),
            Operand::Uniform(uniform) => uniforms.get_mut(uniform as usize),
            Operand::Constant(_) => None,
        };
        if let Some(held) = held {
            *held = Some(value);
        }
    }
    for (index, instruction) in program.instructions().iter().enumerate() {
        let held = |operand: &Operand| match *operand {
            Operand::Row(row) => rows[row as usize],
            Operand::Uniform(uniform) => uniforms[uniform as usize],
            Operand::Constant(constant) => {
                values.find(Definition::Constant(program.constants()[constant as usize]))
            }
        };
        let operands = instruction.operands.each_ref().map(held);
        let [Some(a), Some(b), Some(c)] = operands else {
            return Err(format!("instruction {index} reads a row that holds nothing"));
        };
        let result = match instruction.op {
            Opcode::Copy => Some(a),
            op => values.find(Definition::Computed(op, [a, b, c])),
        };
        if result.is_none() {
            return Err(format!("instruction {index} computes what nobody asked for"));
        }
        rows[instruction.to as usize] = result;
    }
    for &(value, place) in &work.outputs {
        let row = match place {
            Place::Row(row) => Some(row),
            Place::Uniform(uniform) => {
                uniform_outputs.iter().find(|output| output.1 == uniform).map(|output| output.0)
            }
        };
        let held = row.and_then(|row| match rows.get(row as usize) {
            Some(held) => *held,
            // An output that is in its place from the start.
            None => input(Operand::Row(row)),
        });
        if held != Some(value) {
            return Err(format!("the output at {place:?} is not there"));
        }
    }
    Ok(())
}
