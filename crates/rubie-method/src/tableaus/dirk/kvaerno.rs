//! Kvaerno's methods with an explicit first stage: both the solution and its companion are stiffly accurate.
//!
//! A. Kvaerno, Singly diagonally implicit Runge-Kutta methods with an explicit first stage, BIT 44 (2004) 489-502;
//! orders 3(2) with gamma = 0.4358665215 and 5(4) with gamma = 0.26.

use super::prelude::*;

pub(crate) const KVAERNO3: Method = Method {
    name: "kvaerno3",
    aliases: &[],
    title: "Kvaerno, 3(2)",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU_3,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "A. Kvaerno, BIT 44 (2004) 489-502",
};

pub(crate) const KVAERNO5: Method = Method {
    name: "kvaerno5",
    aliases: &[],
    title: "Kvaerno, 5(4)",
    order: 5,
    embedded_order: Some(4),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU_5,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Exact,
        smooth: false,
    }),
    source: "A. Kvaerno, BIT 44 (2004) 489-502",
};

static TABLEAU_3: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.0],
        numbers![0.4358665215, 0.4358665215],
        numbers![0.490563388419108, 0.073570090080892, 0.4358665215],
        numbers![0.308809969973036, 1.490563388254106, -1.235239879727145, 0.4358665215],
    ],
    b: numbers![0.308809969973036, 1.490563388254106, -1.235239879727145, 0.4358665215],
    b_hat: Some(numbers![0.490563388419108, 0.073570090080892, 0.4358665215, 0.0]),
    c: numbers![0.0, 0.871733043, 1.0, 1.0],
};

static TABLEAU_5: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.0],
        numbers![0.26, 0.26],
        numbers![0.13, 0.8403332099679081, 0.26],
        numbers![0.22371961478320504, 0.476755323197997, -0.06470895363112615, 0.26],
        numbers![0.16648564323248322, 0.1045001884159172, 0.03631482272098715, -0.13090704451073998, 0.26],
        numbers![
            0.13855640231268224,
            0.0,
            -0.04245337201752043,
            0.02446657898003141,
            0.6194303907248068,
            0.26
        ],
        numbers![
            0.13659751177640292,
            0.0,
            -0.05496908796538376,
            -0.04118626728321046,
            0.629933048990164,
            0.06962479448202728,
            0.26
        ],
    ],
    b: numbers![
        0.13659751177640292,
        0.0,
        -0.05496908796538376,
        -0.04118626728321046,
        0.629933048990164,
        0.06962479448202728,
        0.26
    ],
    b_hat: Some(numbers![
        0.13855640231268224,
        0.0,
        -0.04245337201752043,
        0.02446657898003141,
        0.6194303907248068,
        0.26,
        0.0
    ]),
    c: numbers![0.0, 0.52, 1.230333209967908, 0.895765984350076, 0.436393609858648, 1.0, 1.0],
};
