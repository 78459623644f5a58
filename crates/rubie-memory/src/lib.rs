//! How a batch of runs is cut into chunks that fit the memory, and who gets how much of it.
//!
//! The crate knows nothing of equations. It knows arrays with an axis of runs, memories, and who asks:
//!
//! ```text
//!   ArrayRequest        dtype, shape, run axis, total_runs, placement: complete, checked when it is built
//!        |  Client::queue
//!        v
//!   MemoryManager       one queue per stream group; Client::allocate_queue plans all of a group together
//!        |  plan(requests, available)     a pure function
//!        v
//!   ChunkPlan           so many chunks of so many runs, and why
//!        |  Device, Stream                allocation, all or nothing
//!        v
//!   ArrayResponse       arrays of the length of a chunk, the plan, the stream: Client::take_response
//!        |  ManagedArray::set_chunks
//!        v
//!   ManagedArray        chunk_slice(i): the part of the whole array that chunk i is
//! ```
//!
//! Two clients, the inputs and the outputs of a batch of 103 runs, in a memory that holds 25 of them:
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::sync::Arc;
//! use rubie_memory::{DataType, HostDevice, Limits, ManagedArray, MemoryManager, Placement, Share};
//!
//! let axes = [("time", 10), ("variable", 3), ("run", 103)];
//! let mut samples = ManagedArray::new("samples", DataType::F64, &axes).chunked_along("run")?;
//! let swept = ManagedArray::new("swept", DataType::F64, &[("name", 2), ("run", 103)]).chunked_along("run")?;
//! // No run axis: whole in every chunk, and no number of runs.
//! let coefficients = ManagedArray::new("coefficients", DataType::F64, &[("segment", 64), ("power", 4)]);
//!
//! // One run takes 240 and 16 bytes, the coefficients 2048 whatever the number of runs.
//! let device = Arc::new(HostDevice::new(2048 + 25 * 256));
//! let manager = MemoryManager::new(device, Limits::Shares);
//! let inputs = manager.register("inputs", "solve", Share::Automatic)?;
//! let outputs = manager.register("outputs", "solve", Share::Automatic)?;
//! inputs.queue(vec![swept.request(Placement::Host)?, coefficients.request(Placement::Host)?])?;
//! outputs.queue(vec![samples.request(Placement::Host)?])?;
//!
//! // Either of them calls, for both.
//! let plan = outputs.allocate_queue()?.expect("something is queued");
//! let lengths: Vec<usize> = plan.chunks().map(|chunk| chunk.len()).collect();
//! assert_eq!(lengths, [21, 21, 21, 21, 19]);
//!
//! let mut response = outputs.take_response()?;
//! samples.set_chunks(response.chunk_length, response.chunks)?;
//! for index in 0..samples.num_chunks() {
//!     let slice = samples.chunk_slice(index)?;
//!     let array = response.arrays.get_mut("samples").expect("it was asked for");
//!     array.elements_mut::<f64>()?[..slice.elements()].fill(index as f64);
//! }
//! assert_eq!(samples.chunk_slice(4)?.shape(), [10, 3, 19]);
//! assert_eq!(inputs.take_response()?.arrays.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The plan
//!
//! [`plan()`] sets aside what cannot be cut, divides the rest by the bytes of one run, and takes the fewest chunks
//! that fit, as even as possible. Where a device has a memory of its own, the memory that fits the fewest runs decides.
//! The plan explains itself when printed; a [`PlanError`] says what is needed, what is there, and which array is largest.
//!
//! # Shares
//!
//! A client has a [`Share`]: a proportion of its own, or an equal part of what the proportions of others leave, the
//! *automatic pool*, which is divided anew when clients come and go. Proportions are at most 1 together, and leave 0.05
//! to the automatic pool if anyone is in it. The shares of all clients of a group together limit what the group may hold;
//! with [`Limits::FreeMemory`] nothing does but what is free.
//!
//! # Coming, going, waiting
//!
//! - Whoever queues before the allocation is planned; a response that nobody has taken is planned again with what
//!   was queued since, so that clients that take theirs afterwards all have the same chunks.
//! - Dropping a [`Client`] forgets its queue and frees what the manager holds for it; arrays that it has taken live as
//!   long as their response.
//! - An idle client may [park](Client::park) its arrays. It gets them [back](Client::resume) as they were, unless a client
//!   of another group has needed the memory: then the longest idle give up theirs, as few as the fewest chunks need.
//! - An allocation that fails half way leaves nothing behind: its arrays are freed, all requests are queued again, and the
//!   error says what was asked for and what was free.
//!
//! # Devices
//!
//! A device implements [`Device`], [`Stream`], [`Buffer`] and [`Event`]. [`HostDevice`] is the memory of the host up to
//! a limit, so that all of this runs and is tested without any other device.

mod request;
mod bytes;
mod available;
mod plan;
mod managed_array;
mod device;
mod host;
mod resident;
mod array;
mod response;
mod share;
mod manager;

pub use array::{Array, ArrayError, Element};
pub use available::{Available, Memory};
pub use device::{Buffer, Device, DeviceError, Event, Location, MemoryInfo, Stream};
pub use host::HostDevice;
pub use managed_array::{ChunkError, ChunkSlice, ManagedArray};
pub use manager::{Client, Limits, MemoryError, MemoryManager, Refusal};
pub use plan::{ArrayBytes, ChunkPlan, MemoryBytes, PlanError, plan};
pub use request::{ArrayRequest, DataType, Placement, RequestError};
pub use resident::Resident;
pub use response::ArrayResponse;
pub use share::{Share, ShareError};
