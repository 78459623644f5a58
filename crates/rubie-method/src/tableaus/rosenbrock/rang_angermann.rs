//! The Rosenbrock-W methods ROS34PW of Rang and Angermann: they keep their order with an inexact Jacobian.
//!
//! J. Rang, L. Angermann, New Rosenbrock W-methods of order 3 for partial differential algebraic equations of index 1, BIT 45 (2005)
//! 761-787. Double-precision digits as OrdinaryDiffEq.jl lists them.

use super::prelude::*;

pub(crate) const ROS34PW1A: Method = Method {
    name: "ros34pw1a",
    aliases: &[],
    title: "Rang and Angermann, ROS34PW1a",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS34PW1A_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, L. Angermann, BIT 45 (2005) 761-787",
};

pub(crate) const ROS34PW1B: Method = Method {
    name: "ros34pw1b",
    aliases: &[],
    title: "Rang and Angermann, ROS34PW1b",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS34PW1B_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, L. Angermann, BIT 45 (2005) 761-787",
};

pub(crate) const ROS34PW2: Method = Method {
    name: "ros34pw2",
    aliases: &[],
    title: "Rang and Angermann, ROS34PW2",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS34PW2_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, L. Angermann, BIT 45 (2005) 761-787",
};

pub(crate) const ROS34PW3: Method = Method {
    name: "ros34pw3",
    aliases: &[],
    title: "Rang and Angermann, ROS34PW3",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS34PW3_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Rang, L. Angermann, BIT 45 (2005) 761-787",
};

static ROS34PW1A_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![5.0905205106702045],
        numbers![0.0, 0.0],
        numbers![4.005173696367865, 0.19316470237944158, 1.147140180139521],
    ],
    coupling: &[
        numbers![],
        numbers![-11.679081231228288],
        numbers![-0.7100952636543062, -0.04165460771675499],
        numbers![-11.979557762226603, -0.48054400523894975, 1.4350493021655284],
    ],
    b: numbers![6.1538321465310215, -0.8364233759732359, -0.8614792120957679, 2.294280360279042],
    b_hat: Some(numbers![11.58351148807042, 0.49095765716813855, -0.8614792120957679, 2.294280360279042]),
    c: numbers![0.0, 2.218787467653286, 0.0, 1.7837037931914073],
    time_weights: numbers![0.435866521508459, -1.7829209461448272, 0.33333333333333337, -1.258070496147625],
};

static ROS34PW1B_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![5.0905205106702045],
        numbers![5.0905205106702045, 0.0],
        numbers![4.976281110107875, 0.027726816471584953, 0.22942803602790418],
    ],
    coupling: &[
        numbers![],
        numbers![-11.679081231228288],
        numbers![-16.40573264673668, -0.27726816471584953],
        numbers![-8.38103960500476, -0.8483284091993433, 0.28700986043310556],
    ],
    b: numbers![5.2258276123309395, -0.5569711481541647, 0.35797946935364533, 1.7233739852106407],
    b_hat: Some(numbers![10.394279740171335, 0.7065482778842539, 0.35797946935364533, 1.7233739852106407]),
    c: numbers![0.0, 2.218787467653286, 2.218787467653286, 1.553923375357884],
    time_weights: numbers![0.435866521508459, -1.7829209461448272, -2.4654190049693425, -0.8055299979063697],
};

static ROS34PW2_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.435866521508459),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![1.4192173174557647, -0.2592322116729697],
        numbers![4.1847604823191595, -0.28519201735549565, 2.2942803602790414],
    ],
    coupling: &[
        numbers![],
        numbers![-4.588560720558084],
        numbers![-4.18476048231916, 0.28519201735549593],
        numbers![-6.368179200128359, -6.795620944466837, 2.8700986043310563],
    ],
    b: numbers![4.1847604823191595, -0.28519201735549565, 2.2942803602790414, 1.0],
    b_hat: Some(numbers![3.9070105346711914, 1.1180478778205036, 0.5216502326114907, 0.5]),
    c: numbers![0.0, 0.871733043016918, 0.7315799577888524, 1.0],
    time_weights: numbers![0.435866521508459, -0.435866521508459, -0.4133333762338865, 0.0],
};

static ROS34PW3_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.0685790213016289),
    a: &[
        numbers![],
        numbers![2.3541034887609085],
        numbers![2.1274518517432335, 0.7018666706430658],
        numbers![1.6573541366907125, 0.37998365119129385, 0.7677537933767512],
    ],
    coupling: &[
        numbers![],
        numbers![-2.20302237067446],
        numbers![-2.750060114993467, -0.8408569631081119],
        numbers![-3.0077871973155896, -0.7070774625618249, -1.1874362749274354],
    ],
    b: numbers![2.5468758076906703, 0.5527809704437551, 0.920521963049926, 0.7201674983256354],
    b_hat: Some(numbers![2.3405487055538936, 0.5501767383021501, 0.9137985681298548, 0.0]),
    c: numbers![0.0, 2.5155456020628817, 1.2577728010314408, 0.6288864005157204],
    time_weights: numbers![
        1.0685790213016289,
        -1.4469665807612528,
        -0.7714762485313431,
        -0.29371172261080924
    ],
};
