//! The 3(2) method Rodas3P of Steinebach, and its companion as a method of order 2(3) that keeps order 2 with any Jacobian.
//!
//! G. Steinebach, Rosenbrock methods within OrdinaryDiffEq.jl - Overview, recent developments and applications, Proceedings of the
//! JuliaCon Conferences 6 (2024).

use super::prelude::*;

pub(crate) const RODAS3P: Method = Method {
    name: "rodas3p",
    aliases: &[],
    title: "Steinebach, Rodas3P",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS3P_TABLEAU,
        interpolant: Interpolant::Stiff(&RODAS3P_INSIDE),
        smooth: false,
    }),
    source: "G. Steinebach, JuliaCon Proc. 6 (2024)",
};

pub(crate) const RODAS23W: Method = Method {
    name: "rodas23w",
    aliases: &[],
    title: "Steinebach, Rodas23W",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS23W_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "G. Steinebach, JuliaCon Proc. 6 (2024)",
};

static RODAS3P_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0 / 3.0),
    a: &[
        numbers![],
        numbers![4.0 / 3.0],
        numbers![0.0, 0.0],
        numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0],
        numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-4.0],
        numbers![33.0 / 4.0, 27.0 / 4.0],
        numbers![39.0 / 32.0, -81.0 / 16.0, -63.0 / 32.0],
        numbers![129.0 / 32.0, -243.0 / 16.0, -129.0 / 32.0, 6.0],
    ],
    b: numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 0.0, 1.0],
    b_hat: Some(numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 1.0, 0.0]),
    c: numbers![0.0, 4.0 / 9.0, 0.0, 1.0, 1.0],
    time_weights: numbers![1.0 / 3.0, -1.0 / 9.0, 1.0, 0.0, 0.0],
};

/// The interpolant of the paper.
static RODAS3P_INSIDE: Stiff = Stiff {
    order: 3,
    h: &[numbers![1.78125, 6.75, 0.15625, -6.0, -1.0], numbers![4.21875, -15.1875, -3.09375, 9.0]],
};

static RODAS23W_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0 / 3.0),
    a: &[
        numbers![],
        numbers![4.0 / 3.0],
        numbers![0.0, 0.0],
        numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0],
        numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-4.0],
        numbers![33.0 / 4.0, 27.0 / 4.0],
        numbers![39.0 / 32.0, -81.0 / 16.0, -63.0 / 32.0],
        numbers![129.0 / 32.0, -243.0 / 16.0, -129.0 / 32.0, 6.0],
    ],
    b: numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 1.0, 0.0],
    b_hat: Some(numbers![93.0 / 32.0, 27.0 / 8.0, 13.0 / 32.0, 0.0, 1.0]),
    c: numbers![0.0, 4.0 / 9.0, 0.0, 1.0, 1.0],
    time_weights: numbers![1.0 / 3.0, -1.0 / 9.0, 1.0, 0.0, 0.0],
};
