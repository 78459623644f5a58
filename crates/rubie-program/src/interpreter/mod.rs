//! The interpreter: one loop over the lanes for each instruction.
//!
//! It starts at once, runs everywhere, and is what other executors are compared with. One generic loop
//! ([`run()`]) is compiled for each instruction set and precision; a vector type ([`vector::Vector`]) says
//! what one chunk of lanes does. All agree to the last bit.

// Vector instructions and unchecked rows; `Program` was checked when it was made.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
pub(crate) mod portable;
mod run;
pub(crate) mod vector;

use std::ops::Range;

use crate::element::{Element, Precision};
use crate::execute::{Executor, ExecutorError, ExecutorOptions, Executors, Isa, Rows, Uniforms, Visitor};
use crate::program::{Course, Program, Section};
use run::{Memory, Step, run};

/// Runs programs of one precision instruction by instruction.
pub struct Interpreter<T: Element> {
    steps: Vec<Step>,
    /// The steps, cut at the borders of sections.
    parts: Vec<(Range<usize>, Option<Section>)>,
    constants: Uniforms<T>,
    rows: usize,
    uniforms: usize,
    isa: Isa,
}

/// The part of a second-level cache that is a core's own: long rows share the work of reading an instruction.
const CACHE_BYTES: usize = 512 * 1024;

/// The interpreters of either precision.
pub static INTERPRETER: Executors = Executors::new::<Interpreter<f32>, Interpreter<f64>>(CACHE_BYTES);

impl<T: Element> Executor<T> for Interpreter<T> {
    fn prepare(program: &Program, options: &ExecutorOptions) -> Result<Self, ExecutorError> {
        ExecutorError::check::<T>(program, options)?;
        let constants: Vec<T> = program.constants().iter().map(|bits| T::from_constant(*bits)).collect();
        Ok(Self {
            steps: program.instructions().iter().map(Step::new).collect(),
            parts: program.parts().map(|(range, section)| (range, section.cloned())).collect(),
            constants: Uniforms::from_values(&constants),
            rows: program.rows() as usize,
            uniforms: program.uniforms() as usize,
            isa: options.isa,
        })
    }

    fn execute(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>) {
        self.execute_lanes(rows, uniforms, 0..rows.lanes());
    }

    fn execute_lanes(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: Range<usize>) {
        self.round(rows, uniforms, lanes, None);
    }

    fn repeat(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        until: u32,
        most: u32,
        visit: Visitor<'_, T>,
    ) -> u32 {
        let mut rounds = 0;
        loop {
            self.round(rows, uniforms, 0..rows.lanes(), Some(&mut *visit));
            rounds += 1;
            if rounds >= most || !is_zero(rows.row(until)) {
                return rounds;
            }
        }
    }
}

fn is_zero<T: Element>(numbers: &[T]) -> bool {
    numbers.iter().all(|number| number.bits() == T::default().bits())
}

impl<T: Element> Interpreter<T> {
    /// The whole program once.
    fn round(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        lanes: Range<usize>,
        mut visit: Option<Visitor<'_, T>>,
    ) {
        let whole = [lanes.start, lanes.end].iter().all(|lane| lane.is_multiple_of(T::LANES_PER_VECTOR));
        assert!(
            whole && lanes.start <= lanes.end && lanes.end <= rows.lanes(),
            "no whole lines: lanes {lanes:?}"
        );
        assert!(rows.rows() >= self.rows, "{} rows, but the program needs {}", rows.rows(), self.rows);
        assert!(
            uniforms.len() >= self.uniforms,
            "{} uniforms, but the program needs {}",
            uniforms.len(),
            self.uniforms
        );
        for (steps, section) in &self.parts {
            let steps = &self.steps[steps.clone()];
            match section {
                None => self.run(steps, rows, uniforms, &lanes),
                Some(Section { course: Course::Visited, .. }) if visit.is_none() => {}
                Some(Section { when, course, .. }) => {
                    let matters = |rows: &Rows<T>| !is_zero(&rows.row(*when)[lanes.clone()]);
                    let mut again = matters(rows);
                    while again {
                        self.run(steps, rows, uniforms, &lanes);
                        again = match (course, &mut visit) {
                            (Course::Once, _) => false,
                            (Course::Visited, Some(visit)) => visit(rows),
                            _ => matters(rows),
                        };
                    }
                }
            }
        }
    }

    /// Some of the program's steps, on lanes and with rows and uniforms that were found to be there.
    fn run(&self, steps: &[Step], rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: &Range<usize>) {
        let memory = Memory {
            bases: [
                rows.as_mut_ptr().cast(),
                uniforms.as_ptr().cast_mut().cast(),
                self.constants.as_ptr().cast_mut().cast(),
            ],
            table: (uniforms.table().as_ptr().cast(), uniforms.table().len()),
            distance: rows.distance(),
            part: [lanes.start, lanes.len()].map(|lanes| lanes * size_of::<T>()),
        };
        // SAFETY: `prepare` found that the processor has the instructions; the program names only rows,
        // uniforms and constants below the numbers that were just compared; nothing writes to uniforms and
        // constants; and all are on 64-byte boundaries, rows a multiple of 64 bytes long, as is the part of them that was
        // just found to be there.
        unsafe {
            match (self.isa, T::PRECISION) {
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F64) => avx512::run_f64(steps, &memory),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx512, Precision::F32) => avx512::run_f32(steps, &memory),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F64) => avx2::run_f64(steps, &memory),
                #[cfg(target_arch = "x86_64")]
                (Isa::Avx2, Precision::F32) => avx2::run_f32(steps, &memory),
                (_, Precision::F64) => run::<portable::F64>(steps, &memory),
                (_, Precision::F32) => run::<portable::F32>(steps, &memory),
            }
        }
    }
}
