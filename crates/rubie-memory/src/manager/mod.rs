//! The memory manager: who gets how much, and one allocation pass for each group.

mod state;
mod error;
mod room;
mod pass;
mod client;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::device::{Device, MemoryInfo};
use crate::share;
use crate::share::Share;

pub use client::Client;
pub use error::{MemoryError, Refusal};

use state::State;

/// What limits the memory of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// What is free, and the shares of the group's clients together.
    #[default]
    Shares,
    /// What is free; shares count for nothing.
    FreeMemory,
}

/// Divides the memory of a device between clients.
///
/// Clients [`register`](MemoryManager::register) with a share and in a *stream group*; the clients of one group are
/// planned together and use one stream, two groups know nothing of each other. See the page of the crate
/// for the whole story.
///
/// Any number of threads may use a manager and its clients. No call of one group waits for the device while another
/// group registers, queues or takes; allocation passes run one after the other, so that no two plan with the same
/// free bytes.
#[derive(Debug)]
pub struct MemoryManager {
    device: Arc<dyn Device>,
    limits: Limits,
    state: Mutex<State>,
    /// Held during an allocation pass; guards nothing else.
    passes: Mutex<()>,
}

impl MemoryManager {
    /// A manager of a device's memory.
    pub fn new(device: Arc<dyn Device>, limits: Limits) -> Arc<Self> {
        Arc::new(MemoryManager { device, limits, state: Mutex::default(), passes: Mutex::default() })
    }

    /// Registers a client. Dropping the handle deregisters it: what it has queued is forgotten, what it has parked
    /// is freed, and the automatic pool is divided anew. Arrays it has taken stay whose they are.
    ///
    /// # Arguments
    /// - `name`: what messages call the client.
    /// - `group`: clients with the same group are planned together.
    /// - `share`: the part of the memory it may use.
    ///
    /// # Errors
    /// [`MemoryError::Share`]: the share does not fit beside those of others.
    pub fn register(
        self: &Arc<Self>,
        name: impl Into<String>,
        group: impl Into<String>,
        share: Share,
    ) -> Result<Client, MemoryError> {
        let name = name.into();
        let mut state = self.state();
        let others: Vec<Share> = state.clients.values().map(|entry| entry.share).collect();
        if let Err(source) = share::admit(&others, share) {
            return Err(MemoryError::Share { client: name, source });
        }
        let id = state.add(name, group.into(), share);
        Ok(Client::new(Arc::clone(self), id))
    }

    /// The device whose memory it is.
    pub fn device(&self) -> &Arc<dyn Device> {
        &self.device
    }

    /// Bytes of the device's memories now.
    ///
    /// # Errors
    /// The device does not answer.
    pub fn memory(&self) -> Result<MemoryInfo, MemoryError> {
        Ok(self.device.memory()?)
    }

    /// Number of clients.
    pub fn clients(&self) -> usize {
        self.state().clients.len()
    }

    /// Frees what idle clients have parked, of all groups.
    ///
    /// # Returns
    /// Bytes freed.
    pub fn free_parked(&self) -> u64 {
        let mut parked = Vec::new();
        for entry in self.state().clients.values_mut() {
            parked.extend(entry.parked.take());
        }
        parked.iter().map(|parked| parked.response.bytes()).sum()
    }

    /// Nothing panics while it is held, so a poisoned lock cannot be; if it were, what it guards is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a part of the memory.
fn cap(proportion: f64, total: u64) -> u64 {
    // Proportions are sums of decimals: a thousandth of a millionth more or less is meant to be the same.
    let part = proportion * (1.0 + 1e-12) * total as f64;
    if proportion >= 1.0 { total } else { (part as u64).min(total) }
}
