//! The 4(3) methods of Kaps and Rentrop: one A(89.3)-stable with small errors, one A-stable.
//!
//! P. Kaps, P. Rentrop, Generalized Runge-Kutta methods of order four with stepsize control for stiff ordinary differential equations,
//! Numer. Math. 33 (1979) 55-68.

use super::prelude::*;

pub(crate) const GRK4T: Method = Method {
    name: "grk4t",
    aliases: &[],
    title: "Kaps and Rentrop, GRK4T",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &GRK4T_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "P. Kaps, P. Rentrop, Numer. Math. 33 (1979) 55-68",
};

pub(crate) const GRK4A: Method = Method {
    name: "grk4a",
    aliases: &[],
    title: "Kaps and Rentrop, GRK4A",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &GRK4A_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "P. Kaps, P. Rentrop, Numer. Math. 33 (1979) 55-68",
};

static GRK4T_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.231),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![4.524708207373116, 4.163528788597648],
        numbers![4.524708207373116, 4.163528788597648, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-5.071675338776316],
        numbers![6.020152728650786, 0.1597506846727117],
        numbers![-1.856343618686113, -8.505380858179826, -2.084075136023187],
    ],
    b: numbers![3.957503746640777, 4.624892388363313, 0.6174772638750108, 1.282612945269037],
    b_hat: Some(numbers![1.6553483437077814, 1.5512579029706899, 1.4907580656795139, 2.565225890538074]),
    c: numbers![0.0, 0.462, 0.8802083333333334, 0.8802083333333334],
    time_weights: numbers![0.231, -0.03962966775244303, 0.5507789395789127, -0.05535098457052764],
};

static GRK4A_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.395),
    a: &[
        numbers![],
        numbers![1.108860759493671],
        numbers![2.37708526198336, 0.1850114988899692],
        numbers![2.37708526198336, 0.1850114988899692, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-4.920188402397641],
        numbers![1.055588686048583, 3.351817267668938],
        numbers![3.846869007049313, 3.42710924126818, -2.162408848753263],
    ],
    b: numbers![1.84568324040584, 0.1369796894360503, 0.7129097783291559, 0.6329113924050632],
    b_hat: Some(numbers![1.7973645386338224, 0.7840905545410009, 0.49422211227913193, 1.2658227848101264]),
    c: numbers![0.0, 0.438, 0.87, 0.87],
    time_weights: numbers![0.395, -0.372672395484092, 0.06629196544571492, 0.4340946962568634],
};
