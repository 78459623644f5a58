//! The instruction set: what every executor must provide, and nothing else.
//!
//! Each opcode has one scalar meaning for each precision ([`crate::Element`]); executors apply it to all
//! lanes of a row and must agree with it to the last bit.

macro_rules! opcodes {
    ($($(#[$doc:meta])* $variant:ident $arity:literal $name:literal;)*) => {
        /// An instruction's operation on operands a, b, c. Truth values are rows whose lanes are all ones
        /// or all zeros.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode { $($(#[$doc])* $variant,)* }

        impl Opcode {
            /// Every opcode.
            pub const ALL: &'static [Opcode] = &[$(Opcode::$variant,)*];

            /// Number of operands.
            pub const fn arity(self) -> usize {
                match self { $(Opcode::$variant => $arity,)* }
            }

            /// Short name for listings.
            pub const fn name(self) -> &'static str {
                match self { $(Opcode::$variant => $name,)* }
            }
        }
    };
}

opcodes! {
    /// a
    Copy 1 "copy";
    /// -a (flips the sign bit)
    Neg 1 "neg";
    /// |a| (clears the sign bit)
    Abs 1 "abs";
    /// Square root, correctly rounded.
    Sqrt 1 "sqrt";
    /// Towards minus infinity.
    Floor 1 "floor";
    /// Towards plus infinity.
    Ceil 1 "ceil";
    /// To the nearest integer, ties to even.
    Round 1 "round";
    /// floor(log2 |a|), exact for subnormals too; -inf for 0, +inf for infinities, NaN for NaN.
    Exponent 1 "exponent";
    /// An angle reduced for the trigonometric functions: a itself where |a| <= 2^20 (f64) or 2^10 (f32), else what is left
    /// of a after whole quarter turns, in [-pi/4, pi/4]; NaN for infinities and NaN.
    AngleHigh 1 "angle.high";
    /// The quarter turns modulo 4 that [`Opcode::AngleHigh`] takes away: 0 for small a, NaN for infinities and NaN.
    AngleLow 1 "angle.low";
    /// The entry at the place a (cut to a whole number) of the table ([`crate::Uniforms::set_table`]); NaN outside of it.
    Lookup 1 "lookup";
    /// a + b
    Add 2 "add";
    /// a - b
    Sub 2 "sub";
    /// a * b
    Mul 2 "mul";
    /// a / b
    Div 2 "div";
    /// a where a < b, else b (so b where either is NaN).
    Min 2 "min";
    /// a where a > b, else b (so b where either is NaN).
    Max 2 "max";
    /// |a| with the sign of b.
    CopySign 2 "copysign";
    /// a * 2^b for integer-valued b, rounded once; NaN where b is no integer.
    Scale 2 "scale";
    /// a - b*floor(a/b), exact quotient; the sign of b.
    Mod 2 "mod";
    /// a < b as truth value (false if either is NaN).
    Lt 2 "lt";
    /// a <= b as truth value (false if either is NaN).
    Le 2 "le";
    /// a == b as truth value (false if either is NaN).
    Eq 2 "eq";
    /// a != b as truth value (true if either is NaN).
    Ne 2 "ne";
    /// Both truth values.
    And 2 "and";
    /// Either truth value.
    Or 2 "or";
    /// b and not a.
    AndNot 2 "andnot";
    /// Opposite truth value.
    Not 1 "not";
    /// a*b + c, rounded once.
    MulAdd 3 "muladd";
    /// a*b - c, rounded once.
    MulSub 3 "mulsub";
    /// c - a*b, rounded once.
    NegMulAdd 3 "negmuladd";
    /// b where the truth value a holds, else c.
    Select 3 "select";
}

impl Opcode {
    /// Whether the result is a truth value. That of `Copy` and `Select` is what their operands are.
    pub const fn gives_truth(self) -> bool {
        use Opcode::*;
        matches!(self, Lt | Le | Eq | Ne | And | Or | AndNot | Not)
    }

    /// Whether the operand at `place` must be a truth value.
    pub const fn takes_truth(self, place: usize) -> bool {
        use Opcode::*;
        matches!(self, And | Or | AndNot | Not) || (matches!(self, Select) && place == 0)
    }
}

/// Where an instruction finds an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A row: one value per lane.
    Row(u32),
    /// One value for all lanes, known when the batch starts.
    Uniform(u32),
    /// One value for all lanes and for ever: an index into [`crate::Program::constants`].
    Constant(u32),
}

/// One instruction: `rows[to] = op(operands)` for every lane. Unused operands repeat the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instr {
    /// What is done.
    pub op: Opcode,
    /// The row that is written.
    pub to: u32,
    /// Operands a, b, c.
    pub operands: [Operand; 3],
}

impl Instr {
    /// The operands that the operation uses.
    pub fn used(&self) -> &[Operand] {
        &self.operands[..self.op.arity()]
    }
}
