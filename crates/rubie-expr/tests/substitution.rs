//! Substitution against evaluation with substituted values.

use proptest::prelude::*;
use rubie_expr::{Expr, Graph, Substitution, dependencies, depends_on, evaluate, reachable, substitute};

fn model<'g>([x, y, z]: [Expr<'g>; 3]) -> [Expr<'g>; 3] {
    let rate = (x * y).exp() / (1.0 + z * z);
    [rate - x, x.lt(y).select(rate, z.sin()), y.max(z).pow(1.5).sqrt()]
}

proptest! {
    #[test]
    fn substituted_expressions_have_the_values_of_substituted_values(at in prop::array::uniform3(-1.0..1.0)) {
        let graph = Graph::new();
        let symbols @ [x, y, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
        let right = [y + 0.5 * z, x * z, graph.constant(0.25)];
        let pairs: Vec<_> = symbols.into_iter().zip(right).collect();
        let found = evaluate(&substitute(&model(symbols), &pairs), &at);
        let expected = evaluate(&model(symbols), &evaluate(&right, &at));
        for (a, b) in found.into_iter().zip(expected) {
            prop_assert!(a == b || (a - b).abs() < 1e-14 || (a.is_nan() && b.is_nan()), "{a} and {b}");
        }
    }
}

#[test]
fn untouched_parts_keep_their_nodes() {
    let graph = Graph::new();
    let [x, y] = ["x", "y"].map(|name| graph.symbol(name));
    let untouched = (y.sin() + 1.0).sqrt();
    let before = graph.len();
    assert_eq!(substitute(&[untouched, y], &[(x, y)]), [untouched, y]);
    assert_eq!(graph.len(), before);
    assert_eq!(
        substitute(&[x - y, x.lt(y).select(x, 2.0)], &[(x, graph.constant(1.0)), (y, graph.constant(3.0))]),
        [graph.constant(-2.0), graph.constant(1.0)]
    );
    assert!(substitute(&[], &[(x, y)]).is_empty());
}

#[test]
fn a_substitution_remembers() {
    let graph = Graph::new();
    let [x, y] = ["x", "y"].map(|name| graph.symbol(name));
    let mut substitution = Substitution::new(&graph, &[(x, y + 1.0)]);
    assert_eq!(substitution.apply(&[x.exp()]), [(y + 1.0).exp()]);
    let later = x.exp().sin();
    assert_eq!(substitution.apply(&[later, y]), [(y + 1.0).exp().sin(), y]);
}

#[test]
fn walks_are_in_order_and_complete() {
    let graph = Graph::new();
    let symbols: Vec<_> = (0..200).map(|i| graph.symbol(&i.to_string())).collect();
    let sum = symbols.iter().step_by(3).fold(graph.constant(1.5), |sum, x| sum + *x);
    let other = symbols[1].cos();
    let nodes = reachable(&[sum, sum]);
    assert!(nodes.is_sorted() && nodes.len() == 67 + 67 + 1);
    assert!(!nodes.contains(&other.id()) && depends_on(sum, symbols[198]) && !depends_on(sum, symbols[1]));
    let found: Vec<_> = dependencies(&[other, sum]).into_iter().map(|s| s.index()).collect();
    let mut expected: Vec<_> = (0..200).step_by(3).chain([1]).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(reachable(&[]).is_empty());
}
