//! The L-stable 4(3) methods of Hairer and Wanner: ROS4 and two sets of the code RODAS, with its interpolants.
//!
//! E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, section IV.7, and the codes ROS4 and RODAS.

use super::prelude::*;

pub(crate) const ROS4: Method = Method {
    name: "ros4lstab",
    aliases: &[],
    title: "Hairer and Wanner, ROS4",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &ROS4_TABLEAU,
        interpolant: Interpolant::Hermite,
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.7",
};

pub(crate) const RODAS4: Method = Method {
    name: "rodas4",
    aliases: &[],
    title: "Hairer and Wanner, RODAS",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS4_TABLEAU,
        interpolant: Interpolant::Stiff(&RODAS4_INSIDE),
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.7",
};

pub(crate) const RODAS42: Method = Method {
    name: "rodas42",
    aliases: &[],
    title: "Hairer and Wanner, RODAS, second set",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::ROSENBROCK,
    family: Family::RosenbrockW(RosenbrockW {
        tableau: &RODAS42_TABLEAU,
        interpolant: Interpolant::Stiff(&RODAS42_INSIDE),
        smooth: false,
    }),
    source: "E. Hairer, G. Wanner, Solving ODEs II, 2nd ed., 1996, section IV.7",
};

static ROS4_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.57282),
    a: &[
        numbers![],
        numbers![2.0],
        numbers![1.867943637803922, 0.2344449711399156],
        numbers![1.867943637803922, 0.2344449711399156, 0.0],
    ],
    coupling: &[
        numbers![],
        numbers![-7.13761503641231],
        numbers![2.580708087951457, 0.6515950076447975],
        numbers![-2.137148994382534, -0.3214669691237626, -0.6949742501781779],
    ],
    b: numbers![2.255570073418735, 0.2870493262186792, 0.435317943184018, 1.093502252409163],
    b_hat: Some(numbers![2.5371132666328506, 0.3598113174680684, 0.5435375633335491, 2.187004504818326]),
    c: numbers![0.0, 1.14564, 0.65521686381559, 0.65521686381559],
    time_weights: numbers![0.57282, -1.769193891319233, 0.7592633437920482, -0.104902108710045],
};

static RODAS4_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![1.544],
        numbers![0.9466785280815826, 0.2557011698983284],
        numbers![3.314825187068521, 2.896124015972201, 0.9986419139977817],
        numbers![1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
        numbers![1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1.0],
    ],
    coupling: &[
        numbers![],
        numbers![-5.6688],
        numbers![-2.430093356833875, -0.2063599157091915],
        numbers![-0.1073529058151375, -9.594562251023355, -20.47028614809616],
        numbers![7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
        numbers![
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054
        ],
    ],
    b: numbers![1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1.0, 1.0],
    b_hat: Some(numbers![
        1.221224509226641,
        6.019134481288629,
        12.53708332932087,
        -0.687886036105895,
        1.0,
        0.0
    ]),
    c: numbers![0.0, 0.386, 0.21, 0.63, 1.0, 1.0],
    time_weights: numbers![0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0],
};

/// The interpolant of the code RODAS, first set of coefficients.
static RODAS4_INSIDE: Stiff = Stiff {
    order: 3,
    h: &[
        numbers![
            10.12623508344586,
            -7.487995877610167,
            -34.80091861555747,
            -7.992771707568823,
            1.025137723295662
        ],
        numbers![
            -0.6762803392801253,
            6.087714651680015,
            16.43084320892478,
            24.76722511418386,
            -6.594389125716872
        ],
    ],
};

static RODAS42_TABLEAU: RosenbrockTableau = RosenbrockTableau {
    gamma: number!(0.25),
    a: &[
        numbers![],
        numbers![1.4028884],
        numbers![0.6581212688557198, -1.320936088384301],
        numbers![7.131197445744498, 16.02964143958207, -5.561572550509766],
        numbers![22.73885722420363, 67.38147284535289, -31.2187749303856, 0.7285641833203814],
        numbers![22.73885722420363, 67.38147284535289, -31.2187749303856, 0.7285641833203814, 1.0],
    ],
    coupling: &[
        numbers![],
        numbers![-5.1043536],
        numbers![-2.899967805418783, 4.040399359702244],
        numbers![-32.64449927841361, -99.35311008728094, 49.99119122405989],
        numbers![-76.46023087151691, -278.5942120829058, 153.9294840910643, 10.97101866258358],
        numbers![
            -76.29701586804983,
            -294.2795630511232,
            162.0029695867566,
            23.6516690309527,
            -7.652977706771382
        ],
    ],
    b: numbers![22.73885722420363, 67.38147284535289, -31.2187749303856, 0.7285641833203814, 1.0, 1.0],
    b_hat: Some(numbers![
        22.73885722420363,
        67.38147284535289,
        -31.2187749303856,
        0.7285641833203814,
        1.0,
        0.0
    ]),
    c: numbers![0.0, 0.3507221, 0.2557041, 0.681779, 1.0, 1.0],
    time_weights: numbers![0.25, -0.0690221, -0.0009672, -0.087979, 0.0, 0.0],
};

/// The interpolant of the code RODAS, second set of coefficients.
static RODAS42_INSIDE: Stiff = Stiff {
    order: 3,
    h: &[
        numbers![
            -38.71940424117216,
            -135.8025833007622,
            64.51068857505875,
            -4.192663174613162,
            -2.53193205033506
        ],
        numbers![
            -14.99268484949843,
            -76.30242396627033,
            58.65928432851416,
            16.61359034616402,
            -0.6758691794084156
        ],
    ],
};
