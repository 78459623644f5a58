//! What the manager knows: clients, groups, queues, arrays that wait. Nothing here calls into a device.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::array::Ledger;
use crate::available::Available;
use crate::device::{Event, Stream};
use crate::request::ArrayRequest;
use crate::response::ArrayResponse;
use crate::share::{self, Share};

pub(super) type ClientId = u64;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) clients: BTreeMap<ClientId, Entry>,
    /// The stream of each group, made at its first allocation.
    pub(super) streams: BTreeMap<String, Arc<dyn Stream>>,
    last_id: ClientId,
    /// Counts parkings, for the order of eviction.
    clock: u64,
}

/// A client as the manager sees it. It never has both requests in the queue and a response that is ready.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) share: Share,
    pub(super) queued: Vec<ArrayRequest>,
    pub(super) ready: Option<Ready>,
    pub(super) parked: Option<Parked>,
    pub(super) ledger: Ledger,
}

/// A response that was not taken yet, and what it answers.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) requests: Vec<ArrayRequest>,
    pub(super) response: ArrayResponse,
}

/// Arrays of an idle client.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) response: ArrayResponse,
    /// Happens when the work on them is done.
    pub(super) idle: Arc<dyn Event>,
    pub(super) since: u64,
}

/// What one client wants allocated, and what it gives back for it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) id: ClientId,
    pub(super) name: String,
    pub(super) ledger: Ledger,
    pub(super) requests: Vec<ArrayRequest>,
    /// A response to the same requests that nobody has taken.
    pub(super) withdrawn: Option<ArrayResponse>,
    /// Parked arrays that the new ones replace.
    pub(super) parked: Option<Parked>,
}

impl Part {
    /// Bytes that it gives back of each memory.
    pub(super) fn own(&self, memories: Available) -> Available {
        let parked = self.parked.as_ref().map(|parked| &parked.response);
        let old = self.withdrawn.iter().chain(parked);
        old.fold(memories.map(|_, _| 0), |sum, response| sum.plus(response.bytes_in(memories)))
    }
}

impl State {
    pub(super) fn add(&mut self, name: String, group: String, share: Share) -> ClientId {
        self.last_id += 1;
        let (queued, ready, parked, ledger) = (Vec::new(), None, None, Ledger::default());
        self.clients.insert(self.last_id, Entry { name, group, share, queued, ready, parked, ledger });
        self.last_id
    }

