//! The method ROK4a of Tranquilli and Sandu, made for Krylov approximations of the Jacobian.
//!
//! P. Tranquilli, A. Sandu, Rosenbrock-Krylov methods for large systems of differential equations, SIAM J. Sci. Comput. 36 (2014)
//! A1313-A1338. Double-precision digits as OrdinaryDiffEq.jl lists them.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "rok4a",
    aliases: &[],
    title: "Tranquilli and Sandu",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "P. Tranquilli, A. Sandu, SIAM J. Sci. Comput. 36 (2014) A1313-A1338",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.572816062482135),
    a: &[
        numbers![],
        numbers![1.745761101158346],
        numbers![2.4703844781940627, 0.6835475189193349],
        numbers![1.6819503991264864, 0.25286213499736193, -0.13856798941027462],
    ],
    coupling: &[
        numbers![],
        numbers![-5.825741115110917],
        numbers![1.0021333747582308, 0.0],
        numbers![-2.0798465277651803, -0.7428770881288675, -0.5200138498012211],
    ],
    b: numbers![2.6484813878883307, 0.7862115756123027, 0.3466758998674807, 1.1638407341055639],
    b_hat: Some(numbers![2.2819760351675016, 0.486500882119991, 0.38167793973116415, 0.0]),
    c: numbers![0.0, 1.0, 0.5, 0.5],
    time_weights: numbers![0.572816062482135, -1.338715867278416, 0.9016343030936702, 0.19147495119907043],
};
