//! The 5(4) pair of Tsitouras, first same as last: smaller error constants than Dormand and Prince's.
//!
//! Ch. Tsitouras, Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption, Comput. Math.
//! Appl. 62 (2011) 770-775. The paper prints 16 digits; the order conditions hold to that accuracy.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "tsit5",
    aliases: &[],
    title: "Tsitouras",
    order: 5,
    embedded_order: Some(4),
    control: ControlDefaults::INTEGRAL,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Continuous(&INTERPOLANT),
    }),
    source: "Ch. Tsitouras, Comput. Math. Appl. 62 (2011) 770-775",
};

static TABLEAU: Tableau = Tableau {
    a: &[
        numbers![],
        numbers![0.161],
        numbers![-0.008480655492356989, 0.335480655492357],
        numbers![2.8971530571054935, -6.359448489975075, 4.3622954328695815],
        numbers![5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
        numbers![
            5.86145544294642,
            -12.92096931784711,
            8.159367898576159,
            -0.071584973281401,
            -0.028269050394068383
        ],
        numbers![
            0.09646076681806523,
            0.01,
            0.4798896504144996,
            1.379008574103742,
            -3.290069515436081,
            2.324710524099774
        ],
    ],
    b: numbers![
        0.09646076681806523,
        0.01,
        0.4798896504144996,
        1.379008574103742,
        -3.290069515436081,
        2.324710524099774,
        0.0
    ],
    b_hat: Some(numbers![
        0.09824077787029101,
        0.010816434459656746,
        0.4720087724042376,
        1.5237195812770048,
        -3.872426680888636,
        2.7827926300289607,
        -0.015151515151515152
    ]),
    c: numbers![0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0],
};

/// The free fourth-order interpolant of the paper (section 4), expanded in powers of theta.
static INTERPOLANT: Continuous = Continuous {
    order: 4,
    a: &[],
    c: numbers![],
    weights: &[
        numbers![0.99999999999999997428, -2.7637061972748259113, 2.9132554618219127438, -1.0530884977290216],
        numbers![0.0, 0.13169999999999999727, -0.22339999999999999818, 0.1017],
        numbers![0.0, 3.9302962368947515285, -5.9410338721315047347, 2.490627285651252793],
        numbers![0.0, -12.411077166933676984, 30.338188630282321598, -16.54810288924490272],
        numbers![0.0, 37.509313416511039195, -88.178904894766401101, 47.37952196281928122],
        numbers![0.0, -27.896526289197287792, 65.091894674793671515, -34.87065786149660974],
        numbers![0.0, 1.5, -4.0, 2.5],
    ],
};
