//! Elementary functions as instruction sequences: straight lines without branches, at most 2 ulp off.
//!
//! Where a function needs several formulas all are computed and `Select` takes one. Everything is computed in the
//! precision of the graph. Accuracy and the numbers of instructions are tabulated in `docs/elementary-functions.md`;
//! special values are those of IEEE 754-2019, section 9.2, and C99, annex F.

// Parts of constants are numbers of their own, though the first is nearly one of the standard library.
#[allow(clippy::approx_constant)]
mod coefficients;
mod polynomial;

mod exponential;
mod logarithm;

mod error_function;
mod hyperbolic;
mod inverse_hyperbolic;
mod inverse_trigonometric;
mod power;
mod trigonometric;

use rubie_expr::Op;

use crate::values::{Value, ValueGraph};

/// Adds the instructions of an elementary function to the graph.
///
/// # Arguments
/// - `op`: the function; anything else gives `None`.
/// - `arguments`: as many as [`Op::arity`], or `None` is the answer.
///
/// # Returns
/// The value of the function, within 2 ulp of the exact one for all arguments.
///
/// ```
/// use rubie_expr::Op;
/// use rubie_program::{Operand, Precision, ValueEvaluator, ValueGraph, functions::expand};
///
/// let mut v = ValueGraph::new(Precision::F64);
/// let x = v.input(Operand::Row(0));
/// let exp = expand(&mut v, Op::Exp, &[x]).expect("exp is an elementary function");
/// let mut evaluator = ValueEvaluator::<f64>::new(&v, &[exp]);
/// assert!((evaluator.evaluate(|_| 1.0)[0] - std::f64::consts::E).abs() < 1e-15);
/// assert_eq!(expand(&mut v, Op::Add, &[x, x]), None);
/// ```
pub fn expand(v: &mut ValueGraph, op: Op, arguments: &[Value]) -> Option<Value> {
    match *arguments {
        [x] => expand_unary(v, op, x),
        [a, b] => match op {
            Op::Pow => Some(power::pow(v, a, b)),
            Op::Atan2 => Some(inverse_trigonometric::atan2(v, a, b)),
            _ => None,
        },
        _ => None,
    }
}

fn expand_unary(v: &mut ValueGraph, op: Op, x: Value) -> Option<Value> {
    let function = match op {
        Op::Exp => exponential::exp,
        Op::Exp2 => exponential::exp2,
        Op::Expm1 => exponential::expm1,
        Op::Log => logarithm::log,
        Op::Log1p => logarithm::log1p,
        Op::Log2 => logarithm::log2,
        Op::Log10 => logarithm::log10,
        Op::Sin => trigonometric::sin,
        Op::Cos => trigonometric::cos,
        Op::Tan => trigonometric::tan,
        Op::Asin => inverse_trigonometric::asin,
        Op::Acos => inverse_trigonometric::acos,
        Op::Atan => inverse_trigonometric::atan,
        Op::Sinh => hyperbolic::sinh,
        Op::Cosh => hyperbolic::cosh,
        Op::Tanh => hyperbolic::tanh,
        Op::Asinh => inverse_hyperbolic::asinh,
        Op::Acosh => inverse_hyperbolic::acosh,
        Op::Atanh => inverse_hyperbolic::atanh,
        Op::Cbrt => power::cbrt,
        Op::Erf => error_function::erf,
        _ => return None,
    };
    Some(function(v, x))
}
