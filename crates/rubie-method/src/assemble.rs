//! From the values of an attempt to a step graph: error norm, controller, the choice between old and new. What all
//! families have in common.

use rubie_expr::Expr;
use rubie_model::System;

use crate::bounds::smaller;
use crate::consistent;
use crate::controller::decide;
use crate::controller_kind::ControllerKind;
use crate::controls::Controls;
use crate::error_norm::{all_finite, norm};
use crate::first_step::first_step;
use crate::interpolant::Attempted;
use crate::linear::{slopes, slopes_at};
use crate::method::{BuildOptions, Method};
use crate::newton::Newton;
use crate::step::{Dense, Memory, Part, StepGraph, Trouble};

/// One attempt of a method.
pub(crate) struct Attempt<'g> {
    /// The symbol of the step size.
    pub(crate) dt: Expr<'g>,
    /// States at the start.
    pub(crate) old: Vec<Expr<'g>>,
    /// States at the end.
    pub(crate) new: Vec<Expr<'g>>,
    /// The error estimate of every state, where the method has one.
    pub(crate) errors: Option<Vec<Expr<'g>>>,
    /// The derivatives at the start.
    pub(crate) slope: Vec<Expr<'g>>,
    /// Whether these are symbols, remembered from the end of the step before.
    pub(crate) carried: bool,
    /// What the interpolant may use.
    pub(crate) stages: Vec<Vec<Expr<'g>>>,
    /// What methods have whose stages are solved by iteration.
    pub(crate) iterated: Option<Iterated<'g>>,
    /// Whether a pivot of the factors that are made once for the attempt has vanished.
    pub(crate) singular: Option<Expr<'g>>,
}

/// The iterations of an attempt.
pub(crate) struct Iterated<'g> {
    pub(crate) parts: Vec<Part<'g>>,
    pub(crate) newton: Newton<'g>,
    /// How many systems of equations were solved.
    pub(crate) solves: usize,
    /// The derivatives at the end, where a stage has them.
    pub(crate) slope_at_end: Option<Vec<Expr<'g>>>,
}

impl<'g> Iterated<'g> {
    fn effort(&self) -> Expr<'g> {
        let mean = self.newton.total * (1.0 / self.solves as f64);
        let target = 2.0 * self.newton.controls.target_iterations;
        smaller((1.0 + target) / (mean + target), 1.0)
    }
}

/// The derivatives at the start of a step: symbols where they are carried from step to step.
pub(crate) fn slope_at_start<'g>(system: &System<'g>, carried: bool) -> Vec<Expr<'g>> {
    if carried {
        system.states.iter().map(|state| system.graph.symbol(&slope_name(&state.name))).collect()
    } else {
        slopes(system)
    }
}

fn slope_name(state: &str) -> String {
    format!("k1.{state}")
}

impl<'g> Attempt<'g> {
    /// The step graph. `options.controller` counts only for methods with an error estimate.
    pub(crate) fn assemble(
        self,
        method: &Method,
        system: &System<'g>,
        options: &BuildOptions,
    ) -> StepGraph<'g> {
        let kind = if self.errors.is_some() { options.controller } else { ControllerKind::Fixed };
        let mut controls = Controls::new(system, kind);
        controls.effort = self.iterated.as_ref().map(Iterated::effort);
        controls.has_dead_band = options.dead_band;
        let finite = all_finite(controls.dt.graph(), &self.new);
        let solved =
            self.iterated.as_ref().map_or(finite, |iterated| finite.and(iterated.newton.failed.le(0.0)));
        let (accepted, next_dt, mut memory) = match &self.errors {
            Some(errors) if kind != ControllerKind::Fixed => {
                let norm = norm(&controls, solved, &self.old, &self.new, errors);
                let decision = decide(kind, &controls, self.dt, &norm);
                (norm.accepted, decision.next_dt, decision.memory)
            }
            _ => (solved, controls.dt, Vec::new()),
        };
        memory.extend(self.memory(system, accepted));
        let mut iterations = None;
        let (mut parts, mut troubles) = (Vec::new(), Vec::new());
        let dense = options.dense.then(|| self.dense(method, system));
        if let Some(iterated) = self.iterated {
            memory.extend(iterated.newton.memory());
            iterations = memory.len().checked_sub(1);
            troubles = iterated.newton.troubles();
            parts = iterated.parts;
            controls.list.extend(iterated.newton.controls.list);
        }
        let mut initialisation = None;
        if let Some((found, own)) = consistent::initialisation(system, options.consistent_values) {
            initialisation = Some(found);
            controls.list.extend(own.list);
        }
        troubles.extend(self.singular.map(|singular| (Trouble::SingularMatrix, singular)));
        let fixed = kind == ControllerKind::Fixed;
        let first_dt =
            if fixed { controls.dt } else { first_step(system, &controls, method.control_order()) };
        // After a fixed step that failed the run is over.
        let keep = |new: Expr<'g>, old: Expr<'g>| if fixed { new } else { accepted.select(new, old) };
        let states = self.new.iter().zip(&self.old);
        StepGraph {
            dt: self.dt,
            initialisation,
            parts,
            matrices: Vec::new(),
            next_states: states.map(|(new, old)| keep(*new, *old)).collect(),
            next_dt,
            accepted,
            finite,
            troubles,
            first_dt,
            dense,
            fixed,
            controls: controls.list,
            memory,
            iterations,
            linear_solves: 0,
        }
    }

    /// The derivatives at the end, the same nodes as those of a stage that evaluates them.
    fn slope_at_end(&self, system: &System<'g>) -> Vec<Expr<'g>> {
        let known = self.iterated.as_ref().and_then(|iterated| iterated.slope_at_end.clone());
        known.unwrap_or_else(|| slopes_at(system, system.time + self.dt, &self.new))
    }

    /// The derivatives at the start of the next step, where they are carried.
    fn memory(&self, system: &System<'g>, accepted: Expr<'g>) -> Vec<Memory<'g>> {
        if !self.carried {
            return Vec::new();
        }
        let names = system.states.iter().map(|state| slope_name(&state.name));
        let slopes = names.zip(&self.slope).zip(slopes(system)).zip(self.slope_at_end(system));
        slopes
            .map(|(((name, symbol), first), end)| Memory {
                name,
                symbol: *symbol,
                first,
                next: accepted.select(end, *symbol),
            })
            .collect()
    }

    fn dense(&self, method: &Method, system: &System<'g>) -> Dense<'g> {
        let names: Vec<_> = system.states.iter().map(|state| state.name.as_str()).collect();
        let dense = method.interpolant().dense(&Attempted {
            names: &names,
            dt: self.dt,
            start: &self.old,
            end: &self.new,
            stages: &self.stages,
            slopes: &|| [self.slope.clone(), self.slope_at_end(system)],
        });
        Dense { order: method.interpolant_order(), ..dense }
    }
}
