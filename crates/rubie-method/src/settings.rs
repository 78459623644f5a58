//! What a user may set about steps and tolerances, its checks, and the numbers that follow for a method.

use crate::consistent::{ConsistentValues, SHAMPINE_STEP};
use crate::controller_kind::{ControllerKind, Filter, Gains};
use crate::method::{Family, LinearSolver, Method, NewtonJacobian, Preconditioner, Preconditioning};
use crate::settings_error::SettingsError;
use crate::sparse_lu::factor_operations;
use rubie_model::System;

/// Absolute tolerances below this count as this: the smallest power of ten that f32 holds.
const LEAST_ATOL: f64 = 1e-37;

/// An absolute or relative tolerance.
#[derive(Clone, Debug, PartialEq)]
pub enum Tolerance {
    /// The same for all states.
    Uniform(f64),
    /// One for each state, in declared order.
    PerState(Vec<f64>),
}

impl From<f64> for Tolerance {
    fn from(value: f64) -> Self {
        Self::Uniform(value)
    }
}

impl From<Vec<f64>> for Tolerance {
    fn from(values: Vec<f64>) -> Self {
        Self::PerState(values)
    }
}

/// What a user may set about steps and tolerances; `None` leaves it to the method.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSettings {
    /// The step-size controller.
    pub controller: Option<ControllerKind>,
    /// Absolute tolerance, at least 0; what is below 1e-37 counts as 1e-37.
    pub atol: Tolerance,
    /// Relative tolerance, at least 0.
    pub rtol: Tolerance,
    /// The step size of fixed steps (needed there), or of the first of adaptive ones.
    pub dt: Option<f64>,
    /// Least step size, at least 0.
    pub dt_min: f64,
    /// Largest step size; none where not given.
    pub dt_max: Option<f64>,
    /// Factor on every step-size prediction, in (0, 1].
    pub safety: Option<f64>,
    /// Least factor from one step size to the next, in [0, 0.95].
    pub min_step_shrink: Option<f64>,
    /// Largest factor from one step size to the next, at least 1.
    pub max_step_growth: Option<f64>,
    /// After an accepted step, a factor between this (in [0, 1]) and `deadband_max` leaves the step size as it is.
    pub deadband_min: f64,
    /// At least 1; 1 and 1 switch the dead band off.
    pub deadband_max: f64,
    /// Integral gain, before division by 2k.
    pub integral_gain: Option<f64>,
    /// Proportional gain; without a named controller it asks for `pi`.
    pub proportional_gain: Option<f64>,
    /// Derivative gain; without a named controller it asks for `pid`.
    pub derivative_gain: Option<f64>,
    /// A published set of gains, in place of gains.
    pub filter: Option<Filter>,
    /// Absolute tolerance of the equations of implicit stages, at least 0; by default `atol`.
    pub newton_atol: Option<f64>,
    /// Relative tolerance of the equations of implicit stages, at least 0; by default `rtol`. What is below 4 units of the
    /// last place of f64 counts as those.
    pub newton_rtol: Option<f64>,
    /// Iterations after which an implicit step is given up and tried with a smaller size, from 1 to 32767.
    pub newton_max_iters: u32,
    /// Iterations for each system of equations beyond which the controller `gustafsson` takes smaller steps, from 1 to 32767.
    pub newton_target_iters: u32,
    /// Which Jacobian matrix the iteration takes.
    pub newton: Option<NewtonJacobian>,
    /// How linear systems are solved; where nothing is said, by what suits their size ([`Method::linear_solver`]).
    pub linear_solver: Option<LinearSolver>,
    /// Iterations after which a linear system that is solved by iteration is given up, from 1 to 32767.
    pub krylov_max_iters: u32,
    /// Where such an iteration ends: the root of the mean square of its residual, in units of the tolerances of a step; above 0.
    pub krylov_tolerance: f64,
    /// What brings such systems closer to the unit matrix.
    pub preconditioner: Preconditioner,
    /// The order of the preconditioner: from 0 to 2 for `jacobi`, by default 0; 1 or 2 for `neumann`, by default 2; 0 for `none`.
    pub preconditioner_order: Option<u32>,
    /// Whether the iteration begins where a polynomial through the stages of the last step leads to.
    pub predict_stages: Option<bool>,
    /// Whether the error estimate is multiplied by (I - gamma dt J)^-1, which takes out what it says of the stiff components. Only
    /// methods that solve linear systems can.
    pub smooth_error: Option<bool>,
    /// What is done about initial values where there are algebraic equations.
    pub consistent_values: ConsistentValues,
}

