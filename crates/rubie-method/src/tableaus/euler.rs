//! Euler's method: one evaluation per step, order 1.
//!
//! L. Euler, Institutionum calculi integralis, volume I, Petersburg 1768, section 650.

use super::prelude::*;

pub(crate) const METHOD: Method = Method {
    name: "euler",
    aliases: &[],
    title: "Euler",
    order: 1,
    embedded_order: None,
    control: ControlDefaults::FIXED,
    family: Family::ExplicitRungeKutta(ExplicitRungeKutta {
        tableau: &TABLEAU,
        interpolant: Interpolant::Hermite,
    }),
    source: "L. Euler, Institutionum calculi integralis I, 1768",
};

static TABLEAU: Tableau = Tableau { a: &[numbers![]], b: numbers![1.0], b_hat: None, c: numbers![0.0] };
