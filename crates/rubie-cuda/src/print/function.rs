//! One program as one function: values in single assignment, rows read at their first use and written at the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use rubie_program::{Instr, Opcode, Operand, Precision, Program};

use super::literal::real;

/// The bits of the constant "true".
const TRUE: u64 = u64::MAX;

/// An expression and what it is.
#[derive(Clone)]
enum Value {
    /// A number; it may hold the bits of a truth value where it comes from a row.
    Number(String),
    /// A bool.
    Truth(String),
    /// A constant whose use says what it is.
    Constant(u64),
}

/// Prints programs that work on the rows called `rows` (`l.r`) and the uniforms called `uniforms` (`k.u`).
pub(super) struct Functions<'a> {
    /// The rows, as the body of a function names them.
    pub(super) rows: &'a str,
    /// The array of uniforms, as the body of a function names it.
    pub(super) uniforms: &'a str,
    /// The table, as the body of a function names it.
    pub(super) table: &'a str,
}

impl Functions<'_> {
    /// A function `name(Lane &l, const Uniforms &k)`.
    pub(super) fn print(&self, name: &str, program: &Program) -> String {
        let mut text = format!("INLINE void {name}(Lane &l, const Uniforms &k) {{\n");
        let mut body = Body { names: self, program, values: BTreeMap::new() };
        for (i, instruction) in program.instructions().iter().enumerate() {
            let (value, kind) = body.expression(instruction);
            let variable = format!("v{i}");
            let value = match kind {
                Kind::Truth => {
                    let _ = writeln!(text, "    const bool {variable} = {value};");
                    Value::Truth(variable)
                }
                Kind::Number => {
                    let _ = writeln!(text, "    const {} {variable} = {value};", c_type(program.precision()));
                    Value::Number(variable)
                }
            };
            body.values.insert(instruction.to, value);
        }
        for (row, value) in body.values.range(..program.first_scratch()) {
            let _ = writeln!(text, "    {}.r{row} = {};", self.rows, body.number(value));
        }
        text.push_str("}\n");
        text
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Truth,
}

struct Body<'a> {
    names: &'a Functions<'a>,
    program: &'a Program,
    /// What each row written so far holds.
    values: BTreeMap<u32, Value>,
}

impl Body<'_> {
    fn value(&self, operand: Operand) -> Value {
        match operand {
            Operand::Row(row) => match self.values.get(&row) {
                Some(value) => value.clone(),
                None => Value::Number(format!("{}.r{row}", self.names.rows)),
            },
            Operand::Uniform(uniform) => Value::Number(format!("{}[{uniform}]", self.names.uniforms)),
            Operand::Constant(constant) => Value::Constant(self.program.constants()[constant as usize]),
        }
    }

    fn number(&self, value: &Value) -> String {
        let precision = self.program.precision();
        let truth = |of: &str| match precision {
            Precision::F64 => format!("truth_f64({of})"),
            Precision::F32 => format!("truth_f32({of})"),
        };
        match value {
            Value::Number(name) => name.clone(),
            Value::Truth(name) => truth(name),
            Value::Constant(TRUE) => truth("true"),
            Value::Constant(bits) => real(f64::from_bits(*bits), precision),
        }
    }

    fn truth(&self, value: &Value) -> String {
        match value {
            Value::Number(name) => format!("is_true({name})"),
            Value::Truth(name) => name.clone(),
            Value::Constant(bits) => (*bits != 0).to_string(),
        }
    }

    /// The right-hand side of an instruction, and what it gives.
    fn expression(&self, instruction: &Instr) -> (String, Kind) {
        let op = instruction.op;
        let operands: Vec<Value> = instruction.used().iter().map(|operand| self.value(*operand)).collect();
        let is_truth = |value: &Value| matches!(value, Value::Truth(_) | Value::Constant(TRUE));
        let kind = match op {
            Opcode::Copy if is_truth(&operands[0]) => Kind::Truth,
            Opcode::Select if operands[1..].iter().any(is_truth) => Kind::Truth,
            _ if op.gives_truth() => Kind::Truth,
            _ => Kind::Number,
        };
        let passes = |place| op == Opcode::Copy || (op == Opcode::Select && place > 0);
        let operand = |(place, value): (usize, &Value)| {
            if op.takes_truth(place) || (passes(place) && kind == Kind::Truth) {
                self.truth(value)
            } else {
                self.number(value)
            }
        };
        let operands: Vec<String> = operands.iter().enumerate().map(operand).collect();
        (spelling(op, &operands, self.names.table), kind)
    }
}

/// An operation in the language.
fn spelling(op: Opcode, operands: &[String], table: &str) -> String {
    let at = |place: usize| operands.get(place).map_or("", String::as_str);
    let (a, b, c) = (at(0), at(1), at(2));
    let infix = |sign: &str| format!("{a} {sign} {b}");
    let call = |name: &str| format!("{name}({})", operands.join(", "));
    match op {
        Opcode::Copy => a.to_owned(),
        Opcode::Neg => format!("-({a})"),
        Opcode::Abs => call("op_abs"),
        Opcode::Sqrt => call("op_sqrt"),
        Opcode::Floor => call("op_floor"),
        Opcode::Ceil => call("op_ceil"),
        Opcode::Round => call("op_round"),
        Opcode::Exponent => call("op_exponent"),
        Opcode::Lookup => format!("op_lookup({table}, k.entries, {a})"),
        Opcode::AngleHigh => call("op_angle_high"),
        Opcode::AngleLow => call("op_angle_low"),
        Opcode::Add => infix("+"),
        Opcode::Sub => infix("-"),
        Opcode::Mul => infix("*"),
        Opcode::Div => infix("/"),
        Opcode::Min => call("op_min"),
        Opcode::Max => call("op_max"),
        Opcode::CopySign => call("op_copysign"),
        Opcode::Scale => call("op_scale"),
        Opcode::Mod => call("op_mod"),
        Opcode::Lt => infix("<"),
        Opcode::Le => infix("<="),
        Opcode::Eq => infix("=="),
        Opcode::Ne => infix("!="),
        Opcode::And => infix("&&"),
        Opcode::Or => infix("||"),
        Opcode::AndNot => format!("!{a} && {b}"),
        Opcode::Not => format!("!{a}"),
        Opcode::MulAdd => call("op_fma"),
        Opcode::MulSub => format!("op_fma({a}, {b}, -({c}))"),
        Opcode::NegMulAdd => format!("op_fma(-({a}), {b}, {c})"),
        Opcode::Select => format!("{a} ? {b} : {c}"),
    }
}

/// The name of a precision's type.
pub(super) fn c_type(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "float",
        Precision::F64 => "double",
    }
}
