//! Improved traditional methods of Rang, stiffly accurate, for stiff and differential-algebraic problems.
//!
//! J. Rang, Improved traditional Rosenbrock-Wanner methods for stiff ODEs and DAEs, J. Comput. Appl. Math. 286 (2015) 128-144.
//! Double-precision digits as OrdinaryDiffEq.jl lists them.

use super::prelude::*;

pub(crate) const ROS34PRW: Method = Method {
    name: "ros34prw",
    aliases: &[],
    title: "Rang, ROS34PRw",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS34PRW_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, J. Comput. Appl. Math. 286 (2015) 128-144",
};

pub(crate) const ROS3PRL: Method = Method {
    name: "ros3prl",
    aliases: &[],
    title: "Rang, ROS3PRL",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS3PRL_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, J. Comput. Appl. Math. 286 (2015) 128-144",
};

pub(crate) const ROS3PRL2: Method = Method {
    name: "ros3prl2",
    aliases: &[],
    title: "Rang, ROS3PRL2",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS3PRL2_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, J. Comput. Appl. Math. 286 (2015) 128-144",
};

static ROS34PRW_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![1.9166355646921893, -0.7305046154473316],
        numbers![3.7075384385487764, 1.9847210056415439, -0.7228174329072324],
    ],
    coupling: &[
        numbers![],
        numbers![-4.588560720558084],
        numbers![-1.4496008611374558, 2.6585485498967283],
        numbers![-0.8142320398640468, 2.1949369533270104, -0.9042300763629808],
    ],
    b: numbers![3.7075384385487764, 1.9847210056415439, -0.7228174329072324, 1.0],
    b_hat: Some(numbers![3.7876998655559957, 1.8341258270048284, -0.4309439108836166, 0.7386849361662244]),
    c: numbers![0.0, 0.871733043016918, 1.1537997822626886, 1.0],
    time_weights: numbers![0.435866521508459, -0.435866521508459, -0.34459816128502135, 0.0],
};

static ROS3PRL_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![1.147140180139521],
        numbers![2.4630707730300534, 1.1471401801395211],
        numbers![2.4630707730300534, 1.1471401801395211, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-2.631861185781065],
        numbers![-2.038451402734394, 1.8551577240019121],
        numbers![-1.8050630466729911, 3.411439279441918, -1.7057196397209593],
    ],
    b: numbers![2.4630707730300534, 1.1471401801395211, 0.0, 1.0],
    b_hat: Some(numbers![2.321182960408909, 0.1793560224446773, 0.06855321332716582, 0.7386849361662237]),
    c: numbers![0.0, 0.5, 1.0, 1.0],
    time_weights: numbers![0.435866521508459, -0.064133478491541, -0.0032561147686690495, 0.0],
};

static ROS3PRL2_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![3.000000000000007],
        numbers![4.5885607205580925, 1.1471401801395211],
        numbers![4.5885607205580925, 1.1471401801395211, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-6.882841080837141],
        numbers![-12.579179703104524, -2.9475127180857186],
        numbers![3.556592450580385, -0.4663124315128337, 3.545260255335102],
    ],
    b: numbers![4.5885607205580925, 1.1471401801395211, 0.0, 1.0],
    b_hat: Some(numbers![3.7076970942676946, 0.8430234308280998, -0.14248471842891264, 0.7386849361662237]),
    c: numbers![0.0, 1.30759956452538, 1.0, 1.0],
    time_weights: numbers![0.435866521508459, -0.871733043016921, -0.8339865967040412, 0.0],
};
