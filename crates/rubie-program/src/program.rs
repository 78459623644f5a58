//! `Program`: a straight line of instructions over rows of lanes, checked when it is made.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use crate::element::{Precision, TRUE_BITS};
use crate::instruction::{Instr, Opcode, Operand};

/// A straight-line program: for every lane, each instruction in turn computes one row from others.
///
/// Plain data: it can be hashed, compared and printed (a listing). Everything it names is in range, so
/// executors need no checks of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program {
    name: String,
    precision: Precision,
    instructions: Vec<Instr>,
    constants: Vec<u64>,
    sections: Vec<Section>,
    kept: Option<Kept>,
    rows: u32,
    uniforms: u32,
    first_scratch: u32,
}

/// Consecutive instructions that matter in some lanes only: those in which a number of the row `when` is not 0 (in any of its
/// bits) where the section begins.
///
/// Executors work on groups of lanes, and leave out the section in groups in which it matters in no lane. In the other lanes of
/// a group what it writes may be written or not, so nobody may read it there, unless the instructions themselves put back what was
/// there before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Section {
    /// The instructions, by their places in the program.
    pub range: Range<usize>,
    /// The row.
    pub when: u32,
    /// How often.
    pub course: Course,
}

/// Rows that matter in some lanes only, behind the instructions that are in no section: those in which a number of the row `when` is not 0
/// there. In others executors may leave anything in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// The rows.
    pub rows: Range<u32>,
    /// The row that says where they matter, none of them.
    pub when: u32,
}

/// How often the instructions of a section are carried out in a group of lanes, if at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Course {
    /// Once.
    Once,
    /// Again as long as the section matters in some lane of the group.
    Repeated,
    /// The same, and after each time whoever repeats the program ([`crate::Executor::repeat`]) is called, to take away results and
    /// to say in the row where the section matters now; that is done for all lanes together. Executions without repetition leave it
    /// out.
    Visited,
}

/// Why a program was refused. `at` is the index of the instruction.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProgramError {
    /// An operand or a destination does not exist.
    #[error(
        "instruction {at} of program `{program}` uses {operand:?}, but there are {rows} rows, {uniforms} uniforms and {constants} constants"
    )]
    OutOfRange {
        /// Name of the program.
        program: String,
        /// Index of the instruction.
        at: usize,
        /// What does not exist.
        operand: Operand,
        /// Number of rows.
        rows: u32,
        /// Number of uniforms.
        uniforms: u32,
        /// Number of constants.
        constants: usize,
    },
    /// A section is not there, or lies across another, or its row is not there.
    #[error(
        "a section of program `{program}`, instructions {range:?} where r{when} is not 0: sections lie one after the other among the {instructions} instructions, and there are {rows} rows"
    )]
    Section {
        /// Name of the program.
        program: String,
        /// The section's instructions.
        range: Range<usize>,
        /// Its row.
        when: u32,
        /// Number of instructions of the program.
        instructions: usize,
        /// Number of rows.
        rows: u32,
    },
    /// Rows that shall matter in some lanes only are not there, or are to say this themselves.
    #[error(
        "rows {kept:?} of program `{program}` cannot matter where r{when} is not 0 only: there are {rows} rows, and r{when} must be none of these"
    )]
    Kept {
        /// Name of the program.
        program: String,
        /// The rows.
        kept: Range<u32>,
        /// The row that says where they matter.
        when: u32,
        /// Number of rows.
        rows: u32,
    },
    /// A program in another floating-point type cannot follow.
    #[error("program `{program}` computes in {precision:?}, so `{other}` cannot follow it")]
    Precision {
        /// Name of the program.
        program: String,
        /// What it computes in.
        precision: Precision,
        /// The program that was to follow.
        other: String,
    },
    /// A number is used as a truth value, or the other way round.
    #[error("instruction {at} of program `{program}`, {}, needs a {} as operand {place}", .op.name(), kind(*.truth))]
    Kind {
        /// Name of the program.
        program: String,
        /// Index of the instruction.
        at: usize,
        /// Its operation.
        op: Opcode,
        /// Which operand, from 0.
        place: usize,
        /// Whether a truth value is needed.
        truth: bool,
    },
}

