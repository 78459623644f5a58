//! Shares of the memory: the manual pool and the automatic pool.

/// The part of the memory that a client may use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Share {
    /// An equal part of what the proportions leave, like every other client of the automatic pool. The parts change
    /// when clients come and go.
    #[default]
    Automatic,
    /// This part of the memory, above 0 and at most 1.
    Proportion(f64),
}

/// The least that proportions must leave to the automatic pool, if anyone is in it.
const LEAST_AUTOMATIC: f64 = 0.05;

/// Sums of proportions that are written in decimals are not exact.
const ROUNDING: f64 = 1e-9;

/// Checks that a share fits beside those of all other clients.
pub(crate) fn admit(others: &[Share], share: Share) -> Result<(), ShareError> {
    let (taken, automatic) = (taken(others), automatic(others));
    match share {
        Share::Proportion(proportion) if !(proportion > 0.0 && proportion <= 1.0) => {
            Err(ShareError::OutOfRange { proportion })
        }
        Share::Proportion(proportion) if taken + proportion > 1.0 + ROUNDING => {
            Err(ShareError::Exceeded { proportion, taken })
        }
        Share::Proportion(proportion)
            if automatic > 0 && taken + proportion > 1.0 - LEAST_AUTOMATIC + ROUNDING =>
        {
            Err(ShareError::StarvesAutomatic { proportion, taken, automatic })
        }
        Share::Automatic if 1.0 - taken < LEAST_AUTOMATIC - ROUNDING => {
            Err(ShareError::NothingLeft { taken })
        }
        _ => Ok(()),
    }
}

/// The part of the memory that a share comes to among all shares, itself included.
pub(crate) fn proportion(all: &[Share], share: Share) -> f64 {
    match share {
        Share::Proportion(proportion) => proportion,
        Share::Automatic => (1.0 - taken(all)).max(0.0) / automatic(all).max(1) as f64,
    }
}

fn taken(shares: &[Share]) -> f64 {
    let proportions = shares.iter().map(|share| match share {
        Share::Automatic => 0.0,
        Share::Proportion(proportion) => *proportion,
    });
    proportions.sum()
}

fn automatic(shares: &[Share]) -> usize {
    shares.iter().filter(|share| **share == Share::Automatic).count()
}

/// A share that cannot be given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Not a proportion.
    #[error("a proportion of the memory must be above 0 and at most 1, not {proportion}")]
    OutOfRange {
        /// The proportion asked for.
        proportion: f64,
    },
    /// All proportions together exceed the memory.
    #[error("a proportion of {proportion} does not fit: other clients have {taken} of the memory already")]
    Exceeded {
        /// The proportion asked for.
        proportion: f64,
        /// What others have.
        taken: f64,
    },
    /// Too little would be left to the automatic pool.
    #[error(
        "a proportion of {proportion} beside the {taken} of others leaves less than {LEAST_AUTOMATIC} of the memory \
         to the {automatic} clients without a proportion of their own"
    )]
    StarvesAutomatic {
        /// The proportion asked for.
        proportion: f64,
        /// What others have.
        taken: f64,
        /// Clients in the automatic pool.
        automatic: usize,
    },
    /// Nothing to speak of is left to share.
    #[error(
        "other clients have {taken} of the memory, which leaves less than {LEAST_AUTOMATIC} to a client without a \
         proportion of its own; lower theirs"
    )]
    NothingLeft {
        /// What others have.
        taken: f64,
    },
}
