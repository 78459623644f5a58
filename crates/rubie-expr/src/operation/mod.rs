//! The table of operations: name, number of arguments, kind of result, scalar meaning.
//!
//! Everything that a model can say is made of these. The scalar meaning ([`Op::evaluate`]) is the
//! one definition that constant folding, the oracle and the tests of every backend share.

mod number;

mod evaluate;

pub use evaluate::look_up;

#[cfg(test)]
mod tests;

/// What a node's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A real number.
    Real,
    /// A truth value (the result of a comparison or of a logical operation).
    Truth,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident $name:literal ($($arg:ident),*) -> $kind:ident;)*) => {
        /// An operation of the graph. Arguments are in the order of the notation, `Sub(a, b)` is a - b.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $variant,)* }

        impl Op {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Op] = &[$(Op::$variant,)*];

            /// The name in the model language and in printed expressions.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$variant => $name,)* }
            }

            /// The kinds of the arguments, in order; its length is the arity.
            pub const fn arguments(self) -> &'static [Kind] {
                match self { $(Op::$variant => &[$(Kind::$arg,)*],)* }
            }

            /// The kind of the result.
            pub const fn kind(self) -> Kind {
                match self { $(Op::$variant => Kind::$kind,)* }
            }
        }
    };
}

operations! {
    /// -a
    Neg "neg" (Real) -> Real;
    /// |a|
    Abs "abs" (Real) -> Real;
    /// -1, 0 or 1; keeps NaN and the sign of zero.
    Sign "sign" (Real) -> Real;
    /// Largest integer not above a.
    Floor "floor" (Real) -> Real;
    /// Smallest integer not below a.
    Ceil "ceil" (Real) -> Real;
    /// Nearest integer, ties to even.
    Round "round" (Real) -> Real;
    /// Square root.
    Sqrt "sqrt" (Real) -> Real;
    /// Cube root, also of negative numbers.
    Cbrt "cbrt" (Real) -> Real;
    /// e^a
    Exp "exp" (Real) -> Real;
    /// 2^a
    Exp2 "exp2" (Real) -> Real;
    /// e^a - 1
    Expm1 "expm1" (Real) -> Real;
    /// Natural logarithm.
    Log "log" (Real) -> Real;
    /// log(1 + a)
    Log1p "log1p" (Real) -> Real;
    /// Logarithm to base 2.
    Log2 "log2" (Real) -> Real;
    /// Logarithm to base 10.
    Log10 "log10" (Real) -> Real;
    /// Sine, argument in radians.
    Sin "sin" (Real) -> Real;
    /// Cosine, argument in radians.
    Cos "cos" (Real) -> Real;
    /// Tangent, argument in radians.
    Tan "tan" (Real) -> Real;
    /// Inverse sine.
    Asin "asin" (Real) -> Real;
    /// Inverse cosine.
    Acos "acos" (Real) -> Real;
    /// Inverse tangent.
    Atan "atan" (Real) -> Real;
    /// Hyperbolic sine.
    Sinh "sinh" (Real) -> Real;
    /// Hyperbolic cosine.
    Cosh "cosh" (Real) -> Real;
    /// Hyperbolic tangent.
    Tanh "tanh" (Real) -> Real;
    /// Inverse hyperbolic sine.
    Asinh "asinh" (Real) -> Real;
    /// Inverse hyperbolic cosine.
    Acosh "acosh" (Real) -> Real;
    /// Inverse hyperbolic tangent.
    Atanh "atanh" (Real) -> Real;
    /// Error function.
    Erf "erf" (Real) -> Real;
    /// floor(log2 |a|) of the exact value, subnormals included; -inf for 0, +inf for infinities, NaN for NaN.
    Exponent "exponent" (Real) -> Real;
    /// The entry at the place a (cut to a whole number) of the table that comes with the numbers; NaN outside of it.
    Lookup "lookup" (Real) -> Real;
    /// a + b
    Add "+" (Real, Real) -> Real;
    /// a - b
    Sub "-" (Real, Real) -> Real;
    /// a * b
    Mul "*" (Real, Real) -> Real;
    /// a / b
    Div "/" (Real, Real) -> Real;
    /// The smaller; NaN if either is NaN.
    Min "min" (Real, Real) -> Real;
    /// The larger; NaN if either is NaN.
    Max "max" (Real, Real) -> Real;
    /// a - b*floor(a/b) computed exactly: the result has the sign of b.
    Mod "mod" (Real, Real) -> Real;
    /// a^b
    Pow "pow" (Real, Real) -> Real;
    /// Angle of the point (b, a): atan2(y, x).
    Atan2 "atan2" (Real, Real) -> Real;
    /// a * 2^b for integer-valued b, rounded once; NaN for b that is no integer.
    Scale "scale" (Real, Real) -> Real;
    /// a < b
    Lt "<" (Real, Real) -> Truth;
    /// a <= b
    Le "<=" (Real, Real) -> Truth;
    /// a == b
    Eq "==" (Real, Real) -> Truth;
    /// a != b (true if either is NaN)
    Ne "!=" (Real, Real) -> Truth;
    /// Both.
    And "and" (Truth, Truth) -> Truth;
    /// At least one.
    Or "or" (Truth, Truth) -> Truth;
    /// The opposite.
    Not "not" (Truth) -> Truth;
    /// The second argument where the first is true, else the third. Both are evaluated.
    Select "if" (Truth, Real, Real) -> Real;
}

impl Op {
    /// Number of arguments: 1, 2 or 3.
    pub const fn arity(self) -> usize {
        self.arguments().len()
    }
}
