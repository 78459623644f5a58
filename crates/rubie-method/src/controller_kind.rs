//! The controllers and filters by name, and what each method uses where the user says nothing.

use std::str::FromStr;

use rubie_model::UnknownName;

/// How the step size is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ControllerKind {
    /// `fixed`: every step has the size `dt`.
    Fixed,
    /// `i`: from the error of this step.
    #[default]
    Integral,
    /// `pi`: from the errors of this step and the last.
    ProportionalIntegral,
    /// `pid`: from the errors of this step and the last two.
    Pid,
    /// `gustafsson`: predicts from this step and the last.
    Gustafsson,
}

impl ControllerKind {
    /// All controllers.
    pub const ALL: [Self; 5] =
        [Self::Fixed, Self::Integral, Self::ProportionalIntegral, Self::Pid, Self::Gustafsson];

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Integral => "i",
            Self::ProportionalIntegral => "pi",
            Self::Pid => "pid",
            Self::Gustafsson => "gustafsson",
        }
    }
}

impl std::fmt::Display for ControllerKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ControllerKind {
    type Err = UnknownName;

    /// The controller with this name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("step controller", name, &Self::ALL, |kind| kind.name())
    }
}

/// Raw gains of i, pi and pid, before division by 2k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gains {
    /// Weight of this step's error.
    pub integral: f64,
    /// Weight of the change since the last step.
    pub proportional: f64,
    /// Weight of the change of that change.
    pub derivative: f64,
}

impl Gains {
    /// The coefficients b1, b2, b3 of the errors of this step, the last and the last but one.
    pub fn coefficients(self) -> [f64; 3] {
        let Self { integral, proportional, derivative } = self;
        [integral + proportional + derivative, -(proportional + 2.0 * derivative), derivative]
    }

    /// The gains with these coefficients: the inverse of [`Gains::coefficients`].
    pub fn from_coefficients([b1, b2, b3]: [f64; 3]) -> Self {
        Self { integral: b1 + b2 + b3, proportional: -b2 - 2.0 * b3, derivative: b3 }
    }

    /// The gains of a controller in the general case.
    pub fn of(kind: ControllerKind) -> Self {
        match kind {
            ControllerKind::ProportionalIntegral | ControllerKind::Pid => {
                Self { integral: 0.3, proportional: 0.4, derivative: 0.0 }
            }
            _ => Self { integral: 1.0, proportional: 0.0, derivative: 0.0 },
        }
    }

    /// The gains for explicit Runge-Kutta methods.
    fn explicit(kind: ControllerKind, _: u32) -> Self {
        match kind {
            ControllerKind::Integral => Self { integral: 1.2, ..Self::of(kind) },
            _ => Self::of(kind),
        }
    }
}

impl Gains {
    /// The gains for diagonally implicit methods: 0.3 (q + 1) / q and 0.4 (q + 1) / q with the control order q.
    fn diagonally_implicit(kind: ControllerKind, order: u32) -> Self {
        let Self { integral, proportional, derivative } = Self::of(kind);
        let scale = match kind {
            ControllerKind::ProportionalIntegral => f64::from(order + 1) / f64::from(order),
            _ => 1.0,
        };
        Self { integral: scale * integral, proportional: scale * proportional, derivative }
    }
}

/// Published choices of the coefficients b1, b2, b3.
///
/// Source: G. Soederlind, Digital filters in adaptive time-stepping, ACM Trans. Math. Softw. 29 (2003) 1-26; G. Soederlind,
/// L. Wang, Adaptive time-stepping and computational stability, J. Comp. Appl. Math. 185 (2006) 225-243.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// `basic`: 1, 0, 0.
    Basic,
    /// `pi42`: 0.6, -0.2, 0.
    Pi42,
    /// `pi33`: 2/3, -1/3, 0.
    Pi33,
    /// `pi34`: 0.7, -0.4, 0.
    Pi34,
    /// `h211pi`: 1/6, 1/6, 0.
    H211Pi,
    /// `h312pid`: 1/18, 1/9, 1/18.
    H312Pid,
}

