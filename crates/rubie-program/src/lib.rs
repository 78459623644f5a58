//! Straight-line programs over lanes: the instruction set of RuBIE, how expressions become programs, and an
//! interpreter that runs them.
//!
//! A [`Program`] is a list of instructions on *rows*. A row holds one number per *lane*, and every lane is
//! a run of its own, so each instruction is a few vector instructions of the processor and there are no
//! branches:
//!
//! ```text
//! expressions (rubie-expr) --Lowering--> Program --Executor--> rows of numbers
//! ```
//!
//! [`Lowering`] is told where symbols are found ([`Port`]), what shall be computed ([`Phase`]), and how often
//! everything changes ([`Rate`]): what changes seldom is computed seldom, in a program of its own.
//! Whatever runs programs is an [`Executor`]; the [`Interpreter`] is one. All executors agree with
//! [`Element::evaluate`] to the last bit, which the [`conformance`] suite checks.
//!
//! # Example
//!
//! ```
//! use rubie_expr::Graph;
//! use rubie_program::{
//!     Executor, ExecutorOptions, Interpreter, Isa, Lowering, Phase, Place, Port, Precision, Rate, Rows, Uniforms,
//! };
//!
//! // x differs from lane to lane and is found in row 0; y is one number for all lanes.
//! let graph = Graph::new();
//! let (x, y) = (graph.symbol("x"), graph.symbol("y"));
//! let lowering = Lowering {
//!     precision: Precision::F64,
//!     ports: vec![
//!         Port { symbol: x, place: Place::Row(0), rate: Rate::Attempt },
//!         Port { symbol: y, place: Place::Uniform(0), rate: Rate::Solve },
//!     ],
//!     phases: vec![Phase { name: "example", rate: Rate::Attempt, outputs: vec![(x * y + x.sin(), Place::Row(1))] }],
//!     homes: vec![],
//!     first_row: 2, // rows from here on are for intermediate results
//!     first_uniform: 1,
//! };
//! let lowered = lowering.lower()?;
//! let program = &lowered.programs[0];
//! println!("{program}"); // program example F64: .. instructions, .. rows, 1 uniform ..
//! assert!(program.to_string().lines().last().unwrap().starts_with("  r1 = muladd"));
//!
//! // 64 lanes with x = 0, 1, .., 63 and y = 3.
//! let interpreter = Interpreter::<f64>::prepare(program, &ExecutorOptions { isa: Isa::detect() })?;
//! let mut rows = Rows::new(lowered.rows as usize, 64);
//! for (lane, x) in rows.row_mut(0).iter_mut().enumerate() {
//!     *x = lane as f64;
//! }
//! interpreter.execute(&mut rows, &Uniforms::from_values(&[3.0]));
//! assert!((rows.row(1)[2] - (2.0 * 3.0 + 2.0_f64.sin())).abs() < 1e-15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What has loops over data stands beside programs: [`DenseLu`] factors and solves a dense linear system in each lane.
//!
//! # Where to go on
//!
//! - The instruction set: [`Opcode`]; what each does to one number: [`Element::evaluate`].
//! - Writing a function of mathematics in instructions: [`ValueGraph`] and [`functions`].
//! - Passes of the lowering, one file each: `src/lower/`. In debug builds each program is
//!   checked against what it has to compute.
//! - Writing an executor: [`Executor`], [`conformance`].

mod instruction;

mod angle;

mod element;

mod values;

mod evaluate;

pub mod functions;

mod program;

mod rate;

mod lower;

mod execute;

mod interpreter;

mod dense_lu;

pub mod conformance;

pub use dense_lu::{DenseLu, DenseMatrix};
pub use element::{Element, Precision};
pub use evaluate::ValueEvaluator;
pub use execute::{
    Executor, ExecutorError, ExecutorOptions, Executors, Isa, Prepare, Rows, Uniforms, Visitor, expect_write,
};
pub use instruction::{Instr, Opcode, Operand};
pub use interpreter::{INTERPRETER, Interpreter};
pub use lower::{Lowered, Lowering, LoweringError, Phase, Place, Port};
pub use program::{Course, Kept, Program, ProgramError, Section, Statistics};
pub use rate::Rate;
pub use values::{Definition, Value, ValueGraph};
