//! Evaluates the arithmetic part of a graph over other numbers than f64.

use std::collections::HashMap;

use rubie_expr::{Expr, Node, Op, Walk};
use rubie_method::{
    Coefficient, DiagonallyImplicit, Family, FullyImplicit, Interpolant, Method, RosenbrockTableau,
};

use super::numbers::{Double, Number};

/// The values that a graph's rounded coefficients stand for, by their bits.
pub fn exact_coefficients(method: &Method) -> HashMap<u64, Double> {
    let mut exact = HashMap::new();
    let mut insert = |rounded: f64, value: Double| {
        exact.insert(rounded.to_bits(), value);
        exact.insert((-rounded).to_bits(), -value);
    };
    if let Family::RosenbrockW(data) = method.family {
        let gamma = data.tableau.gamma;
        insert(gamma.value.recip(), Double::integer(1) / Double::coefficient(&gamma));
    }
    let mut add = |row: &[Coefficient]| {
        row.iter().for_each(|coefficient| insert(coefficient.value, Double::coefficient(coefficient)));
    };
    match method.family {
        Family::ExplicitRungeKutta(data) => {
            data.tableau.a.iter().for_each(|row| add(row));
            add(data.tableau.b);
            add(data.tableau.c);
        }
        Family::RosenbrockW(data) => {
            let RosenbrockTableau { a, coupling, b, c, time_weights, .. } = data.tableau;
            a.iter().chain(*coupling).for_each(|row| add(row));
            [*b, *c, *time_weights].into_iter().for_each(&mut add);
        }
        Family::DiagonallyImplicit(DiagonallyImplicit { tableau, .. })
        | Family::FullyImplicit(FullyImplicit { tableau, .. }) => {
            tableau.a.iter().for_each(|row| add(row));
            [tableau.b, tableau.c].into_iter().for_each(&mut add);
        }
    }
    match method.interpolant() {
        Interpolant::Continuous(weights) => {
            weights.a.iter().chain(weights.weights).for_each(|row| add(row));
            add(weights.c);
        }
        Interpolant::Stiff(weights) => weights.h.iter().for_each(|row| add(row)),
        Interpolant::Hermite | Interpolant::Collocation(_) => {}
    }
    exact
}

/// A graph's roots, ready to be evaluated in 106 bits.
pub struct Walker {
    steps: Vec<(Node, Vec<usize>)>,
    roots: Vec<usize>,
    exact: HashMap<u64, Double>,
}

impl Walker {
    pub fn new(roots: &[Expr<'_>], exact: HashMap<u64, Double>) -> Self {
        let graph = roots[0].graph();
        let walk = Walk::new(roots);
        let place = |id| walk.place(id).expect("in the walk");
        let steps = walk.nodes().iter().map(|id| {
            let node = graph.node(*id);
            let arguments = node.arguments().iter().map(|id| place(*id)).collect();
            (node, arguments)
        });
        Self { steps: steps.collect(), roots: roots.iter().map(|root| place(root.id())).collect(), exact }
    }

    /// `value_of` gives a symbol's value by its index.
    pub fn evaluate(&self, value_of: impl Fn(usize) -> Double) -> Vec<Double> {
        let mut values: Vec<Double> = Vec::with_capacity(self.steps.len());
        for (node, arguments) in &self.steps {
            let value = |i: usize| values[arguments[i]];
            let truth = |holds: bool| Double::from_f64(f64::from(u8::from(holds)));
            values.push(match node {
                Node::Constant(c) => self.exact.get(&c.to_bits()).copied().unwrap_or(Double::from_f64(*c)),
                Node::Truth(holds) => truth(*holds),
                Node::Symbol(symbol) => value_of(symbol.index()),
                Node::Apply(op, _) => match op {
                    Op::Neg => -value(0),
                    Op::Add => value(0) + value(1),
                    Op::Sub => value(0) - value(1),
                    Op::Mul => value(0) * value(1),
                    Op::Div => value(0) / value(1),
                    Op::Abs if value(0).high < 0.0 => -value(0),
                    Op::Abs => value(0),
                    Op::Lt => truth(value(0).high < value(1).high),
                    Op::Select if value(0).high != 0.0 => value(1),
                    Op::Select => value(2),
                    other => panic!("{other:?} is not for this evaluator"),
                },
            });
        }
        self.roots.iter().map(|root| values[*root]).collect()
    }
}
