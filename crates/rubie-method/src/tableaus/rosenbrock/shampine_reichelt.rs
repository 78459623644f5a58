//! The pair of Shampine and Reichelt (`ode23s` of MATLAB): order 2 with a companion of order 3, or the other way round.
//!
//! L. F. Shampine, M. W. Reichelt, The MATLAB ODE Suite, SIAM J. Sci. Comput. 18 (1997) 1-22, section 3. In the paper's terms
//! d = 1 / (2 + sqrt 2), e32 = 6 + sqrt 2; here in transformed variables, from closed forms. With an exact Jacobian the
//! error of the companion is of order 2 too.

use super::prelude::*;

pub(crate) const METHOD_23: Method = Method {
    name: "rosenbrock23",
    aliases: &["ode23s", "rosenbrock23_sciml"],
    title: "Shampine and Reichelt",
    order: 2,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU_23,
        interpolant: Interpolant::Stiff(&INSIDE_23),
        smooth: false,
    }),
    source: "L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22",
};

pub(crate) const METHOD_32: Method = Method {
    name: "rosenbrock32",
    aliases: &[],
    title: "Shampine and Reichelt",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU_32,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22",
};

static TABLEAU_23: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.292893218813452475599155637895),
    a: &[
        numbers![],
        numbers![1.707106781186547524400844362105],
        numbers![3.41421356237309504880168872421, 3.41421356237309504880168872421],
    ],
    coupling: &[
        numbers![],
        numbers![-3.41421356237309504880168872421],
        numbers![-6.828427124746190097603377448419, -25.313708498984760390413509793678],
    ],
    b: numbers![3.41421356237309504880168872421, 3.41421356237309504880168872421, 0.0],
    b_hat: Some(numbers![2.845177968644245874001407270175, 1.0 / 3.0, -0.569035593728849174800281454035]),
    c: numbers![0.0, 1.0 / 2.0, 1.0],
    time_weights: numbers![0.292893218813452475599155637895, 0.0, -0.292893218813452475599155637895],
};

/// The interpolant of the paper (section 3): D1 = dt (k1 - k2) / (1 - 2 d) = -U2 / (d (1 - 2 d)).
static INSIDE_23: Stiff = Stiff { order: 2, h: &[numbers![0.0, -8.242640687119285146405066172629]] };

static TABLEAU_32: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.292893218813452475599155637895),
    a: &[
        numbers![],
        numbers![1.707106781186547524400844362105],
        numbers![3.41421356237309504880168872421, 3.41421356237309504880168872421],
    ],
    coupling: &[
        numbers![],
        numbers![-3.41421356237309504880168872421],
        numbers![-6.828427124746190097603377448419, -25.313708498984760390413509793678],
    ],
    b: numbers![
        3.983249156101944223601970178245,
        6.495093791412856764270044115086,
        0.569035593728849174800281454035
    ],
    b_hat: Some(numbers![3.41421356237309504880168872421, 3.41421356237309504880168872421, 0.0]),
    c: numbers![0.0, 1.0 / 2.0, 1.0],
    time_weights: numbers![0.292893218813452475599155637895, 0.0, -0.292893218813452475599155637895],
};
