//! The simple ones: backward Euler, the implicit midpoint rule, the trapezoidal rule.
//!
//! G. Dahlquist, A special stability problem for linear multistep methods, BIT 3 (1963) 27-43; E. Hairer, G. Wanner, Solving Ordinary
//! Differential Equations II, 2nd ed., 1996, section IV.3.

use super::prelude::*;

pub(crate) const BACKWARDS_EULER: Method = Method {
    name: "backwards_euler",
    aliases: &["implicit_euler"],
    title: "Backward Euler",
    order: 1,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &EULER,
        interpolant: Interpolant::Hermite,
        start: Start::Zero,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.3",
};

pub(crate) const BACKWARDS_EULER_PC: Method = Method {
    name: "backwards_euler_pc",
    aliases: &[],
    title: "Backward Euler from a forward step",
    order: 1,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &EULER,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.3",
};

pub(crate) const IMPLICIT_MIDPOINT: Method = Method {
    name: "implicit_midpoint",
    aliases: &[],
    title: "Implicit midpoint rule",
    order: 2,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &MIDPOINT,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.3",
};

pub(crate) const TRAPEZOIDAL: Method = Method {
    name: "trapezoidal_dirk",
    aliases: &["ode23t"],
    title: "Trapezoidal rule",
    order: 2,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TRAPEZOIDAL_RULE,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "G. Dahlquist, BIT 3 (1963) 27-43",
};

pub(crate) const CRANK_NICOLSON: Method = Method {
    name: "crank_nicolson",
    aliases: &[],
    title: "Crank and Nicolson",
    order: 2,
    embedded_order: Some(1),
    control: ControlDefaults::FIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &CRANK_NICOLSON_AND_EULER,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "J. Crank, P. Nicolson, Proc. Camb. Phil. Soc. 43 (1947) 50-67",
};

static EULER: ImplicitTableau =
    ImplicitTableau { a: &[numbers![1.0]], b: numbers![1.0], b_hat: None, c: numbers![1.0] };

static MIDPOINT: ImplicitTableau =
    ImplicitTableau { a: &[numbers![1.0 / 2.0]], b: numbers![1.0], b_hat: None, c: numbers![1.0 / 2.0] };

static TRAPEZOIDAL_RULE: ImplicitTableau = ImplicitTableau {
    a: &[numbers![0.0], numbers![1.0 / 2.0, 1.0 / 2.0]],
    b: numbers![1.0 / 2.0, 1.0 / 2.0],
    b_hat: None,
    c: numbers![0.0, 1.0],
};

static CRANK_NICOLSON_AND_EULER: ImplicitTableau = ImplicitTableau {
    a: &[numbers![0.0], numbers![1.0 / 2.0, 1.0 / 2.0], numbers![0.0, 0.0, 1.0]],
    b: numbers![1.0 / 2.0, 1.0 / 2.0, 0.0],
    b_hat: Some(numbers![0.0, 0.0, 1.0]),
    c: numbers![0.0, 1.0, 1.0],
};
