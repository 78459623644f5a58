use proptest::prelude::*;

use super::*;
use crate::evaluate::Evaluator;
use crate::graph::Graph;
use crate::operators::Operand;
use crate::sample;
use crate::walk::dependencies;

const INF: f64 = f64::INFINITY;

/// Arguments of every form that a rule looks for.
#[rustfmt::skip]
fn forms<'g>(x: Expr<'g>, y: Expr<'g>) -> Vec<Expr<'g>> {
    let graph = x.graph();
    let numbers = [
        0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1.5, -0.5, 3.5, 16.0, -7.0, 17.0, 1e-3, 1e25, 1e300, 5e-324, INF, f64::NAN,
    ];
    let mut forms: Vec<_> = numbers.map(|number| graph.constant(number)).into();
    forms.extend([x, y, -x, -y, x + 1.5, y - 2.0, x - y, y - x, x * 2.0, x * -3.0, y * 1e-3, x * 1e25, 2.0 / x, -1.0 / y]);
    forms.extend([x * y, x / y, x.abs(), x.floor(), y.ceil(), x.round(), x.sqrt(), y.exp2(), x.exponent()]);
    forms.extend([x.lt(y).select(1.0, 0.0), x.lt(y).select(x, y), x.lt(y).not().and(y.lt(0.0)).select(y, x)]);
    forms
}

fn truths<'g>(x: Expr<'g>, y: Expr<'g>) -> Vec<Expr<'g>> {
    let graph = x.graph();
    let comparisons = [x.lt(y), x.le(y), x.equal(y), x.not_equal(y), y.lt(0.0)];
    let mut truths = vec![graph.truth(true), graph.truth(false)];
    for truth in comparisons {
        truths.extend([truth, truth.not(), truth.and(x.lt(1.0))]);
    }
    truths
}

/// Every operation on all forms; a third argument that mirrors the second keeps the number small.
fn applications<'g>(x: Expr<'g>, y: Expr<'g>) -> Vec<(Op, Vec<Expr<'g>>)> {
    let of_kind = |kind: &Kind| {
        if *kind == Kind::Real { forms(x, y) } else { truths(x, y) }
    };
    let mut all = Vec::new();
    for op in Op::ALL {
        let kinds = op.arguments();
        for a in of_kind(&kinds[0]) {
            match kinds.len() {
                1 => all.push((*op, vec![a])),
                _ => all.extend(of_kind(&kinds[1]).into_iter().map(|b| match kinds.len() {
                    2 => (*op, vec![a, b]),
                    _ => (*op, vec![a, b, if b == x { a.select(x, y) } else { x }]),
                })),
            }
        }
    }
    all
}

/// Whether `b` may stand for `a`: rounding, and being lost below the smallest normal number.
fn agrees(a: f64, b: f64) -> bool {
    let (both_nan, difference) = (a.is_nan() && b.is_nan(), (a - b).abs());
    both_nan || a == b || difference <= 1e-14 * a.abs() || difference <= f64::MIN_POSITIVE
}

/// The differences that the module page names.
fn is_documented(op: Op, symbols: &[f64], arguments: &[f64], raw: f64, simplified: f64) -> bool {
    let sign_of_zero = arguments.contains(&0.0) && (raw.abs() == simplified.abs() || op == Op::Atan2);
    let half_power = op == Op::Pow && arguments[0] == -INF && arguments[1].fract().abs() == 0.5;
    // 0 among the arguments of symbols that are not may be the underflow itself.
    let extreme = arguments.iter().any(|value| !(1e-290..1e290).contains(&value.abs()));
    let spared = matches!(op, Op::Mul | Op::Div) && symbols.iter().all(|s| s.is_finite()) && extreme;
    sign_of_zero || half_power || spared
}

/// Each rule against the operation as it stands, on all forms of arguments and all pairs of values.
#[test]
fn rules_change_no_value() {
    let graph = Graph::new();
    let (x, y) = (graph.symbol("x"), graph.symbol("y"));
    #[rustfmt::skip]
    let values = [
        0.0, -0.0, 1.0, -1.0, 2.5, -0.7, 3.0, 1.1e10, -5e-324, 1e-310, 3e-160, -2e160, 1e300, 1.7e308, INF, -INF, f64::NAN,
    ];
    let (mut changed, mut compared, mut excused) = (0, 0, 0);
    for (op, arguments) in applications(x, y) {
        let (raw, simplified) = (interned(op, &arguments), simplified(op, &arguments));
        if raw == simplified {
            continue;
        }
        changed += 1;
        let mut evaluator = Evaluator::new(&[&[raw, simplified], &arguments[..]].concat());
        for symbols in values.iter().flat_map(|a| values.map(|b| [*a, b])) {
            let found = evaluator.evaluate(&symbols);
            let (before, after) = (found[0], found[1]);
            compared += 1;
            if !agrees(before, after) {
                excused += 1;
                let symbols: Vec<_> = dependencies(&[raw]).iter().map(|s| symbols[s.index()]).collect();
                assert!(
                    is_documented(op, &symbols, &found[2..], before, after),
                    "{op:?} {:?} at {symbols:?}: {before:e} became {after:e} as {simplified}",
                    arguments.iter().map(Expr::to_string).collect::<Vec<_>>(),
                );
            }
        }
    }
    assert!(changed > 1000, "only {changed} expressions were simplified");
    assert!(excused * 200 < compared, "{excused} of {compared} differ");
}

