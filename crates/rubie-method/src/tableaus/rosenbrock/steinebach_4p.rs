//! Steinebach's 4(3) methods for parabolic problems: RODASP, Rodas4P2 (order 2 with any Jacobian) and Rodas4PW.
//!
//! G. Steinebach, Order-reduction of ROW-methods for DAEs and method of lines applications, preprint 1741, TH Darmstadt (1995);
//! G. Steinebach, Improvement of Rosenbrock-Wanner method RODASP, in: Progress in Differential-Algebraic Equations II, Springer
//! (2020) 165-184; Rodas4PW: coefficients as OrdinaryDiffEq.jl lists them.

use super::prelude::*;

pub(crate) const RODAS4P: Method = Method {
    name: "rodas4p",
    aliases: &[],
    title: "Steinebach, RODASP",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS4P_TABLEAU,
        interpolant: Interpolant::Stiff(&RODAS4P_INSIDE),
        smooth: false,
    }),
    source: "G. Steinebach, preprint 1741, TH Darmstadt, 1995",
};

pub(crate) const RODAS4P2: Method = Method {
    name: "rodas4p2",
    aliases: &[],
    title: "Steinebach, Rodas4P2",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS4P2_TABLEAU,
        interpolant: Interpolant::Stiff(&RODAS4P2_INSIDE),
        smooth: false,
    }),
    source: "G. Steinebach, Progress in DAEs II, Springer (2020) 165-184",
};

pub(crate) const RODAS4PW: Method = Method {
    name: "rodas4pw",
    aliases: &[],
    title: "Steinebach, Rodas4PW",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS4PW_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "OrdinaryDiffEq.jl, Rodas4PW",
};

static RODAS4P_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![3.0],
        numbers![1.831036793486759, 0.4955183967433795],
        numbers![2.304376582692669, -0.05249275245743001, -1.176798761832782],
        numbers![-7.170454962423024, -4.741636671481785, -16.31002631330971, -1.062004044111401],
        numbers![-7.170454962423024, -4.741636671481785, -16.31002631330971, -1.062004044111401, 1.0],
    ],
    coupling: &[
        numbers![],
        numbers![-12.0],
        numbers![-8.791795173947035, -2.207865586973518],
        numbers![10.81793056857153, 6.780270611428266, 19.5348594464241],
        numbers![34.19095006749676, 15.49671153725963, 54.7476087596413, 14.16005392148534],
        numbers![
            34.62605830930532,
            15.30084976114473,
            56.99955578662667,
            18.40807009793095,
            -5.714285714285717
        ],
    ],
    b: numbers![-7.170454962423024, -4.741636671481785, -16.31002631330971, -1.062004044111401, 1.0, 1.0],
    b_hat: Some(numbers![
        -7.170454962423024,
        -4.741636671481785,
        -16.31002631330971,
        -1.062004044111401,
        1.0,
        0.0
    ]),
    c: numbers![0.0, 0.75, 0.21, 0.63, 1.0, 1.0],
    time_weights: numbers![0.25, -0.5, -0.023504, -0.0362, 0.0, 0.0],
};

/// The interpolant of the code RODASP.
static RODAS4P_INSIDE: Stiff = Stiff {
    order: 3,
    h: &[
        numbers![25.09876703708589, 11.62013104361867, 28.49148307714626, -5.664021568594133],
        numbers![
            1.638054557396973,
            -0.7373619806678748,
            8.47791821923899,
            15.9925314877952,
            -1.882352941176471
        ],
    ],
};

static RODAS4P2_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![3.0],
        numbers![0.906377755268814, -0.189707390391685],
        numbers![3.758617027739064, 1.161741776019525, -0.849258085312803],
        numbers![7.089566927282776, 4.573591406461604, -8.423496976860259, -0.959280113459775],
        numbers![7.089566927282776, 4.573591406461604, -8.423496976860259, -0.959280113459775, 1.0],
    ],
    coupling: &[
        numbers![],
        numbers![-12.0],
        numbers![-6.354581592719008, 0.338972550544623],
        numbers![-8.575016317114033, -7.606483992117508, 12.22499765012482],
        numbers![-5.888975457523102, -8.15739661784182, 24.805546872612922, 12.79040151279698],
        numbers![
            -4.408651676063871,
            -6.692003137674639,
            24.625568527593117,
            16.627521966636085,
            -5.714285714285718
        ],
    ],
    b: numbers![7.089566927282776, 4.573591406461604, -8.423496976860259, -0.959280113459775, 1.0, 1.0],
    b_hat: Some(numbers![
        7.089566927282776,
        4.573591406461604,
        -8.423496976860259,
        -0.959280113459775,
        1.0,
        0.0
    ]),
    c: numbers![0.0, 0.75, 0.321448134013046, 0.519745732277726, 1.0, 1.0],
    time_weights: numbers![0.25, -0.5, -0.189532918363016, 0.085612108792769, 0.0, 0.0],
};