impl Default for StepSettings {
    /// Tolerances of 1e-6, everything else left to the method.
    fn default() -> Self {
        Self {
            controller: None,
            atol: Tolerance::Uniform(1e-6),
            rtol: Tolerance::Uniform(1e-6),
            dt: None,
            dt_min: 0.0,
            dt_max: None,
            safety: None,
            min_step_shrink: None,
            max_step_growth: None,
            deadband_min: 1.0,
            deadband_max: 1.0,
            integral_gain: None,
            proportional_gain: None,
            derivative_gain: None,
            filter: None,
            newton_atol: None,
            newton_rtol: None,
            newton_max_iters: 8,
            newton_target_iters: 5,
            newton: None,
            linear_solver: None,
            krylov_max_iters: 100,
            krylov_tolerance: 1e-3,
            preconditioner: Preconditioner::default(),
            preconditioner_order: None,
            predict_stages: None,
            smooth_error: None,
            consistent_values: ConsistentValues::default(),
        }
    }
}

impl StepSettings {
    /// The same relative and absolute tolerance for all states, everything else left to the method.
    pub fn with_tolerance(tolerance: f64) -> Self {
        Self { rtol: tolerance.into(), atol: tolerance.into(), ..Self::default() }
    }

    /// Whether some factors other than 1 leave the step size as it is.
    pub fn has_dead_band(&self) -> bool {
        [self.deadband_min, self.deadband_max] != [1.0; 2]
    }

    /// How the linear systems of `system` are preconditioned where this solver iterates, as [`Method::linear_solver`] found it; the default
    /// elsewhere.
    ///
    /// # Errors
    /// An order that the preconditioner has not; [`SettingsError::NoNeumann`] for `neumann` and a system with a mass matrix or algebraic
    /// equations.
    pub fn preconditioning(
        &self,
        linear_solver: Option<LinearSolver>,
        system: &System<'_>,
    ) -> Result<Preconditioning, SettingsError> {
        if !linear_solver.is_some_and(LinearSolver::iterates) {
            return Ok(Preconditioning::default());
        }
        let kind = self.preconditioner;
        let order = self.preconditioner_order.unwrap_or(kind.default_order());
        let (orders, allowed) = match kind {
            Preconditioner::Jacobi => (0..=2, "from 0 to 2 for `jacobi`"),
            Preconditioner::Neumann => (1..=2, "1 or 2 for `neumann`"),
            Preconditioner::None => (0..=0, "0, or left out, for `none`"),
        };
        check("preconditioner_order", f64::from(order), orders.contains(&order), allowed)?;
        if kind == Preconditioner::Neumann && system.mass.is_some() {
            return Err(SettingsError::NoNeumann);
        }
        Ok(Preconditioning { kind, order })
    }
}

impl Method {
    /// The controller that these settings ask for: the named one; else the smallest that carries the given gains or
    /// filter; else the method's own.
    ///
    /// # Errors
    /// An adaptive controller on a method without an error estimate; a gain or filter that the named controller has not;
    /// gains beside a filter.
    pub fn controller(&self, settings: &StepSettings) -> Result<ControllerKind, SettingsError> {
        let asked = asked_controller(settings)?;
        let controller =
            settings.controller.or(asked.map(|(_, least)| least)).unwrap_or(self.default_controller());
        if let Some((option, least)) = asked
            && !carries(controller, least)
        {
            return Err(SettingsError::NotCarried { option, controller, least });
        }
        if controller != ControllerKind::Fixed && !self.adaptive() {
            return Err(SettingsError::NoErrorEstimate { method: self.name, controller });
        }
        Ok(controller)
    }

