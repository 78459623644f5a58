//! Shampine's 4(3) method with three evaluations of the right-hand side; A-stable.
//!
//! L. F. Shampine, Implementation of Rosenbrock methods, ACM Trans. Math. Softw. 8 (1982) 93-113.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "rosshamp4",
    aliases: &[],
    title: "Shampine",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "L. F. Shampine, ACM Trans. Math. Softw. 8 (1982) 93-113",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0 / 2.0),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![48.0 / 25.0, 6.0 / 25.0],
        numbers![48.0 / 25.0, 6.0 / 25.0, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-8.0],
        numbers![372.0 / 25.0, 12.0 / 5.0],
        numbers![-112.0 / 125.0, -54.0 / 125.0, -2.0 / 5.0],
    ],
    b: numbers![19.0 / 9.0, 1.0 / 2.0, 25.0 / 108.0, 125.0 / 108.0],
    b_hat: Some(numbers![97.0 / 54.0, 11.0 / 36.0, 25.0 / 108.0, 0.0]),
    c: numbers![0.0, 1.0, 3.0 / 5.0, 3.0 / 5.0],
    time_weights: numbers![1.0 / 2.0, -3.0 / 2.0, 121.0 / 50.0, 29.0 / 250.0],
};
