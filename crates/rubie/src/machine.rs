//! What the machine offers.

use std::num::NonZeroUsize;

use rubie_program::Isa;

/// The parts of this machine that decide how a sweep runs.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor's own name.
    pub processor: String,
    /// Cores that threads can run on.
    pub cores: usize,
    /// The widest instruction set that programs can use.
    pub vectors: &'static str,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of it that are free.
    pub free_memory: u64,
}

impl Machine {
    /// Asks the system.
    pub fn detect() -> Machine {
        let mut system = sysinfo::System::new();
        system.refresh_memory();
        system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
        let processor = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default();
        Machine {
            processor,
            cores: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            vectors: Isa::detect().name(),
            memory: system.total_memory(),
            free_memory: system.available_memory(),
        }
    }
}
