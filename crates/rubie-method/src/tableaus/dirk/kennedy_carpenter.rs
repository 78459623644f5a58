//! The implicit half of the additive method `ARK4(3)6L[2]SA` of Kennedy and Carpenter.
//!
//! C. A. Kennedy, M. H. Carpenter, Additive Runge-Kutta schemes for convection-diffusion-reaction equations, Appl. Numer. Math. 44
//! (2003) 139-181.

use super::prelude::*;

pub(crate) const KENCARP4: Method = Method {
    name: "kencarp4",
    aliases: &[],
    title: "Kennedy and Carpenter, 4(3)",
    order: 4,
    embedded_order: Some(3),
    control: ControlDefaults::DIRK,
    family: Family::DiagonallyImplicit(DiagonallyImplicit {
        tableau: &TABLEAU,
        interpolant: Interpolant::Continuous(&INSIDE),
        start: Start::Tangent,
        predict: false,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "C. A. Kennedy, M. H. Carpenter, Appl. Numer. Math. 44 (2003) 139-181",
};

static TABLEAU: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.0],
        numbers![1.0 / 4.0, 1.0 / 4.0],
        numbers![8611.0 / 62500.0, -1743.0 / 31250.0, 1.0 / 4.0],
        numbers![5012029.0 / 34652500.0, -654441.0 / 2922500.0, 174375.0 / 388108.0, 1.0 / 4.0],
        numbers![
            15267082809.0 / 155376265600.0,
            -71443401.0 / 120774400.0,
            730878875.0 / 902184768.0,
            2285395.0 / 8070912.0,
            1.0 / 4.0
        ],
        numbers![82889.0 / 524892.0, 0.0, 15625.0 / 83664.0, 69875.0 / 102672.0, -2260.0 / 8211.0, 1.0 / 4.0],
    ],
    b: numbers![82889.0 / 524892.0, 0.0, 15625.0 / 83664.0, 69875.0 / 102672.0, -2260.0 / 8211.0, 1.0 / 4.0],
    b_hat: Some(numbers![
        4586570599.0 / 29645900160.0,
        0.0,
        178811875.0 / 945068544.0,
        814220225.0 / 1159782912.0,
        -3700637.0 / 11593932.0,
        61727.0 / 225920.0
    ]),
    c: numbers![0.0, 1.0 / 2.0, 83.0 / 250.0, 31.0 / 50.0, 17.0 / 20.0, 1.0],
};

/// The dense output of order 3 of the paper's appendix; its fractions are rounded to about 25 digits.
static INSIDE: Continuous = Continuous {
    order: 3,
    a: &[],
    c: &[],
    weights: &[
        numbers![
            6943876665148.0 / 7220017795957.0,
            -54480133.0 / 30881146.0,
            6818779379841.0 / 7100303317025.0
        ],
        numbers![],
        numbers![
            7640104374378.0 / 9702883013639.0,
            -11436875.0 / 14766696.0,
            2173542590792.0 / 12501825683035.0
        ],
        numbers![
            -20649996744609.0 / 7521556579894.0,
            174696575.0 / 18121608.0,
            -31592104683404.0 / 5083833661969.0
        ],
        numbers![
            8854892464581.0 / 2390941311638.0,
            -12120380.0 / 966161.0,
            61146701046299.0 / 7138195549469.0
        ],
        numbers![-11397109935349.0 / 6675773540249.0, 3843.0 / 706.0, -17219254887155.0 / 4939391667607.0],
    ],
};
