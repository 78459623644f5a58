//! The 5(4) pair of Dormand and Prince, first same as last.
//!
//! J. R. Dormand, P. J. Prince, A family of embedded Runge-Kutta formulae, J. Comp. Appl. Math. 6 (1980) 19-26.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "dormand-prince-54",
    aliases: &["erk", "dopri54", "dopri5", "rk45", "ode45"],
    title: "Dormand and Prince",
    order: 5,
    embedded_order: Some(4),
    control: ControlDefaults::INTEGRAL,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Continuous(&INTERPOLANT),
    }),
    source: "J. R. Dormand, P. J. Prince, J. Comp. Appl. Math. 6 (1980) 19-26",
};

static TABLEAU: Tableau = Tableau {
    a: &[
        numbers![],
        numbers![1.0 / 5.0],
        numbers![3.0 / 40.0, 9.0 / 40.0],
        numbers![44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        numbers![19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        numbers![9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
        numbers![35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
    ],
    b: numbers![35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0, 0.0],
    b_hat: Some(numbers![
        5179.0 / 57600.0,
        0.0,
        7571.0 / 16695.0,
        393.0 / 640.0,
        -92097.0 / 339200.0,
        187.0 / 2100.0,
        1.0 / 40.0
    ]),
    c: numbers![0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0],
};

/// The fourth-order interpolant of the code DOPRI5: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential
/// Equations I, 2nd ed., section II.6; here expanded in powers of theta.
static INTERPOLANT: Continuous = Continuous {
    order: 4,
    a: &[],
    c: numbers![],
    weights: &[
        numbers![
            1.0,
            -8048581381.0 / 2820520608.0,
            8663915743.0 / 2820520608.0,
            -12715105075.0 / 11282082432.0
        ],
        numbers![],
        numbers![
            0.0,
            131558114200.0 / 32700410799.0,
            -68118460800.0 / 10900136933.0,
            87487479700.0 / 32700410799.0
        ],
        numbers![
            0.0,
            -1754552775.0 / 470086768.0,
            14199869525.0 / 1410260304.0,
            -10690763975.0 / 1880347072.0
        ],
        numbers![
            0.0,
            127303824393.0 / 49829197408.0,
            -318862633887.0 / 49829197408.0,
            701980252875.0 / 199316789632.0
        ],
        numbers![0.0, -282668133.0 / 205662961.0, 2019193451.0 / 616988883.0, -1453857185.0 / 822651844.0],
        numbers![0.0, 40617522.0 / 29380423.0, -110615467.0 / 29380423.0, 69997945.0 / 29380423.0],
    ],
};
