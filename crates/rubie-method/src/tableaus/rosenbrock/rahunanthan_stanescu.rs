//! A 4th-order L-stable W-method of six stages, for fixed steps.
//!
//! A. Rahunanthan, D. Stanescu, High-order W-methods, J. Comput. Appl. Math. 233 (2010) 1798-1811. Digits as OrdinaryDiffEq.jl lists
//! them.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "rosenbrockw6s4os",
    aliases: &[],
    title: "Rahunanthan and Stanescu",
    order: 4,
    embedded_order: None,
    control: ControlDefaults::ROSENBROCK_FIXED,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "A. Rahunanthan, D. Stanescu, J. Comput. Appl. Math. 233 (2010) 1798-1811",
};

static TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![0.5812383407115008],
        numbers![0.903962441371467, 1.861519155534501],
        numbers![2.076579719675, 0.1884255381414796, 1.870158967491032],
        numbers![4.435550638484312, 5.457181798610189, 4.61635078806893, 3.118111952402361],
        numbers![
            10.79170169848326,
            -10.05691522584131,
            14.99564485428419,
            5.274339954390943,
            1.42973087126119
        ],
    ],
    coupling: &[
        numbers![],
        numbers![-2.661294105131369],
        numbers![-3.128450202373838, 0.0],
        numbers![-6.920335474535658, -1.202675288266817, -9.73356181141362],
        numbers![-28.09530629102695, 20.37126295479377, -41.04375275302869, -19.66373175620895],
        numbers![9.7998186780974, 11.93579288660318, 3.673874929013201, 14.8078285410955, 0.831858399869068],
    ],
    b: numbers![
        6.456217074653235,
        -4.853141317768053,
        9.76531833406926,
        2.081084177278723,
        0.6603936866352417,
        0.6
    ],
    b_hat: None,
    c: numbers![
        0.0,
        0.1453095851778752,
        0.3817422770256738,
        0.6367813704374599,
        0.7560744496323561,
        0.927104723987567
    ],
    time_weights: numbers![
        0.25,
        0.0836691184292894,
        0.0544718623516351,
        -0.3402289722355864,
        0.0337651588339529,
        -0.090307426761854
    ],
};
