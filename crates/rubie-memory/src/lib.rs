//! How a batch of runs is cut into chunks that fit the memory.
//!
//! The planner knows nothing of equations. Each array that will live in memory is described by an [`ArrayRequest`]: a
//! complete specification, checked when it is built. [`plan()`] takes all requests that live at the same time and
//! the bytes that are there, and says how many runs to compute at a time.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use rubie_memory::{ArrayRequest, DataType, plan};
//!
//! let runs = NonZeroUsize::new(103).unwrap();
//! let requests = [
//!     ArrayRequest::with_runs("samples", DataType::F64, vec![10, 3, 103], runs)?,
//!     ArrayRequest::with_runs("status", DataType::U32, vec![103], runs)?,
//!     ArrayRequest::without_runs("coefficients", DataType::F64, vec![64, 4])?,
//! ];
//! // One run takes 244 bytes, and the coefficients 2048 whatever the number of runs.
//! let plan = plan(&requests, 2048 + 25 * 244)?;
//!
//! assert_eq!(plan.num_chunks(), 5);
//! let lengths: Vec<usize> = plan.chunks().map(|chunk| chunk.len()).collect();
//! assert_eq!(lengths, [21, 21, 21, 21, 19]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod request;
mod bytes;
mod available;
mod plan;
mod managed_array;
mod device;
mod host;
mod array;
mod response;
mod share;
mod manager;

pub use array::{Array, ArrayError, Element};
pub use available::{Available, Memory};
pub use device::{Buffer, Device, DeviceError, Event, MemoryInfo, Stream};
pub use host::HostDevice;
pub use managed_array::{ChunkError, ChunkSlice, ManagedArray};
pub use manager::{Client, Limits, MemoryError, MemoryManager, Refusal};
pub use plan::{ArrayBytes, ChunkPlan, MemoryBytes, PlanError, plan};
pub use request::{ArrayRequest, DataType, Placement, RequestError};
pub use response::ArrayResponse;
pub use share::{Share, ShareError};
