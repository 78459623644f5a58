//! Whether sections are carried out where they matter, and again where they must be.

use super::Mismatch;
use crate::element::Element;
use crate::execute::{Executor, ExecutorOptions, Rows, Uniforms};
use crate::instruction::{Instr, Opcode, Operand};
use crate::program::{Course, Kept, Program, Section};

/// Rows: how often, what is counted down, the sum of the numbers counted, what was kept and when, what is computed in between.
const TIMES: u32 = 0;
const LEFT: u32 = 1;
const SUM: u32 = 2;
const KEPT: u32 = 3;
const WHEN: u32 = 4;
const WORK: u32 = 5;
/// How often lanes are still to be visited, and what each visit shall see: twice that and [`TIMES`].
const VISITS: u32 = 6;
/// What all visits have in common.
const COMMON: u32 = 7;
const SEEN: u32 = 8;

/// In every lane: the sum of 1 to a number by two sections that share a condition, of which one is repeated, and before that a row that
/// only lanes with large numbers need. Then a section that is visited, behind one that is not.
pub(super) fn check<T: Element, X: Executor<T>>(
    options: &ExecutorOptions,
    lanes: usize,
) -> Result<(), Mismatch> {
    for work in [1, 120, 3000] {
        let program = program::<T>(work)?;
        let executor = X::prepare(&program, options)?;
        for divisor in [1, 7, lanes, 1000] {
            // Few lanes, or most of them, have something to do.
            let times = |lane: usize| if lane.is_multiple_of(divisor) { lane % 5 } else { 0 };
            let mut rows = Rows::<T>::new(program.rows() as usize, lanes);
            for lane in 0..lanes {
                rows.set(TIMES, lane, T::from_f64(times(lane) as f64));
            }
            let mut visited = rows.clone();
            let wanted = |lane: usize| if lane.is_multiple_of(divisor) { 1 + lane % 3 } else { 0 };
            (0..lanes).for_each(|lane| visited.set(VISITS, lane, T::from_f64(wanted(lane) as f64)));
            // Nobody visits: what stands before that is carried out nevertheless.
            let mut alone = visited.clone();
            alone.row_mut(SEEN).fill(T::from_f64(-1.0));
            executor.execute(&mut alone, &Uniforms::new(0));
            executor.execute(&mut rows, &Uniforms::new(0));
            let context = format!("sections after {work} instructions, {lanes} lanes, every {divisor}th");
            for lane in 0..lanes {
                let n = times(lane) as f64;
                let kept = if n > 2.0 { n + 1.0 } else { rows.get(KEPT, lane).to_f64() };
                for (row, expected) in [(SUM, n * (n + 1.0) / 2.0), (LEFT, 0.0), (KEPT, kept), (WORK, n)] {
                    let found = rows.get(row, lane).to_f64();
                    if found != expected {
                        let (context, found, expected) = (context, found.to_string(), expected.to_string());
                        return Err(Mismatch::Value { context, row, lane, found, expected });
                    }
                }
            }
            for lane in (0..lanes).filter(|lane| wanted(*lane) > 0) {
                for (row, expected) in [(COMMON, times(lane) as f64), (SEEN, -1.0)] {
                    let found = alone.get(row, lane).to_f64();
                    if found != expected {
                        let (context, found, expected) =
                            (format!("not visited {context}"), found.to_string(), expected.to_string());
                        return Err(Mismatch::Value { context, row, lane, found, expected });
                    }
                }
            }
            let mut sums = vec![0.0; lanes];
            executor.repeat(&mut visited, &Uniforms::new(0), SUM, 1, &mut |rows| {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let left = rows.get(VISITS, lane).to_f64();
                    if left > 0.0 {
                        *sum += rows.get(SEEN, lane).to_f64();
                        rows.set(VISITS, lane, T::from_f64(left - 1.0));
                    }
                }
                rows.row(VISITS).iter().any(|left| left.to_f64() > 0.0)
            });
            for (lane, sum) in sums.into_iter().enumerate() {
                let expected = (1..=wanted(lane)).map(|left| 2 * left + times(lane)).sum::<usize>() as f64;
                if sum != expected {
                    let (context, found, expected) =
                        (format!("visited {context}"), sum.to_string(), expected.to_string());
                    return Err(Mismatch::Value { context, row: SEEN, lane, found, expected });
                }
            }
        }
    }
    Ok(())
}

/// Numbers of instructions between the sections: for loops of one piece and of several.
fn program<T: Element>(work: u32) -> Result<Program, Mismatch> {
    use Operand::{Constant, Row};
    let instr = |op, to, operands| Instr { op, to, operands };
    let [zero, one, two] = [Constant(0), Constant(1), Constant(2)];
    let scratch = SEEN + work + 1;
    let mut instructions = vec![
        instr(Opcode::Lt, WHEN, [two, Row(TIMES), two]),
        instr(Opcode::Select, WHEN, [Row(WHEN), one, zero]),
        instr(Opcode::Add, KEPT, [Row(TIMES), one, one]),
        instr(Opcode::Copy, LEFT, [Row(TIMES); 3]),
        instr(Opcode::Sub, scratch, [Row(KEPT), one, one]),
    ];
    let before = |k| Row(if k == 0 { scratch } else { SEEN + k });
    instructions.extend((0..work).map(|k| instr(Opcode::Max, SEEN + k + 1, [before(k), zero, zero])));
    instructions.push(instr(Opcode::Copy, WORK, [Row(SEEN + work); 3]));
    // Once by a section of its own, and then again and again.
    let start = instructions.len();
    let count = [
        instr(Opcode::Add, SUM, [Row(SUM), Row(LEFT), zero]),
        instr(Opcode::Sub, scratch, [Row(LEFT), one, one]),
        instr(Opcode::Max, LEFT, [Row(scratch), zero, zero]),
    ];
    instructions.extend(count);
    let further = instructions.len();
    instructions.extend(count);
    let end = instructions.len();
    instructions.push(instr(Opcode::Copy, COMMON, [Row(TIMES); 3]));
    instructions.push(instr(Opcode::MulAdd, SEEN, [Row(VISITS), two, Row(COMMON)]));
    let constants = [0.0_f64, 1.0, 2.0].map(f64::to_bits).to_vec();
    let program = Program::new("sections", T::PRECISION, instructions, constants, scratch + 1, 0)?;
    let kept = Kept { rows: KEPT..KEPT + 1, when: WHEN };
    let section = |range, when, course| Section { range, when, course };
    let sections = [
        section(start..further, LEFT, Course::Once),
        section(further..end, LEFT, Course::Repeated),
        section(end..end + 1, VISITS, Course::Once),
        section(end + 1..end + 2, VISITS, Course::Visited),
    ];
    let program = program.with_scratch(scratch).with_kept(kept)?;
    Ok(sections.into_iter().try_fold(program, Program::with_section)?)
}