fn kind(truth: bool) -> &'static str {
    if truth { "truth value" } else { "number" }
}

/// What a program is made of, by count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// How often each operation occurs, those that do, in the order of [`Opcode::ALL`].
    pub counts: Vec<(Opcode, usize)>,
    /// The most rows that hold a value still needed at one time; what is never read is taken for a result.
    pub peak_live_rows: usize,
}

impl Program {
    /// Checks and makes a program.
    ///
    /// # Arguments
    /// - `constants`: as for [`Program::constants`].
    /// - `rows`, `uniforms`: how many there must be when it runs; all those it names, and possibly more.
    ///
    /// # Errors
    /// - [`ProgramError::OutOfRange`]: an instruction names a row, uniform or constant that is not there.
    /// - [`ProgramError::Kind`]: a row that is known to hold numbers is used as a truth value or the reverse.
    ///   Rows and uniforms that come from outside may hold either.
    pub fn new(
        name: impl Into<String>,
        precision: Precision,
        instructions: Vec<Instr>,
        constants: Vec<u64>,
        rows: u32,
        uniforms: u32,
    ) -> Result<Self, ProgramError> {
        let name = name.into();
        let (sections, kept, first_scratch) = (Vec::new(), None, rows);
        let program =
            Self { name, precision, instructions, constants, sections, kept, rows, uniforms, first_scratch };
        program.check_ranges()?;
        program.check_kinds()?;
        Ok(program)
    }

    /// The same program, of which nobody reads rows from `first_scratch` on afterwards: executors may leave anything
    /// in them. Without this, all rows matter.
    #[must_use]
    pub fn with_scratch(self, first_scratch: u32) -> Self {
        Self { first_scratch: first_scratch.min(self.rows), ..self }
    }

    /// The same program, of which some rows matter in some lanes only. Without this, all rows below the scratch rows matter in all lanes.
    ///
    /// # Errors
    /// [`ProgramError::Kept`] if there are no such rows, or the row `when` is one of them.
    pub fn with_kept(self, kept: Kept) -> Result<Self, ProgramError> {
        if kept.rows.contains(&kept.when) || kept.rows.end.max(kept.when + 1) > self.rows {
            let (program, Kept { rows: kept, when }) = (self.name, kept);
            return Err(ProgramError::Kept { program, kept, when, rows: self.rows });
        }
        Ok(Self { kept: Some(kept), ..self })
    }

    /// The rows that matter in some lanes only.
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// The same program with a section, after those that it has.
    ///
    /// # Errors
    /// [`ProgramError::Section`] if there are no such instructions or no such row, or it does not lie behind the other sections.
    pub fn with_section(mut self, section: Section) -> Result<Self, ProgramError> {
        let free = self.sections.last().map_or(0, |last| last.range.end);
        let Range { start, end } = section.range;
        if start < free || start >= end || end > self.instructions.len() || section.when >= self.rows {
            return Err(ProgramError::Section {
                program: self.name,
                range: section.range,
                when: section.when,
                instructions: self.instructions.len(),
                rows: self.rows,
            });
        }
        self.sections.push(section);
        Ok(self)
    }

    /// The same program with others behind it, in which they are a section: what they leave matters only in lanes in which the row
    /// `when` is not 0 by then.
    ///
    /// # Errors
    /// - [`ProgramError::Precision`]: one of them has another floating-point type.
    /// - [`ProgramError::Section`]: there is no such row, or one of them has sections itself.
    pub fn followed_by(
        mut self,
        others: &[&Program],
        when: u32,
        course: Course,
    ) -> Result<Self, ProgramError> {
        let start = self.instructions.len();
        for other in others {
            if other.precision != self.precision {
                let (program, other) = (self.name, other.name.clone());
                return Err(ProgramError::Precision { program, precision: self.precision, other });
            }
            if let Some(Section { range, when, .. }) = other.sections.first().cloned() {
                let (program, instructions, rows) =
                    (other.name.clone(), other.instructions.len(), other.rows);
                return Err(ProgramError::Section { program, range, when, instructions, rows });
            }
            self.append(other);
        }
        let end = self.instructions.len();
        if start == end { Ok(self) } else { self.with_section(Section { range: start..end, when, course }) }
    }

