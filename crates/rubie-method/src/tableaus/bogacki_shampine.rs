//! The 3(2) pair of Bogacki and Shampine, first same as last; its own interpolant is the cubic Hermite polynomial.
//!
//! P. Bogacki, L. F. Shampine, A 3(2) pair of Runge-Kutta formulas, Appl. Math. Lett. 2 (1989) 321-325.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "bogacki-shampine-32",
    aliases: &["rk23", "ode23"],
    title: "Bogacki and Shampine",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::INTEGRAL,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "P. Bogacki, L. F. Shampine, Appl. Math. Lett. 2 (1989) 321-325",
};

static TABLEAU: Tableau = Tableau {
    a: &[
        numbers![],
        numbers![1.0 / 2.0],
        numbers![0.0, 3.0 / 4.0],
        numbers![2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0],
    ],
    b: numbers![2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0],
    b_hat: Some(numbers![7.0 / 24.0, 1.0 / 4.0, 1.0 / 3.0, 1.0 / 8.0]),
    c: numbers![0.0, 1.0 / 2.0, 3.0 / 4.0, 1.0],
};
