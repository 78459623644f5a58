//! Gauss-Legendre methods of orders 4 and 8: collocation, symmetric and symplectic.
//!
//! J. C. Butcher, Implicit Runge-Kutta processes, Math. Comp. 18 (1964) 50-64; coefficients: integrals of the polynomials on
//! Legendre's roots, here to 32 digits. The companion of the second has equal weights.

use super::prelude::*;

pub(crate) const GAUSS_2: Method = Method {
    name: "firk_gauss_legendre_2",
    aliases: &["firk"],
    title: "Gauss and Legendre, 2 stages",
    order: 4,
    embedded_order: None,
    control: ControlDefaults::FIRK_FIXED,
    family: Family::FullyImplicit(FullyImplicit {
        tableau: &TABLEAU_2,
        decoupling: &TABLEAU_2_DECOUPLING,
        interpolant: Interpolant::Hermite,
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "J. C. Butcher, Math. Comp. 18 (1964) 50-64",
};

pub(crate) const GAUSS_4: Method = Method {
    name: "firk_gauss_legendre_4",
    aliases: &[],
    title: "Gauss and Legendre, 4 stages",
    order: 8,
    embedded_order: Some(2),
    control: ControlDefaults::FIRK,
    family: Family::FullyImplicit(FullyImplicit {
        tableau: &TABLEAU_4,
        decoupling: &TABLEAU_4_DECOUPLING,
        interpolant: Interpolant::Collocation(&TABLEAU_4),
        predict: true,
        newton: NewtonJacobian::Frozen,
        smooth: false,
    }),
    source: "J. C. Butcher, Math. Comp. 18 (1964) 50-64",
};

static TABLEAU_2: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![0.25000000000000000000000000000000, -0.038675134594812882254574390250979],
        numbers![0.53867513459481288225457439025098, 0.25000000000000000000000000000000],
    ],
    b: numbers![0.50000000000000000000000000000000, 0.50000000000000000000000000000000],
    b_hat: None,
    c: numbers![0.21132486540518711774542560974902, 0.78867513459481288225457439025098],
};

static TABLEAU_2_DECOUPLING: Decoupling = Decoupling {
    lambda: &[&[3.0, 1.7320508075688772], &[-1.7320508075688772, 3.0]],
    t: &[&[0.0, -0.2679491924311227], &[1.0, 0.0]],
    t_inverse: &[&[0.0, 1.0], &[-3.732050807568877, 0.0]],
};

static TABLEAU_4: ImplicitTableau = ImplicitTableau {
    a: &[
        numbers![
            0.086963711284363464343265987305500,
            -0.026604180084998793313385130476953,
            0.012627462689404724515056880574618,
            -0.0035551496857956831569109818495696
        ],
        numbers![
            0.18811811749986807165068554508717,
            0.16303628871563653565673401269450,
            -0.027880428602470895224151106418997,
            0.0067355005945381555153986690857038
        ],
        numbers![
            0.16719192197418877317113330552530,
            0.35395300603374396653761913180800,
            0.16303628871563653565673401269450,
            -0.014190694931141142964153570476171
        ],
        numbers![
            0.17748257225452261184344295646057,
            0.31344511474186834679841114481438,
            0.35267675751627186462685315586595,
            0.086963711284363464343265987305500
        ],
    ],
    b: numbers![
        0.17392742256872692868653197461100,
        0.32607257743127307131346802538900,
        0.32607257743127307131346802538900,
        0.17392742256872692868653197461100
    ],
    b_hat: Some(numbers![1.0 / 4.0, 1.0 / 4.0, 1.0 / 4.0, 1.0 / 4.0]),
    c: numbers![
        0.069431844202973712388026755553595,
        0.33000947820757186759866712044838,
        0.66999052179242813240133287955162,
        0.93056815579702628761197324444640
    ],
};

static TABLEAU_4_DECOUPLING: Decoupling = Decoupling {
    lambda: &[
        &[5.7924212056407445, 1.7344682578690076, 0.0, 0.0],
        &[-1.7344682578690076, 5.7924212056407445, 0.0, 0.0],
        &[0.0, 0.0, 4.2075787943592555, 5.314836083713505],
        &[0.0, 0.0, -5.314836083713505, 4.2075787943592555],
    ],
    t: &[
        &[-0.012341759741363832, -0.023496918215603287, 0.04924465427616796, 0.0060340612292611034],
        &[0.02852518491163969, -0.012040933637600837, -0.1223428211839875, 0.03934735460695322],
        &[0.18350916094694875, -0.11199078594990684, 0.09700163099893434, -0.365963412813924],
        &[1.0, 0.0, 1.0, 0.0],
    ],
    t_inverse: &[
        &[-4.372160721346074, 4.601204291988817, 0.4226196553637067, 0.7372350612258252],
        &[-29.07934128989778, -10.92230382520139, -1.653799987630558, 0.25615794074209763],
        &[4.372160721346074, -4.601204291988817, -0.4226196553637067, 0.2627649387741749],
        &[7.865249258907164, 4.430049975182788, -2.126523662855902, 0.360939595053997],
    ],
};
