//! Machine code for programs: each [`Program`] becomes an x86-64 function that runs all of it on one vector of lanes
//! after the other, with values in registers.
//!
//! ```text
//! Program --flow--> steps that know the next use of every value --places, body--> instructions with registers
//!         --assembler--> bytes --memory--> code that can run, once for each number of lanes
//! ```
//!
//! [`Jit`] is an [`Executor`] like the interpreter, and agrees with it to the last bit. What it needs: an x86-64
//! processor with AVX2 and FMA, or with AVX-512, and a system that gives executable memory.
//!
//! # Example
//!
//! ```
//! use rubie_jit::Jit;
//! use rubie_program::{Executor, ExecutorOptions, Instr, Isa, Opcode, Operand, Precision, Program, Rows, Uniforms};
//!
//! // Row 1 becomes row 0 times row 0 plus 3.
//! let operands = [Operand::Row(0), Operand::Row(0), Operand::Constant(0)];
//! let instructions = vec![Instr { op: Opcode::MulAdd, to: 1, operands }];
//! let program = Program::new("square", Precision::F64, instructions, vec![3.0_f64.to_bits()], 2, 0)?;
//! match Jit::<f64>::prepare(&program, &ExecutorOptions { isa: Isa::detect() }) {
//!     Ok(jit) => {
//!         let mut rows = Rows::new(2, 8);
//!         rows.row_mut(0).fill(2.0);
//!         jit.execute(&mut rows, &Uniforms::new(0));
//!         assert_eq!(rows.row(1), [7.0; 8]);
//!     }
//!     Err(reason) => println!("no machine code here: {reason}"),
//! }
//! # Ok::<(), rubie_program::ProgramError>(())
//! ```
//!
//! # Where to go on
//!
//! `docs/jit.md` explains the idea from the beginning, with a listing; [`listing()`] makes one of any program. In the
//! code: `order.rs` says in which order instructions are written, `flow.rs` when values are needed, `places.rs` where they
//! are, `operands.rs` and `body.rs` write the instructions for each opcode, `width.rs` chooses how many vectors go side by side.

// Machine code is called through a pointer.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod memory;

#[cfg(target_arch = "x86_64")]
mod known;

#[cfg(target_arch = "x86_64")]
mod conditional;

#[cfg(target_arch = "x86_64")]
mod pieces;

#[cfg(target_arch = "x86_64")]
mod flow;

#[cfg(target_arch = "x86_64")]
mod order;

#[cfg(target_arch = "x86_64")]
mod machine;

#[cfg(target_arch = "x86_64")]
mod assembler;

#[cfg(target_arch = "x86_64")]
mod frame;

#[cfg(target_arch = "x86_64")]
mod places;

#[cfg(target_arch = "x86_64")]
mod operands;

#[cfg(target_arch = "x86_64")]
mod results;

#[cfg(target_arch = "x86_64")]
mod composed;

#[cfg(target_arch = "x86_64")]
mod body;

#[cfg(target_arch = "x86_64")]
mod width;

#[cfg(target_arch = "x86_64")]
mod compile;

#[cfg(target_arch = "x86_64")]
mod linked;

#[cfg(all(target_arch = "x86_64", feature = "listing"))]
mod listing;

use std::ops::Range;

use rubie_program::{
    Element, Executor, ExecutorError, ExecutorOptions, Executors, Interpreter, Isa, Program, Rows, Uniforms,
    Visitor,
};

/// A program as machine code.
///
/// Made for [`Isa::Avx2`] or [`Isa::Avx512`]. The code is placed in memory once for each number of lanes that it is
/// run on.
pub struct Jit<T: Element> {
    #[cfg(target_arch = "x86_64")]
    linked: linked::Linked<T>,
    /// For numbers of lanes that the code cannot address, or if the system has no more memory for code.
    interpreter: Interpreter<T>,
}

/// What of a first-level cache of 32 KiB is left beside results on their way to memory.
const CACHE_BYTES: usize = 24 * 1024;

/// Machine code of either precision.
pub static JIT: Executors = Executors::new::<Jit<f32>, Jit<f64>>(CACHE_BYTES);

impl<T: Element> Executor<T> for Jit<T> {
    /// Compiles, and finds out whether the system lets the code run.
    ///
    /// # Errors
    /// Those of [`ExecutorError::check`]; [`ExecutorError::Unsupported`] for [`Isa::Portable`], on other processors,
    /// and if the system refuses executable memory.
    fn prepare(program: &Program, options: &ExecutorOptions) -> Result<Self, ExecutorError> {
        ExecutorError::check::<T>(program, options)?;
        if options.isa == Isa::Portable {
            return Err(ExecutorError::Unsupported("machine code needs AVX2 or AVX-512".to_owned()));
        }
        Ok(Self {
            #[cfg(target_arch = "x86_64")]
            linked: linked::Linked::new(compile::compile(program, options.isa)?, program)?,
            interpreter: Interpreter::prepare(program, options)?,
        })
    }

    #[cfg(target_arch = "x86_64")]
    fn execute(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>) {
        let lanes = 0..rows.lanes();
        if self.linked.run(rows, uniforms, lanes, None).is_none() {
            self.interpreter.execute(rows, uniforms);
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn execute_lanes(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: Range<usize>) {
        if self.linked.run(rows, uniforms, lanes.clone(), None).is_none() {
            self.interpreter.execute_lanes(rows, uniforms, lanes);
        }
    }

    /// The loop is part of the machine code.
    #[cfg(target_arch = "x86_64")]
    fn repeat(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        until: u32,
        most: u32,
        visit: Visitor<'_, T>,
    ) -> u32 {
        let lanes = 0..rows.lanes();
        let repeated = linked::Repeated { until, most, visit: &mut *visit };
        let rounds = self.linked.run(rows, uniforms, lanes, Some(repeated));
        rounds.unwrap_or_else(|| self.interpreter.repeat(rows, uniforms, until, most, visit))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn repeat(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        until: u32,
        most: u32,
        visit: Visitor<'_, T>,
    ) -> u32 {
        self.interpreter.repeat(rows, uniforms, until, most, visit)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn execute(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>) {
        self.interpreter.execute(rows, uniforms);
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn execute_lanes(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: Range<usize>) {
        self.interpreter.execute_lanes(rows, uniforms, lanes);
    }
}

#[cfg(target_arch = "x86_64")]
impl<T: Element> Jit<T> {
    /// Length of the machine code.
    pub fn code_bytes(&self) -> usize {
        self.linked.code_bytes()
    }
}

/// The machine code that a program becomes, to be read: the bytes of the code disassembled, with the program's
/// instructions above what they became and the name of what each instruction reads from or writes to memory. Rows are
/// taken to be 576 bytes apart, as they are in most kernels.
///
/// The processor need not have the instructions.
///
/// # Errors
/// [`ExecutorError::Unsupported`] for [`Isa::Portable`] and on processors that are not x86-64.
#[cfg(feature = "listing")]
pub fn listing(program: &Program, isa: Isa) -> Result<String, ExecutorError> {
    #[cfg(target_arch = "x86_64")]
    if isa != Isa::Portable {
        use rubie_program::Precision::{F32, F64};
        return match program.precision() {
            F32 => listing::listing::<f32>(program, isa),
            F64 => listing::listing::<f64>(program, isa),
        };
    }
    Err(ExecutorError::Unsupported(format!(
        "there is no machine code to show of the program `{}` for {}: it is made for x86-64 with AVX2 or AVX-512 only",
        program.name(),
        isa.name()
    )))
}
