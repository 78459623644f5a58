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
        start: Start::Tangent,
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
