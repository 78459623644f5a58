//! The 3(2) method ROS3P of Lang and Verwer, built for parabolic problems; it is A-stable.
//!
//! J. Lang, J. Verwer, ROS3P - an accurate third-order Rosenbrock solver designed for parabolic problems, BIT 41 (2001) 731-738. The
//! numbers are closed forms in the square root of 3.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "ros3p",
    aliases: &["rosenbrock"],
    title: "Lang and Verwer",
    order: 3,
    embedded_order: Some(2),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. Lang, J. Verwer, BIT 41 (2001) 731-738",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.788675134594812882254574390251),
    a: &[
        numbers![],
        numbers![1.267949192431122706472553658494],
        numbers![1.267949192431122706472553658494, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-1.607695154586736238835321950965],
        numbers![-3.464101615137754587054892683012, -1.732050807568877293527446341506],
    ],
    b: numbers![2.0, 0.577350269189625764509148780502, 0.422649730810374235490851219498],
    b_hat: Some(numbers![2.11324865405187117745425609749, 1.0, 0.422649730810374235490851219498]),
    c: numbers![0.0, 1.0, 1.0],
    time_weights: numbers![
        0.788675134594812882254574390251,
        -0.211324865405187117745425609749,
        -1.077350269189625764509148780502
    ],
};
