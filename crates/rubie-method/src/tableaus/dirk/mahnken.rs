//! Implicit stages followed by one explicit stage that supplies a companion of order 3 (ELDIRK).
//!
//! R. Mahnken, methods of low order with an explicit last stage; coefficients as in CuBIE 0.17.0. The implicit parts are the midpoint
//! rule, the trapezoidal rule, and the method of Ellsiepen (that of Alexander).

use super::prelude::*;

pub(crate) const ELDIRK_EULER: Method = Method {
    name: "eldirk32_euler",
    aliases: &[],
    title: "Mahnken, Euler",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &EULER,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "R. Mahnken, ELDIRK methods, as in CuBIE 0.17.0",
};

pub(crate) const ELDIRK_TRAPEZOIDAL: Method = Method {
    name: "eldirk32_trapezoidal",
    aliases: &[],
    title: "Mahnken, trapezoidal rule",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TRAPEZOIDAL,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "R. Mahnken, ELDIRK methods, as in CuBIE 0.17.0",
};

pub(crate) const ELDIRK_ELLSIEPEN: Method = Method {
    name: "eldirk32_ellsiepen",
    aliases: &[],
    title: "Mahnken, Ellsiepen",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &ELLSIEPEN,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "R. Mahnken, ELDIRK methods, as in CuBIE 0.17.0",
};

static EULER: ImplicitTableau = ImplicitTableau {
    a: &[numbers![1.0], numbers![0.5, 0.0], numbers![-1.25, 1.5, 0.0]],
    b: numbers![0.0, 1.0, 0.0],
    b_hat: Some(numbers![2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0]),
    c: numbers![1.0, 0.5, 0.25],
};

static TRAPEZOIDAL: ImplicitTableau = ImplicitTableau {
    a: &[numbers![0.0], numbers![0.5, 0.5], numbers![0.375, 0.125, 0.0]],
    b: numbers![0.5, 0.5, 0.0],
    b_hat: Some(numbers![1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0]),
    c: numbers![0.0, 1.0, 0.5],
};

static ELLSIEPEN: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.2928932188134524],
        numbers![0.7071067811865476, 0.2928932188134524],
        numbers![-0.7071067811865476, 0.7071067811865476, 0.0],
    ],
    b: numbers![0.7071067811865476, 0.2928932188134524, 0.0],
    b_hat: Some(numbers![0.8047378541243649, 0.26429773960448416, -0.06903559372884928]),
    c: numbers![0.2928932188134524, 1.0, 0.0],
};
