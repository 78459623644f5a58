//! Alexander's L-stable methods of orders 2 and 3.
//!
//! R. Alexander, Diagonally implicit Runge-Kutta methods for stiff ODEs, SIAM J. Numer. Anal. 14 (1977) 1006-1021.

use super::prelude::*;

pub(crate) const SDIRK_2_2: Method = Method {
    name: "sdirk_2_2",
    aliases: &[],
    title: "Alexander, order 2",
    order: 2,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU_2,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021",
};

pub(crate) const DIRK_3: Method = Method {
    name: "l_stable_dirk_3",
    aliases: &["dirk"],
    title: "Alexander, order 3",
    order: 3,
    embedded_order: None,
    control: ControlDefaults::DIRK_FIXED,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU_3,
        interpolant: Interpolant::Hermite,
        start: Start::Tangent,
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021",
};

static TABLEAU_2: ImplicitTableau = ImplicitTableau {
    a: &[numbers![0.2928932188134524], numbers![0.7071067811865476, 0.2928932188134524]],
    b: numbers![0.7071067811865476, 0.2928932188134524],
    b_hat: None,
    c: numbers![0.2928932188134524, 1.0],
};

static TABLEAU_3: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.43586652150845895],
        numbers![0.2820667392457705, 0.43586652150845895],
        numbers![1.2084966491760099, -0.6443631706844688, 0.43586652150845895],
    ],
    b: numbers![1.2084966491760099, -0.6443631706844688, 0.43586652150845895],
    b_hat: None,
    c: numbers![0.43586652150845895, 0.7179332607542295, 1.0],
};