/// The interpolant of the paper.
static RODAS4P2_INSIDE: Stiff = Stiff {
    order: 3,
    h: &[
        numbers![
            -5.323528268423303,
            -10.042123754867493,
            17.175254928256965,
            -5.079931171878093,
            -0.016185991706112
        ],
        numbers![
            6.984505741529879,
            6.914061169603662,
            -0.849178943070653,
            18.104410789349338,
            -3.516963011559032
        ],
    ],
};

static RODAS4PW_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![2.9351406859394085, -0.2900839547917462],
        numbers![2.5023808526102953, 0.16405393216724992, 0.5533771741907447],
        numbers![3.750686547696225, -3.4281864369523043, 3.040310330969146, 3.9186650053435343],
        numbers![
            6.144641638053066,
            -3.5875118429024027,
            4.896418320248426,
            3.22902579478038,
            1.8769572180937995
        ],
        numbers![
            7.024950636618132,
            -0.16004404386219917,
            3.011738084182477,
            2.6255276779916845,
            1.064210639984151,
            1.458733196183423
        ],
        numbers![
            2.435229134779612,
            -3.6456929559533693,
            1.8428193142644478,
            -1.3604738908042329,
            1.9007297861385437,
            1.2049388559324536,
            0.5873423923113257
        ],
        numbers![
            2.435229134779612,
            -3.6456929559533693,
            1.8428193142644478,
            -1.3604738908042329,
            1.9007297861385437,
            1.2049388559324536,
            0.5873423923113257,
            1.0
        ],
    ],
    coupling: &[
        numbers![],
        numbers![-8.0],
        numbers![0.11431136138808462, 5.111960520884256],
        numbers![-8.68739530736641, -0.21553233254388848, -2.2134894813624935],
        numbers![-10.812900826181544, 5.419387230163944, -6.845923178683723, -5.6022546699245925],
        numbers![
            -13.17876026787501,
            8.4031432262977,
            -14.402912022742473,
            -1.8949265796948946,
            -7.507992684163551
        ],
        numbers![
            2.4245226070350387,
            3.916211538629165,
            6.334875580590554,
            -18.204882737666242,
            11.2386753540205,
            4.394215434356857
        ],
        numbers![
            12.966547752453305,
            1.6658702157873542,
            -1.952036642801561,
            44.8607385053866,
            -16.33815656155744,
            -7.339351477557218,
            6.415927010710538
        ],
        numbers![
            -3.4230613926569706,
            10.549037870633642,
            -22.013331787653808,
            59.20345912605831,
            -38.48170615459573,
            -17.83635248514032,
            5.0140912391709005,
            -5.714232814492047
        ],
    ],
    b: numbers![
        2.435229134779612,
        -3.6456929559533693,
        1.8428193142644478,
        -1.3604738908042329,
        1.9007297861385437,
        1.2049388559324536,
        0.5873423923113257,
        1.0,
        1.0
    ],
    b_hat: Some(numbers![
        2.435229134779612,
        -3.6456929559533693,
        1.8428193142644478,
        -1.3604738908042329,
        1.9007297861385437,
        1.2049388559324536,
        0.5873423923113257,
        1.0,
        0.0
    ]),
    c: numbers![
        0.0,
        0.5,
        0.806306160182747,
        0.5500769630661511,
        0.645123695869199,
        0.7460176197877518,
        0.38581216095480647,
        1.0,
        1.0
    ],
    time_weights: numbers![
        0.25,
        -0.25,
        -0.062353072468327386,
        -0.24498696841659628,
        -0.3146820705324951,
        -0.16763676372651826,
        0.10469903956242915,
        0.0,
        0.0
    ],
};
