//! The stiffly accurate 3(2) method Rodas3d, made to walk differential-algebraic equations to their steady states.
//!
//! Coefficients as OrdinaryDiffEq.jl lists them; gamma is the end of the interval of L-stability in Hairer and Wanner, Solving Ordinary
//! Differential Equations II, table IV.6.4, which makes linear problems converge with order 4.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "rodas3d",
    aliases: &[],
    title: "Rodas3d",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "OrdinaryDiffEq.jl, Rodas3d",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.57281606),
    a: &[
        numbers![],
        numbers![2.173656234277416],
        numbers![1.745761108723104, 0.0],
        numbers![1.745761108723104, 0.0, 1.0],
    ],
    coupling: &[
        numbers![],
        numbers![-13.387001858207178],
        numbers![0.3044231400659693, 0.307452788261533],
        numbers![0.5728764641408153, 0.3477109860569936, -2.74253406964739],
    ],
    b: numbers![1.745761108723104, 0.0, 1.0, 1.0],
    b_hat: Some(numbers![1.745761108723104, 0.0, 1.0, 0.0]),
    c: numbers![0.0, 1.2451051999132263, 1.0, 1.0],
    time_weights: numbers![0.57281606, -3.819703409768521, 0.0, 0.0],
};
