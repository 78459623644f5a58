//! One allocation pass: the requests of a group become a plan, the plan arrays, the arrays responses.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use super::room::Prospect;
use super::state::{ClientId, Part};
use super::{MemoryError, MemoryManager, Refusal};
use crate::array::Array;
use crate::available::{Available, Memory};
use crate::device::{Buffer, DeviceError, MemoryInfo, Stream};
use crate::plan::ChunkPlan;
use crate::request::{ArrayRequest, Placement};
use crate::response::ArrayResponse;

impl MemoryManager {
    /// Allocates all that the clients of a group have queued. `None` if nobody has.
    pub(super) fn allocate_group(&self, group: &str) -> Result<Option<Arc<ChunkPlan>>, MemoryError> {
        let _one_pass_at_a_time = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parts = self.state().take_queue(group);
        if parts.is_empty() {
            return Ok(None);
        }
        match self.allocate_parts(group, &mut parts) {
            Ok((plan, stream, arrays)) => {
                self.hand_out(group, parts, arrays, &plan, &stream);
                Ok(Some(plan))
            }
            Err(error) => {
                let unwanted = self.state().put_back(parts);
                drop(unwanted);
                Err(error)
            }
        }
    }

    /// The plan of what a group has queued, without allocating anything. `None` if nobody has queued.
    pub(super) fn preview_group(&self, group: &str) -> Result<Option<ChunkPlan>, MemoryError> {
        let info = self.device.memory()?;
        let wishes = self.state().wishes(group, info.free);
        let Some((requests, own)) = wishes else { return Ok(None) };
        Ok(Some(self.prospect(group, &requests, info, own)?.plan))
    }

    /// The arrays of each part, or none at all.
    fn allocate_parts(&self, group: &str, parts: &mut [Part]) -> Result<Allocated, MemoryError> {
        let stream = self.stream_of(group)?;
        let plan = Arc::new(self.make_room(group, parts)?);
        let mut arrays: Vec<Vec<Array>> = Vec::new();
        for part in parts.iter() {
            let mut own = Vec::new();
            for request in &part.requests {
                match allocate(&*stream, &plan, request, part) {
                    Ok(array) => own.push(array),
                    Err(source) => {
                        let before =
                            arrays.iter().flatten().chain(&own).map(|array| array.bytes() as u64).sum();
                        return Err(self.refused(group, part, request, &plan, before, source));
                    }
                }
            }
            arrays.push(own);
        }
        Ok((plan, stream, arrays))
    }

    /// Plans, and frees what the plan counts on: old arrays of the parts, and idle clients. If there is no plan,
    /// nothing is freed.
    fn make_room(&self, group: &str, parts: &mut [Part]) -> Result<ChunkPlan, MemoryError> {
        let requests: Vec<ArrayRequest> = parts.iter().flat_map(|part| part.requests.clone()).collect();
        loop {
            let info: MemoryInfo = self.device.memory()?;
            let none: Available = info.free.map(|_, _| 0);
            let own = parts.iter().fold(none, |sum, part| sum.plus(part.own(info.free)));
            let Prospect { plan, victims } = self.prospect(group, &requests, info, own)?;
            for part in parts.iter_mut() {
                part.withdrawn = None;
                part.parked = None;
            }
            if self.evict(&victims) {
                return Ok(plan);
            }
        }
    }

    /// The stream of a group, made when first needed.
    fn stream_of(&self, group: &str) -> Result<Arc<dyn Stream>, MemoryError> {
        if let Some(stream) = self.state().streams.get(group) {
            return Ok(Arc::clone(stream));
        }
        let stream = self.device.stream()?;
        let mut state = self.state();
        // The last client may have left meanwhile; nobody would then drop the stream.
        if state.members(group).next().is_some() {
            state.streams.insert(group.to_owned(), Arc::clone(&stream));
        }
        Ok(stream)
    }

    fn refused(
        &self,
        group: &str,
        part: &Part,
        request: &ArrayRequest,
        plan: &ChunkPlan,
        before: u64,
        source: DeviceError,
    ) -> MemoryError {
        let free =
            self.device.memory().map_or(0, |info| info.free.of(info.free.memory_of(request.placement())));
        MemoryError::Allocation(Box::new(Refusal {
            group: group.to_owned(),
            client: part.name.clone(),
            label: request.label().to_owned(),
            placement: request.placement(),
            asked: request.chunked_bytes(plan.chunk_length()) as u64,
            free,
            before,
            source,
        }))
    }

    /// Leaves each client its response, and one without arrays to those of the group that had no requests.
    fn hand_out(
        &self,
        group: &str,
        parts: Vec<Part>,
        arrays: Vec<Vec<Array>>,
        plan: &Arc<ChunkPlan>,
        stream: &Arc<dyn Stream>,
    ) {
        let mut unwanted = Vec::new();
        let mut state = self.state();
        let served: Vec<ClientId> = parts.iter().map(|part| part.id).collect();
        for (part, arrays) in parts.into_iter().zip(arrays) {
            let response = response(arrays, plan, stream);
            unwanted.extend(state.deliver(part.id, part.requests, response));
        }
        let members: Vec<ClientId> = state.members(group).map(|(id, _)| *id).collect();
        for id in members.into_iter().filter(|id| !served.contains(id)) {
            unwanted.extend(state.deliver(id, Vec::new(), response(Vec::new(), plan, stream)));
        }
        drop(state);
        // Their arrays are freed here, without the lock.
        drop(unwanted);
    }
}

/// The plan, the stream, and the arrays of each part.
type Allocated = (Arc<ChunkPlan>, Arc<dyn Stream>, Vec<Vec<Array>>);

fn response(arrays: Vec<Array>, plan: &Arc<ChunkPlan>, stream: &Arc<dyn Stream>) -> ArrayResponse {
    let shape = |array: &Array| (array.label().to_owned(), array.shape().to_vec());
    ArrayResponse {
        chunked_shapes: arrays.iter().map(shape).collect(),
        arrays: arrays.into_iter().map(|array| (array.label().to_owned(), array)).collect::<BTreeMap<_, _>>(),
        chunks: plan.num_chunks(),
        chunk_length: plan.chunk_length(),
        plan: Arc::clone(plan),
        stream: Arc::clone(stream),
    }
}

/// One array of the length of a chunk. Where memory is short, what was freed on the stream may still be on its way:
/// the stream is waited for, and the device asked once more.
fn allocate(
    stream: &dyn Stream,
    plan: &ChunkPlan,
    request: &ArrayRequest,
    part: &Part,
) -> Result<Array, DeviceError> {
    let runs = plan.chunk_length();
    let bytes = request.chunked_bytes(runs);
    let buffer: Box<dyn Buffer> = match stream.allocate(request.placement(), bytes) {
        Err(DeviceError::OutOfMemory { .. }) => {
            stream.synchronize()?;
            stream.allocate(request.placement(), bytes)?
        }
        other => other?,
    };
    // Shares divide the memory that is computed in.
    let shared = plan.memories().iter().any(|memory| memory.memory == Memory::Shared);
    let counts = shared || request.placement() == Placement::Device;
    let charge = part.ledger.charge(if counts { bytes as u64 } else { 0 });
    Ok(Array::new(request.label(), request.dtype(), request.chunked_shape(runs), buffer, charge))
}
