//! `Method`: what an integration method is called, what it promises, and the data its builder needs.

use rubie_model::UnknownName;

use crate::consistent::ConsistentValues;
use crate::controller_kind::{ControlDefaults, ControllerKind, named};
use crate::implicit_tableau::ImplicitTableau;
use crate::interpolant::Interpolant;
use crate::rosenbrock_tableau::RosenbrockTableau;
use crate::tableau::Tableau;

/// An integration method: what it is called, what it promises, and the data its builder needs.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The name that listings show.
    pub name: &'static str,
    /// Other names. All names are matched without regard to case.
    pub aliases: &'static [&'static str],
    /// Whose method it is.
    pub title: &'static str,
    /// Order of the solution.
    pub order: u32,
    /// Order of the companion for the error estimate, if there is one.
    pub embedded_order: Option<u32>,
    /// Controller, gains and limits where the user says nothing.
    pub control: ControlDefaults,
    /// The family and its data.
    pub family: Family,
    /// Where the coefficients were published.
    pub source: &'static str,
}

/// A family of methods: one builder, many sets of data.
#[derive(Clone, Copy, Debug)]
pub enum Family {
    /// Explicit Runge-Kutta methods.
    ExplicitRungeKutta(ExplicitRungeKutta),
    /// Rosenbrock-W methods: linearly implicit, for stiff systems.
    RosenbrockW(RosenbrockW),
    /// Diagonally implicit Runge-Kutta methods: their stages are solved by Newton's iteration one after the other.
    DiagonallyImplicit(DiagonallyImplicit),
    /// Fully implicit Runge-Kutta methods: all stages are solved together.
    FullyImplicit(FullyImplicit),
}

/// The data of an explicit Runge-Kutta method.
#[derive(Clone, Copy, Debug)]
pub struct ExplicitRungeKutta {
    /// Its coefficients.
    pub tableau: &'static Tableau,
    /// The solution inside a step.
    pub interpolant: Interpolant,
}

/// The data of a Rosenbrock-W method.
#[derive(Clone, Copy, Debug)]
pub struct RosenbrockW {
    /// Its coefficients.
    pub tableau: &'static RosenbrockTableau,
    /// The solution inside a step.
    pub interpolant: Interpolant,
    /// Whether the error estimate is multiplied by (I - gamma dt J)^-1.
    pub smooth: bool,
}

/// The data of a diagonally implicit Runge-Kutta method.
#[derive(Clone, Copy, Debug)]
pub struct DiagonallyImplicit {
    /// Its coefficients.
    pub tableau: &'static ImplicitTableau,
    /// The solution inside a step.
    pub interpolant: Interpolant,
    /// Where the iteration for a first implicit stage begins; others begin at the derivative of the stage before.
    pub start: Start,
    /// Whether iterations begin on the polynomial through the derivatives of the last step's stages, where that is near enough.
    pub predict: bool,
    /// The Jacobian matrix of the iteration.
    pub newton: NewtonJacobian,
    /// Whether the error estimate is multiplied by (I - gamma dt J)^-1.
    pub smooth: bool,
}

/// Which Jacobian matrix Newton's iteration takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewtonJacobian {
    /// `frozen`: that of the step's start, factored once for an attempt (simplified Newton).
    Frozen,
    /// `exact`: that of the stages as they are, in each iteration.
    Exact,
}

impl NewtonJacobian {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Frozen, Self::Exact];

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Exact => "exact",
        }
    }
}

impl std::str::FromStr for NewtonJacobian {
    type Err = UnknownName;

    /// The one with this name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("Jacobian matrix of Newton's iteration", name, &Self::ALL, |kind| kind.name())
    }
}

/// How the linear systems of implicit methods are solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LinearSolver {
    /// `sparse`: by factors that are written as expressions, unrolled over the pattern of the Jacobian matrix.
    #[default]
    Sparse,
    /// `dense`: by LU factors of full matrices with partial pivoting, in loops between the programs of an attempt.
    Dense,
    /// `bicgstab`: without a matrix, by the stabilised method of bi-conjugate gradients.
    BiCgStab,
    /// `minimal_residual`: without a matrix, along the residual, as far as it becomes least.
    MinimalResidual,
    /// `steepest_descent`: without a matrix, along the residual, until the new one is at right angles to it.
    SteepestDescent,
}

