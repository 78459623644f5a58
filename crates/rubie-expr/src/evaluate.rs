//! The scalar evaluator: the oracle that every other way to compute is tested against.

use crate::graph::Expr;
use crate::node::Node;
use crate::operation::{Op, look_up};
use crate::walk::Walk;

/// The values of the roots where symbol `s` has the value `values[s.index()]`.
///
/// Truth values are 1 and 0. Symbols beyond the end of `values` are NaN.
/// For many evaluations of the same roots build an [`Evaluator`].
///
/// ```
/// # use rubie_expr::{Graph, evaluate};
/// let graph = Graph::new();
/// let (x, y) = (graph.symbol("x"), graph.symbol("y"));
/// assert_eq!(evaluate(&[x * y, x.lt(y)], &[3.0, 4.0]), [12.0, 1.0]);
/// ```
pub fn evaluate(roots: &[Expr<'_>], values: &[f64]) -> Vec<f64> {
    Evaluator::new(roots).evaluate(values)
}

/// Expressions flattened for repeated evaluation, one operation at a time in f64.
#[derive(Clone, Debug)]
pub struct Evaluator {
    /// Nodes in order, with the places of their arguments.
    steps: Vec<(Node, [usize; 3])>,
    roots: Vec<usize>,
    results: Vec<f64>,
    table: Vec<f64>,
}

impl Evaluator {
    /// Flattens the roots.
    pub fn new(roots: &[Expr<'_>]) -> Self {
        let walk = Walk::new(roots);
        let place = |id| walk.place(id).expect("a walk contains all arguments");
        let step = |node: Node| {
            let mut places = [0; 3];
            for (to, argument) in places.iter_mut().zip(node.arguments()) {
                *to = place(*argument);
            }
            (node, places)
        };
        let steps: Vec<_> = match roots.first() {
            Some(root) => {
                root.graph().with_nodes(|all| walk.nodes().iter().map(|id| step(all[id.index()])).collect())
            }
            None => Vec::new(),
        };
        let roots = roots.iter().map(|root| place(root.id())).collect();
        Self { results: vec![0.0; steps.len()], steps, roots, table: Vec::new() }
    }

    /// The same with a table for [`Op::Lookup`](crate::Op).
    #[must_use]
    pub fn with_table(self, table: &[f64]) -> Self {
        Self { table: table.to_vec(), ..self }
    }

    /// The values of the roots, as in [`evaluate()`].
    pub fn evaluate(&mut self, values: &[f64]) -> Vec<f64> {
        for (place, (node, from)) in self.steps.iter().enumerate() {
            self.results[place] = match node {
                Node::Constant(number) => *number,
                Node::Truth(truth) => f64::from(u8::from(*truth)),
                Node::Symbol(symbol) => values.get(symbol.index()).copied().unwrap_or(f64::NAN),
                Node::Apply(Op::Lookup, _) => look_up(&self.table, self.results[from[0]]),
                Node::Apply(op, _) => op.evaluate(&from.map(|argument| self.results[argument])[..op.arity()]),
            };
        }
        self.roots.iter().map(|root| self.results[*root]).collect()
    }
}
