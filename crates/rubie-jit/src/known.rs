//! What is known of operands before anything is computed, so that the code need not look.
//!
//! Exponents and powers of two have hard cases: numbers that are not normal, exponents that are not whole. A step-size controller takes the
//! logarithm of a number between two constants, so all of these can be ruled out from the program alone.

use rubie_program::{Course, Instr, Opcode, Operand, Precision, Program};

/// What is known of an instruction's operands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing that makes a difference.
    #[default]
    Nothing,
    /// Of `scale`: the second is a whole number, an infinity or NaN.
    Whole,
    /// Of `exponent`: the first is a positive normal number.
    Normal,
    /// Of `scale`: besides, the second is minus its exponent. So the result is its fraction, from 1 to below 2.
    Opposite,
}

/// For every instruction, what is known of its operands.
pub(crate) fn known(program: &Program) -> Vec<Known> {
    let mut values = Values::new(program);
    let mut found = Vec::with_capacity(program.instructions().len());
    for (range, section) in program.parts() {
        let instructions = &program.instructions()[range];
        // What a repeated section writes may be there when it begins; what any section writes may not be there behind it.
        if section.is_some_and(|section| section.course != Course::Once) {
            instructions.iter().for_each(|instr| values.forget(instr.to));
        }
        found.extend(instructions.iter().map(|instr| values.after(instr)));
        if section.is_some() {
            instructions.iter().for_each(|instr| values.forget(instr.to));
        }
    }
    found
}

/// What is known of a value.
#[derive(Clone, Copy, Default)]
struct Fact {
    /// It is a whole number, an infinity or NaN.
    is_whole: bool,
    /// Limits, if it is not NaN for sure.
    limits: Option<(f64, f64)>,
    /// It is the exponent of what an operand names.
    exponent_of: Option<Name>,
    /// It is minus that.
    opposite_of: Option<Name>,
}

/// A value by its operand; a row holds one after the other, which are numbered.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name {
    operand: Operand,
    number: u32,
}

/// What is known of all values.
struct Values {
    /// The least positive normal number and the largest number.
    normal: (f64, f64),
    constants: Vec<Fact>,
    rows: Vec<Fact>,
    /// By row, the number of the value in it.
    numbers: Vec<u32>,
    /// Values that there were.
    count: u32,
}

impl Values {
    fn new(program: &Program) -> Self {
        let constants = program.constants().iter().map(|bits| of_constant(*bits, program.precision()));
        let normal = match program.precision() {
            Precision::F64 => (f64::MIN_POSITIVE, f64::MAX),
            Precision::F32 => (f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX)),
        };
        let rows = program.rows() as usize;
        Values {
            normal,
            constants: constants.collect(),
            rows: vec![Fact::default(); rows],
            numbers: vec![0; rows],
            count: 0,
        }
    }

    fn of(&self, operand: Operand) -> Fact {
        match operand {
            Operand::Row(row) => self.rows[row as usize],
            Operand::Uniform(_) => Fact::default(),
            Operand::Constant(constant) => self.constants[constant as usize],
        }
    }

    fn name(&self, operand: Operand) -> Name {
        let number = if let Operand::Row(row) = operand { self.numbers[row as usize] } else { 0 };
        Name { operand, number }
    }

    fn set(&mut self, row: u32, fact: Fact) {
        self.count += 1;
        self.numbers[row as usize] = self.count;
        self.rows[row as usize] = fact;
    }

    fn forget(&mut self, row: u32) {
        self.set(row, Fact::default());
    }

    fn is_normal(&self, fact: Fact) -> bool {
        fact.limits.is_some_and(|(low, high)| self.normal.0 <= low && high <= self.normal.1)
    }

    /// Goes over an instruction. Returns what was known of its operands.
    fn after(&mut self, instr: &Instr) -> Known {
        let [a, b, c] = instr.operands.map(|operand| self.of(operand));
        let first = self.name(instr.operands[0]);
        let known = match instr.op {
            Opcode::Exponent if self.is_normal(a) => Known::Normal,
            Opcode::Scale if self.is_normal(a) && b.opposite_of == Some(first) => Known::Opposite,
            Opcode::Scale if b.is_whole => Known::Whole,
            _ => Known::Nothing,
        };
        let is_whole = match instr.op {
            Opcode::Round | Opcode::Floor | Opcode::Ceil | Opcode::Exponent => true,
            Opcode::Copy | Opcode::Neg | Opcode::Abs => a.is_whole,
            // A sum too large for its digits is a multiple of a power of two.
            Opcode::Add | Opcode::Sub | Opcode::Mul | Opcode::Min | Opcode::Max => a.is_whole && b.is_whole,
            Opcode::MulAdd | Opcode::MulSub | Opcode::NegMulAdd => a.is_whole && b.is_whole && c.is_whole,
            Opcode::Select => b.is_whole && c.is_whole,
            _ => false,
        };
        let limits = match instr.op {
            Opcode::Copy => a.limits,
            // The second operand is taken where the first is NaN.
            Opcode::Min => {
                b.limits.map(|(low, high)| (a.limits.map_or(f64::NEG_INFINITY, |a| a.0.min(low)), high))
            }
            Opcode::Max => {
                b.limits.map(|(low, high)| (low, a.limits.map_or(f64::INFINITY, |a| a.1.max(high))))
            }
            Opcode::Select => b.limits.zip(c.limits).map(|(b, c)| (b.0.min(c.0), b.1.max(c.1))),
            _ => None,
        };
        let (exponent_of, opposite_of) = match instr.op {
            Opcode::Exponent => (Some(first), None),
            Opcode::Neg => (a.opposite_of, a.exponent_of),
            Opcode::Copy => (a.exponent_of, a.opposite_of),
            _ => (None, None),
        };
        self.set(instr.to, Fact { is_whole, limits, exponent_of, opposite_of });
        known
    }
}