impl LinearSolver {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Sparse, Self::Dense, Self::BiCgStab, Self::MinimalResidual, Self::SteepestDescent];

    /// Whether it is an iteration without a matrix.
    pub const fn iterates(self) -> bool {
        matches!(self, Self::BiCgStab | Self::MinimalResidual | Self::SteepestDescent)
    }

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sparse => "sparse",
            Self::Dense => "dense",
            Self::BiCgStab => "bicgstab",
            Self::MinimalResidual => "minimal_residual",
            Self::SteepestDescent => "steepest_descent",
        }
    }
}

impl std::str::FromStr for LinearSolver {
    type Err = UnknownName;

    /// The one with this name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("linear solver", name, &Self::ALL, |solver| solver.name())
    }
}

/// What brings a linear system that is solved by iteration closer to the unit matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preconditioner {
    /// `jacobi`: the diagonal of the matrix; with an order p above 0, p terms more of the series of which it is the first.
    #[default]
    Jacobi,
    /// `neumann`: the first terms of the series I + gamma dt J + (gamma dt J)^2 + .. of the inverse, up to the power of its order.
    Neumann,
    /// `none`: nothing but gamma dt, as if the matrix were I - gamma dt J.
    None,
}

impl Preconditioner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jacobi, Self::Neumann, Self::None];

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jacobi => "jacobi",
            Self::Neumann => "neumann",
            Self::None => "none",
        }
    }

    /// The order where nothing is said.
    pub const fn default_order(self) -> u32 {
        match self {
            Self::Jacobi | Self::None => 0,
            Self::Neumann => 2,
        }
    }
}

impl std::str::FromStr for Preconditioner {
    type Err = UnknownName;

    /// The one with this name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("preconditioner", name, &Self::ALL, |kind| kind.name())
    }
}

/// A preconditioner with its order, as [`StepSettings::preconditioning`](crate::StepSettings::preconditioning) found it. By default that of Jacobi with order 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Preconditioning {
    /// Which one.
    pub kind: Preconditioner,
    /// Products with the matrix that each application takes.
    pub order: u32,
}

/// Where an iteration begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the state of the step's start.
    Zero,
    /// On the tangent there.
    Tangent,
}

/// The data of a fully implicit Runge-Kutta method.
#[derive(Clone, Copy, Debug)]
pub struct FullyImplicit {
    /// Its coefficients.
    pub tableau: &'static ImplicitTableau,
    /// How the stages' linear systems fall into smaller ones.
    pub decoupling: &'static Decoupling,
    /// The solution inside a step.
    pub interpolant: Interpolant,
    /// Whether the iteration begins on the polynomial through the stages of the last step.
    pub predict: bool,
    /// The Jacobian matrix of the iteration; with the exact one, the stages' linear systems are solved as one.
    pub newton: NewtonJacobian,
    /// Whether the error estimate is (I - gamma dt J)^-1 of one that takes the derivative at the step's start as well, with
    /// gamma the real eigenvalue of the coefficients; then it has as many orders as the method has stages.
    pub smooth: bool,
}

/// A^-1 = T Lambda T^-1 with Lambda of blocks of one or two rows: numbers that steer the iteration only.
#[derive(Clone, Copy, Debug)]
pub struct Decoupling {
    /// Lambda.
    pub lambda: &'static [&'static [f64]],
    /// T.
    pub t: &'static [&'static [f64]],
    /// T^-1.
    pub t_inverse: &'static [&'static [f64]],
}

impl Decoupling {
    /// The row of the block of one row: the place of a real eigenvalue.
    pub(crate) fn real_row(&self) -> Option<usize> {
        let alone = |i: &usize| self.lambda[*i].iter().enumerate().all(|(j, value)| j == *i || *value == 0.0);
        (0..self.lambda.len()).find(alone)
    }
}

impl Method {
    /// Stages per attempt, without those of the interpolant only.
    pub fn stages(&self) -> usize {
        match &self.family {
            Family::ExplicitRungeKutta(data) => data.tableau.stages(),
            Family::RosenbrockW(data) => data.tableau.stages(),
            Family::DiagonallyImplicit(data) => data.tableau.stages(),
            Family::FullyImplicit(data) => data.tableau.stages(),
        }
    }