    /// Puts the instructions of another program behind the own.
    fn append(&mut self, other: &Program) {
        let constants: Vec<u32> = other.constants.iter().map(|bits| self.constant(*bits)).collect();
        let placed = |operand: &Operand| match *operand {
            Operand::Constant(constant) => Operand::Constant(constants[constant as usize]),
            other => other,
        };
        let instructions = other.instructions.iter();
        self.instructions.extend(
            instructions
                .map(|instr| Instr { operands: instr.operands.each_ref().map(placed), ..*instr })
                .collect::<Vec<_>>(),
        );
        self.rows = self.rows.max(other.rows);
        self.uniforms = self.uniforms.max(other.uniforms);
        self.first_scratch = self.first_scratch.max(other.first_scratch);
    }

    /// The number of a constant, which is added if there is none with these bits.
    fn constant(&mut self, bits: u64) -> u32 {
        let place = self.constants.iter().position(|own| *own == bits).unwrap_or_else(|| {
            self.constants.push(bits);
            self.constants.len() - 1
        });
        place as u32
    }

    /// What it is called in listings and messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The floating-point type of all rows, uniforms and constants.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// What is done, in order.
    pub fn instructions(&self) -> &[Instr] {
        &self.instructions
    }

    /// The instructions that matter in some lanes only, in order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// All instructions in order, cut at the borders of sections.
    pub fn parts(&self) -> impl Iterator<Item = (Range<usize>, Option<&Section>)> {
        let starts = self.sections.iter().map(|section| section.range.start);
        let ends = std::iter::once(0).chain(self.sections.iter().map(|section| section.range.end));
        let between =
            ends.zip(starts.chain([self.instructions.len()])).map(|(start, end)| (start..end, None));
        let mut sections = self.sections.iter().map(|section| (section.range.clone(), Some(section)));
        between
            .flat_map(move |part| [Some(part), sections.next()])
            .flatten()
            .filter(|part| !part.0.is_empty())
    }

    /// The bits, as f64, of the numbers known beforehand, each a number of the program's precision. All
    /// ones stands for the truth value "true", 0 for both "false" and the number 0;
    /// [`crate::Element::from_constant`] reads them.
    pub fn constants(&self) -> &[u64] {
        &self.constants
    }

    /// Number of rows that must be there.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Rows from here on hold nothing of use when the program has run.
    pub fn first_scratch(&self) -> u32 {
        self.first_scratch
    }

    /// Number of uniforms that must be there.
    pub fn uniforms(&self) -> u32 {
        self.uniforms
    }

    /// Counts for reports.
    pub fn statistics(&self) -> Statistics {
        let mut counts = vec![0; Opcode::ALL.len()];
        for instruction in &self.instructions {
            counts[instruction.op as usize] += 1;
        }
        let counts = Opcode::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
        Statistics { counts, peak_live_rows: self.peak_live_rows() }
    }

    fn peak_live_rows(&self) -> usize {
        let mut live = vec![false; self.rows as usize];
        for instruction in &self.instructions {
            live[instruction.to as usize] = true;
        }
        let mut count = live.iter().filter(|live| **live).count();
        let mut peak = count;
        for instruction in self.instructions.iter().rev() {
            count -= usize::from(std::mem::take(&mut live[instruction.to as usize]));
            for operand in instruction.used() {
                if let Operand::Row(row) = operand {
                    count += usize::from(!std::mem::replace(&mut live[*row as usize], true));
                }
            }
            peak = peak.max(count);
        }
        peak
    }

    fn check_ranges(&self) -> Result<(), ProgramError> {
        let exists = |operand: &Operand| match *operand {
            Operand::Row(row) => row < self.rows,
            Operand::Uniform(uniform) => uniform < self.uniforms,
            Operand::Constant(constant) => (constant as usize) < self.constants.len(),
        };
        for (at, instruction) in self.instructions.iter().enumerate() {
            let named = instruction.operands.into_iter().chain([Operand::Row(instruction.to)]);
            if let Some(operand) = named.into_iter().find(|operand| !exists(operand)) {
                let (program, constants) = (self.name.clone(), self.constants.len());
                return Err(ProgramError::OutOfRange {
                    program,
                    at,
                    operand,
                    rows: self.rows,
                    uniforms: self.uniforms,
                    constants,
                });
            }
        }
        Ok(())
    }

