//! Accumulators that several metrics share.

pub(super) mod difference;
pub(super) mod extreme;
pub(super) mod moment;
pub(super) mod p_square;
pub(super) mod turn;
