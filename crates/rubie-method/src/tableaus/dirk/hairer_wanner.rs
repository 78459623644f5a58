//! The L-stable method of order 4 of Hairer and Wanner, gamma = 1/4 (their code SDIRK4).
//!
//! E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, table IV.6.5. The estimate is smoothed as in their code.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "l_stable_sdirk_4",
    aliases: &["sdirk4"],
    title: "Hairer and Wanner, SDIRK4",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Exact,
        smooth: true,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.6",
};

static TABLEAU: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![1.0 / 4.0],
        numbers![1.0 / 2.0, 1.0 / 4.0],
        numbers![17.0 / 50.0, -1.0 / 25.0, 1.0 / 4.0],
        numbers![371.0 / 1360.0, -137.0 / 2720.0, 15.0 / 544.0, 1.0 / 4.0],
        numbers![25.0 / 24.0, -49.0 / 48.0, 125.0 / 16.0, -85.0 / 12.0, 1.0 / 4.0],
    ],
    b: numbers![25.0 / 24.0, -49.0 / 48.0, 125.0 / 16.0, -85.0 / 12.0, 1.0 / 4.0],
    b_hat: Some(numbers![59.0 / 48.0, -17.0 / 96.0, 225.0 / 32.0, -85.0 / 12.0, 0.0]),
    c: numbers![1.0 / 4.0, 3.0 / 4.0, 11.0 / 20.0, 1.0 / 2.0, 1.0],
};