    fn check_kinds(&self) -> Result<(), ProgramError> {
        let mut rows = vec![None; self.rows as usize];
        for (at, instruction) in self.instructions.iter().enumerate() {
            let op = instruction.op;
            let kinds = instruction.operands.map(|operand| match operand {
                Operand::Row(row) => rows[row as usize],
                Operand::Uniform(_) => None,
                Operand::Constant(constant) => match self.constants[constant as usize] {
                    0 => None,
                    bits => Some(bits == TRUE_BITS),
                },
            });
            let passes = |place| op == Opcode::Copy || (op == Opcode::Select && place > 0);
            for place in (0..op.arity()).filter(|place| !passes(*place)) {
                let truth = op.takes_truth(place);
                if kinds[place].is_some_and(|kind| kind != truth) {
                    return Err(ProgramError::Kind { program: self.name.clone(), at, op, place, truth });
                }
            }
            rows[instruction.to as usize] = match op {
                Opcode::Copy => kinds[0],
                Opcode::Select => kinds[1].or(kinds[2]),
                _ => Some(op.gives_truth()),
            };
        }
        Ok(())
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.instructions.len(), "instruction"),
            (self.rows as usize, "row"),
            (self.uniforms as usize, "uniform"),
        ];
        let counts =
            counts.map(|(count, thing)| format!("{count} {thing}{}", if count == 1 { "" } else { "s" }));
        writeln!(f, "program {} {:?}: {}", self.name, self.precision, counts.join(", "))?;
        if let Some(Kept { rows, when }) = &self.kept {
            writeln!(f, "  where r{when} is 0, r{} to r{} do not matter", rows.start, rows.end.max(1) - 1)?;
        }
        self.parts().try_for_each(|(range, section)| {
            let indent = match section {
                None => "",
                Some(section) => {
                    let word = if section.course == Course::Once { "if" } else { "while" };
                    writeln!(f, "  {word} r{} is not 0 in some lane:", section.when)?;
                    "  "
                }
            };
            let mut instructions = self.instructions[range].iter();
            instructions.try_for_each(|instruction| writeln!(f, "  {indent}{}", self.line(instruction)))
        })
    }
}

impl Program {
    /// One line of the listing: `r3 = muladd r0, r1, u1`.
    pub fn line(&self, instruction: &Instr) -> String {
        let operands: Vec<String> = instruction.used().iter().map(|operand| self.shown(*operand)).collect();
        format!("r{} = {} {}", instruction.to, instruction.op.name(), operands.join(", "))
    }

