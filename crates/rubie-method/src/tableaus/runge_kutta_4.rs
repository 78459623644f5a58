//! "The" Runge-Kutta method of order 4.
//!
//! W. Kutta, Beitrag zur naeherungsweisen Integration totaler Differentialgleichungen, Z. Math. Phys. 46 (1901) 435-453.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "classical-rk4",
    aliases: &["rk4"],
    title: "Classical Runge-Kutta",
    order: 4,
    embedded_order: None,
    control: ControlDefaults::FIXED,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "W. Kutta, Z. Math. Phys. 46 (1901) 435-453",
};

static TABLEAU: Tableau = Tableau {
    a: &[numbers![], numbers![1.0 / 2.0], numbers![0.0, 1.0 / 2.0], numbers![0.0, 0.0, 1.0]],
    b: numbers![1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
    b_hat: None,
    c: numbers![0.0, 1.0 / 2.0, 1.0 / 2.0, 1.0],
};
