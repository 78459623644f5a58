//! The 4(3) methods of van Veldhuizen.
//!
//! M. van Veldhuizen, D-stability and Kaps-Rentrop methods, Computing 32 (1984) 229-237.

use super::prelude::*;

pub(crate) const VELDD4: Method = Method {
    name: "veldd4",
    aliases: &[],
    title: "van Veldhuizen, D-stable",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &VELDD4_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "M. van Veldhuizen, Computing 32 (1984) 229-237",
};

pub(crate) const VELDS4: Method = Method {
    name: "velds4",
    aliases: &[],
    title: "van Veldhuizen, gamma = 1/2",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &VELDS4_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "M. van Veldhuizen, Computing 32 (1984) 229-237",
};

static VELDD4_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.2257081148225682),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![4.812234362695436, 4.578146956747842],
        numbers![4.812234362695436, 4.578146956747842, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-5.333333333333331],
        numbers![6.100529678848254, 1.804736797378427],
        numbers![-2.540515456634749, -9.443746328915205, -1.988471753215993],
    ],
    b: numbers![4.289339254654537, 5.036098482851414, 0.6085736420673917, 1.355958941201148],
    b_hat: Some(numbers![2.1136664671227816, 2.085187260275673, 1.3945480965561348, 2.711917882402296]),
    c: numbers![0.0, 0.4514162296451364, 0.8755928946018455, 0.8755928946018455],
    time_weights: numbers![
        0.2257081148225682,
        -0.04599403502680582,
        0.5177590504944076,
        -0.03805623938054428
    ],
};

static VELDS4_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0 / 2.0),
    a: &[numbers![], numbers![2.0], numbers![7.0 / 4.0, 1.0 / 4.0], numbers![7.0 / 4.0, 1.0 / 4.0, 0.0]],
    coupling: &[numbers![], numbers![-8.0], numbers![-8.0, -1.0], numbers![1.0 / 2.0, -1.0 / 2.0, 2.0]],
    b: numbers![4.0 / 3.0, 2.0 / 3.0, -4.0 / 3.0, 4.0 / 3.0],
    b_hat: Some(numbers![5.0 / 3.0, 1.0, -4.0 / 3.0, 8.0 / 3.0]),
    c: numbers![0.0, 1.0, 1.0 / 2.0, 1.0 / 2.0],
    time_weights: numbers![1.0 / 2.0, -3.0 / 2.0, -3.0 / 4.0, 1.0 / 4.0],
};