    /// The values of [`crate::StepGraph::controls`], in their order, for a system with `states` states and the controller
    /// of [`Method::controller`].
    ///
    /// # Errors
    /// What [`Method::controller`] refuses; a value out of its range or not a number; a fixed step without `dt`; `dt`
    /// outside `dt_min` and `dt_max`; tolerances of another number than states.
    pub fn control_values(&self, settings: &StepSettings, states: usize) -> Result<Vec<f64>, SettingsError> {
        let controller = self.controller(settings)?;
        if let Some(dt) = settings.dt {
            check("dt", dt, dt > 0.0 && dt.is_finite(), "a positive number")?;
        }
        if controller == ControllerKind::Fixed {
            let mut values = vec![settings.dt.ok_or(SettingsError::StepMissing { method: self.name })?];
            values.extend(self.newton_values(settings, states)?);
            return Ok(values);
        }
        let (dt_min, dt_max) = step_limits(settings)?;
        let mut values = vec![settings.dt.unwrap_or(0.0), dt_min, dt_max];
        values.extend(self.factor_limits(settings)?);
        values.extend(self.exponents(settings, controller)?);
        let atol = per_state("atol", &settings.atol, states)?;
        let rtol = per_state("rtol", &settings.rtol, states)?;
        if let Some(state) = (0..states).find(|state| atol[*state] == 0.0 && rtol[*state] == 0.0) {
            return Err(SettingsError::NoTolerance { state });
        }
        values.extend(atol.iter().map(|tolerance| tolerance.max(LEAST_ATOL)));
        values.extend(rtol);
        values.extend(self.newton_values(settings, states)?);
        Ok(values)
    }

    /// The values of [`crate::StepGraph::controls`] for a system with the given states, as [`Method::control_values`], and what the
    /// search for consistent initial values needs where there are algebraic equations.
    ///
    /// # Errors
    /// As for [`Method::control_values`]; a method that cannot solve the system.
    pub fn control_values_for(
        &self,
        settings: &StepSettings,
        system: &System<'_>,
    ) -> Result<Vec<f64>, SettingsError> {
        self.check_algebraic(system)?;
        let linear_solver = self.linear_solver(settings, system)?;
        let states = system.states.len();
        let mut values = self.control_values(settings, states)?;
        if settings.consistent_values != ConsistentValues::None && system.has_algebraic() {
            values.push(settings.dt.unwrap_or(SHAMPINE_STEP));
            let atol = per_state("atol", &settings.atol, states)?;
            values.extend(atol.iter().map(|tolerance| tolerance.max(LEAST_ATOL)));
            values.extend(per_state("rtol", &settings.rtol, states)?);
        }
        settings.preconditioning(linear_solver, system)?;
        if linear_solver.is_some_and(LinearSolver::iterates) {
            let (limit, tolerance) = (settings.krylov_max_iters, settings.krylov_tolerance);
            check("krylov_max_iters", f64::from(limit), (1..=32767).contains(&limit), "from 1 to 32767")?;
            check("krylov_tolerance", tolerance, tolerance > 0.0 && tolerance < 1.0, "above 0 and below 1")?;
            values.extend([f64::from(limit), tolerance]);
            let atol = per_state("atol", &settings.atol, states)?;
            values.extend(atol.iter().map(|tolerance| tolerance.max(LEAST_ATOL)));
            values.extend(per_state("rtol", &settings.rtol, states)?);
        }
        Ok(values)
    }

    /// Whether the method can solve systems of this kind.
    ///
    /// # Errors
    /// [`SettingsError::CannotSolve`] for algebraic equations and methods that need explicit derivatives, or that let errors of
    /// algebraic states grow from step to step; [`SettingsError::TooLarge`] where the linear systems are too large for all that there is.
    pub fn check_system(&self, system: &System<'_>) -> Result<(), SettingsError> {
        self.check_algebraic(system)?;
        self.linear_solver(&StepSettings::default(), system).map(drop)
    }

