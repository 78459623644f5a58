//! The arrays of a batch, and the memory they live in.
//!
//! A batch has input arrays and output arrays. [`InputSizes`] and [`OutputSizes`] say how large they are; a manager
//! for each, [`InputArrays`] and [`OutputArrays`], is a client of a [`MemoryManager`]: it queues its requests, takes
//! its response, and hands out the part of its arrays that one chunk uses. Neither knows a solver, nor what computes
//! with the arrays. [`Arrays::allocate`] does all of it for both together:
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::sync::Arc;
//! use rubie::arrays::{Arrays, HostDevice, InputSizes, Limits, MemoryManager, OutputSizes, Place};
//! use rubie::Precision;
//!
//! let runs = NonZeroUsize::new(103).unwrap();
//! let inputs = InputSizes { runs, swept: 2, coefficients: None };
//! let outputs =
//!     OutputSizes { runs, precision: Precision::F64, times: 10, variables: 3, windows: 0, columns: 0, slots: 0 };
//!
//! // 16 bytes of inputs, 240 of samples and 4 of status for each run: 25 runs fit.
//! let manager = MemoryManager::new(Arc::new(HostDevice::new(25 * 260)), Limits::Shares);
//! let mut arrays = Arrays::allocate(&manager, &Place::host("solve"), inputs, outputs)?;
//! assert_eq!(arrays.plan().num_chunks(), 5);
//!
//! for chunk in 0..arrays.plan().num_chunks() {
//!     let runs = arrays.plan().chunk(chunk)?.len();
//!     arrays.inputs.swept_mut(chunk)?.fill(1.0);
//!     let outputs = arrays.outputs.chunk_outputs(chunk)?;
//!     assert_eq!(outputs.status.len(), runs);
//! }
//! # Ok::<(), rubie::Error>(())
//! ```
//!
//! | part | file |
//! |---|---|
//! | sizes, and the arrays they come to | `sizes.rs` |
//! | what both managers do | `base.rs` |
//! | what each holds | `input.rs`, `output.rs` |

mod sizes;
mod base;
mod input;
mod output;

use std::sync::Arc;

use crate::error::Error;

pub use base::{BatchArrays, Place};
pub use input::InputArrays;
pub use output::{OutputArrays, OutputChunk};
pub use rubie_memory::{
    ArrayRequest, ChunkPlan, HostDevice, Limits, ManagedArray, MemoryManager, Placement, Share, plan,
};
pub use sizes::{InputSizes, OutputSizes, Sizes};

/// Inputs and outputs of one batch, allocated for chunks that fit.
#[derive(Debug)]
pub struct Arrays {
    /// What each run starts from.
    pub inputs: InputArrays,
    /// What becomes of each run.
    pub outputs: OutputArrays,
    plan: Arc<ChunkPlan>,
}

impl Arrays {
    /// Registers both managers in one group, plans them together, and allocates.
    ///
    /// # Errors
    /// Sizes that disagree on the number of runs; not enough memory for a single run; a share that does not fit.
    pub fn allocate(
        manager: &Arc<MemoryManager>,
        place: &Place,
        inputs: InputSizes,
        outputs: OutputSizes,
    ) -> Result<Self, Error> {
        let mut inputs = InputArrays::register(manager, place, inputs)?;
        let mut outputs = OutputArrays::register(manager, place, outputs)?;
        let plan = loop {
            inputs.queue()?;
            outputs.queue()?;
            outputs.allocate()?;
            // Others of the group may have been planned in between, with what was not accepted yet.
            let (first, second) = (inputs.accept()?, outputs.accept()?);
            if Arc::ptr_eq(&first, &second) {
                break second;
            }
        };
        Ok(Arrays { inputs, outputs, plan })
    }

    /// How the batch is cut.
    pub fn plan(&self) -> &ChunkPlan {
        &self.plan
    }
}
