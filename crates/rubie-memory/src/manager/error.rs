//! Why the manager refuses.

use crate::available::Available;
use crate::bytes::Bytes;
use crate::device::DeviceError;
use crate::plan::PlanError;
use crate::request::Placement;
use crate::share::ShareError;

/// Why the manager refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// A share that cannot be given.
    #[error("client `{client}`: {source}")]
    Share {
        /// The client.
        client: String,
        /// Why.
        source: ShareError,
    },
    /// Two requests of one client with one label.
    #[error(
        "client `{client}` asks for two arrays `{label}`; every array of a client needs a label of its own"
    )]
    DuplicateLabel {
        /// The client.
        client: String,
        /// The label.
        label: String,
    },
    /// The requests of a group cannot be planned.
    #[error("group `{group}`: {source}{}", hint(share))]
    Plan {
        /// The group.
        group: String,
        /// Bytes that are free and bytes that the shares of the group's clients allow, if these are fewer.
        share: Option<(u64, u64)>,
        /// Why.
        source: PlanError,
    },
    /// The device could not give what the plan said. Nothing is allocated and all requests are still queued.
    #[error(transparent)]
    Allocation(Box<Refusal>),
    /// There is no response to take.
    #[error("client `{client}` has no response to take: {}", match queued {
        0 => "it has queued no requests since the last",
        _ => "its requests are queued but not allocated; call allocate_queue first",
    })]
    NoResponse {
        /// The client.
        client: String,
        /// Requests that wait.
        queued: usize,
    },
    /// What the device says.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// An array that the device did not give, although the plan had room for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "client `{client}`: array `{label}` asked for {} of {placement} memory, of which {} were free after {} for \
     other arrays of group `{group}`; these were given back ({source})",
    Bytes(*asked), Bytes(*free), Bytes(*before)
)]
pub struct Refusal {
    /// The group.
    pub group: String,
    /// The client.
    pub client: String,
    /// The array.
    pub label: String,
    /// Where.
    pub placement: Placement,
    /// Bytes asked for.
    pub asked: u64,
    /// Bytes free when they were asked for.
    pub free: u64,
    /// Bytes allocated for other arrays of the group before.
    pub before: u64,
    /// What the device said.
    pub source: DeviceError,
}

fn hint(share: &Option<(u64, u64)>) -> String {
    match share {
        None => String::new(),
        Some((free, allowed)) => format!(
            " ({} are free, but the shares of the group's clients allow no more than {} of them)",
            Bytes(*free),
            Bytes(*allowed)
        ),
    }
}

impl MemoryError {
    /// `free` bytes were there, of which the shares of the group allow `allowed`.
    pub(super) fn plan(group: &str, free: Available, allowed: Available, source: PlanError) -> Self {
        let memory = match source {
            PlanError::FixedDoNotFit { memory, .. } | PlanError::OneRunDoesNotFit { memory, .. } => {
                Some(memory)
            }
            _ => None,
        };
        let both = memory.map(|memory| (free.of(memory), allowed.of(memory)));
        let share = both.filter(|(free, allowed)| allowed < free);
        MemoryError::Plan { group: group.to_owned(), share, source }
    }
}
