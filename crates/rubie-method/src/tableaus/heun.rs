//! Heun's method of order 2 (the explicit trapezoidal rule).
//!
//! K. Heun, Neue Methoden zur approximativen Integration der Differentialgleichungen einer unabhaengigen
//! Veraenderlichen, Z. Math. Phys. 45 (1900) 23-38.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "heun-21",
    aliases: &["heun"],
    title: "Heun",
    order: 2,
    embedded_order: None,
    control: ControlDefaults::FIXED,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "K. Heun, Z. Math. Phys. 45 (1900) 23-38",
};

static TABLEAU: Tableau = Tableau {
    a: &[numbers![], numbers![1.0]],
    b: numbers![1.0 / 2.0, 1.0 / 2.0],
    b_hat: None,
    c: numbers![0.0, 1.0],
};
