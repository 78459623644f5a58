//! Memory for machine code: written first, then executable, never both.

use std::io;

use memmap2::{Mmap, MmapMut};

/// Fresh memory with code in it that cannot run yet.
pub(crate) struct WritableCode(MmapMut);

impl WritableCode {
    /// Copies code into pages of its own.
    ///
    /// # Errors
    /// If the system gives no memory.
    pub(crate) fn new(code: &[u8]) -> io::Result<Self> {
        let mut pages = MmapMut::map_anon(code.len())?;
        pages.copy_from_slice(code);
        Ok(Self(pages))
    }

    /// Gives up writing for running.
    ///
    /// # Errors
    /// If the system refuses executable memory.
    pub(crate) fn seal(self) -> io::Result<ExecutableCode> {
        self.0.make_exec().map(ExecutableCode)
    }
}

/// Code that can run and can no longer change.
pub(crate) struct ExecutableCode(Mmap);

impl ExecutableCode {
    /// Its first byte.
    pub(crate) fn start(&self) -> *const u8 {
        self.0.as_ptr()
    }
}
