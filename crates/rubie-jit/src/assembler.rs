//! Bytes of machine code, one instruction after the other, with what must be filled in later.

use iced_x86::{Code, Encoder, IcedError, Instruction, MemoryOperand, Register};
use rubie_program::{Course, Opcode};

/// Displacements of rows are not known until the number of lanes is: this one keeps 4 bytes for them.
const ROW_DISPLACEMENT: i64 = 0x4000_0000;

/// The 4 bytes at `at` shall become the displacement of `row`, and of the vector that lies `bytes` further on.
#[derive(Clone, Copy)]
pub(crate) struct RowReference {
    pub(crate) at: u32,
    pub(crate) row: u32,
    pub(crate) bytes: u32,
}

/// A place in the code that jumps can go to.
#[derive(Clone, Copy)]
pub(crate) struct Label(pub(crate) u64);

/// A jump whose destination is not known yet.
#[derive(Clone, Copy)]
pub(crate) struct Jump {
    end: u64,
}

/// What the code from a place on is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Prologue,
    /// The loop that takes so many vectors at a time.
    Loop(u32),
    /// An instruction of the program, for one of the vectors taken together.
    Instruction {
        index: u32,
        vector: u32,
    },
    /// The loop over the vectors in which a section matters.
    Section {
        when: u32,
        course: Course,
    },
    /// Whether a section, or what else depends on a row, matters in one of the vectors at work.
    Look {
        when: u32,
        vector: u32,
    },
    /// Call of whoever visits a section.
    Visit,
    /// On to the next vectors.
    Next,
    /// Another round, or not.
    Repeat,
    Epilogue,
    /// What lies out of the way.
    Detour(Opcode),
}

/// From here on, the code is there for this.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "listing"), expect(dead_code, reason = "only listings read it"))]
pub(crate) struct Mark {
    pub(crate) at: u32,
    pub(crate) purpose: Purpose,
}

/// Finished code, of which nothing is missing but the distance of rows.
pub(crate) struct Assembled {
    pub(crate) code: Vec<u8>,
    pub(crate) rows: Vec<RowReference>,
    pub(crate) marks: Vec<Mark>,
}

/// Writes instructions. What cannot be encoded is remembered and told at the end.
pub(crate) struct Assembler {
    encoder: Encoder,
    position: u64,
    rows: Vec<RowReference>,
    patches: Vec<(u64, i32)>,
    marks: Vec<Mark>,
    error: Option<IcedError>,
    /// Whether nothing is written.
    is_trial: bool,
}

/// The last operand of an instruction.
#[derive(Clone, Copy)]
pub(crate) enum Last {
    Register(Register),
    /// A row, and how many bytes further on the vector starts.
    Row(u32, u32),
    /// Fixed memory, and whether one number there stands for all lanes.
    Memory(MemoryOperand),
}

/// An instruction of one or two registers, the last operand, perhaps a number or (for blends) one more register.
macro_rules! build {
    ($code:expr, $first:expr, $last:expr, $immediate:expr) => {
        match ($first, $immediate) {
            (&[a], None) => Instruction::with2($code, a, $last),
            (&[a], Some(number)) => Instruction::with3($code, a, $last, number),
            (&[a, b], None) => Instruction::with3($code, a, b, $last),
            (&[a, b], Some(number)) => Instruction::with4($code, a, b, $last, number),
            (&[a, b, c, ..], _) => Instruction::with4($code, a, b, $last, c),
            (&[], _) => Instruction::with1($code, $last),
        }
    };
}

impl Assembler {
    pub(crate) fn new() -> Self {
        let encoder = Encoder::new(64);
        let (rows, patches, marks) = (Vec::new(), Vec::new(), Vec::new());
        Self { encoder, position: 0, rows, patches, marks, error: None, is_trial: false }
    }

    /// One that writes nothing, to learn what else would happen.
    pub(crate) fn trial() -> Self {
        Self { is_trial: true, ..Self::new() }
    }

    /// Where the next instruction will start.
    pub(crate) fn here(&self) -> Label {
        Label(self.position)
    }

    /// Says what the code from here on is for.
    pub(crate) fn mark(&mut self, purpose: Purpose) {
        if !self.is_trial {
            self.marks.push(Mark { at: self.position as u32, purpose });
        }
    }

    /// Appends an instruction as it is.
    pub(crate) fn push(&mut self, instruction: Result<Instruction, IcedError>) {
        if self.is_trial {
            return;
        }
        let length = instruction.and_then(|instruction| self.encoder.encode(&instruction, self.position));
        match length {
            Ok(length) => self.position += length as u64,
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
    }

    /// `code first.., last`, under a mask if there is one (`Register::None` if not).
    pub(crate) fn operation(&mut self, code: Code, first: &[Register], last: Last, mask: Register) {
        self.with_immediate(code, first, last, None, mask);
    }

    /// The same with a number at the end.
    pub(crate) fn with_immediate(
        &mut self,
        code: Code,
        first: &[Register],
        last: Last,
        immediate: Option<u32>,
        mask: Register,
    ) {
        if self.is_trial {
            return;
        }
        let instruction = match last {
            Last::Register(last) => build!(code, first, last, immediate),
            Last::Memory(memory) => build!(code, first, memory, immediate),
            Last::Row(..) => {
                let memory = MemoryOperand::with_base_displ_size(Register::RBX, ROW_DISPLACEMENT, 8);
                build!(code, first, memory, immediate)
            }
        };
        let start = self.position;
        self.push(instruction.map(|mut instruction| {
            if mask != Register::None {
                instruction.set_op_mask(mask);
            }
            instruction
        }));
        if let Last::Row(row, bytes) = last {
            self.refer_to_row(start, row, bytes);
        }
    }

    /// Writes a register to a row.
    pub(crate) fn store_row(&mut self, code: Code, row: u32, bytes: u32, from: Register) {
        if self.is_trial {
            return;
        }
        let memory = MemoryOperand::with_base_displ_size(Register::RBX, ROW_DISPLACEMENT, 8);
        let start = self.position;
        self.push(Instruction::with2(code, memory, from));
        self.refer_to_row(start, row, bytes);
    }

    fn refer_to_row(&mut self, start: u64, row: u32, bytes: u32) {
        let at = start as u32 + self.encoder.get_constant_offsets().displacement_offset() as u32;
        self.rows.push(RowReference { at, row, bytes });
    }

    /// A jump that goes where [`Assembler::land`] says.
    pub(crate) fn jump(&mut self, code: Code) -> Jump {
        self.push(Instruction::with_branch(code, self.position + (1 << 20)));
        Jump { end: self.position }
    }

    /// A jump to where the code has been.
    pub(crate) fn jump_back(&mut self, code: Code, to: Label) {
        self.push(Instruction::with_branch(code, to.0));
    }

    pub(crate) fn land(&mut self, jump: Jump, to: Label) {
        if self.is_trial {
            return;
        }
        self.patches.push((jump.end - 4, (to.0 as i64 - jump.end as i64) as i32));
    }

    /// The code.
    ///
    /// # Errors
    /// The first instruction that could not be encoded.
    pub(crate) fn finish(mut self) -> Result<Assembled, IcedError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut bytes = self.encoder.take_buffer();
        for (at, distance) in self.patches {
            bytes[at as usize..][..4].copy_from_slice(&distance.to_le_bytes());
        }
        Ok(Assembled { code: bytes, rows: self.rows, marks: self.marks })
    }
}
