//! A whole function: prologue, loops, what lies out of the way, constants.

use iced_x86::{Code, Instruction, MemoryOperand, Register};
use rubie_program::{Course, Element, ExecutorError, Isa, Opcode, Precision, Program, Section};

use crate::assembler::{Assembled, Assembler, Jump, Label, Last, Mark, Purpose, RowReference};
use crate::body::{Written, test};
use crate::flow::Locations;
use crate::frame::{
    ANOTHER, CONTEXT, Convention, Detour, FRAME, Onward, ROUNDS, UNTIL, VISIT, by_lane, number_bytes, slot,
};
use crate::machine::{Codes, LookupCodes, MaskCodes, ShiftCodes};
use crate::operands::{Body, Special, Target};
use crate::pieces::Piece;
use crate::width::{Wide, written};

/// Code that lacks nothing but the distance of rows.
pub(crate) struct Compiled<T> {
    pub(crate) code: Vec<u8>,
    pub(crate) rows: Vec<RowReference>,
    /// What the code is there for, place by place.
    pub(crate) marks: Vec<Mark>,
    /// As the code wants them: numbers, or vectors of equal numbers.
    pub(crate) constants: Vec<T>,
    /// Bytes of the vectors.
    pub(crate) vector_bytes: usize,
}

/// Registers that the callers of a function want back as they were.
const KEPT: [Register; 6] =
    [Register::RBX, Register::RBP, Register::R12, Register::R13, Register::R14, Register::R15];

/// Makes machine code of a program.
///
/// # Errors
/// [`ExecutorError::Unsupported`] if the program cannot be encoded.
pub(crate) fn compile<T: Element>(program: &Program, isa: Isa) -> Result<Compiled<T>, ExecutorError> {
    let masks = (isa == Isa::Avx512).then(|| MaskCodes::new(T::PRECISION));
    let vector_bytes = if masks.is_some() { 64 } else { 32 };
    let first_vector = if masks.is_some() { Register::ZMM0 } else { Register::YMM0 };
    let convention = Convention {
        codes: Codes::new(isa, T::PRECISION),
        first_vector,
        vector_bytes,
        number_bytes: number_bytes::<T>(),
        function: by_lane::<T>(),
    };
    let first_special = program.constants().len() as u32;
    let shifts = ShiftCodes::new(T::PRECISION);
    let lookup = LookupCodes::new(isa, T::PRECISION);
    let target = Target { codes: convention.codes, masks, shifts, lookup, convention, first_special };
    let mut asm = Assembler::new();
    asm.mark(Purpose::Prologue);
    prologue(&mut asm);
    let start = asm.here();
    let (mut detours, mut stops) = (Vec::new(), Vec::new());
    let written = written(program, target);
    for (number, together) in
        written.chunk_by(|(before, _), (piece, _)| are_together(before, piece)).enumerate()
    {
        if number > 0 {
            again(&mut asm, vector_bytes);
        }
        detours.extend(match together {
            [(piece, wide)] if piece.section.is_none() => loops(&mut asm, program, target, piece, wide),
            _ => sections(&mut asm, program, target, together, &mut stops),
        });
    }
    asm.mark(Purpose::Repeat);
    repeat(&mut asm, target, start);
    asm.mark(Purpose::Epilogue);
    let end = asm.here();
    stops.into_iter().for_each(|stop| asm.land(stop, end));
    epilogue(&mut asm);
    convention.write_detours(&mut asm, &detours);
    let Assembled { code, rows, marks } = asm.finish().map_err(|error| {
        ExecutorError::Unsupported(format!("the program `{}` has no machine code: {error}", program.name()))
    })?;
    let repeats = if masks.is_some() { 1 } else { vector_bytes as usize / size_of::<T>() };
    let constants = constants::<T>(program).into_iter();
    let constants = constants.flat_map(|number| std::iter::repeat_n(number, repeats)).collect();
    Ok(Compiled { code, rows, marks, constants, vector_bytes: vector_bytes as usize })
}

/// Arguments to registers that calls keep: rows RBX, uniforms R14, constants RBP, number of vectors R15. What the repetition goes by
/// is copied to the frame.
fn prologue(asm: &mut Assembler) {
    for register in KEPT {
        asm.push(Instruction::with1(Code::Push_r64, register));
    }
    let moves = [
        (Register::RBX, Register::RDI),
        (Register::R14, Register::RSI),
        (Register::RBP, Register::RDX),
        (Register::R15, Register::RCX),
        (Register::R12, Register::RSP),
        (Register::R13, Register::RDI),
    ];
    for (to, from) in moves {
        asm.operation(Code::Mov_r64_rm64, &[to], Last::Register(from), Register::None);
    }
    asm.push(Instruction::with2(Code::Sub_rm64_imm32, Register::RSP, FRAME as i32));
    asm.push(Instruction::with2(Code::And_rm64_imm8, Register::RSP, -64));
    for (place, at) in [UNTIL, ROUNDS, VISIT, CONTEXT].into_iter().enumerate() {
        let given = MemoryOperand::with_base_displ(Register::R8, 8 * place as i64);
        asm.operation(Code::Mov_r64_rm64, &[Register::RAX], Last::Memory(given), Register::None);
        asm.push(Instruction::with2(Code::Mov_rm64_r64, slot(at), Register::RAX));
    }
}

