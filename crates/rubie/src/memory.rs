//! How much memory a solve takes, and how long its chunks are.

use std::fmt::Write;

use rubie_kernel::ResultNumbers;
use rubie_memory::{ArrayRequest, ChunkPlan, DataType, Memory};

use crate::arrays::{InputSizes, OutputSizes, Sizes};
use crate::error::{Error, ErrorKind};
use crate::options::{DeviceChoice, SolveOptions};
use crate::solver::Solver;
use crate::sweep::Sweep;

/// Chunks that exist at the same time: one is being filled, one computed, one written.
pub(crate) const IN_FLIGHT: usize = 3;

/// Runs per chunk and thread at least, where the arrays of so many fit into the memory: fewer leave lanes empty.
const FEWEST_RUNS: u64 = 512;

/// What a thread works on keeps to the caches for most models; only from so many bytes on it is counted.
const LARGE_BLOCKS: u64 = 4 << 20;

/// The bytes that the arrays of a solve may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Budget {
    free: u64,
    share: f64,
    limit: Option<u64>,
}

impl Budget {
    pub(crate) fn now(options: &SolveOptions) -> Budget {
        Budget { free: free_memory(), share: options.memory_share, limit: options.memory_limit }
    }

    pub(crate) fn bytes(&self) -> u64 {
        let shared = (self.free as f64 * self.share) as u64;
        self.limit.map_or(shared, |limit| limit.min(shared))
    }
}

impl Solver {
    /// Says what memory a solve into `sink` takes: what is there, chunks and their length, which array takes most.
    ///
    /// # Errors
    /// Not even one run fits.
    pub fn explain_memory(&self, sweep: &Sweep, sink: &dyn crate::sink::Sink) -> Result<String, Error> {
        let budget = Budget::now(self.options());
        let plan = self.plan(sweep, sink.buffer_bytes())?;
        let mut text = String::new();
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "free memory     {:.1} MiB, of which {} may be used",
            mebibytes(budget.free),
            budget.share
        );
        let _ = match budget.limit {
            Some(limit) => writeln!(text, "; the limit is {:.1} MiB", mebibytes(limit)),
            None => writeln!(text, "; no limit is set"),
        };
        let _ = writeln!(
            text,
            "arrays          {:.1} MiB at most, {:.1} MiB if all runs were computed at once",
            mebibytes(budget.bytes()),
            mebibytes(plan.bytes_of_batch(Memory::Shared))
        );
        let _ = writeln!(
            text,
            "in flight       {IN_FLIGHT} chunks, counted below: one is filled, one computed, one written"
        );
        let _ = writeln!(text, "{plan:#}");
        Ok(text)
    }

    /// Cuts the batch into chunks for a sink that holds `held` bytes itself.
    pub(crate) fn plan(&self, sweep: &Sweep, held: u64) -> Result<ChunkPlan, Error> {
        let requests = self.requests(sweep, IN_FLIGHT, held)?;
        let bytes = rubie_memory::plan(&requests, u64::MAX)?.memories()[0].clone();
        let threads = self.options().thread_count().get() as u64;
        let few = bytes.per_run.saturating_mul(FEWEST_RUNS);
        let chunks = self.options().chunk_bytes.saturating_mul(IN_FLIGHT as u64).max(few);
        let chunks = chunks.saturating_mul(threads);
        let chunks = match self.chosen().chunk_size() {
            None => chunks,
            Some(size) => {
                bytes.per_run.saturating_mul(size.runs).max(size.bytes.saturating_mul(IN_FLIGHT as u64))
            }
        };
        let wanted = bytes.fixed.saturating_add(chunks);
        Ok(rubie_memory::plan(&requests, wanted.min(Budget::now(self.options()).bytes()))?)
    }

    /// The plan of a solve that keeps everything in memory: one chunk where it fits.
    pub(crate) fn plan_in_memory(&self, sweep: &Sweep) -> Result<ChunkPlan, Error> {
        let requests = self.requests(sweep, 1, 0)?;
        Ok(rubie_memory::plan(&requests, Budget::now(self.options()).bytes())?)
    }

    /// Whether the host has room for the inputs of a batch, and where it is the device that keeps the results, for these.
    ///
    /// # Errors
    /// [`ErrorKind::Memory`], with what would help.
    pub(crate) fn check_room(&self, sweep: &Sweep, numbers: &ResultNumbers) -> Result<(), Error> {
        let on_host = !matches!(self.options().device, DeviceChoice::Cuda(_));
        let results = if on_host { numbers.bytes().iter().sum() } else { 0 };
        let per_run = 8 * sweep.names().len() + size_of::<u32>() + results;
        let needed = (per_run as u64).saturating_mul(sweep.runs());
        let free = Budget::now(self.options()).bytes();
        if needed <= free {
            return Ok(());
        }
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let message = format!(
            "{} runs that stay in memory take {:.1} MiB of the host's, and {:.1} MiB may be used: solve fewer runs at a time, save less of \
             each, or write them to a file, which is done in pieces",
            sweep.runs(),
            mebibytes(needed),
            mebibytes(free)
        );
        Err(Error::new(ErrorKind::Memory, message))
    }

    fn requests(&self, sweep: &Sweep, in_flight: usize, held: u64) -> Result<Vec<ArrayRequest>, Error> {
        let layout = self.layout(sweep);
        let (inputs, outputs) = (InputSizes::of(&layout)?, OutputSizes::of(&layout)?);
        let arrays = inputs.arrays()?.into_iter().chain(outputs.arrays()?);
        let mut requests = arrays
            .map(|array| {
                let shape = [in_flight].iter().chain(array.shape()).copied().collect();
                ArrayRequest::with_runs(array.label(), array.dtype(), shape, outputs.runs)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let blocks = self.compiled(sweep.names())?.kernel.bytes_per_thread() as u64;
        let blocks = if blocks < LARGE_BLOCKS { 0 } else { blocks };
        let blocks = blocks.saturating_mul(self.options().thread_count().get() as u64);
        for (label, bytes) in [
            ("block of the file", held),
            ("values of the sweep", sweep.held_bytes()),
            ("rows and factors of threads", blocks),
        ] {
            if let Some(words) = usize::try_from(bytes / 8).ok().filter(|words| *words > 0) {
                requests.push(ArrayRequest::without_runs(label, DataType::F64, vec![words])?);
            }
        }
        Ok(requests)
    }
}

/// Bytes of memory that are free now, or a cautious guess where the system does not say.
fn free_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    match system.available_memory() {
        0 => 1 << 30,
        free => free,
    }
}