fn of_constant(bits: u64, precision: Precision) -> Fact {
    let number = match precision {
        Precision::F64 => f64::from_bits(bits),
        Precision::F32 => f64::from(f64::from_bits(bits) as f32),
    };
    Fact {
        is_whole: !number.is_finite() || number.fract() == 0.0,
        limits: (!number.is_nan()).then_some((number, number)),
        ..Fact::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operand::*;

    fn instruction(op: Opcode, to: u32, a: Operand, b: Operand) -> Instr {
        Instr { op, to, operands: [a, b, a] }
    }

    /// What is known of the operands of the instructions with this opcode, in a program of 4 rows and a uniform.
    fn found(of: Opcode, precision: Precision, instructions: Vec<Instr>, constants: &[f64]) -> Vec<Known> {
        let constants = constants.iter().map(|number| number.to_bits()).collect();
        let program = Program::new("p", precision, instructions, constants, 4, 1).expect("it is valid");
        let all = known(&program);
        let asked = program.instructions().iter().zip(all).filter(|(instr, _)| instr.op == of);
        asked.map(|(_, known)| known).collect()
    }

    #[test]
    fn whole_numbers_are_followed_until_a_row_gets_another() {
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
        let found = found(Opcode::Scale, Precision::F64, instructions, &[0.5, -1.0]);
        let whole = |is_whole| if is_whole { Known::Whole } else { Known::Nothing };
        assert_eq!(found, [false, true, true, false, true, false, false].map(whole));
    }

    #[test]
    fn numbers_between_limits_are_normal() {
        let limited = |low: Operand, high: Operand| {
            vec![
                instruction(Opcode::Exponent, 3, Row(0), Row(0)),
                instruction(Opcode::Min, 1, Row(0), high),
                instruction(Opcode::Exponent, 3, Row(1), Row(1)),
                Instr { op: Opcode::Select, to: 1, operands: [Row(2), Row(1), high] },
                instruction(Opcode::Max, 1, Row(1), low),
                instruction(Opcode::Exponent, 3, Row(1), Row(1)),
                instruction(Opcode::Max, 1, low, Row(1)),
                instruction(Opcode::Exponent, 3, Row(1), Row(1)),
                // NaN may come through.
                instruction(Opcode::Max, 1, low, Row(0)),
                instruction(Opcode::Exponent, 3, Row(1), Row(1)),
                instruction(Opcode::Add, 1, low, low),
                instruction(Opcode::Exponent, 3, Row(1), Row(1)),
            ]
        };
        let found = |precision, low, high, constants: &[f64]| {
            found(Opcode::Exponent, precision, limited(low, high), constants)
        };
        let yes = [false, false, true, true, false, false]
            .map(|is_normal| if is_normal { Known::Normal } else { Known::Nothing });
        let no = [Known::Nothing; 6];
        for (precision, low, high, expected) in [
            (Precision::F64, 1e-30, 1e16, yes),
            (Precision::F32, 1e-30, 1e16, yes),
            (Precision::F64, 1e-310, 1e16, no),
            (Precision::F32, 1e-39, 1e16, no),
            (Precision::F32, 1e-30, 1e39, no),
            (Precision::F64, 0.0, 1e16, no),
            (Precision::F64, -1.0, 1e16, no),
            (Precision::F64, f64::NAN, 1e16, no),
        ] {
            let got = found(precision, Constant(0), Constant(1), &[low, high]);
            assert_eq!(got, expected, "{low} to {high} in {precision:?}");
        }
        assert_eq!(found(Precision::F64, Uniform(0), Constant(0), &[1e16]), no);
    }

    #[test]
    fn fractions_are_of_the_very_number_whose_exponent_is_taken() {
        let instructions = vec![
            instruction(Opcode::Max, 0, Row(0), Constant(0)),
            instruction(Opcode::Min, 0, Row(0), Constant(1)),
            instruction(Opcode::Exponent, 1, Row(0), Row(0)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Neg, 2, Row(1), Row(1)),
            instruction(Opcode::Scale, 3, Row(0), Row(2)),
            instruction(Opcode::Copy, 1, Row(2), Row(2)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
            instruction(Opcode::Min, 0, Row(0), Constant(1)),
            instruction(Opcode::Scale, 3, Row(0), Row(1)),
        ];
        let found = found(Opcode::Scale, Precision::F64, instructions, &[1e-30, 1e16]);
        assert_eq!(found, [Known::Whole, Known::Opposite, Known::Opposite, Known::Whole]);
    }
}