/// Another round, unless the row that ends the repetition has a number that is not 0, or there were enough.
fn repeat(asm: &mut Assembler, target: Target, start: Label) {
    let vector_bytes = target.convention.vector_bytes;
    let register = |asm: &mut Assembler, code, to, from| {
        asm.operation(code, &[to], Last::Register(from), Register::None);
    };
    asm.operation(Code::Mov_r64_rm64, &[Register::RAX], Last::Memory(slot(ROUNDS)), Register::None);
    asm.push(Instruction::with1(Code::Dec_rm64, Register::RAX));
    let enough = asm.jump(Code::Je_rel32_64);
    asm.push(Instruction::with2(Code::Mov_rm64_r64, slot(ROUNDS), Register::RAX));
    // The row by lines of 64 bytes, of which all rows consist.
    asm.operation(Code::Mov_r64_rm64, &[Register::RCX], Last::Memory(slot(UNTIL)), Register::None);
    register(asm, Code::Mov_r64_rm64, Register::RDX, Register::RBX);
    register(asm, Code::Add_r64_rm64, Register::RDX, Register::RCX);
    register(asm, Code::Add_r64_rm64, Register::RCX, Register::R13);
    let any = target.convention.first_vector;
    asm.operation(
        Code::VEX_Vxorps_xmm_xmm_xmmm128,
        &[Register::XMM0, Register::XMM0],
        Last::Register(Register::XMM0),
        Register::None,
    );
    let next = asm.here();
    for at in (0..64).step_by(vector_bytes as usize) {
        let numbers = Last::Memory(MemoryOperand::with_base_displ(Register::RCX, at));
        asm.operation(target.codes.or, &[any, any], numbers, Register::None);
    }
    asm.push(Instruction::with2(Code::Add_rm64_imm8, Register::RCX, 64));
    register(asm, Code::Cmp_r64_rm64, Register::RCX, Register::RDX);
    asm.jump_back(Code::Jne_rel32_64, next);
    test(asm, target, any);
    let ends = asm.jump(Code::Jne_rel32_64);
    again(asm, vector_bytes);
    asm.jump_back(Code::Jmp_rel32_64, start);
    let here = asm.here();
    asm.land(enough, here);
    asm.land(ends, here);
}

fn epilogue(asm: &mut Assembler) {
    asm.operation(Code::Mov_r64_rm64, &[Register::RSP], Last::Register(Register::R12), Register::None);
    for register in KEPT.into_iter().rev() {
        asm.push(Instruction::with1(Code::Pop_r64, register));
    }
    asm.push(Ok(Instruction::with(Code::VEX_Vzeroupper)));
    asm.push(Ok(Instruction::with(Code::Retnq)));
}

/// The loops of a piece that is no section.
fn loops(asm: &mut Assembler, program: &Program, target: Target, piece: &Piece, best: &Wide) -> Vec<Detour> {
    if best.copies == 1 {
        return singles(asm, program, target, best);
    }
    let mut detours = several(asm, program, target, best);
    // Few vectors are ever left over: their instructions are not worth the time that an order takes.
    detours.extend(singles(asm, program, target, &Wide::single(program, piece)));
    detours
}

/// A loop that takes several vectors at a time, as long as there are so many.
fn several(asm: &mut Assembler, program: &Program, target: Target, wide: &Wide) -> Vec<Detour> {
    let copies = wide.copies;
    let count = copies as i32;
    asm.mark(Purpose::Loop(copies));
    asm.push(Instruction::with2(Code::Cmp_rm64_imm8, Register::R15, count));
    let past = asm.jump(Code::Jl_rel32_64);
    let start = asm.here();
    let detours = body(asm, program, target, wide);
    asm.push(Instruction::with2(Code::Sub_rm64_imm8, Register::R15, count));
    asm.push(Instruction::with2(Code::Cmp_rm64_imm8, Register::R15, count));
    asm.jump_back(Code::Jge_rel32_64, start);
    let here = asm.here();
    asm.land(past, here);
    detours
}

