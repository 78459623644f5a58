//! What the managers of inputs and outputs have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use rubie_memory::{
    Array, ArrayResponse, ChunkPlan, Client, Element, ManagedArray, MemoryManager, Placement, Share,
};

use super::sizes::Sizes;
use crate::error::{Error, ErrorKind};

/// Where the arrays of a batch go, and beside whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Managers of one group are planned together and use one stream.
    pub group: String,
    /// The part of the memory that each manager may use.
    pub share: Share,
    /// The memory.
    pub placement: Placement,
}

impl Place {
    /// Ordinary memory of the host, an equal part of the automatic pool.
    pub fn host(group: impl Into<String>) -> Self {
        Place { group: group.into(), share: Share::Automatic, placement: Placement::Host }
    }
}

/// The arrays of one manager: a client of the memory manager that knows their sizes and how they are cut.
///
/// [`queue`](Self::queue), [`allocate`](Self::allocate) for all of the group, [`accept`](Self::accept); then there is
/// an array for each label, of the length of a chunk, and one chunk after the other uses it.
#[derive(Debug)]
pub struct BatchArrays<S> {
    sizes: S,
    placement: Placement,
    client: Client,
    managed: BTreeMap<String, ManagedArray>,
    held: Option<ArrayResponse>,
}

impl<S: Sizes> BatchArrays<S> {
    /// Registers a manager for arrays of these sizes. Dropping it deregisters it and frees its arrays.
    ///
    /// # Errors
    /// A share that does not fit beside those of others.
    pub fn register(manager: &Arc<MemoryManager>, place: &Place, sizes: S) -> Result<Self, Error> {
        let client = manager.register(S::CLIENT, place.group.clone(), place.share)?;
        let managed = managed(&sizes)?;
        Ok(BatchArrays { sizes, placement: place.placement, client, managed, held: None })
    }

    /// The sizes for the whole batch.
    pub fn sizes(&self) -> &S {
        &self.sizes
    }

    /// The registration.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Another batch: frees the arrays of the one before. Then queue again.
    ///
    /// # Errors
    /// As for [`Sizes::arrays`]; the manager then stays as it was.
    pub fn resize(&mut self, sizes: S) -> Result<(), Error> {
        self.managed = managed(&sizes)?;
        self.sizes = sizes;
        self.held = None;
        self.client.free();
        Ok(())
    }

    /// Queues the requests for all arrays. Those it holds are freed, so that there is room for the new ones.
    ///
    /// # Errors
    /// More bytes than can be counted.
    pub fn queue(&mut self) -> Result<(), Error> {
        self.held = None;
        Ok(self.client.queue(self.sizes.requests(self.placement)?)?)
    }

    /// Plans and allocates what all managers of the group have queued; the first that calls it does it for all.
    ///
    /// # Errors
    /// Different numbers of runs; not enough memory for a single run; a device that gave less than it promised. All
    /// requests then are still queued.
    pub fn allocate(&self) -> Result<Option<Arc<ChunkPlan>>, Error> {
        Ok(self.client.allocate_queue()?)
    }

    /// Takes the response: the arrays, and how the batch is cut.
    ///
    /// # Returns
    /// The plan of all of the group.
    ///
    /// # Errors
    /// Nothing was queued, or it was not allocated yet.
    pub fn accept(&mut self) -> Result<Arc<ChunkPlan>, Error> {
        let response = self.client.take_response()?;
        if let Some(missing) = self.managed.keys().find(|label| !response.arrays.contains_key(*label)) {
            let message = format!(
                "the {} were not queued when their group was planned: there is no array `{missing}`; queue them and \
                 allocate again",
                S::CLIENT
            );
            return Err(Error::new(ErrorKind::Memory, message));
        }
        for array in self.managed.values_mut() {
            array.set_chunks(response.chunk_length, response.chunks)?;
        }
        let plan = Arc::clone(&response.plan);
        self.held = Some(response);
        Ok(plan)
    }

    /// Leaves the arrays to the memory manager until the next batch of the same sizes; it may give them to others.
    ///
    /// # Errors
    /// The device does not answer; the arrays are then freed.
    pub fn park(&mut self) -> Result<(), Error> {
        match self.held.take() {
            Some(response) => Ok(self.client.park(response)?),
            None => Ok(()),
        }
    }

    /// Takes parked arrays back.
    ///
    /// # Returns
    /// Whether there are arrays now; if not, others needed the memory: queue again.
    pub fn resume(&mut self) -> bool {
        self.held = self.held.take().or_else(|| self.client.resume());
        self.held.is_some()
    }

    /// How an array is cut; `None` for one that there is not.
    pub fn managed(&self, label: &str) -> Option<&ManagedArray> {
        self.managed.get(label)
    }

    /// What chunk `index` uses of an array, in the order of its own shape. Empty where there is no such array.
    ///
    /// # Errors
    /// No such chunk; another type than the array's; nothing allocated; memory that the host cannot read.
    pub fn chunk<T: Element>(&self, label: &str, index: usize) -> Result<&[T], Error> {
        let Some(managed) = self.managed.get(label) else { return Ok(&[]) };
        let elements = managed.chunk_slice(index)?.elements();
        let array = self.held.as_ref().and_then(|held| held.arrays.get(label)).ok_or_else(Self::nothing)?;
        Ok(array.elements()?.get(..elements).unwrap_or_default())
    }

    /// What chunk `index` uses of an array, to be written.
    ///
    /// # Errors
    /// As for [`BatchArrays::chunk`].
    pub fn chunk_mut<T: Element>(&mut self, label: &str, index: usize) -> Result<&mut [T], Error> {
        self.parts_mut(index)?.remove(label).map_or(Ok(&mut []), ArrayPart::elements_mut)
    }

    /// What chunk `index` uses of every array.
    pub(super) fn parts_mut(&mut self, index: usize) -> Result<BTreeMap<&str, ArrayPart<'_>>, Error> {
        let held = self.held.as_mut().ok_or_else(Self::nothing)?;
        let mut parts = BTreeMap::new();
        for (label, array) in &mut held.arrays {
            if let Some(managed) = self.managed.get(label) {
                let elements = managed.chunk_slice(index)?.elements();
                parts.insert(label.as_str(), ArrayPart { array, elements });
            }
        }
        Ok(parts)
    }

    fn nothing() -> Error {
        let message = format!("the {} have no arrays: queue, allocate and accept first", S::CLIENT);
        Error::new(ErrorKind::Memory, message)
    }
}

fn managed<S: Sizes>(sizes: &S) -> Result<BTreeMap<String, ManagedArray>, Error> {
    let arrays = sizes.arrays()?.into_iter();
    Ok(arrays.map(|array| (array.label().to_owned(), array)).collect())
}

/// The first elements of an array: those that a chunk uses.
pub(super) struct ArrayPart<'a> {
    array: &'a mut Array,
    elements: usize,
}

impl<'a> ArrayPart<'a> {
    pub(super) fn elements_mut<T: Element>(self) -> Result<&'a mut [T], Error> {
        Ok(self.array.elements_mut()?.get_mut(..self.elements).unwrap_or_default())
    }
}
