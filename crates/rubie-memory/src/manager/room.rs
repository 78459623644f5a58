//! How many bytes a group may use, and which idle clients must give theirs up for it.

use std::sync::Arc;

use super::state::ClientId;
use super::{Limits, MemoryError, MemoryManager};
use crate::available::{Available, Memory};
use crate::device::{Event, MemoryInfo};
use crate::plan::{ChunkPlan, plan};
use crate::request::ArrayRequest;

/// A client whose parked arrays could be given up.
#[derive(Clone, Debug)]
struct Idle {
    id: ClientId,
    since: u64,
    bytes: Available,
    event: Arc<dyn Event>,
}

/// A plan and the clients to evict for it, the longest idle first.
#[derive(Debug)]
pub(super) struct Prospect {
    pub(super) plan: ChunkPlan,
    pub(super) victims: Vec<Victim>,
}

/// A client and when it was parked.
pub(super) type Victim = (ClientId, u64);

impl MemoryManager {
    /// Plans the requests of a group with what is free, what it gives back itself, and what idle clients of other
    /// groups can give up; of these, only as many as the fewest chunks need.
    pub(super) fn prospect(
        &self,
        group: &str,
        requests: &[ArrayRequest],
        info: MemoryInfo,
        own: Available,
    ) -> Result<Prospect, MemoryError> {
        let mut free = info.free.plus(own);
        let allowed = self.allowed(group, info.total, own);
        let fail = |free, error| MemoryError::plan(group, free, allowed, error);
        let wanted = plan(requests, free.map(|_, _| u64::MAX)).map_err(|error| fail(free, error))?;
        let useful = allowed.map(|memory, bytes| bytes.min(wanted.bytes_of_batch(memory)));
        let mut best = plan(requests, free.at_most(allowed));
        let (mut victims, mut needed) = (Vec::new(), 0);
        for idle in self.idle(group, free) {
            let helps = |memory| idle.bytes.of(memory) > 0 && free.of(memory) < useful.of(memory);
            if !free.memories().any(|(memory, _)| helps(memory)) {
                continue;
            }
            free = free.plus(idle.bytes);
            victims.push((idle.id, idle.since));
            match (plan(requests, free.at_most(allowed)), &best) {
                (Ok(more), Ok(found)) if more.num_chunks() >= found.num_chunks() => {}
                (Err(_), Ok(_)) => {}
                (more, _) => (best, needed) = (more, victims.len()),
            }
        }
        victims.truncate(needed);
        let plan = best.map_err(|error| fail(free, error))?;
        Ok(Prospect { plan, victims })
    }

    /// Bytes that the shares of a group's clients still allow of each memory; `own` are about to be given back.
    fn allowed(&self, group: &str, total: Available, own: Available) -> Available {
        if self.limits == Limits::FreeMemory {
            return total.map(|_, _| u64::MAX);
        }
        let state = self.state();
        let (proportion, held) = (state.group_proportion(group), state.group_bytes(group));
        total.map(|memory, bytes| match memory {
            Memory::Host => u64::MAX,
            Memory::Shared | Memory::Device => {
                let cap = super::cap(proportion, bytes);
                cap.saturating_sub(held.saturating_sub(own.of(memory)))
            }
        })
    }

    /// Clients of other groups that are parked with their work done, the longest idle first.
    fn idle(&self, group: &str, memories: Available) -> Vec<Idle> {
        let mut idle: Vec<Idle> = Vec::new();
        for (id, entry) in &self.state().clients {
            let Some(parked) = entry.parked.as_ref().filter(|_| entry.group != group) else { continue };
            let bytes = parked.response.bytes_in(memories);
            idle.push(Idle { id: *id, since: parked.since, bytes, event: Arc::clone(&parked.idle) });
        }
        idle.retain(|idle| idle.event.is_done());
        idle.sort_by_key(|idle| idle.since);
        idle
    }

    /// Frees the arrays of the victims.
    ///
    /// # Returns
    /// Whether all were still idle: a client may have resumed meanwhile.
    pub(super) fn evict(&self, victims: &[Victim]) -> bool {
        let evicted: Vec<_> = {
            let mut state = self.state();
            let take = |(id, since): &Victim| {
                let parked = &mut state.clients.get_mut(id)?.parked;
                parked.take_if(|parked| parked.since == *since)
            };
            victims.iter().filter_map(take).collect()
        };
        // The device is called here, without the lock.
        evicted.len() == victims.len()
    }
}