    fn check_algebraic(&self, system: &System<'_>) -> Result<(), SettingsError> {
        if system.has_algebraic() && !self.solves_algebraic() {
            return Err(SettingsError::CannotSolve { method: self.name });
        }
        Ok(())
    }

    /// Operations of a factorisation at most whose program is unrolled: about those of a full matrix of 225 rows.
    pub const MOST_FACTOR_OPERATIONS: usize = 4_000_000;

    /// Beyond so many operations, unrolled factors are slower than dense ones of a matrix that fills up: code that is run once for each step
    /// must come from memory as its numbers must. About those of a full matrix of 52 rows.
    pub const MANY_FACTOR_OPERATIONS: usize = 50_000;

    /// Unknowns of a linear system at most that is solved by dense factors: their matrix takes 8 MB for each run that is under way.
    pub const MOST_DENSE_UNKNOWNS: usize = 1000;

    /// How the linear systems of this method are solved for a system; `None` where there are none. What `settings` name; else dense
    /// factors, up to [`Method::MOST_DENSE_UNKNOWNS`], where sparse ones would take more than [`Method::MOST_FACTOR_OPERATIONS`], or more
    /// than [`Method::MANY_FACTOR_OPERATIONS`] and half of those of dense ones; else sparse factors, and beyond all these an iteration.
    ///
    /// # Errors
    /// [`SettingsError::TooLarge`] for factors that are asked for beyond these limits, or where other systems of equations are too large that
    /// are always unrolled: those for derivatives and initial values with a mass matrix; [`SettingsError::NoLinearSystem`] where there is no
    /// choice to be made.
    pub fn linear_solver(
        &self,
        settings: &StepSettings,
        system: &System<'_>,
    ) -> Result<Option<LinearSolver>, SettingsError> {
        if let Family::ExplicitRungeKutta(_) = &self.family {
            return match settings.linear_solver {
                Some(_) => Err(SettingsError::NoLinearSystem { method: self.name }),
                None => Ok(None),
            };
        }
        let limit = Self::MOST_FACTOR_OPERATIONS;
        let refused = || Err(SettingsError::TooLarge { method: self.name, states: system.states.len() });
        let operations = self.factor_operations(system);
        let sparse = operations <= limit;
        let beside = operations_beside(system, settings.consistent_values, limit) <= limit;
        let dense = beside && self.dense_unknowns() * system.states.len() <= Self::MOST_DENSE_UNKNOWNS;
        let fills = self.blocks() * system.states.len().pow(3) / 3 <= 2 * operations;
        match settings.linear_solver {
            None if dense && fills && operations > Self::MANY_FACTOR_OPERATIONS => {
                Ok(Some(LinearSolver::Dense))
            }
            None | Some(LinearSolver::Sparse) if sparse => Ok(Some(LinearSolver::Sparse)),
            None | Some(LinearSolver::Dense) if dense => Ok(Some(LinearSolver::Dense)),
            None if beside => Ok(Some(LinearSolver::BiCgStab)),
            Some(solver) if solver.iterates() && beside => Ok(Some(solver)),
            _ => refused(),
        }
    }

    /// Unknowns of the largest linear system for each state.
    fn dense_unknowns(&self) -> usize {
        match &self.family {
            Family::FullyImplicit(data) => match data.newton {
                NewtonJacobian::Exact => data.tableau.stages(),
                NewtonJacobian::Frozen => 2,
            },
            _ => 1,
        }
    }

    /// Operations of the factorisations of an attempt, where the method is implicit, counted up to
    /// [`Method::MOST_FACTOR_OPERATIONS`].
    pub fn factor_operations(&self, system: &System<'_>) -> usize {
        let blocks = self.blocks();
        if blocks == 0 {
            return 0;
        }
        let limit = Self::MOST_FACTOR_OPERATIONS;
        let mut pattern = system.jacobian().pattern();
        pattern.extend(mass_pattern(system));
        blocks * factor_operations(system.states.len(), &pattern, limit / blocks)
    }

