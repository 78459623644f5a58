//! Sampled inputs of a system.
//!
//! A *driver* is a function of time that is known by samples: a measured voltage, a dosing pattern, a light curve. Here samples
//! become splines ([`Drivers`], fitted once in f64 for all runs) and splines become expressions ([`DriverGraph`]) over tables
//! of numbers ([`DriverData`], [`Drivers::coefficients`]), which take the places of parameters of a system. How large the tables are,
//! for whoever plans memory, says [`DriverSizes`].
//!
//! ```
//! use rubie_driver::{DriverData, DriverGraph, DriverOptions, Drivers, TimeAxis};
//! use rubie_expr::{Graph, derivative};
//! use rubie_model::Model;
//!
//! // Linear between samples, and the last value from then on.
//! let axis = TimeAxis::regular(0.0, 1.0, 3).unwrap();
//! let options = DriverOptions { order: 1, boundary: None, outside: rubie_driver::Outside::Hold };
//! let drivers = Drivers::new(&axis, &[("light", [0.0, 4.0, 2.0])], options).unwrap();
//! assert_eq!([0.5, 1.5, 7.0].map(|time| drivers.value(0, time)), [2.0, 3.0, 2.0]);
//!
//! // The same as an expression of time, in a model where `light` is a parameter.
//! let model = Model::parse("leaf", "state x = 0\nparam light = 1, k = 2\nx' = light - k*x").unwrap();
//! let graph = Graph::new();
//! let system = model.system(&graph);
//! let as_expressions = DriverGraph::new(&graph, drivers.fit(), drivers.names());
//! let (driven, _events) = as_expressions.drive(&system, &[]).unwrap();
//! assert_eq!((driven.parameters[0].name.as_str(), driven.parameters[1].name.as_str()), ("k", "driver start"));
//! assert!(rubie_expr::depends_on(driven.states[0].derivative, system.time));
//! ```

mod error;

mod axis;

mod options;

mod band;

mod basis;

mod pieces;

mod fit;

mod drivers;

mod graph;

mod size;

pub use axis::TimeAxis;
pub use drivers::Drivers;
pub use error::DriverError;
pub use fit::Fit;
pub use graph::{Control, DriverData, DriverGraph};
pub use options::{Boundary, DriverOptions, Outside};
pub use size::{DriverSizes, Runs, TableSize};