    /// Whether the last stage evaluates the right-hand side at the end of the step, for the first of the next step.
    pub fn fsal(&self) -> bool {
        match &self.family {
            Family::ExplicitRungeKutta(data) => data.tableau.fsal(),
            Family::RosenbrockW(data) => data.tableau.fsal(),
            Family::DiagonallyImplicit(data) => data.tableau.fsal(),
            Family::FullyImplicit(_) => false,
        }
    }

    /// Whether its stages are solved by iteration.
    pub fn iterated(&self) -> bool {
        matches!(self.family, Family::DiagonallyImplicit(_) | Family::FullyImplicit(_))
    }

    /// How many Jacobian matrices so many attempted steps with so many Newton iterations have evaluated. Each was factored once, for
    /// `crank_nicolson` twice.
    pub fn jacobians(&self, attempts: u64, iterations: u64) -> u64 {
        let (newton, stages, smooth) = match &self.family {
            Family::ExplicitRungeKutta(_) => return 0,
            Family::RosenbrockW(_) => return attempts,
            Family::DiagonallyImplicit(data) => (data.newton, 1, data.smooth),
            Family::FullyImplicit(data) => (data.newton, data.tableau.stages() as u64, data.smooth),
        };
        match newton {
            NewtonJacobian::Frozen => attempts,
            NewtonJacobian::Exact => iterations * stages + if smooth { attempts } else { 0 },
        }
    }

    /// The solution inside a step.
    pub fn interpolant(&self) -> Interpolant {
        match &self.family {
            Family::ExplicitRungeKutta(data) => data.interpolant,
            Family::RosenbrockW(data) => data.interpolant,
            Family::DiagonallyImplicit(data) => data.interpolant,
            Family::FullyImplicit(data) => data.interpolant,
        }
    }

    /// Order of the solution inside a step: that of the interpolant, but never above the method's.
    pub fn interpolant_order(&self) -> u32 {
        self.interpolant().order().min(self.order)
    }

    /// Whether it solves systems with algebraic equations: errors of their states must not grow from step to step, and Rosenbrock methods
    /// must have local errors of the third order there.
    pub fn solves_algebraic(&self) -> bool {
        let accurate = match &self.family {
            Family::RosenbrockW(data) => data.tableau.solves_algebraic(),
            _ => true,
        };
        accurate && self.damping_at_infinity().is_some_and(|factor| factor.abs() <= 1.0 + 1e-9)
    }

    /// The factor by which a step multiplies what decays infinitely fast, R(infinity); `None` for explicit methods, where it is infinite.
    pub fn damping_at_infinity(&self) -> Option<f64> {
        match &self.family {
            Family::ExplicitRungeKutta(_) => None,
            Family::RosenbrockW(data) => Some(data.tableau.damping_at_infinity()),
            Family::DiagonallyImplicit(data) => Some(data.tableau.damping_at_infinity()),
            Family::FullyImplicit(data) => Some(data.tableau.damping_at_infinity()),
        }
    }

    /// Whether the method estimates its error, so that its step size can adapt.
    pub fn adaptive(&self) -> bool {
        self.embedded_order.is_some()
    }

    /// The order that controllers reckon with: the lower of solution and companion.
    pub fn control_order(&self) -> u32 {
        self.embedded_order.map_or(self.order, |companion| companion.min(self.order))
    }

    /// The controller where the user names none.
    pub fn default_controller(&self) -> ControllerKind {
        self.control.controller
    }

    /// The name and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// What a step graph is built for. By default: the controller `i` without a dead band, no interpolant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// The controller, as [`Method::controller`] found it.
    pub controller: ControllerKind,
    /// Whether it has a dead band, as [`StepSettings::has_dead_band`](crate::StepSettings::has_dead_band) says.
    pub dead_band: bool,
    /// Whether the solution inside steps is wanted.
    pub dense: bool,
    /// What is done about initial values where there are algebraic equations.
    pub consistent_values: ConsistentValues,
    /// How linear systems are solved, as [`Method::linear_solver`] found it.
    pub linear_solver: LinearSolver,
    /// How those are preconditioned that are solved by iteration, as [`StepSettings::preconditioning`](crate::StepSettings::preconditioning) found it.
    pub preconditioning: Preconditioning,
}