    /// Factorisations of matrices with a row for each state that take as many operations as those of an attempt. A pair of complex
    /// eigenvalues makes blocks of two rows for each state: eight times the operations.
    fn blocks(&self) -> usize {
        match &self.family {
            Family::ExplicitRungeKutta(_) => 0,
            Family::RosenbrockW(_) | Family::DiagonallyImplicit(_) => 1,
            Family::FullyImplicit(data) => {
                let coupled = |(i, row): (usize, &&[f64])| {
                    row.iter().enumerate().any(|(j, value)| i != j && *value != 0.0)
                };
                let rows = data.decoupling.lambda.iter().enumerate();
                rows.map(|row| if coupled(row) { 4 } else { 1 }).sum()
            }
        }
    }

    /// newton_max_iters, newton_target_iters, and Newton's tolerances for each state; nothing where no stage is solved by iteration.
    fn newton_values(&self, settings: &StepSettings, states: usize) -> Result<Vec<f64>, SettingsError> {
        if !self.iterated() {
            return Ok(Vec::new());
        }
        let limit = settings.newton_max_iters;
        let target = settings.newton_target_iters;
        for (option, count) in [("newton_max_iters", limit), ("newton_target_iters", target)] {
            check(option, f64::from(count), (1..=32767).contains(&count), "from 1 to 32767")?;
        }
        let uniform = |own: Option<f64>, other: &Tolerance| own.map_or(other.clone(), Tolerance::Uniform);
        let atol = per_state("newton_atol", &uniform(settings.newton_atol, &settings.atol), states)?;
        let rtol = per_state("newton_rtol", &uniform(settings.newton_rtol, &settings.rtol), states)?;
        let atol = atol.into_iter().map(|tolerance| tolerance.max(LEAST_ATOL));
        let rtol = rtol.into_iter().map(|tolerance| tolerance.max(4.0 * f64::EPSILON));
        Ok([f64::from(limit), f64::from(target)].into_iter().chain(atol).chain(rtol).collect())
    }

    /// safety, min_step_shrink, max_step_growth, deadband_min, deadband_max.
    fn factor_limits(&self, settings: &StepSettings) -> Result<[f64; 5], SettingsError> {
        let safety = settings.safety.unwrap_or(self.control.safety);
        check("safety", safety, safety > 0.0 && safety <= 1.0, "in (0, 1]")?;
        let shrink = settings.min_step_shrink.unwrap_or(self.control.min_step_shrink);
        check("min_step_shrink", shrink, (0.0..=0.95).contains(&shrink), "in [0, 0.95]")?;
        let growth = settings.max_step_growth.unwrap_or(self.control.max_step_growth);
        check("max_step_growth", growth, growth >= 1.0 && growth.is_finite(), "at least 1")?;
        let (low, high) = (settings.deadband_min, settings.deadband_max);
        check("deadband_min", low, (0.0..=1.0).contains(&low), "in [0, 1]")?;
        check("deadband_max", high, high >= 1.0 && high.is_finite(), "at least 1")?;
        Ok([safety, shrink, growth, low, high])
    }

    /// The exponents -b / (2k) of the error norms, with k = control order + 1.
    fn exponents(
        &self,
        settings: &StepSettings,
        controller: ControllerKind,
    ) -> Result<[f64; 3], SettingsError> {
        let order = self.control_order();
        let default = (self.control.gains)(controller, order);
        let gains = match settings.filter {
            Some(filter) => Gains::from_coefficients(filter.coefficients()),
            None => Gains {
                integral: settings.integral_gain.unwrap_or(default.integral),
                proportional: settings.proportional_gain.unwrap_or(default.proportional),
                derivative: settings.derivative_gain.unwrap_or(default.derivative),
            },
        };
        check("integral_gain", gains.integral, gains.integral.is_finite(), "a number")?;
        check("proportional_gain", gains.proportional, gains.proportional.is_finite(), "a number")?;
        check("derivative_gain", gains.derivative, gains.derivative.is_finite(), "a number")?;
        Ok(gains.coefficients().map(|b| -b / (2.0 * f64::from(order + 1))))
    }
}

