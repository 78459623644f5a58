use proptest::prelude::*;

use super::*;
use crate::evaluate::evaluate;
use crate::graph::Graph;
use crate::operation::{Op, look_up};
use crate::sample;

/// Central difference of order 6 with step `h`.
///
/// # Source
/// B. Fornberg, Mathematics of Computation 51 (1988) 699-706, table 1.
fn difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    let pair = |n: f64| f(x + n * h) - f(x - n * h);
    (45.0 * pair(1.0) - 9.0 * pair(2.0) + pair(3.0)) / (60.0 * h)
}

/// Points inside of the domain for each argument, away from steps and kinks.
fn points(op: Op) -> [&'static [f64]; 2] {
    const ANY: &[f64] = &[-2.3, -0.6, 0.4, 1.7];
    const POSITIVE: &[f64] = &[0.3, 1.0, 2.6];
    const INSIDE: &[f64] = &[-0.9, -0.3, 0.2, 0.8];
    const WHOLE: &[f64] = &[-3.0, 0.0, 5.0];
    match op {
        Op::Sqrt | Op::Log | Op::Log2 | Op::Log10 => [POSITIVE, &[]],
        Op::Log1p => [&[-0.7, 0.2, 3.0], &[]],
        Op::Asin | Op::Acos | Op::Atanh => [INSIDE, &[]],
        Op::Lookup => [&[0.4, 1.7], &[]],
        Op::Acosh => [&[1.2, 4.0], &[]],
        Op::Pow => [POSITIVE, ANY],
        Op::Scale => [ANY, WHOLE],
        Op::Mod => [ANY, &[-1.3, 0.7, 5.0]],
        _ => [ANY, &[-1.9, 0.5, 2.2]],
    }
}

/// The derivative of every operation with respect to every argument.
#[test]
fn each_operation_agrees_with_differences() {
    let graph = Graph::new();
    let symbols = [graph.symbol("a"), graph.symbol("b")];
    for op in Op::ALL
        .iter()
        .filter(|op| op.arguments().iter().all(|kind| *kind == Kind::Real) && op.kind() == Kind::Real)
    {
        let arity = op.arity();
        let value = Expr::apply(*op, &symbols[..arity]);
        let [first, second] = points(*op);
        let seconds = if arity == 1 { &[0.0] } else { second };
        for at in first.iter().flat_map(|a| seconds.iter().map(|b| [*a, *b])) {
            // A power of two has no derivative by its exponent: it is defined for integers only.
            for place in 0..if *op == Op::Scale { 1 } else { arity } {
                let along = |x: f64| {
                    let mut moved = at;
                    moved[place] = x;
                    match op {
                        Op::Lookup => look_up(&[5.0, 7.0], x),
                        op => op.evaluate(&moved[..arity]),
                    }
                };
                let expected = difference(along, at[place], 1e-3);
                let found = evaluate(&[derivative(value, symbols[place])], &at)[0];
                let close = (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
                assert!(close, "{op:?} at {at:?}, argument {place}: {found}, differences {expected}");
            }
        }
    }
}

proptest! {
    #[test]
    fn random_expressions_agree_with_differences(recipe in sample::recipe(25), at in prop::array::uniform3(-2.0..2.0)) {
        let graph = Graph::new();
        let (symbols, value) = sample::build(&graph, &recipe, Expr::apply);
        for (place, symbol) in symbols.into_iter().enumerate() {
            let along = |x: f64| {
                let mut moved = at;
                moved[place] = x;
                evaluate(&[value], &moved)[0]
            };
            let [coarse, fine] = [2e-3, 1e-3].map(|h| difference(along, at[place], h));
            // Near a kink, or where the function is wild, differences know nothing.
            prop_assume!((coarse - fine).abs() <= 1e-8 * fine.abs().max(1.0) && along(at[place]).abs() < 1e4);
            let found = evaluate(&[derivative(value, symbol)], &at)[0];
            prop_assert!((found - fine).abs() <= 1e-6 * fine.abs().max(1.0), "{found}, differences {fine}: {value}");
        }
    }
}

/// Both sides of each row must be the same node.
#[test]
fn derivatives_are_short() {
    let graph = Graph::new();
    let [x, y] = ["x", "y"].map(|name| graph.symbol(name));
    let number = |value: f64| graph.constant(value);
    #[rustfmt::skip]
    let rows = [
        (number(4.0), number(0.0)),
        (y, number(0.0)),
        (x, number(1.0)),
        (3.0 * x + y, number(3.0)),
        (x * y, y),
        (x / y, 1.0 / y),
        (x * x, 2.0 * x),
        (-x, number(-1.0)),
        (x.exp(), x.exp()),
        ((y * x).exp(), (y * x).exp() * y),
        (x.floor() + x.ceil() + x.round() + x.sign() + x.exponent(), number(0.0)),
        (x.abs(), x.sign()),
        (x.max(0.0), number(0.0).le(x).select(1.0, 0.0)),
        (x.lt(y).select(x, y), x.lt(y).select(1.0, 0.0)),
        (x.modulo(y), number(1.0)),
        (y.modulo(x), -(y / x).floor()),
        (x.pow(y), y * x.pow(y - 1.0)),
        (number(3.0).pow(x), number(3.0).pow(x) * 3_f64.ln()),
        (x.pow(2.5), 2.5 * x.pow(1.5)),
    ];
    for (function, expected) in rows {
        let found = derivative(function, x);
        assert_eq!(found, expected, "d/dx {function} is {found}");
    }
}

/// Where the function has a derivative its expression is no NaN.
#[test]
fn singular_parts_do_not_spoil_the_whole() {
    let graph = Graph::new();
    let [x, n] = ["x", "n"].map(|name| graph.symbol(name));
    let guarded = x.gt(0.0).select(x.sqrt().log(), 0.0);
    #[rustfmt::skip]
    let rows = [
        (x.pow(1.5), x, 0.0),
        (x.pow(3.5), x, 0.0),
        (x.pow(n), n, 0.0),
        (x.pow(n) / (1.0 + x.pow(n)), n, 0.0),
        (x.pow(n), x, 0.0),
        (guarded, x, 0.0),
        (x.max(0.0), x, 1.0), // the first argument counts where both are equal
    ];
    for (function, symbol, expected) in rows {
        let found = evaluate(&[derivative(function, symbol)], &[0.0, 2.0])[0];
        assert_eq!(found, expected, "{function}");
    }
}

#[test]
fn directions_leave_nothing_behind() {
    let graph = Graph::new();
    let [x, y] = ["x", "y"].map(|name| graph.symbol(name));
    let one = graph.constant(1.0);
    let mut differentiator = Differentiator::new(&[x * y, y, x, x * y]);
    for _ in 0..2 {
        assert_eq!(differentiator.along(&[(x, one)]), [(0, y), (2, one), (3, y)]);
        assert_eq!(differentiator.along(&[(y, one)]), [(0, x), (1, one), (3, x)]);
    }
    assert_eq!(differentiator.along(&[(x, y), (y, -x)])[0], (0, y * y - x * x));
    assert_eq!(differentiator.along(&[]), []);
}

#[test]
fn depth_is_no_obstacle() {
    let graph = Graph::new();
    let x = graph.symbol("x");
    let deep = (0..100_000).fold(x, |e, _| e.tanh());
    assert!(evaluate(&[derivative(deep, x)], &[0.5])[0].abs() < 1.0);
}
