//! Methods of Rang (and one of Scholz) for problems like that of Prothero and Robinson.
//!
//! J. Rang, The Prothero and Robinson example: Convergence studies for Runge-Kutta and Rosenbrock-Wanner methods, Appl. Numer.
//! Math. 108 (2016) 37-56; S. Scholz, Order barriers for the B-convergence of ROW methods, Computing 41 (1989) 219-235.
//! Double-precision digits as OrdinaryDiffEq.jl lists them.

use super::prelude::*;

pub(crate) const ROS2PR: Method = Method {
    name: "ros2pr",
    aliases: &[],
    title: "Rang, ROS2PR",
    order: 2,
    embedded_order: Some(1),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS2PR_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, Appl. Numer. Math. 108 (2016) 37-56",
};

pub(crate) const ROS2S: Method = Method {
    name: "ros2s",
    aliases: &[],
    title: "Rang, ROS2S",
    order: 2,
    embedded_order: Some(1),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS2S_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, Appl. Numer. Math. 108 (2016) 37-56",
};

pub(crate) const ROS3PR: Method = Method {
    name: "ros3pr",
    aliases: &[],
    title: "Rang, ROS3PR",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS3PR_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, Appl. Numer. Math. 108 (2016) 37-56",
};

pub(crate) const SCHOLZ4_7: Method = Method {
    name: "scholz4_7",
    aliases: &[],
    title: "Scholz, 4-7",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &SCHOLZ4_7_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "S. Scholz, Computing 41 (1989) 219-235",
};

static ROS2PR_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.228155493653962),
    a: &[numbers![], numbers![4.382975767906234], numbers![4.382975767906234, 4.382975767906234]],
    coupling: &[numbers![], numbers![-4.382975767906234], numbers![-4.382975767906234, -16.827500814147]],
    b: numbers![4.382975767906234, 4.382975767906234, 1.0],
    b_hat: Some(numbers![4.382975767906234, 1.0, 0.0]),
    c: numbers![0.0, 1.0, 1.0],
    time_weights: numbers![0.228155493653962, 0.0, 0.0],
};

static ROS2S_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.292893218813452),
    a: &[numbers![], numbers![2.0000000000000036], numbers![6.828427124746214, 3.414213562373101]],
    coupling: &[numbers![], numbers![-6.828427124746214], numbers![-10.949747468305889, -7.535533905932761]],
    b: numbers![6.828427124746214, 3.414213562373101, 1.0],
    b_hat: Some(numbers![7.064129385141727, 3.649915822768617, 1.138071187457699]),
    c: numbers![0.0, 0.585786437626905, 1.0],
    time_weights: numbers![0.292893218813452, -0.292893218813453, 0.0],
};

static ROS3PR_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.788675134594813),
    a: &[numbers![], numbers![3.0000000000000018], numbers![3.80384757729337, 1.2679491924311173]],
    coupling: &[numbers![], numbers![-3.80384757729337], numbers![-5.673079295488928, -1.7384634363911504]],
    b: numbers![4.5358983848622305, 1.2679491924311173, 1.0],
    b_hat: Some(numbers![4.995755607854124, 1.497877803927064, 1.0]),
    c: numbers![0.0, 2.36602540378444, 1.0],
    time_weights: numbers![0.788675134594813, -1.577350269189627, -0.577350269189621],
};

static SCHOLZ4_7_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.788675134594813),
    a: &[numbers![], numbers![3.0000000000000018], numbers![4.120834875401151, 1.2679491924311226]],
    coupling: &[numbers![], numbers![-3.80384757729337], numbers![-6.310062633644914, -1.7746264440079669]],
    b: numbers![4.096775673951863, 0.953252779460065, 0.7833659121534696],
    b_hat: Some(numbers![3.7939531344564648, 1.0141918788130286, 0.42264973081037377]),
    c: numbers![0.0, 2.36602540378444, 1.25],
    time_weights: numbers![0.788675134594813, -1.577350269189627, -0.928571905524962],
};
