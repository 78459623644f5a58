//! Machine code for readers: disassembled, with what it is there for.

use iced_x86::{Code, Decoder, DecoderOptions, FastFormatter, Instruction, Register};
use rubie_program::{Course, Element, ExecutorError, Isa, Operand, Program};

use crate::assembler::Purpose;
use crate::compile::{Compiled, compile};
use crate::linked::{USUAL_DISTANCE, with_rows};
use crate::operands::Special;

/// Where the names of what is in memory begin.
const COLUMN: usize = 58;

/// The listing of a program's code.
///
/// # Errors
/// [`ExecutorError::Unsupported`] if the program cannot be encoded.
pub(crate) fn listing<T: Element>(program: &Program, isa: Isa) -> Result<String, ExecutorError> {
    let compiled = compile::<T>(program, isa)?;
    let code = with_rows(&compiled, USUAL_DISTANCE)
        .ok_or_else(|| ExecutorError::Unsupported(format!("program `{}` is too long", program.name())))?;
    let (instructions, bytes) = (program.instructions().len(), code.len());
    let (name, precision, isa) = (program.name(), program.precision(), isa.name());
    let mut text = format!(
        "; program {name} {precision:?}, {isa}: {instructions} instructions, {bytes} bytes of machine code\n\
         ; rbx: rows, r14: uniforms, rbp: constants, r15: vectors left\n"
    );
    let mut formatter = FastFormatter::new();
    let options = formatter.options_mut();
    options.set_space_after_operand_separator(true);
    options.set_uppercase_hex(false);
    options.set_use_hex_prefix(true);
    let mut marks = compiled.marks.iter().peekable();
    let mut rows = compiled.rows.iter().peekable();
    for instruction in Decoder::with_ip(64, &code, 0, DecoderOptions::NONE) {
        while let Some(mark) = marks.next_if(|mark| u64::from(mark.at) <= instruction.ip()) {
            text += &heading(program, mark.purpose);
        }
        let mut line = format!("  {:#06x}  ", instruction.ip());
        let reference = rows.next_if(|row| u64::from(row.at) < instruction.next_ip());
        match instruction.code() {
            // An address that is another one each time.
            Code::Mov_r64_imm64 => line += "mov rax, one lane after the other",
            _ => formatter.format(&instruction, &mut line),
        }
        let name = match reference {
            Some(row) => Some(vector(format!("r{}", row.row), row.bytes / compiled.vector_bytes as u32)),
            None => in_memory(program, &compiled, &instruction),
        };
        if let Some(name) = name {
            line = format!("{line:<COLUMN$}; {name}");
        }
        text += &line;
        text.push('\n');
    }
    Ok(text)
}

/// Names which of the vectors side by side is meant, the first by nothing.
fn vector(name: String, vector: u32) -> String {
    if vector == 0 { name } else { format!("{name}, vector {}", vector + 1) }
}

fn heading(program: &Program, purpose: Purpose) -> String {
    match purpose {
        Purpose::Prologue => "\n; start: save registers, take arguments, make room on the stack\n".to_owned(),
        Purpose::Loop(1) => "\n; one vector at a time\n".to_owned(),
        Purpose::Loop(count) => format!("\n; {count} vectors at a time, as long as there are so many\n"),
        Purpose::Instruction { index, vector: which } => {
            let line = program.line(&program.instructions()[index as usize]);
            format!("; {}\n", vector(line, which))
        }
        Purpose::Section { when, course } => {
            let word = if course == Course::Once { "if" } else { "while" };
            format!("\n; one vector at a time, {word} r{when} is not 0 in it\n")
        }
        Purpose::Look { when, vector: which } => {
            format!("; is {} 0 in all lanes?\n", vector(format!("r{when}"), which))
        }
        Purpose::Visit => "; call of whoever takes the results\n".to_owned(),
        Purpose::Next => "; the next lanes\n".to_owned(),
        Purpose::Repeat => {
            "\n; another round, unless there were enough or a lane needs something\n".to_owned()
        }
        Purpose::Epilogue => "\n; end: give back registers and stack\n".to_owned(),
        Purpose::Detour(op) => {
            format!("\n; out of the way: {} of what instructions cannot do\n", op.name())
        }
    }
}

/// What memory other than rows an instruction names.
fn in_memory<T>(program: &Program, compiled: &Compiled<T>, instruction: &Instruction) -> Option<String> {
    let bytes = instruction.memory_displacement64() as usize;
    match instruction.memory_base() {
        Register::R14 => Some(match instruction.memory_displacement64() as i64 {
            ..=-65 => "table".to_owned(),
            -64..=-1 => "entries".to_owned(),
            bytes => format!("u{}", bytes / 64),
        }),
        Register::RBP => {
            let (own, all) = (program.constants().len(), program.constants().len() + Special::ALL.len());
            let number = bytes / (size_of::<T>() * compiled.constants.len() / all);
            match number.checked_sub(own) {
                None => Some(program.shown(Operand::Constant(number as u32))),
                Some(special) => Special::ALL.get(special).map(|special| format!("{special:?}")),
            }
        }
        _ => None,
    }
}
