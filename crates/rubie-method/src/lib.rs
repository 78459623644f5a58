//! Integration methods: from a right-hand side to one whole attempted step, all of it as expressions.
//!
//! A [`Method`] is data (a tableau, an interpolant, defaults) found by [`find`] or listed by [`methods`]. From a
//! `System` it builds a [`StepGraph`]: the stages, the error estimate, the norm, the step-size controller and the
//! choice between the new states and the old ones, without a branch. Tolerances, gains and limits are symbols of that
//! graph, its *controls*; [`Method::control_values`] turns a user's [`StepSettings`] into their values.
//!
//! ```text
//! System --Method::build--> StepGraph { controls, memory, next_states, next_dt, accepted, first_dt, dense }
//! StepSettings --Method::control_values--> one number per control
//! ```
//!
//! Families: explicit Runge-Kutta methods; for stiff systems Rosenbrock-W methods, and diagonally or fully implicit
//! Runge-Kutta methods, whose stages are solved by Newton's iteration (the [`Part`]s of a step). Linear systems are solved by
//! [`SparseLu`], factors and solves as expressions unrolled over the pattern of the Jacobian, or, where that fills up, by
//! [`Call`]s between parts or by iteration ([`LinearSolver`]).
//!
//! One step of the Lorenz system, with the graph's own evaluator in place of a backend:
//!
//! ```
//! use rubie_expr::{Graph, evaluate};
//! use rubie_method::{BuildOptions, StepSettings, find};
//! use rubie_model::{State, System};
//!
//! let graph = Graph::new();
//! let [x, y, z] = ["x", "y", "z"].map(|name| graph.symbol(name));
//! let rates = [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z];
//! let state = |(symbol, derivative), name: &str| State {
//!     name: name.to_owned(),
//!     unit: None,
//!     symbol,
//!     derivative,
//!     initial: graph.constant(1.0),
//! };
//! let states = [x, y, z].into_iter().zip(rates).zip(["x", "y", "z"]).map(|(pair, name)| state(pair, name)).collect();
//! let system =
//!     System { graph: &graph, time: graph.symbol("t"), states, mass: None, parameters: Vec::new(), auxiliaries: Vec::new() };
//!
//! let method = find("tsit5")?;
//! let settings = StepSettings { dt: Some(0.01), ..StepSettings::default() };
//! let options = BuildOptions { controller: method.controller(&settings)?, dense: false, ..Default::default() };
//! let step = method.build(&system, &options);
//!
//! // Time and states at the start, the step size, the controls; then what the first attempt remembers.
//! let mut values = vec![0.0; graph.symbol_count()];
//! let mut set = |symbol: rubie_expr::Expr, value| values[symbol.as_symbol().unwrap().index()] = value;
//! [x, y, z].into_iter().for_each(|state| set(state, 1.0));
//! set(step.dt, 0.01);
//! for (control, value) in step.controls.iter().zip(method.control_values(&settings, 3)?) {
//!     set(*control, value);
//! }
//! for memory in &step.memory {
//!     let first = evaluate(&[memory.first], &values)[0];
//!     values[memory.symbol.as_symbol().unwrap().index()] = first;
//! }
//!
//! assert_eq!(evaluate(&[step.accepted], &values), [1.0]);
//! let after = evaluate(&step.next_states, &values);
//! assert!((after[0] - 1.0125657).abs() < 1e-6 && (after[1] - 1.2599201).abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod step;

mod sparse_lu;

mod linear;

mod tableau;

mod rosenbrock_tableau;

mod implicit_tableau;

mod interpolant;

mod controller_kind;

mod bounds;

mod controls;

mod approximate;

mod error_norm;

mod controller;

mod first_step;

mod consistent;

mod method;

mod krylov;

mod apart;

mod tableaus;

mod registry;

mod settings_error;

mod settings;

mod adjust;

mod newton;

mod predictor;

mod assemble;

mod erk;

mod rosenbrock;

mod dirk;

mod firk;

mod build;

pub use consistent::{ConsistentValues, UnknownConsistentValues};
pub use controller_kind::{ControlDefaults, ControllerKind, Filter, Gains};
pub use error_norm::all_finite;
pub use implicit_tableau::ImplicitTableau;
pub use interpolant::{Continuous, Interpolant, Stiff};
pub use method::{
    BuildOptions, Decoupling, DiagonallyImplicit, ExplicitRungeKutta, Family, FullyImplicit, LinearSolver,
    Method, NewtonJacobian, Preconditioner, Preconditioning, RosenbrockW, Start,
};
pub use registry::{UnknownMethod, find, methods};
pub use rosenbrock_tableau::RosenbrockTableau;
pub use settings::{StepSettings, Tolerance};
pub use settings_error::SettingsError;
pub use sparse_lu::{SparseLu, factor_operations, pivot_order};
pub use step::{Call, Dense, Export, Initialisation, Matrix, Memory, Part, StepGraph, Trouble};
pub use tableau::{Coefficient, Tableau};
