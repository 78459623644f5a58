//! A [`KernelSpec`] as CUDA C.
//!
//! What is the same for every kernel is text of its own: `prelude.cu` (instructions), `angle.cu` (large angles), `job.cu`
//! (what a launch works on) and `run.cu` (how a thread goes through its runs). What differs is printed here: each program
//! as a function of single assignments, and small functions that name rows.

mod literal;
mod function;
mod programs;
mod calls;
mod pieces;

use std::collections::BTreeSet;
use std::fmt::Write;

use rubie_kernel::{ConditionPrograms, KernelSpec, Status, event};
use rubie_program::{Opcode, Operand, Precision, Program};

use function::{Functions, c_type};
use pieces::Pieces;

/// Threads of a block: a multiple of the warp, small enough that each may have all registers.
pub const BLOCK: u32 = 128;

/// Registers of a multiprocessor, on every architecture since Maxwell.
const REGISTERS: u32 = 1 << 16;

/// Registers that a thread has for other things than the numbers of a step: addresses, counters, what an instruction is about to read.
const OTHER_REGISTERS: u32 = 16;

/// With so many blocks on a multiprocessor there are always threads whose operands are there; more gain nothing.
const ENOUGH_BLOCKS: u32 = 8;

/// Bytes of uniforms that are passed with the launch, so that they are constant operands of instructions; more are read from memory.
/// A launch may pass 4096 bytes, of which the job takes some.
const MOST_ARGUMENT_BYTES: usize = 3584;

/// A kernel as text, and what its launches must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// CUDA C with one entry point, `rubie_run(Job, Uniforms)`, without includes.
    pub text: String,
    /// Whether the uniforms are the second argument themselves; else it is a pointer to them.
    pub uniforms_by_value: bool,
    /// Numbers of f64 among the uniforms, behind the table's address and length: those of a clock apart.
    pub clock_uniforms: usize,
    /// Numbers of the kernel's precision behind them.
    pub uniforms: usize,
    /// Words of 8 bytes in which a thread keeps an unfinished run between launches.
    pub saved_words: usize,
    /// Bytes in which a thread has the factors of dense matrices.
    pub factor_bytes: usize,
}

impl Source {
    /// Prints a kernel.
    pub fn print(spec: &KernelSpec) -> Source {
        let layout = &spec.layout;
        let clock_uniforms = spec.clock.as_ref().map_or(0, |clock| clock.uniforms) as usize;
        let uniforms = layout.uniforms as usize;
        let bytes = uniform_bytes(clock_uniforms, uniforms, spec.precision);
        let uniforms_by_value = bytes <= MOST_ARGUMENT_BYTES;
        let pieces = Pieces::new(spec);
        let mut text = definitions(spec, uniforms_by_value);
        text.push_str(include_str!("prelude.cu"));
        if all_programs(spec).any(needs_angles) {
            text.push('\n');
            text.push_str(include_str!("angle.cu"));
        }
        let _ = writeln!(text, "\ntypedef {} real;", c_type(spec.precision));
        text.push_str(&structure("Rows", "real", &rows(spec.programs(), pieces.named_rows())));
        let clock_programs: Vec<&Program> =
            programs::clock_programs(spec).map(|(_, program)| program).collect();
        text.push_str(&structure("Clock", "double", &rows(clock_programs, pieces.named_clock_rows())));
        let (c, u) = (clock_uniforms.max(1), uniforms.max(1));
        let _ = writeln!(
            text,
            "struct Uniforms {{\n    const real *table;\n    double entries;\n    double c[{c}];\n    real u[{u}];\n}};\n"
        );
        text.push_str(include_str!("job.cu"));
        if !spec.programs.matrices.is_empty() {
            text.push('\n');
            text.push_str(include_str!("dense.cu"));
        }
        for (name, program) in programs::step_programs(spec) {
            let functions = Functions { rows: "l.r", uniforms: "k.u", table: "k.table" };
            let _ = write!(text, "\n{}", functions.print(&name, program));
        }
        for (name, program) in programs::clock_programs(spec) {
            let functions = Functions { rows: "l.c", uniforms: "k.c", table: "table_f64(k)" };
            let _ = write!(text, "\n{}", functions.print(name, program));
        }
        text.push('\n');
        text.push_str(&pieces.print());
        text.push('\n');
        text.push_str(include_str!("run.cu"));
        let saved_words = pieces.saved_words();
        let factor_bytes = pieces.factor_numbers() * real_bytes(spec.precision);
        Source { text, uniforms_by_value, clock_uniforms, uniforms, saved_words, factor_bytes }
    }

    /// Bytes of the uniforms as a kernel of this precision has them.
    pub fn uniform_bytes(&self, precision: Precision) -> usize {
        uniform_bytes(self.clock_uniforms, self.uniforms, precision)
    }
}

/// The table's address and its number of entries come first, 8 bytes each. Both arrays have at least one element, and the whole
/// is a multiple of 8 bytes.
fn uniform_bytes(clock: usize, uniforms: usize, precision: Precision) -> usize {
    (8 * (2 + clock.max(1)) + real_bytes(precision) * uniforms.max(1)).next_multiple_of(8)
}

/// Bytes of a number.
fn real_bytes(precision: Precision) -> usize {
    match precision {
        Precision::F32 => size_of::<f32>(),
        Precision::F64 => size_of::<f64>(),
    }
}

