//! Mathematics as a graph: build, simplify, differentiate, evaluate.
//!
//! A [`Graph`] owns nodes; an [`Expr`] is a copyable handle of one, with operators and functions.
//! Equal expressions are one node (so common subexpressions exist once), and every operation is
//! simplified when it is built, by rules that never change a value except by rounding. Everything that RuBIE
//! solves passes through here: models become expressions, methods turn them into larger ones.
//!
//! The right-hand side of the Lorenz equations, a derivative and the pattern of the Jacobian:
//!
//! ```
//! use rubie_expr::{Graph, Jacobian, derivative, evaluate};
//!
//! let graph = Graph::new();
//! let [x, y, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
//! let [sigma, rho, beta] = ["sigma", "rho", "beta"].map(|name| graph.symbol(name));
//!
//! let dx = sigma * (y - x);
//! let dy = x * (rho - z) - y;
//! let dz = x * y - beta * z;
//! assert_eq!(dy.to_string(), "x*(rho - z) - y");
//!
//! // Equal expressions are the same node, so equality of handles is equality of meaning.
//! assert_eq!(derivative(dy, x), rho - z);
//! assert_eq!(derivative(dz, x).to_string(), "y");
//!
//! let jacobian = Jacobian::new(&[dx, dy, dz], &[x, y, z]);
//! let pattern = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)];
//! assert_eq!(jacobian.pattern(), pattern);
//!
//! // Values are given in the order in which the symbols were made.
//! let values = [1.0, 2.0, 3.0, 10.0, 28.0, 8.0 / 3.0];
//! assert_eq!(evaluate(&[dx, dy, dz], &values), [10.0, 23.0, -6.0]);
//! ```
//!
//! # Passing over a graph
//!
//! Arguments have smaller positions than their users, so increasing [`NodeId`]s are a topological
//! order: [`reachable`] (or a [`Walk`], which numbers what is reachable from 0) and a table per
//! node replace recursion, and expressions may be nested to any depth.
//!
//! ```
//! use rubie_expr::{Graph, Node, reachable};
//!
//! let graph = Graph::new();
//! let x = graph.symbol("x");
//! let root = (x * x).sin() + x;
//! let mut depths = vec![0; graph.len()];
//! for id in reachable(&[root]) {
//!     if let node @ Node::Apply(..) = graph.node(id) {
//!         let deepest = node.arguments().iter().map(|argument| depths[argument.index()]).max();
//!         depths[id.index()] = 1 + deepest.unwrap_or(0);
//!     }
//! }
//! assert_eq!(depths[root.id().index()], 3);
//! ```

// In layers: no module imports a later one.

mod operation;

mod node;

mod intern;

mod graph;

mod simplify;

mod operators;

mod walk;

mod evaluate;

mod substitute;

mod derivative;

mod jacobian;

mod display;

#[cfg(test)]
mod sample;

pub use derivative::{Differentiator, derivative};
pub use evaluate::{Evaluator, evaluate};
pub use graph::{Expr, Graph};
pub use jacobian::{Jacobian, JacobianEntry};
pub use node::{Node, NodeId, SymbolId};
pub use operation::{Kind, Op, look_up};
pub use operators::Operand;
pub use substitute::{Substitution, substitute};
pub use walk::{Walk, dependencies, depends_on, reachable};
