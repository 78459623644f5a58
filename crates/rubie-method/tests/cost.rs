//! How many operations an attempt has beside the right-hand sides.

mod support;

use rubie_expr::{Expr, Graph, Node, Op, Walk};
use rubie_method::{BuildOptions, ControllerKind, StepGraph, find};
use rubie_model::System;
use support::problem;

fn lorenz(graph: &Graph) -> System<'_> {
    let [x, y, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
    let [s, r, b] = ["s", "r", "b"].map(|name| graph.symbol(name));
    let rates = [s * (y - x), x * (r - z) - y, x * y - b * z];
    problem::make(graph, graph.symbol("t"), &[("x", x, rates[0]), ("y", y, rates[1]), ("z", z, rates[2])])
}

fn roots<'g>(step: &StepGraph<'g>) -> Vec<Expr<'g>> {
    let mut roots = vec![step.next_dt, step.accepted];
    roots.extend(&step.next_states);
    roots.extend(step.memory.iter().map(|memory| memory.next));
    roots
}

/// Instructions: a product that only one sum or difference uses is part of it.
fn instructions(roots: &[Expr<'_>]) -> usize {
    let graph = roots[0].graph();
    let walk = Walk::new(roots);
    let mut uses = vec![0; walk.nodes().len()];
    for id in walk.nodes() {
        for argument in graph.node(*id).arguments() {
            uses[walk.place(*argument).expect("in the walk")] += 1;
        }
    }
    roots.iter().for_each(|root| uses[walk.place(root.id()).expect("in the walk")] += 2);
    let product = |id| {
        matches!(graph.node(id), Node::Apply(Op::Mul, _)) && uses[walk.place(id).expect("in the walk")] == 1
    };
    let count = |id| match graph.node(id) {
        Node::Apply(Op::Add | Op::Sub, [a, b, _]) => Some(usize::from(product(a) || product(b))),
        // A choice between the two sides of its own comparison is one instruction, a minimum or a maximum.
        Node::Apply(Op::Select, [condition, yes, no]) => Some(match graph.node(condition) {
            Node::Apply(Op::Lt, [a, b, _]) => usize::from((a, b) == (yes, no) || (b, a) == (yes, no)),
            _ => 0,
        }),
        Node::Apply(..) => Some(0),
        _ => None,
    };
    let counted: Vec<usize> = walk.nodes().iter().filter_map(|id| count(*id)).collect();
    counted.len() - counted.iter().sum::<usize>()
}

#[test]
fn an_attempt_of_the_lorenz_system_stays_cheap() {
    let count = |name: &str, controller| {
        let graph = Graph::new();
        let system = lorenz(&graph);
        let step = find(name)
            .expect("there")
            .build(&system, &BuildOptions { controller, dense: false, ..Default::default() });
        instructions(&roots(&step))
    };
    for (name, controller, limit) in [
        ("rk4", ControllerKind::Fixed, 60),
        ("tsit5", ControllerKind::Fixed, 130),
        ("tsit5", ControllerKind::Integral, 210),
        ("tsit5", ControllerKind::ProportionalIntegral, 220),
        ("tsit5", ControllerKind::Gustafsson, 215),
        ("vern9", ControllerKind::Gustafsson, 600),
    ] {
        let instructions = count(name, controller);
        println!("{name} {controller}: {instructions}");
        assert!(instructions <= limit, "{name} {controller}: {instructions} instructions");
    }
}

fn robertson(graph: &Graph) -> System<'_> {
    let [a, b, c] = ["a", "b", "c"].map(|name| graph.symbol(name));
    let [k1, k2, k3] = ["k1", "k2", "k3"].map(|name| graph.symbol(name));
    let rates = [-k1 * a + k3 * b * c, k1 * a - k3 * b * c - k2 * (b * b), k2 * (b * b)];
    problem::make(graph, graph.symbol("t"), &[("a", a, rates[0]), ("b", b, rates[1]), ("c", c, rates[2])])
}

#[test]
fn an_attempt_of_robertsons_reaction_stays_cheap() {
    let graph = Graph::new();
    let system = robertson(&graph);
    let options = BuildOptions { controller: ControllerKind::Gustafsson, dense: false, ..Default::default() };
    let count = instructions(&roots(&find("rodas5p").expect("there").build(&system, &options)));
    println!("{count}");
    assert!(count <= 375, "{count} instructions");
}