fn mass_pattern<'a>(system: &'a System<'_>) -> impl Iterator<Item = (usize, usize)> + 'a {
    let rows = system.mass.iter().flat_map(|mass| mass.rows.iter().enumerate());
    rows.flat_map(|(row, entries)| entries.iter().map(move |(column, _)| (row, *column)))
}

/// Operations of the factorisations beside those of the stages, counted up to `limit`: for derivatives where there is a mass matrix, and
/// for consistent initial values.
fn operations_beside(system: &System<'_>, consistent: ConsistentValues, limit: usize) -> usize {
    if system.mass.is_none() {
        return 0;
    }
    let all = consistent == ConsistentValues::Shampine && system.has_algebraic();
    let mut pattern = system.jacobian().pattern();
    pattern.retain(|(row, _)| all || system.is_algebraic(*row));
    pattern.extend(mass_pattern(system));
    factor_operations(system.states.len(), &pattern, limit)
}

/// The smallest controller that carries the given gains or filter, and the option that asks for it.
fn asked_controller(
    settings: &StepSettings,
) -> Result<Option<(&'static str, ControllerKind)>, SettingsError> {
    let gains = [
        (settings.derivative_gain, "derivative_gain", ControllerKind::Pid),
        (settings.proportional_gain, "proportional_gain", ControllerKind::ProportionalIntegral),
        (settings.integral_gain, "integral_gain", ControllerKind::Integral),
    ];
    let gain = gains.iter().find(|(value, ..)| value.is_some()).map(|(_, option, least)| (*option, *least));
    match (settings.filter, gain) {
        (Some(_), Some((gain, _))) => Err(SettingsError::FilterAndGain { gain }),
        (Some(filter), None) => Ok(Some(("filter", filter.controller()))),
        (None, gain) => Ok(gain),
    }
}

/// Whether a controller has all gains of another.
fn carries(controller: ControllerKind, least: ControllerKind) -> bool {
    let gains = |kind| match kind {
        ControllerKind::Integral => Some(1),
        ControllerKind::ProportionalIntegral => Some(2),
        ControllerKind::Pid => Some(3),
        ControllerKind::Fixed | ControllerKind::Gustafsson => None,
    };
    gains(controller).is_some_and(|there| Some(there) >= gains(least))
}

fn step_limits(settings: &StepSettings) -> Result<(f64, f64), SettingsError> {
    let (dt_min, dt_max) = (settings.dt_min, settings.dt_max.unwrap_or(f64::INFINITY));
    check("dt_min", dt_min, dt_min >= 0.0 && dt_min.is_finite(), "at least 0")?;
    check("dt_max", dt_max, dt_max > 0.0, "a positive number")?;
    if dt_max < dt_min {
        return Err(SettingsError::LimitsCrossed { dt_min, dt_max });
    }
    match settings.dt {
        Some(dt) if dt < dt_min || dt > dt_max => {
            Err(SettingsError::StepOutsideLimits { dt, dt_min, dt_max })
        }
        _ => Ok((dt_min, dt_max)),
    }
}

fn per_state(option: &'static str, tolerance: &Tolerance, states: usize) -> Result<Vec<f64>, SettingsError> {
    let values = match tolerance {
        Tolerance::Uniform(value) => vec![*value; states.max(1)],
        Tolerance::PerState(values) if values.len() == states => values.clone(),
        Tolerance::PerState(values) => {
            return Err(SettingsError::ToleranceCount { option, given: values.len(), states });
        }
    };
    for value in &values {
        check(option, *value, *value >= 0.0 && value.is_finite(), "at least 0")?;
    }
    Ok(values.into_iter().take(states).collect())
}

fn check(option: &'static str, value: f64, holds: bool, allowed: &'static str) -> Result<(), SettingsError> {
    if holds { Ok(()) } else { Err(SettingsError::OutOfRange { option, value, allowed }) }
}
