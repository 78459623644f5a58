//! Requests in few words, and a device that does not behave.

#![allow(dead_code, reason = "every test file uses a part of it")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rubie_memory::{
    ArrayRequest, Buffer, Client, DataType, Device, DeviceError, Event, HostDevice, Limits, MemoryInfo,
    MemoryManager, Placement, Share, Stream,
};

/// An array of `words` f32 numbers per run: 4 bytes each.
pub(crate) fn array(label: &str, words: usize, runs: usize) -> ArrayRequest {
    let runs = NonZeroUsize::new(runs).expect("a test says how many runs");
    ArrayRequest::with_runs(label, DataType::F32, vec![words, runs.get()], runs)
        .expect("the shape ends with the runs")
}

/// An array of `words` f32 numbers without runs: 4 bytes each.
pub(crate) fn table(label: &str, words: usize) -> ArrayRequest {
    ArrayRequest::without_runs(label, DataType::F32, vec![words]).expect("it holds something")
}

/// A manager of `bytes` bytes of host memory whose shares count for nothing.
pub(crate) fn unshared(bytes: u64) -> (HostDevice, Arc<MemoryManager>) {
    let host = HostDevice::new(bytes);
    (host.clone(), MemoryManager::new(Arc::new(host), Limits::FreeMemory))
}

/// A client of the automatic pool.
pub(crate) fn client(manager: &Arc<MemoryManager>, name: &str, group: &str) -> Client {
    manager.register(name, group, Share::Automatic).expect("there is room in the automatic pool")
}

/// The host's memory, except for what the test says.
#[derive(Clone, Debug)]
pub(crate) struct Unruly {
    pub(crate) host: HostDevice,
    /// What it says it has, true or not.
    pub(crate) claim: Arc<Mutex<Option<MemoryInfo>>>,
    /// While set, work on its streams is never done.
    pub(crate) busy: Arc<AtomicBool>,
}

impl Unruly {
    pub(crate) fn new(bytes: u64) -> Self {
        Unruly { host: HostDevice::new(bytes), claim: Arc::default(), busy: Arc::default() }
    }

    pub(crate) fn claim(&self, info: MemoryInfo) {
        *self.claim.lock().expect("no test panics in here") = Some(info);
    }

    pub(crate) fn manager(&self, limits: Limits) -> Arc<MemoryManager> {
        MemoryManager::new(Arc::new(self.clone()), limits)
    }
}

impl Device for Unruly {
    fn name(&self) -> String {
        "unruly".to_owned()
    }

    fn memory(&self) -> Result<MemoryInfo, DeviceError> {
        let claim = *self.claim.lock().expect("no test panics in here");
        claim.map_or_else(|| self.host.memory(), Ok)
    }

    fn stream(&self) -> Result<Arc<dyn Stream>, DeviceError> {
        Ok(Arc::new(UnrulyStream { stream: self.host.stream()?, busy: Arc::clone(&self.busy) }))
    }
}

#[derive(Debug)]
struct UnrulyStream {
    stream: Arc<dyn Stream>,
    busy: Arc<AtomicBool>,
}

impl Stream for UnrulyStream {
    fn allocate(&self, placement: Placement, bytes: usize) -> Result<Box<dyn Buffer>, DeviceError> {
        self.stream.allocate(placement, bytes)
    }

    fn upload(&self, from: &[u8], to: &mut dyn Buffer, at: usize) -> Result<(), DeviceError> {
        self.stream.upload(from, to, at)
    }

    fn download(&self, from: &dyn Buffer, at: usize, to: &mut [u8]) -> Result<(), DeviceError> {
        self.stream.download(from, at, to)
    }

    fn copy(
        &self,
        from: &dyn Buffer,
        from_at: usize,
        to: &mut dyn Buffer,
        to_at: usize,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        self.stream.copy(from, from_at, to, to_at, bytes)
    }

    fn mark(&self) -> Result<Arc<dyn Event>, DeviceError> {
        Ok(Arc::new(UnrulyEvent(Arc::clone(&self.busy))))
    }

    fn synchronize(&self) -> Result<(), DeviceError> {
        Ok(())
    }
}

#[derive(Debug)]
struct UnrulyEvent(Arc<AtomicBool>);

impl Event for UnrulyEvent {
    fn is_done(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    fn wait(&self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn since(&self, _: &dyn Event) -> Option<std::time::Duration> {
        None
    }
}