    /// Forgets a client, and the stream of a group that nobody is left in. What is returned is to be dropped without
    /// the lock.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<(Entry, Option<Arc<dyn Stream>>)> {
        let entry = self.clients.remove(&id)?;
        let stream = self.abandoned(&entry.group);
        Some((entry, stream))
    }

    /// Moves a client with its queue to another group.
    pub(super) fn move_to(&mut self, id: ClientId, group: String) -> Option<Arc<dyn Stream>> {
        let entry = self.clients.get_mut(&id)?;
        let old = std::mem::replace(&mut entry.group, group);
        self.abandoned(&old)
    }

    fn abandoned(&mut self, group: &str) -> Option<Arc<dyn Stream>> {
        let empty = self.members(group).next().is_none();
        if empty { self.streams.remove(group) } else { None }
    }

    pub(super) fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = (&'a ClientId, &'a Entry)> {
        self.clients.iter().filter(move |(_, entry)| entry.group == group)
    }

    fn shares(&self) -> Vec<Share> {
        self.clients.values().map(|entry| entry.share).collect()
    }

    /// The part of the memory that a client may use.
    pub(super) fn proportion(&self, id: ClientId) -> f64 {
        let all = self.shares();
        self.clients.get(&id).map_or(0.0, |entry| share::proportion(&all, entry.share))
    }

    /// The part of the memory that all clients of a group together may use.
    pub(super) fn group_proportion(&self, group: &str) -> f64 {
        let all = self.shares();
        let sum: f64 = self.members(group).map(|(_, entry)| share::proportion(&all, entry.share)).sum();
        sum.min(1.0)
    }

    /// Bytes that the clients of a group hold.
    pub(super) fn group_bytes(&self, group: &str) -> u64 {
        self.members(group).map(|(_, entry)| entry.ledger.bytes()).sum()
    }

    /// Takes all that waits in a group's queue. Responses that nobody has taken are withdrawn, and their requests are
    /// planned again; arrays that a client with new requests had parked will be replaced. Nothing if nobody has queued.
    pub(super) fn take_queue(&mut self, group: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.members(group).all(|(_, entry)| entry.queued.is_empty()) {
            return parts;
        }
        for (id, entry) in self.clients.iter_mut().filter(|(_, entry)| entry.group == group) {
            let queued = std::mem::take(&mut entry.queued);
            let (requests, withdrawn) = match entry.ready.take() {
                Some(ready) => (ready.requests, Some(ready.response)),
                None if queued.is_empty() => continue,
                None => (queued, None),
            };
            // Who asks for nothing new keeps what is parked.
            let parked = if requests.is_empty() { None } else { entry.parked.take() };
            let (name, ledger) = (entry.name.clone(), entry.ledger.clone());
            parts.push(Part { id: *id, name, ledger, requests, withdrawn, parked });
        }
        parts
    }

    /// Puts everything back as it was, but not over what a client has queued or parked meanwhile.
    ///
    /// # Returns
    /// What nobody wants any more, to be dropped without the lock.
    pub(super) fn put_back(&mut self, parts: Vec<Part>) -> Vec<Part> {
        let mut left = Vec::new();
        for mut part in parts {
            if let Some(entry) = self.clients.get_mut(&part.id) {
                if entry.parked.is_none() {
                    entry.parked = part.parked.take();
                }
                if entry.queued.is_empty() {
                    let requests = std::mem::take(&mut part.requests);
                    match part.withdrawn.take() {
                        Some(response) => entry.ready = Some(Ready { requests, response }),
                        None => entry.queued = requests,
                    }
                }
            }
            left.push(part);
        }
        left
    }

    /// What [`State::take_queue`] would take: the requests, and the bytes that would be given back.
    pub(super) fn wishes(&self, group: &str, memories: Available) -> Option<(Vec<ArrayRequest>, Available)> {
        self.members(group).find(|(_, entry)| !entry.queued.is_empty())?;
        let (mut requests, mut own) = (Vec::new(), memories.map(|_, _| 0));
        for (_, entry) in self.members(group) {
            let ready = entry.ready.as_ref();
            let wanted = ready.map_or(&entry.queued, |ready| &ready.requests);
            if wanted.is_empty() {
                continue;
            }
            requests.extend_from_slice(wanted);
            let parked = entry.parked.as_ref().map(|parked| &parked.response);
            let old = ready.map(|ready| &ready.response).into_iter().chain(parked);
            own = old.fold(own, |sum, response| sum.plus(response.bytes_in(memories)));
        }
        Some((requests, own))
    }

    /// Leaves a response for a client to take.
    ///
    /// # Returns
    /// The response again if nobody wants it any more: the client is gone, or has queued anew meanwhile.
    pub(super) fn deliver(
        &mut self,
        id: ClientId,
        requests: Vec<ArrayRequest>,
        response: ArrayResponse,
    ) -> Option<ArrayResponse> {
        match self.clients.get_mut(&id) {
            Some(entry) if entry.queued.is_empty() => {
                entry.ready.replace(Ready { requests, response }).map(|ready| ready.response)
            }
            _ => Some(response),
        }
    }

    pub(super) fn park(
        &mut self,
        id: ClientId,
        response: ArrayResponse,
        idle: Arc<dyn Event>,
    ) -> Option<Parked> {
        self.clock += 1;
        let since = self.clock;
        let entry = self.clients.get_mut(&id)?;
        entry.parked.replace(Parked { response, idle, since })
    }
}
