//! Which exponents are known to be whole numbers, so that nobody has to look.

use rubie_program::{Course, Instr, Opcode, Operand, Precision, Program};

/// For every instruction, whether its second operand can only be a whole number, an infinity or NaN.
pub(crate) fn whole_exponents(program: &Program) -> Vec<bool> {
    let constants: Vec<bool> =
        program.constants().iter().map(|bits| is_whole(*bits, program.precision())).collect();
    let mut rows = vec![false; program.rows() as usize];
    let at = |rows: &[bool], operand| match operand {
        Operand::Row(row) => rows[row as usize],
        Operand::Uniform(_) => false,
        Operand::Constant(constant) => constants[constant as usize],
    };
    let of_instruction = |rows: &mut [bool], instr: &Instr| {
        let [a, b, c] = instr.operands.map(|operand| at(rows, operand));
        rows[instr.to as usize] = match instr.op {
            Opcode::Round | Opcode::Floor | Opcode::Ceil | Opcode::Exponent => true,
            Opcode::Copy | Opcode::Neg | Opcode::Abs => a,
            // A sum too large for its digits is a multiple of a power of two.
            Opcode::Add | Opcode::Sub | Opcode::Mul | Opcode::Min | Opcode::Max => a && b,
            Opcode::MulAdd | Opcode::MulSub | Opcode::NegMulAdd => a && b && c,
            Opcode::Select => b && c,
            _ => false,
        };
        b
    };
    let mut found = Vec::with_capacity(program.instructions().len());
    for (range, section) in program.parts() {
        let instructions = &program.instructions()[range];
        // What a repeated section writes may be there when it begins; what any section writes may not be there behind it.
        let before = section.map(|_| rows.clone());
        if section.is_some_and(|section| section.course != Course::Once) {
            instructions.iter().for_each(|instr| rows[instr.to as usize] = false);
        }
        found.extend(instructions.iter().map(|instr| of_instruction(&mut rows, instr)));
        rows.iter_mut().zip(before.into_iter().flatten()).for_each(|(row, before)| *row &= before);
    }
    found
}

fn is_whole(bits: u64, precision: Precision) -> bool {
    let number = match precision {
        Precision::F64 => f64::from_bits(bits),
        Precision::F32 => f64::from(f64::from_bits(bits) as f32),
    };
    !number.is_finite() || number.fract() == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_followed_until_a_row_gets_another() {
        use Operand::*;
        let instruction = |op, to, a, b| Instr { op, to, operands: [a, b, a] };
        let instructions = vec![
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Round, 1, Row(1), Row(1)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Mul, 2, Row(1), Constant(0)),
            instruction(Opcode::Floor, 2, Row(2), Row(2)),
            instruction(Opcode::Sub, 1, Row(1), Row(2)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Add, 1, Row(1), Constant(0)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Scale, 3, Row(0), Constant(1)),
            instruction(Opcode::Scale, 3, Row(0), Constant(0)),
            instruction(Opcode::Scale, 3, Row(0), Uniform(0)),
        ];
        let constants = [0.5_f64, -1.0].map(f64::to_bits).to_vec();
        let program = Program::new("p", Precision::F64, instructions, constants, 4, 1).unwrap();
        let found = whole_exponents(&program);
        let scales: Vec<bool> = (program.instructions().iter().zip(found))
            .filter(|(instr, _)| instr.op == Opcode::Scale)
            .map(|(_, is_whole)| is_whole)
            .collect();
        assert_eq!(scales, [false, true, true, false, true, false, false]);
    }
}