/// A loop over what vectors are left.
fn singles(asm: &mut Assembler, program: &Program, target: Target, wide: &Wide) -> Vec<Detour> {
    asm.mark(Purpose::Loop(1));
    asm.operation(Code::Test_rm64_r64, &[Register::R15], Last::Register(Register::R15), Register::None);
    let past = asm.jump(Code::Je_rel32_64);
    let start = asm.here();
    let detours = body(asm, program, target, wide);
    asm.push(Instruction::with1(Code::Dec_rm64, Register::R15));
    asm.jump_back(Code::Jne_rel32_64, start);
    let here = asm.here();
    asm.land(past, here);
    detours
}

/// Whether a piece shares the loop of the one before it: sections that matter under the same condition, up to one that is carried out
/// more than once.
fn are_together(before: &Piece, piece: &Piece) -> bool {
    before
        .section
        .as_ref()
        .zip(piece.section.as_ref())
        .is_some_and(|(before, section)| before.when == section.when && before.course == Course::Once)
}

/// Sections that matter under the same condition: a loop over the vectors, in each one section after the other as long as they
/// matter. If the last is carried out more than once, it has another loop in which that is done: not for one vector again and again, as
/// each time waits for the results of the time before, while other vectors do not. `stops`: jumps that end everything.
fn sections(
    asm: &mut Assembler,
    program: &Program,
    target: Target,
    pieces: &[(Piece, Wide)],
    stops: &mut Vec<Jump>,
) -> Vec<Detour> {
    let own: Vec<_> =
        pieces.iter().filter_map(|(piece, wide)| Some((piece.section.as_ref()?, wide))).collect();
    let Some((Section { when, course, .. }, _)) = own.last() else { return Vec::new() };
    asm.mark(Purpose::Section { when: *when, course: *course });
    let mut all = asm.here();
    let mut detours = pass(asm, program, target, &own);
    if *course == Course::Once {
        return detours;
    }
    let bytes = target.convention.vector_bytes;
    let mut over = onward(asm, *course, stops);
    again(asm, bytes);
    if own.len() > 1 {
        all = asm.here();
        detours.extend(pass(asm, program, target, &own[own.len() - 1..]));
        over.extend(onward(asm, *course, stops));
        again(asm, bytes);
    }
    asm.jump_back(Code::Jmp_rel32_64, all);
    let here = asm.here();
    over.into_iter().for_each(|jump| asm.land(jump, here));
    detours
}

/// A loop over the vectors in which these sections matter. One that is visited is left out where nobody visits.
fn pass(
    asm: &mut Assembler,
    program: &Program,
    target: Target,
    sections: &[(&Section, &Wide)],
) -> Vec<Detour> {
    let locations = Locations::new(program, program.constants().len(), 1);
    let look = |asm: &mut Assembler, when| Body::new(asm, target, locations).look(when, 0);
    if sections.iter().any(|(section, _)| section.course != Course::Once) {
        asm.push(Instruction::with2(Code::Mov_rm64_imm32, slot(ANOTHER), 0));
    }
    asm.operation(Code::Test_rm64_r64, &[Register::R15], Last::Register(Register::R15), Register::None);
    let past = asm.jump(Code::Je_rel32_64);
    let start = asm.here();
    let (mut over, mut detours) = (Vec::new(), Vec::new());
    let mut is_known = false;
    for (Section { range, when, course }, wide) in sections {
        if !is_known {
            asm.mark(Purpose::Look { when: *when, vector: 0 });
            look(asm, *when);
            over.push(asm.jump(Code::Je_rel32_64));
        }
        if *course == Course::Visited {
            asm.push(Instruction::with2(Code::Cmp_rm64_imm8, slot(VISIT), 0));
            over.push(asm.jump(Code::Je_rel32_64));
        }
        is_known = program.instructions()[range.clone()].iter().all(|instr| instr.to != *when);
        detours.extend(Body::new(asm, target, locations).write(&wide.steps).detours);
        if *course == Course::Repeated {
            asm.mark(Purpose::Look { when: *when, vector: 0 });
            look(asm, *when);
            over.push(asm.jump(Code::Je_rel32_64));
        }
        if *course != Course::Once {
            asm.push(Instruction::with2(Code::Mov_rm64_imm32, slot(ANOTHER), 1));
        }
    }
    let here = asm.here();
    over.into_iter().for_each(|jump| asm.land(jump, here));
    next(asm, target, 1);
    asm.push(Instruction::with1(Code::Dec_rm64, Register::R15));
    asm.jump_back(Code::Jne_rel32_64, start);
    let here = asm.here();
    asm.land(past, here);
    detours
}

