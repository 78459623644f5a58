//! Fehlberg's 4(5) pair, advanced with the solution of order 5.
//!
//! E. Fehlberg, Low-order classical Runge-Kutta formulas with stepsize control and their application to some heat
//! transfer problems, NASA TR R-315 (1969), table III.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "fehlberg-45",
    aliases: &["rkf45"],
    title: "Fehlberg",
    order: 5,
    embedded_order: Some(4),
    control: ControlDefaults::INTEGRAL,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "E. Fehlberg, NASA Technical Report R-315, 1969",
};

static TABLEAU: Tableau = Tableau {
    a: &[
        numbers![],
        numbers![1.0 / 4.0],
        numbers![3.0 / 32.0, 9.0 / 32.0],
        numbers![1932.0 / 2197.0, -7200.0 / 2197.0, 7296.0 / 2197.0],
        numbers![439.0 / 216.0, -8.0, 3680.0 / 513.0, -845.0 / 4104.0],
        numbers![-8.0 / 27.0, 2.0, -3544.0 / 2565.0, 1859.0 / 4104.0, -11.0 / 40.0],
    ],
    b: numbers![16.0 / 135.0, 0.0, 6656.0 / 12825.0, 28561.0 / 56430.0, -9.0 / 50.0, 2.0 / 55.0],
    b_hat: Some(numbers![25.0 / 216.0, 0.0, 1408.0 / 2565.0, 2197.0 / 4104.0, -1.0 / 5.0, 0.0]),
    c: numbers![0.0, 1.0 / 4.0, 3.0 / 8.0, 12.0 / 13.0, 1.0, 1.0 / 2.0],
};
