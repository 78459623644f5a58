//! The second-order method of Verwer et al., L-stable.
//!
//! J. G. Verwer, E. J. Spee, J. G. Blom, W. Hundsdorfer, A second-order Rosenbrock method applied to photochemical dispersion
//! problems, SIAM J. Sci. Comput. 20 (1999) 1456-1480. The numbers are closed forms in the square root of 2.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "ros2",
    aliases: &[],
    title: "Verwer et al.",
    order: 2,
    embedded_order: Some(1),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "J. G. Verwer et al., SIAM J. Sci. Comput. 20 (1999) 1456-1480",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(1.707106781186547524400844362105),
    a: &[numbers![], numbers![0.58578643762690495119831127579]],
    coupling: &[numbers![], numbers![-1.171572875253809902396622551581]],
    b: numbers![0.878679656440357426797466913685, 0.292893218813452475599155637895],
    b_hat: Some(numbers![0.58578643762690495119831127579, 0.0]),
    c: numbers![0.0, 1.0],
    time_weights: numbers![1.707106781186547524400844362105, -1.707106781186547524400844362105],
};