    /// An operand in listings: `r0`, `u1`, or a constant's value.
    ///
    /// # Panics
    /// If the program has no such constant.
    pub fn shown(&self, operand: Operand) -> String {
        match operand {
            Operand::Row(row) => format!("r{row}"),
            Operand::Uniform(uniform) => format!("u{uniform}"),
            Operand::Constant(constant) => match (self.constants[constant as usize], self.precision) {
                (TRUE_BITS, _) => "true".to_owned(),
                (bits, Precision::F64) => format!("{:?}", f64::from_bits(bits)),
                (bits, Precision::F32) => format!("{:?}", f64::from_bits(bits) as f32),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instruction(op: Opcode, to: u32, operands: &[Operand]) -> Instr {
        let mut all = [operands[0]; 3];
        all[..operands.len()].copy_from_slice(operands);
        Instr { op, to, operands: all }
    }

    fn program(instructions: Vec<Instr>) -> Result<Program, ProgramError> {
        Program::new("p", Precision::F64, instructions, vec![2.5_f64.to_bits(), TRUE_BITS], 4, 2)
    }

    #[test]
    fn listing_and_statistics() {
        use Operand::*;
        let program = program(vec![
            instruction(Opcode::Lt, 2, &[Row(0), Constant(0)]),
            instruction(Opcode::Or, 2, &[Row(2), Constant(1)]),
            instruction(Opcode::MulAdd, 3, &[Row(0), Row(1), Uniform(1)]),
            instruction(Opcode::Select, 3, &[Row(2), Row(3), Row(0)]),
        ])
        .unwrap();
        let expected = "program p F64: 4 instructions, 4 rows, 2 uniforms\n  \
            r2 = lt r0, 2.5\n  r2 = or r2, true\n  r3 = muladd r0, r1, u1\n  r3 = select r2, r3, r0\n";
        assert_eq!(program.to_string(), expected);
        let statistics = program.statistics();
        let counts = [(Opcode::Lt, 1), (Opcode::Or, 1), (Opcode::MulAdd, 1), (Opcode::Select, 1)];
        assert_eq!(statistics.counts, counts);
        assert_eq!(statistics.peak_live_rows, 3);
    }

    #[test]
    fn programs_follow_others_as_sections() {
        use Operand::*;
        let first = program(vec![instruction(Opcode::Add, 2, &[Row(0), Constant(0)])]).unwrap();
        let constants = vec![4.0_f64.to_bits(), 2.5_f64.to_bits()];
        let half = vec![instruction(Opcode::MulAdd, 3, &[Row(2), Constant(0), Constant(1)])];
        let other = Program::new("other", Precision::F64, half, constants, 6, 3).unwrap().with_scratch(4);
        let whole = first.followed_by(&[&other, &other], 1, Course::Once).unwrap();
        let whole = whole.followed_by(&[&other], 2, Course::Repeated).unwrap();
        let expected = "program p F64: 4 instructions, 6 rows, 3 uniforms\n  r2 = add r0, 2.5\n  \
            if r1 is not 0 in some lane:\n    r3 = muladd r2, 4.0, 2.5\n    r3 = muladd r2, 4.0, 2.5\n  \
            while r2 is not 0 in some lane:\n    r3 = muladd r2, 4.0, 2.5\n";
        assert_eq!(whole.to_string(), expected);
        assert_eq!(whole.first_scratch(), 4);
        let parts: Vec<_> = whole.parts().map(|(range, section)| (range, section.is_some())).collect();
        assert_eq!(parts, [(0..1, false), (1..3, true), (3..4, true)]);
        let section = |range, when| Section { range, when, course: Course::Once };
        for wrong in [section(3..4, 1), section(4..5, 1), section(4..4, 1)] {
            assert!(matches!(whole.clone().with_section(wrong), Err(ProgramError::Section { .. })));
        }
        let nested = other.clone().with_section(section(0..1, 0)).unwrap();
        assert!(matches!(
            other.clone().followed_by(&[&nested], 0, Course::Repeated),
            Err(ProgramError::Section { .. })
        ));
        assert!(matches!(other.with_section(section(0..1, 6)), Err(ProgramError::Section { when: 6, .. })));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        use Operand::*;
        for operand in [Row(4), Uniform(2), Constant(2)] {
            let error = program(vec![instruction(Opcode::Add, 0, &[Row(0), operand])]).unwrap_err();
            assert!(
                matches!(error, ProgramError::OutOfRange { at: 0, operand: found, .. } if found == operand)
            );
        }
        assert!(program(vec![instruction(Opcode::Abs, 4, &[Row(0)])]).is_err());
    }

    #[test]
    fn kinds_are_checked_where_they_are_known() {
        use Operand::*;
        let compare = instruction(Opcode::Lt, 1, &[Row(0), Row(0)]);
        let add = instruction(Opcode::Add, 2, &[Row(1), Row(0)]);
        let error = program(vec![compare, add]).unwrap_err();
        assert_eq!(error.to_string(), "instruction 1 of program `p`, add, needs a number as operand 0");
        let error = program(vec![instruction(Opcode::Not, 1, &[Constant(0)])]).unwrap_err();
        assert_eq!(error.to_string(), "instruction 0 of program `p`, not, needs a truth value as operand 0");
        assert!(program(vec![instruction(Opcode::Not, 1, &[Row(3)])]).is_ok());
        assert!(program(vec![compare, instruction(Opcode::Copy, 0, &[Row(1)]), add]).is_err());
    }
}
