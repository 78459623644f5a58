//! The methods ROS3 and RODAS3 of Sandu et al., L-stable, from atmospheric chemistry.
//!
//! A. Sandu, J. G. Verwer, J. G. Blom, E. J. Spee, G. R. Carmichael, F. A. Potra, Benchmarking stiff ODE solvers for atmospheric
//! chemistry problems II: Rosenbrock solvers, Atmos. Environ. 31 (1997) 3459-3472.

use super::prelude::*;

pub(crate) const ROS3: Method = Method {
    name: "ros3",
    aliases: &[],
    title: "Sandu et al., ROS3",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS3_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "A. Sandu et al., Atmos. Environ. 31 (1997) 3459-3472",
};

pub(crate) const RODAS3: Method = Method {
    name: "rodas3",
    aliases: &[],
    title: "Sandu et al., RODAS3",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS3_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "A. Sandu et al., Atmos. Environ. 31 (1997) 3459-3472",
};

static ROS3_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.43586652150845899941601945119356),
    a: &[numbers![], numbers![1.0], numbers![1.0, 0.0]],
    coupling: &[
        numbers![],
        numbers![-1.0156171083877702091975600115545],
        numbers![4.0759956452537699824805835358067, 9.2076794298330791242156818474003],
    ],
    b: numbers![1.0, 6.1697947043828245592553615689730, -0.42772256543218573326238373806514],
    b_hat: Some(numbers![0.5, 9.077750576063371541427185189775, -0.651263264410301429535992830827]),
    c: numbers![0.0, 0.43586652150845899941601945119356, 0.43586652150845899941601945119356],
    time_weights: numbers![
        0.43586652150845899941601945119356,
        0.24291996454816804366592249683314,
        2.1851380027664058511513169485832
    ],
};

static RODAS3_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0 / 2.0),
    a: &[numbers![], numbers![0.0], numbers![2.0, 0.0], numbers![2.0, 0.0, 1.0]],
    coupling: &[numbers![], numbers![4.0], numbers![1.0, -1.0], numbers![1.0, -1.0, -8.0 / 3.0]],
    b: numbers![2.0, 0.0, 1.0, 1.0],
    b_hat: Some(numbers![2.0, 0.0, 1.0, 0.0]),
    c: numbers![0.0, 0.0, 1.0, 1.0],
    time_weights: numbers![1.0 / 2.0, 3.0 / 2.0, 0.0, 0.0],
};
