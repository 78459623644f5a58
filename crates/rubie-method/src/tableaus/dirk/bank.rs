//! TR-BDF2, a step of the trapezoidal rule and one of the second backward difference formula.
//!
//! R. E. Bank et al., Transient simulation of silicon devices and circuits, IEEE Trans. Electron Devices 32 (1985) 1992-2007;
//! as a Runge-Kutta pair with a companion of order 3: M. E. Hosea, L. F. Shampine, Analysis and implementation of TR-BDF2, Appl. Numer.
//! Math. 20 (1996) 21-37. gamma = 2 - sqrt 2, d = gamma / 2, w = sqrt 2 / 4.

use super::prelude::*;

pub(crate) const TRBDF2: Method = Method {
    name: "trbdf2",
    aliases: &["tr-bdf2"],
    title: "Bank et al., TR-BDF2",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: true,
    }),
    source: "M. E. Hosea, L. F. Shampine, Appl. Numer. Math. 20 (1996) 21-37",
};

static TABLEAU: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.0],
        numbers![0.292893218813452475599155637895, 0.292893218813452475599155637895],
        numbers![
            0.353553390593273762200422181052,
            0.353553390593273762200422181052,
            0.292893218813452475599155637895
        ],
    ],
    b: numbers![
        0.353553390593273762200422181052,
        0.353553390593273762200422181052,
        0.292893218813452475599155637895
    ],
    b_hat: Some(numbers![
        0.215482203135575412599859272983,
        0.686886723926607095533755514386,
        0.097631072937817491866385212632
    ]),
    c: numbers![0.0, 0.585786437626904951198311275790, 1.0],
};
