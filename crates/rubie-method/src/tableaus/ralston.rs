//! Ralston's third-order method of least truncation error bound.
//!
//! A. Ralston, Runge-Kutta methods with minimum error bounds, Math. Comp. 16 (1962) 431-437.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "ralston-33",
    aliases: &["ralston"],
    title: "Ralston",
    order: 3,
    embedded_order: None,
    control: ControlDefaults::FIXED,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "A. Ralston, Math. Comp. 16 (1962) 431-437",
};

static TABLEAU: Tableau = Tableau {
    a: &[numbers![], numbers![1.0 / 2.0], numbers![0.0, 3.0 / 4.0]],
    b: numbers![2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0],
    b_hat: None,
    c: numbers![0.0, 1.0 / 2.0, 3.0 / 4.0],
};