/// Jumps past a section that is not to be carried out again.
fn onward(asm: &mut Assembler, course: Course, stops: &mut Vec<Jump>) -> Vec<Jump> {
    asm.push(Instruction::with2(Code::Cmp_rm64_imm8, slot(ANOTHER), 0));
    let mut over = vec![asm.jump(Code::Je_rel32_64)];
    if course == Course::Visited {
        over.push(visit(asm, stops));
    }
    over
}

/// Calls whoever visits a section, and goes on if it matters again. The jump is for the case that it does not; to `stops` comes one for
/// the answer that there shall be an end.
fn visit(asm: &mut Assembler, stops: &mut Vec<Jump>) -> Jump {
    asm.mark(Purpose::Visit);
    let register = |asm: &mut Assembler, code, to, from| asm.operation(code, &[to], from, Register::None);
    asm.push(Ok(Instruction::with(Code::VEX_Vzeroupper)));
    register(asm, Code::Mov_r64_rm64, Register::RDI, Last::Memory(slot(CONTEXT)));
    asm.push(Instruction::with1(Code::Call_rm64, slot(VISIT)));
    asm.push(Instruction::with2(Code::Cmp_rm64_imm8, Register::RAX, Onward::Again as i32));
    stops.push(asm.jump(Code::Jg_rel32_64));
    asm.jump(Code::Jne_rel32_64)
}

/// Back to the first vector.
fn again(asm: &mut Assembler, vector_bytes: u32) {
    let register = |asm: &mut Assembler, code, to, from| {
        asm.operation(code, &[to], Last::Register(from), Register::None);
    };
    register(asm, Code::Mov_r64_rm64, Register::R15, Register::RBX);
    asm.push(Instruction::with2(Code::Sub_r64_rm64, Register::R15, Register::R13));
    asm.push(Instruction::with2(Code::Shr_rm64_imm8, Register::R15, vector_bytes.trailing_zeros()));
    register(asm, Code::Mov_r64_rm64, Register::RBX, Register::R13);
}

/// The work of one round, and on to the next vectors.
fn body(asm: &mut Assembler, program: &Program, target: Target, wide: &Wide) -> Vec<Detour> {
    let locations = Locations::new(program, program.constants().len(), wide.copies);
    let Written { detours, .. } = Body::new(asm, target, locations).write(&wide.steps);
    next(asm, target, wide.copies);
    detours
}

/// On to the vectors behind the present ones.
fn next(asm: &mut Assembler, target: Target, copies: u32) {
    asm.mark(Purpose::Next);
    let distance = (copies * target.convention.vector_bytes) as i32;
    asm.push(Instruction::with2(Code::Add_rm64_imm32, Register::RBX, distance));
}

/// The program's constants, then those of `Special`.
fn constants<T: Element>(program: &Program) -> Vec<T> {
    let zero = T::default();
    let small_angle = match T::PRECISION {
        Precision::F32 => 1024.0,
        Precision::F64 => 1_048_576.0,
    };
    let (ones, sign) = (T::truth(true), T::from_f64(-0.0));
    let magnitude = T::evaluate(Opcode::AndNot, sign, ones, zero);
    let (normal, whole, bias) = match T::PRECISION {
        Precision::F32 => (f64::from(f32::MIN_POSITIVE), 8_388_608.0, 127.0),
        Precision::F64 => (f64::MIN_POSITIVE, 4_503_599_627_370_496.0, 1023.0),
    };
    // Bits, not a number: for each of eight kinds of numbers what comes of it, in 4 bits. Kinds 4 and 5 are the
    // infinities; 3 is NaN, 0 leaves things as they are.
    let fix_up = 0x0033_0000;
    let fix_up_infinity = match T::PRECISION {
        Precision::F32 => f64::from(f32::from_bits(fix_up)),
        Precision::F64 => f64::from_bits(u64::from(fix_up)),
    };
    let special = |special| match special {
        Special::Zero => zero,
        Special::Sign => sign,
        Special::Magnitude => magnitude,
        Special::Ones => ones,
        Special::NotANumber => T::from_f64(f64::NAN),
        Special::SmallAngle => T::from_f64(small_angle),
        Special::Normal => T::from_f64(normal),
        Special::Infinity => T::from_f64(f64::INFINITY),
        Special::Whole => T::from_f64(whole),
        Special::WholeAndBias => T::from_f64(whole + bias),
        Special::MoreAndBias => T::from_f64(1.5 * whole + bias),
        Special::LargestExponent => T::from_f64(bias - 1.0),
        Special::Fraction => T::evaluate(Opcode::AndNot, T::from_f64(f64::INFINITY), magnitude, zero),
        Special::One => T::from_f64(1.0),
        Special::InfinityIsNotANumber => T::from_f64(fix_up_infinity),
    };
    let special = Special::ALL.into_iter().map(special);
    program.constants().iter().map(|bits| T::from_constant(*bits)).chain(special).collect()
}
