//! The operators and functions of mathematics on expressions.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::graph::{Expr, Graph};
use crate::operation::Op;
use crate::simplify::simplified;

impl<'g> Expr<'g> {
    /// Applies an operation with simplification.
    ///
    /// # Panics
    /// Without arguments. Debug builds check that `arguments` are as many and of such kinds as the
    /// operation takes, and of one graph.
    pub fn apply(op: Op, arguments: &[Expr<'g>]) -> Expr<'g> {
        debug_assert_eq!(arguments.len(), op.arity(), "{op:?}");
        debug_assert!(arguments.iter().zip(op.arguments()).all(|(a, k)| a.kind() == *k), "{op:?}");
        debug_assert!(arguments.iter().all(|a| std::ptr::eq(a.graph(), arguments[0].graph())));
        simplified(op, arguments)
    }

    fn unary(self, op: Op) -> Self {
        Self::apply(op, &[self])
    }

    fn binary(self, op: Op, other: Self) -> Self {
        Self::apply(op, &[self, other])
    }
}

macro_rules! unary_methods {
    ($($(#[$doc:meta])* $method:ident $op:ident;)*) => {
        impl<'g> Expr<'g> {
            $($(#[$doc])* pub fn $method(self) -> Expr<'g> { self.unary(Op::$op) })*
        }
    };
}

unary_methods! {
    /// The entry of the table at this place, see [`Op::Lookup`].
    look_up Lookup;
    /// |self|
    abs Abs;
    /// -1, 0 or 1.
    sign Sign;
    /// Largest integer not above.
    floor Floor;
    /// Smallest integer not below.
    ceil Ceil;
    /// Nearest integer, ties to even.
    round Round;
    /// Square root.
    sqrt Sqrt;
    /// Cube root.
    cbrt Cbrt;
    /// e^self
    exp Exp;
    /// 2^self
    exp2 Exp2;
    /// e^self - 1
    expm1 Expm1;
    /// Natural logarithm.
    log Log;
    /// log(1 + self)
    log1p Log1p;
    /// Logarithm to base 2.
    log2 Log2;
    /// Logarithm to base 10.
    log10 Log10;
    /// Sine.
    sin Sin;
    /// Cosine.
    cos Cos;
    /// Tangent.
    tan Tan;
    /// Inverse sine.
    asin Asin;
    /// Inverse cosine.
    acos Acos;
    /// Inverse tangent.
    atan Atan;
    /// Hyperbolic sine.
    sinh Sinh;
    /// Hyperbolic cosine.
    cosh Cosh;
    /// Hyperbolic tangent.
    tanh Tanh;
    /// Inverse hyperbolic sine.
    asinh Asinh;
    /// Inverse hyperbolic cosine.
    acosh Acosh;
    /// Inverse hyperbolic tangent.
    atanh Atanh;
    /// Error function.
    erf Erf;
    /// floor(log2 |self|)
    exponent Exponent;
}

macro_rules! binary_methods {
    ($($(#[$doc:meta])* $method:ident $op:ident;)*) => {
        impl<'g> Expr<'g> {
            $($(#[$doc])* pub fn $method(self, other: impl Operand<'g>) -> Expr<'g> {
                self.binary(Op::$op, other.operand(self.graph()))
            })*
        }
    };
}

binary_methods! {
    /// The smaller of both.
    min Min;
    /// The larger of both.
    max Max;
    /// self - other*floor(self/other)
    modulo Mod;
    /// self^other
    pow Pow;
    /// Angle of the point (other, self).
    atan2 Atan2;
    /// self * 2^other
    scale Scale;
    /// self < other
    lt Lt;
    /// self <= other
    le Le;
    /// self == other
    equal Eq;
    /// self != other
    not_equal Ne;
}

impl<'g> Expr<'g> {
    /// self > other
    pub fn gt(self, other: impl Operand<'g>) -> Expr<'g> {
        other.operand(self.graph()).lt(self)
    }

    /// self >= other
    pub fn ge(self, other: impl Operand<'g>) -> Expr<'g> {
        other.operand(self.graph()).le(self)
    }

    /// The opposite of this truth value.
    #[expect(clippy::should_implement_trait, reason = "reads like `and` and `or`")]
    pub fn not(self) -> Expr<'g> {
        self.unary(Op::Not)
    }

    /// Both are true.
    pub fn and(self, other: Expr<'g>) -> Expr<'g> {
        self.binary(Op::And, other)
    }

    /// At least one is true.
    pub fn or(self, other: Expr<'g>) -> Expr<'g> {
        self.binary(Op::Or, other)
    }

    /// `yes` where this truth value holds, else `no`.
    pub fn select(self, yes: impl Operand<'g>, no: impl Operand<'g>) -> Expr<'g> {
        Self::apply(Op::Select, &[self, yes.operand(self.graph()), no.operand(self.graph())])
    }
}

/// What may stand on the right of an operator: an expression or a number.
pub trait Operand<'g> {
    /// The expression in `graph`.
    fn operand(self, graph: &'g Graph) -> Expr<'g>;
}

impl<'g> Operand<'g> for Expr<'g> {
    fn operand(self, _: &'g Graph) -> Expr<'g> {
        self
    }
}

impl<'g> Operand<'g> for f64 {
    fn operand(self, graph: &'g Graph) -> Expr<'g> {
        graph.constant(self)
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:ident;)*) => {$(
        impl<'g, R: Operand<'g>> $trait<R> for Expr<'g> {
            type Output = Expr<'g>;
            fn $method(self, other: R) -> Expr<'g> {
                let other = other.operand(self.graph());
                self.binary(Op::$op, other)
            }
        }
        impl<'g> $trait<Expr<'g>> for f64 {
            type Output = Expr<'g>;
            fn $method(self, other: Expr<'g>) -> Expr<'g> {
                self.operand(other.graph()).binary(Op::$op, other)
            }
        }
    )*};
}

operators! {
    Add add Add;
    Sub sub Sub;
    Mul mul Mul;
    Div div Div;
}

impl<'g> Neg for Expr<'g> {
    type Output = Expr<'g>;
    fn neg(self) -> Expr<'g> {
        self.unary(Op::Neg)
    }
}