impl Filter {
    /// All filters.
    pub const ALL: [Self; 6] = [Self::Basic, Self::Pi42, Self::Pi33, Self::Pi34, Self::H211Pi, Self::H312Pid];

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Pi42 => "pi42",
            Self::Pi33 => "pi33",
            Self::Pi34 => "pi34",
            Self::H211Pi => "h211pi",
            Self::H312Pid => "h312pid",
        }
    }

    /// b1, b2, b3.
    pub const fn coefficients(self) -> [f64; 3] {
        match self {
            Self::Basic => [1.0, 0.0, 0.0],
            Self::Pi42 => [0.6, -0.2, 0.0],
            Self::Pi33 => [2.0 / 3.0, -1.0 / 3.0, 0.0],
            Self::Pi34 => [0.7, -0.4, 0.0],
            Self::H211Pi => [1.0 / 6.0, 1.0 / 6.0, 0.0],
            Self::H312Pid => [1.0 / 18.0, 1.0 / 9.0, 1.0 / 18.0],
        }
    }

    /// The smallest controller that can run it.
    pub const fn controller(self) -> ControllerKind {
        match self {
            Self::Basic => ControllerKind::Integral,
            Self::H312Pid => ControllerKind::Pid,
            _ => ControllerKind::ProportionalIntegral,
        }
    }
}

impl FromStr for Filter {
    type Err = UnknownName;

    /// The filter with this name, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("step-size filter", name, &Self::ALL, |filter| filter.name())
    }
}

/// Controller, gains and limits of a method where the user says nothing.
#[derive(Clone, Copy, Debug)]
pub struct ControlDefaults {
    /// The controller.
    pub controller: ControllerKind,
    /// The gains of i, pi and pid, given the controller and the control order.
    pub gains: fn(ControllerKind, u32) -> Gains,
    /// Factor on every step-size prediction.
    pub safety: f64,
    /// The step size is multiplied by no less than this.
    pub min_step_shrink: f64,
    /// The step size is multiplied by no more than this.
    pub max_step_growth: f64,
}

impl ControlDefaults {
    /// Explicit methods with an error estimate.
    pub(crate) const INTEGRAL: Self = Self {
        controller: ControllerKind::Integral,
        gains: Gains::explicit,
        safety: 0.9,
        min_step_shrink: 0.2,
        max_step_growth: 10.0,
    };
    /// Explicit methods of high order.
    pub(crate) const GUSTAFSSON: Self = Self { controller: ControllerKind::Gustafsson, ..Self::INTEGRAL };
    /// Explicit methods without an error estimate.
    pub(crate) const FIXED: Self = Self { controller: ControllerKind::Fixed, ..Self::INTEGRAL };
    /// Rosenbrock methods.
    pub(crate) const ROSENBROCK: Self = Self {
        controller: ControllerKind::Gustafsson,
        gains: |kind, _| Gains::of(kind),
        safety: 0.9,
        min_step_shrink: 0.2,
        max_step_growth: 8.0,
    };
    /// Diagonally implicit methods.
    pub(crate) const DIRK: Self = Self {
        controller: ControllerKind::ProportionalIntegral,
        gains: Gains::diagonally_implicit,
        safety: 0.9,
        min_step_shrink: 0.2,
        max_step_growth: 10.0,
    };
    /// Diagonally implicit methods without an error estimate.
    pub(crate) const DIRK_FIXED: Self = Self { controller: ControllerKind::Fixed, ..Self::DIRK };
    /// Fully implicit methods.
    pub(crate) const FIRK: Self = Self::ROSENBROCK;
    /// Fully implicit methods without an error estimate.
    pub(crate) const FIRK_FIXED: Self = Self::ROSENBROCK_FIXED;
    /// Rosenbrock methods without an error estimate.
    pub(crate) const ROSENBROCK_FIXED: Self = Self { controller: ControllerKind::Fixed, ..Self::ROSENBROCK };
}

/// The item with this name, in any case.
pub(crate) fn named<T: Copy>(
    what: &'static str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, UnknownName> {
    let found = all.iter().copied().find(|item| name_of(*item).eq_ignore_ascii_case(name.trim()));
    found.ok_or_else(|| UnknownName::new(what, name, all.iter().map(|item| name_of(*item))))
}