proptest! {
    #[test]
    fn random_expressions_keep_their_value(recipe in sample::recipe(30), values in prop::array::uniform3(-3.0..3.0)) {
        let (plain, rules) = (Graph::new(), Graph::new());
        let (_, raw) = sample::build(&plain, &recipe, interned);
        let (_, simplified) = sample::build(&rules, &recipe, Expr::apply);
        // Products grow, so what cancels may be large.
        let all: Vec<_> = (0..plain.len()).map(|index| plain.expr(crate::node::NodeId::at(index))).collect();
        let size = Evaluator::new(&all).evaluate(&values).into_iter().fold(1.0, |size: f64, value| size.max(value.abs()));
        prop_assume!(size < 1e6);
        let (before, after) = (Evaluator::new(&[raw]).evaluate(&values)[0], Evaluator::new(&[simplified]).evaluate(&values)[0]);
        prop_assert!((before - after).abs() <= 1e-10 * size, "{before} became {after}: {simplified}");
        prop_assert!(rules.len() <= 2 * plain.len());
    }
}

/// Both sides of each row must be the same node.
#[test]
fn rules_lead_to_one_form() {
    let graph = Graph::new();
    let (x, y) = (graph.symbol("x"), graph.symbol("y"));
    let number = |value: f64| value.operand(&graph);
    #[rustfmt::skip]
    let rows = [
        (x + 0.0, x), (0.0 + x, x), (x - 0.0, x), (0.0 - x, -x), (x * 1.0, x), (x / 1.0, x), (x * -1.0, -x), (-(-x), x),
        (x - -y, x + y), (x + -y, x - y), (-x + y, y - x), (-x * -y, x * y), (-x / -y, x / y), (-x * y, -(y * x)),
        (-x - y, -(y + x)), (-(x - y), y - x), (x + x, 2.0 * x), (x - 1.5, -1.5 + x), (-(x + 1.0), -1.0 - x),
        (y + x, x + y), (y * x, x * y), (2.0 * x, x * 2.0), (2.0 * (3.0 * x), 6.0 * x), (3.0 * x / 2.0, 1.5 * x),
        (x / 4.0, 0.25 * x), (-(2.0 * x), -2.0 * x), (-(2.0 / x), -2.0 / x), (y + -2.0 * x, y - 2.0 * x),
        (number(2.0) * number(3.0), number(6.0)), (number(1.0).exp(), number(std::f64::consts::E)),
        (x.pow(0.0), number(1.0)), (x.pow(1.0), x), (x.pow(2.0), x * x), (x.pow(3.0), x * (x * x)), (x.pow(-1.0), 1.0 / x),
        (x.pow(-2.0), (1.0 / x) * (1.0 / x)), (x.pow(0.5), x.sqrt()), (x.pow(1.5), x * x.sqrt()), (x.pow(-0.5), 1.0 / x.sqrt()),
        (number(1.0).pow(x), number(1.0)), (number(2.0).pow(x), x.exp2()), ((-x).pow(2.0), x.pow(2.0)),
        ((-x).cos(), x.cos()), ((-x).sin(), -x.sin()), ((-x).abs(), x.abs()), (x.abs().abs(), x.abs()), (x.floor().round(), x.floor()),
        (x.scale(3.0), 8.0 * x), (x.scale(0.0), x), (x.min(x), x), (number(2.0).max(x), x.max(2.0)),
        (x.lt(y).select(x, x), x), (x.lt(y).not().select(x, y), x.lt(y).select(y, x)), (graph.truth(true).select(x, y), x),
        (x.lt(y).select(x.lt(y).select(x, 1.0), y), x.lt(y).select(x, y)), (x.lt(x), graph.truth(false)),
        (x.lt(y).not().not(), x.lt(y)), (x.equal(y).not(), x.not_equal(y)), (y.equal(x), x.equal(y)),
        (x.lt(y).and(graph.truth(true)), x.lt(y)), (x.lt(y).or(x.lt(y)), x.lt(y)), (number(1.0).lt(number(2.0)), graph.truth(true)),
        (x.lt(y).select(1.0, 2.0) * 0.0, number(0.0)),
    ];
    for (row, (left, right)) in rows.into_iter().enumerate() {
        assert_eq!(left, right, "row {row}: {left} and {right}");
    }
}

#[test]
fn what_could_be_nan_is_not_folded() {
    let graph = Graph::new();
    let (x, y) = (graph.symbol("x"), graph.symbol("y"));
    let zero = graph.constant(0.0);
    for expr in [
        x * 0.0,
        x - x,
        zero / x,
        x / x,
        x.equal(x),
        x.le(x),
        x.lt(y).not(),
        x.pow(1.0 / 3.0),
        x.pow(17.0),
        zero.pow(x),
    ] {
        assert!(matches!(expr.node(), Node::Apply(..)), "{expr}");
    }
}

/// A merged constant must not overflow or vanish where states are f32.
#[test]
fn merged_constants_fit_every_format() {
    let graph = Graph::new();
    let x = graph.symbol("x");
    for (expr, text) in
        [(1e-30 * (1e-30 * x), "x*1e-30*1e-30"), (1e30 * (1e30 * x), "x*1e30*1e30"), (x / 1e-40, "x/1e-40")]
    {
        assert_eq!(expr.to_string(), text.replace("x*1e-30", "1e-30*x").replace("x*1e30", "1e30*x"));
    }
    assert_eq!(1e-30 * (1e25 * x), x * (1e-30 * 1e25));
}
