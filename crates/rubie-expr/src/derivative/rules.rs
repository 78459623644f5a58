//! The derivative of every operation.

use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E};

use crate::graph::Expr;
use crate::operation::Op;

/// The tangent of `value = op(arguments)`, given those of its arguments; `None` is zero.
pub(super) fn tangent<'g>(
    op: Op,
    value: Expr<'g>,
    arguments: &[Expr<'g>],
    tangents: &[Option<Expr<'g>>],
) -> Option<Expr<'g>> {
    match (arguments, tangents) {
        (&[a], &[da]) => Some(slope(op, value, a)? * da?),
        (&[a, b], &[da, db]) => of_two(op, value, [a, b], [da, db]),
        (&[condition, ..], &[_, yes, no]) => choose(condition, yes, no),
        _ => None,
    }
}

/// dy/da of y = op(a), by y where that saves a function.
fn slope<'g>(op: Op, y: Expr<'g>, a: Expr<'g>) -> Option<Expr<'g>> {
    let one = a.graph().constant(1.0);
    Some(match op {
        Op::Neg => -one,
        Op::Abs => a.sign(),
        Op::Sqrt => 0.5 / y,
        Op::Cbrt => one / (3.0 * (y * y)),
        Op::Exp => y,
        Op::Exp2 => y * LN_2,
        Op::Expm1 => y + 1.0,
        Op::Log => one / a,
        Op::Log1p => one / (1.0 + a),
        Op::Log2 => LOG2_E / a,
        Op::Log10 => LOG10_E / a,
        Op::Sin => a.cos(),
        Op::Cos => -a.sin(),
        Op::Tan => 1.0 + y * y,
        Op::Asin => one / ((one - a) * (one + a)).sqrt(),
        Op::Acos => -one / ((one - a) * (one + a)).sqrt(),
        Op::Atan => one / (1.0 + a * a),
        Op::Sinh => a.cosh(),
        Op::Cosh => a.sinh(),
        Op::Tanh => 1.0 - y * y,
        Op::Asinh => one / (1.0 + a * a).sqrt(),
        Op::Acosh => one / ((a - one) * (a + one)).sqrt(),
        Op::Atanh => one / ((one - a) * (one + a)),
        Op::Erf => FRAC_2_SQRT_PI * (-(a * a)).exp(),
        // Steps; and those with two arguments or a truth value, which do not come here.
        _ => return None,
    })
}

fn of_two<'g>(
    op: Op,
    y: Expr<'g>,
    [a, b]: [Expr<'g>; 2],
    [da, db]: [Option<Expr<'g>>; 2],
) -> Option<Expr<'g>> {
    let times = |d: Option<Expr<'g>>, slope: Expr<'g>| d.map(|d| d * slope);
    match op {
        Op::Add => sum(da, db),
        Op::Sub => sum(da, db.map(|db| -db)),
        Op::Mul => sum(times(da, b), times(db, a)),
        Op::Div => Some(sum(da, times(db, -y))? / b),
        Op::Min => choose(a.le(b), da, db),
        Op::Max => choose(b.le(a), da, db),
        Op::Mod => sum(da, times(db, -(a / b).floor())),
        Op::Pow => {
            let by_base = da.map(|da| b * a.pow(b - 1.0) * da);
            sum(by_base, db.map(|db| y * log_base(y, a) * db))
        }
        Op::Atan2 => {
            let square = a * a + b * b;
            Some(sum(times(da, b), times(db, -a))? / square)
        }
        Op::Scale => da.map(|da| da.scale(b)),
        _ => None,
    }
}

/// `log(a)` as a factor of `y = a^b`. Where `y` is 0, `a` may be 0 too; their product counts as 0.
fn log_base<'g>(y: Expr<'g>, a: Expr<'g>) -> Expr<'g> {
    match a.as_constant() {
        Some(base) if base > 0.0 => a.log(),
        _ => y.equal(0.0).select(1.0, a).log(),
    }
}

fn sum<'g>(a: Option<Expr<'g>>, b: Option<Expr<'g>>) -> Option<Expr<'g>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    }
}

fn choose<'g>(condition: Expr<'g>, yes: Option<Expr<'g>>, no: Option<Expr<'g>>) -> Option<Expr<'g>> {
    let zero = condition.graph().constant(0.0);
    yes.or(no)?;
    Some(condition.select(yes.unwrap_or(zero), no.unwrap_or(zero)))
}
