//! Lowering: from expressions to programs.
//!
//! What comes in: phases (programs to be), each a list of expressions and the rows that shall hold them,
//! and ports (where the values of symbols are found). What goes out: one [`Program`] per phase, all on the
//! same rows.
//!
//! ```text
//! expressions --fuse--> products that join their sums --select--> one ValueGraph for all phases
//!             --hoist--> what each phase computes itself --schedule--> an order --slots--> rows
//! ```
//!
//! Results do not depend on what is hoisted: which operations there are, and their rounding, is decided by
//! [`fuse`] and [`select`], which look at nothing but the expressions of the phase.

mod plan;

mod error;

mod check;

mod fuse;

mod select;

mod hoist;

mod schedule;

mod moves;

mod slots;

mod verify;

#[cfg(test)]
mod tests;

pub use error::LoweringError;
pub use plan::{Lowered, Lowering, Phase, Place, Port};

use crate::program::Program;
use slots::Arranger;

impl Lowering<'_> {
    /// Makes the programs. The same input always gives the same programs.
    ///
    /// # Errors
    /// [`LoweringError`] says which symbol has no port, or which port, output or home is impossible.
    pub fn lower(&self) -> Result<Lowered, LoweringError> {
        self.check_homes()?;
        self.check_outputs()?;
        let selected = select::select(self)?;
        let hoisted = hoist::hoist(self, &selected);
        let mut lowered = Lowered {
            programs: Vec::with_capacity(self.phases.len()),
            run_rows: hoisted.run_rows.clone(),
            dense_rows: hoisted.dense_rows.clone(),
            rows: hoisted.first_scratch,
            uniforms: hoisted.uniforms,
            solve_outputs: Vec::new(),
        };
        for (phase, work) in self.phases.iter().zip(&hoisted.work) {
            let order = schedule::schedule(&selected.values, work);
            let arranged = Arranger::arrange(&selected.values, &hoisted, work, &order);
            let program = Program::new(
                phase.name,
                self.precision,
                arranged.instructions,
                arranged.constants,
                arranged.rows,
                arranged.uniforms,
            )?;
            // Uniforms may be taken from scratch rows afterwards.
            let keeps_scratch = !arranged.uniform_outputs.is_empty();
            let program = if keeps_scratch { program } else { program.with_scratch(hoisted.first_scratch) };
            if cfg!(debug_assertions) {
                verify::verify(&selected.values, work, &program, &arranged.uniform_outputs)
                    .map_err(|mistake| LoweringError::Wrong { program: phase.name.to_owned(), mistake })?;
            }
            lowered.rows = lowered.rows.max(program.rows());
            lowered.solve_outputs.extend(arranged.uniform_outputs);
            lowered.programs.push(program);
        }
        Ok(lowered)
    }
}
