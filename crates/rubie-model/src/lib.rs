//! Models for RuBIE: what their authors declare, and the mathematics that follows from it.
//!
//! A [`Model`] is read from a text, or built piece by piece with [`Model::builder`]. All mistakes
//! are found when it is read, and reported together as [`Diagnostics`] that show the place and what
//! would be right. From a model [`Model::system`] makes a [`System`]: the expressions of an ordinary
//! differential equation dy/dt = f(t, y, p) in a [`Graph`](rubie_expr::Graph), which integration
//! methods and outputs work on.
//!
//! ```
//! use rubie_expr::Graph;
//! use rubie_model::{Model, Role};
//!
//! let model = Model::parse("lorenz.model", "
//!     state x = 1, y = 0, z = 0
//!     param sigma = 10, rho = 28, beta = 8/3
//!     observe r = sqrt(x^2 + y^2)
//!     x' = sigma*(y - x)
//!     y' = x*(rho - z) - y
//!     z' = x*y - beta*z
//! ")?;
//! assert_eq!(model.with_role(Role::Parameter).count(), 3);
//!
//! let graph = Graph::new();
//! let system = model.system(&graph);
//! assert_eq!(system.parameters[1].default, 28.0);
//! assert_eq!(system.jacobian().entries.len(), 8);
//!
//! // Symbols are numbered in the order t, states, parameters.
//! let derivatives = rubie_expr::evaluate(&system.derivatives(), &[0.0, 1.0, 2.0, 3.0, 10.0, 28.0, 1.0]);
//! assert_eq!(derivatives, [10.0, 23.0, -1.0]);
//! # Ok::<(), rubie_model::Diagnostics>(())
//! ```
//!
//! A mistake is shown where it is:
//!
//! ```
//! # use rubie_model::Model;
//! let mistakes = Model::parse("decay.model", "state x = 1\nparam beta = 2\nx' = -bta*x").unwrap_err();
//! assert_eq!(mistakes.to_string(), "\
//! error: unknown name `bta`
//!  --> decay.model:3:7
//!   |
//! 3 | x' = -bta*x
//!   |       ^^^ not a state, parameter, constant or auxiliary
//!   |
//!   = help: did you mean `beta`? (parameter, line 2)");
//! ```
//!
//! The language is described in the user guide, `docs/model-language.md`.

mod suggest;

mod unknown;

mod mass;

mod matching;

pub mod system;

mod language;

mod diagnostic;

mod text;

mod check;

mod close;

mod event;

mod implicit;

mod model;

mod builder;

pub use builder::ModelBuilder;
pub use diagnostic::{Diagnostic, DiagnosticKind, Diagnostics, Label, Severity, Span};
pub use event::{Change, Event, Trigger};
pub use language::Role;
pub use mass::Mass;
pub use model::{Model, Quantity};
pub use suggest::nearest;
pub use system::{Auxiliary, Parameter, State, System};
pub use unknown::UnknownName;
