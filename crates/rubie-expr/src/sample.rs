//! Random expressions for property tests: recipes that can be built with and without simplification.

use proptest::prelude::*;

use crate::graph::{Expr, Graph};
use crate::operation::{Kind, Op};

/// Smooth or piecewise smooth operations that stay finite and tame on finite arguments.
#[rustfmt::skip]
const TAME: &[Op] = &[
    Op::Neg, Op::Abs, Op::Sin, Op::Cos, Op::Tanh, Op::Atan, Op::Asinh, Op::Erf,
    Op::Add, Op::Sub, Op::Mul, Op::Min, Op::Max, Op::Lt, Op::Le, Op::And, Op::Or, Op::Not, Op::Select,
];

/// Instructions: an operation and which of the fitting earlier values it takes.
pub(crate) type Recipe = Vec<(Op, [usize; 3])>;

pub(crate) fn recipe(length: usize) -> impl Strategy<Value = Recipe> {
    let step = (prop::sample::select(TAME), prop::array::uniform3(any::<usize>()));
    prop::collection::vec(step, 1..length)
}

/// Follows a recipe, making each operation by `make`; returns the symbols and the last number.
pub(crate) fn build<'g>(
    graph: &'g Graph,
    recipe: &Recipe,
    make: impl Fn(Op, &[Expr<'g>]) -> Expr<'g>,
) -> ([Expr<'g>; 3], Expr<'g>) {
    let symbols = ["x", "y", "z"].map(|name| graph.symbol(name));
    let constants = [0.0, 1.0, -1.0, 2.0, -0.75].map(|number| graph.constant(number));
    let mut numbers = [&symbols[..], &constants[..]].concat();
    let mut truths = vec![graph.truth(true), graph.truth(false)];
    for (op, choices) in recipe {
        let arguments: Vec<_> = (op.arguments().iter().zip(choices))
            .map(|(kind, choice)| {
                let from = if *kind == Kind::Real { &numbers } else { &truths };
                // Late values are taken more often, so that expressions grow deep.
                from[from.len() - 1 - (choice % 97) % from.len()]
            })
            .collect();
        let value = make(*op, &arguments);
        if op.kind() == Kind::Real { numbers.push(value) } else { truths.push(value) }
    }
    (symbols, numbers[numbers.len() - 1])
}
