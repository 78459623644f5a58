//! `Client`: the handle of a registration.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::state::{ClientId, Entry};
use super::{MemoryError, MemoryManager, cap};
use crate::available::Available;
use crate::plan::ChunkPlan;
use crate::request::ArrayRequest;
use crate::response::ArrayResponse;
use crate::share::{self, Share};

/// A registered client of a [`MemoryManager`]. Dropping it deregisters the client.
#[derive(Debug)]
pub struct Client {
    manager: Arc<MemoryManager>,
    id: ClientId,
}

impl Client {
    pub(super) fn new(manager: Arc<MemoryManager>, id: ClientId) -> Self {
        Client { manager, id }
    }

    /// Queues all arrays that the client wants. What it had queued before, or was allocated and has not taken,
    /// is forgotten: the newest wish counts. An empty list takes its wish back.
    ///
    /// # Errors
    /// [`MemoryError::DuplicateLabel`]; what was queued before then stays.
    pub fn queue(&self, requests: Vec<ArrayRequest>) -> Result<(), MemoryError> {
        let mut labels = BTreeSet::new();
        if let Some(twice) = requests.iter().find(|request| !labels.insert(request.label())) {
            return Err(MemoryError::DuplicateLabel { client: self.name(), label: twice.label().to_owned() });
        }
        let forgotten = self.with(|entry| {
            entry.queued = requests;
            entry.ready.take()
        });
        // Its arrays are freed here, without the lock.
        drop(forgotten);
        Ok(())
    }

    /// The plan of all that the clients of the group have queued, without allocating or freeing anything: print it
    /// before solving. `None` if nobody has queued.
    ///
    /// # Errors
    /// As for [`Client::allocate_queue`].
    pub fn preview(&self) -> Result<Option<ChunkPlan>, MemoryError> {
        self.manager.preview_group(&self.group())
    }

    /// Plans and allocates in one pass all that the clients of the group have queued. Every client of the group
    /// can then take its own response; it does not matter which of them calls.
    ///
    /// Clients of other groups that have parked their arrays give them up, the longest idle first, as long as that
    /// makes the chunks fewer. Responses that nobody has taken yet are planned again together with the new requests.
    ///
    /// # Returns
    /// The plan, or `None` at once if nobody of the group has queued anything (another client's call was first).
    ///
    /// # Errors
    /// - [`MemoryError::Plan`]: no total_runs, two of them, or not enough memory. Nothing has changed.
    /// - [`MemoryError::Allocation`], [`MemoryError::Device`]: the device gave less than it promised. All arrays of
    ///   this pass are freed, all requests are queued again.
    pub fn allocate_queue(&self) -> Result<Option<Arc<ChunkPlan>>, MemoryError> {
        self.manager.allocate_group(&self.group())
    }

    /// Takes the client's response to what it has queued.
    ///
    /// # Errors
    /// [`MemoryError::NoResponse`].
    pub fn take_response(&self) -> Result<ArrayResponse, MemoryError> {
        let taken = self.with(|entry| {
            let none = || MemoryError::NoResponse { client: entry.name.clone(), queued: entry.queued.len() };
            entry.ready.take().map(|ready| ready.response).ok_or_else(none)
        });
        taken.unwrap_or_else(|| Err(MemoryError::NoResponse { client: self.name(), queued: 0 }))
    }

    /// Gives arrays into the manager's care while the client is idle. They stay allocated until another group needs
    /// the memory, the client's new requests are allocated, or the client leaves. Work that the client has queued on
    /// its stream may still be running; until it is done nobody gets them.
    ///
    /// # Errors
    /// The device does not answer; the arrays are then freed.
    pub fn park(&self, response: ArrayResponse) -> Result<(), MemoryError> {
        let idle = response.stream.mark()?;
        let before = self.manager.state().park(self.id, response, idle);
        drop(before);
        Ok(())
    }

    /// Takes parked arrays back. `None` if they were given up: queue the requests again.
    pub fn resume(&self) -> Option<ArrayResponse> {
        self.with(|entry| entry.parked.take()).flatten().map(|parked| parked.response)
    }

    /// Frees what the manager holds for the client: parked arrays, and a response that was not taken. What it has
    /// taken it frees by dropping it.
    ///
    /// # Returns
    /// Bytes freed.
    pub fn free(&self) -> u64 {
        let held = self.with(|entry| (entry.ready.take(), entry.parked.take()));
        let (ready, parked) = held.unwrap_or_default();
        let ready = ready.map_or(0, |ready| ready.response.bytes());
        ready + parked.map_or(0, |parked| parked.response.bytes())
    }

    /// Moves the client to another group, with what it has queued.
    pub fn move_to(&self, group: impl Into<String>) {
        let stream = self.manager.state().move_to(self.id, group.into());
        drop(stream);
    }

    /// Gives the client another share. What it holds already it keeps.
    ///
    /// # Errors
    /// [`MemoryError::Share`]: the share does not fit beside those of others; it then keeps the one it had.
    pub fn set_share(&self, share: Share) -> Result<(), MemoryError> {
        let mut state = self.manager.state();
        let others = state.clients.iter().filter(|(id, _)| **id != self.id);
        let others: Vec<Share> = others.map(|(_, entry)| entry.share).collect();
        let Some(entry) = state.clients.get_mut(&self.id) else { return Ok(()) };
        match share::admit(&others, share) {
            Err(source) => Err(MemoryError::Share { client: entry.name.clone(), source }),
            Ok(()) => {
                entry.share = share;
                Ok(())
            }
        }
    }

    /// The share it registered with.
    pub fn share(&self) -> Share {
        self.with(|entry| entry.share).unwrap_or_default()
    }

    /// The part of the memory that its share comes to now, from 0 to 1.
    pub fn proportion(&self) -> f64 {
        self.manager.state().proportion(self.id)
    }

    /// Bytes of the memory that its share comes to now.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn cap(&self) -> Result<u64, MemoryError> {
        let total = match self.manager.device.memory()?.total {
            Available::Shared(total) | Available::Apart { device: total, .. } => total,
        };
        Ok(cap(self.proportion(), total))
    }

    /// Bytes of the memory that shares divide which the client holds: taken, parked, or ready to be taken.
    pub fn allocated_bytes(&self) -> u64 {
        self.with(|entry| entry.ledger.bytes()).unwrap_or(0)
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        self.with(|entry| entry.name.clone()).unwrap_or_default()
    }

    /// The group it is planned with.
    pub fn group(&self) -> String {
        self.with(|entry| entry.group.clone()).unwrap_or_default()
    }

    /// The entry is there as long as the handle.
    fn with<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.manager.state().clients.get_mut(&self.id).map(change)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let removed = self.manager.state().remove(self.id);
        // Its arrays are freed here, without the lock.
        drop(removed);
    }
}