fn definitions(spec: &KernelSpec, uniforms_by_value: bool) -> String {
    let layout = &spec.layout;
    let (argument, uniforms) = match uniforms_by_value {
        true => ("const Uniforms k", "k"),
        false => ("const Uniforms *__restrict__ k", "(*k)"),
    };
    let not_a_number = match spec.precision {
        Precision::F32 => "number((u32)0x7fc00000u)",
        Precision::F64 => "number((u64)0x7ff8000000000000ull)",
    };
    let largest = match spec.precision {
        Precision::F32 => "3.4028235e38f",
        Precision::F64 => "1.7976931348623157e308",
    };
    let results = layout.summaries.as_ref().map_or(0, |summaries| summaries.results.len());
    let definitions = [
        ("BLOCK", BLOCK.to_string()),
        ("LAUNCH_BOUNDS", launch_bounds(spec)),
        ("UNIFORMS_ARGUMENT", argument.to_owned()),
        ("UNIFORMS", uniforms.to_owned()),
        ("HAS_DENSE", u32::from(spec.programs.dense.is_some()).to_string()),
        ("HAS_SUMMARIES", u32::from(layout.summaries.is_some()).to_string()),
        ("HAS_STRIDES", u32::from(spec.programs.strides.is_some()).to_string()),
        ("HAS_MATRICES", u32::from(!spec.programs.matrices.is_empty()).to_string()),
        ("LARGEST", largest.to_owned()),
        ("HAS_CONDITIONS", u32::from(spec.programs.conditions.is_some()).to_string()),
        ("HAS_EVENTS", u32::from(spec.programs.events.is_some()).to_string()),
        ("HALVINGS", ConditionPrograms::HALVINGS.to_string()),
        ("MOST_AT_ONCE", format!("{}u", event::MOST_AT_ONCE)),
        ("INSTANT", literal::double(event::instant(spec.precision))),
        ("SAVED", layout.recorded.len().to_string()),
        ("RESULTS", results.to_string()),
        ("NOT_A_NUMBER", not_a_number.to_owned()),
        ("EVENT_DONE", format!("{}u", event::DONE)),
        ("EVENT_ENDS", format!("{}u", event::DONE | event::STUCK | event::EXHAUSTED | event::CASCADE)),
        ("EVENT_LAND", format!("{}u", event::LAND)),
        ("EVENT_ACT", format!("{}u", event::ACT)),
        ("EVENT_OBSERVE", format!("{}u", event::SAMPLE | event::SUMMARY | event::CROSS)),
        ("EVENT_CROSS", format!("{}u", event::CROSS)),
        ("EVENT_CASCADE", format!("{}u", event::CASCADE)),
        ("EVENT_STOPPED", format!("{}u", event::STOPPED)),
        ("EVENT_STUCK", format!("{}u", event::STUCK)),
        ("STATUS_NON_FINITE", format!("{}u", Status::NON_FINITE.0)),
        ("STATUS_INCONSISTENT", format!("{}u", Status::DAE_INITIALISATION_FAILED.0)),
        ("STATUS_STEP_TOO_SMALL", format!("{}u", Status::STEP_TOO_SMALL.0)),
        ("STATUS_EVENT_CASCADE", format!("{}u", Status::EVENT_CASCADE.0)),
        ("STATUS_STOPPED", format!("{}u", Status::STOPPED.0)),
        ("STATUS_STEP_LIMIT", format!("{}u", Status::STEP_LIMIT.0)),
    ];
    let lines = definitions.iter().map(|(name, value)| format!("#define {name} {value}\n"));
    lines.collect::<String>() + "\n"
}

/// Threads of a block, and perhaps how many blocks shall be on a multiprocessor at a time.
///
/// The compiler gives a thread the registers that the greediest place of a kernel wants. Where steps have one size nearly all time goes
/// by in a small loop that needs fewer: so many blocks are asked for that the loop still has its registers, and what waits
/// outside of it is in memory meanwhile. Elsewhere the compiler's choice stays.
fn launch_bounds(spec: &KernelSpec) -> String {
    let blocks = spec.programs.strides.as_ref().map_or(0, |_| {
        let wanted = spec.programs.attempt.iter().map(registers).max().unwrap_or(0);
        REGISTERS / (BLOCK * wanted.next_multiple_of(8))
    });
    match blocks.min(ENOUGH_BLOCKS) {
        blocks @ 2.. => format!("BLOCK, {blocks}"),
        _ => "BLOCK".to_owned(),
    }
}

/// Registers that a program of f64 that runs again and again keeps busy: for the rows that it knows, and its intermediate results.
fn registers(program: &Program) -> u32 {
    let own = rows([program], BTreeSet::new()).len() as u32;
    2 * (own + program.rows() - program.first_scratch()) + OTHER_REGISTERS
}

/// Every program, those of a clock apart included.
fn all_programs(spec: &KernelSpec) -> impl Iterator<Item = &Program> {
    spec.programs().chain(programs::clock_programs(spec).map(|(_, program)| program))
}

fn needs_angles(program: &Program) -> bool {
    program.instructions().iter().any(|i| matches!(i.op, Opcode::AngleHigh | Opcode::AngleLow))
}

/// The rows that programs find or leave, and those named otherwise.
fn rows<'a>(programs: impl IntoIterator<Item = &'a Program>, named: BTreeSet<u32>) -> BTreeSet<u32> {
    let mut rows = named;
    for program in programs {
        let mut written = BTreeSet::new();
        for instruction in program.instructions() {
            for operand in instruction.used() {
                if let Operand::Row(row) = operand
                    && !written.contains(row)
                {
                    rows.insert(*row);
                }
            }
            written.insert(instruction.to);
        }
        rows.extend(written.range(..program.first_scratch()));
    }
    rows
}

fn structure(name: &str, element: &str, rows: &BTreeSet<u32>) -> String {
    let fields: String = rows.iter().map(|row| format!("    {element} r{row};\n")).collect();
    // A structure without fields has no size in C, but one in C++.
    format!("struct {name} {{\n{fields}}};\n\n")
}
