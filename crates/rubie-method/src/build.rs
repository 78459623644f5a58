//! From a method and a system to a step.

use rubie_model::System;

use crate::dirk;
use crate::erk;
use crate::firk;
use crate::method::{BuildOptions, Family, Method};
use crate::rosenbrock;
use crate::step::StepGraph;

impl Method {
    /// One attempted step of this method on a system.
    ///
    /// Its controls are those of [`Method::control_values`] for the same controller. A method without an error estimate
    /// takes fixed steps whatever the controller; [`Method::controller`] refuses that combination beforehand.
    pub fn build<'g>(&self, system: &System<'g>, options: &BuildOptions) -> StepGraph<'g> {
        match &self.family {
            Family::ExplicitRungeKutta(data) => erk::build(self, data, system, options),
            Family::RosenbrockW(data) => rosenbrock::build(self, data, system, options),
            Family::DiagonallyImplicit(data) => dirk::build(self, data, system, options),
            Family::FullyImplicit(data) => firk::build(self, data, system, options),
        }
    }
}
