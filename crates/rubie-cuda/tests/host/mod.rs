//! The printed source, compiled by the host's C++ compiler and run there.
#![allow(unsafe_code, clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use libloading::Library;
use rubie_cuda::{DeviceKernel, Engine, Job, Source, Uniforms};
use rubie_kernel::{Backend, BackendError, Kernel, KernelSpec};
use rubie_memory::{Buffer, Device, DeviceError, HostDevice, Stream};

/// The compiler's name, if there is one.
pub(crate) fn compiler() -> Option<&'static str> {
    let works = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    let found = ["g++", "clang++", "c++"].into_iter().find(works);
    if found.is_none() {
        eprintln!("skipped: no C++ compiler (g++, clang++ or c++) to compile the printed source on the host");
    }
    found
}

/// Compiles text to a library and loads it.
pub(crate) fn library(compiler: &str, optimise: &str, text: &str) -> Library {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("rubie-cuda-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), &name].iter().collect();
    std::fs::create_dir_all(&folder).unwrap();
    let (source, output) = (folder.join("kernel.cpp"), folder.join("kernel.so"));
    std::fs::write(&source, text).unwrap();
    let flags = ["-std=c++17", "-w", "-ffp-contract=off", "-fPIC", "-shared"];
    let native = if cfg!(target_arch = "x86_64") { "-march=native" } else { optimise };
    let mut command = Command::new(compiler);
    let output_of =
        command.args(flags).args([optimise, native]).arg(&source).arg("-o").arg(&output).output().unwrap();
    assert!(output_of.status.success(), "{}\n{text}", String::from_utf8_lossy(&output_of.stderr));
    // SAFETY: the library has no initialisers but those of the C++ library.
    let library = unsafe { Library::new(&output) }.unwrap();
    // What is loaded stays when its file is gone.
    let _ = std::fs::remove_dir_all(&folder);
    library
}

type Launch = unsafe extern "C" fn(*const Job, *const u8);

/// The host as the machine that runs a kernel.
pub(crate) struct HostEngine {
    device: HostDevice,
    library: Arc<Library>,
    threads: usize,
    quota: u64,
}

impl std::fmt::Debug for HostEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostEngine")
    }
}

impl Engine for HostEngine {
    fn device(&self) -> &dyn Device {
        &self.device
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn address(&self, buffer: &mut dyn Buffer) -> Result<u64, DeviceError> {
        Ok(buffer.host_mut()?.as_mut_ptr() as u64)
    }

    fn launch(&self, _: &dyn Stream, job: &Job, uniforms: Uniforms<'_>) -> Result<(), DeviceError> {
        let mut job = *job;
        job.quota = job.quota.min(self.quota);
        // SAFETY: the source defines it with these arguments.
        let launch = unsafe { self.library.get::<Launch>(b"rubie_host") }.unwrap();
        let uniforms = match uniforms {
            // The numbers start with f64s, so they must lie on boundaries of 8 bytes.
            Uniforms::Value(bytes) => {
                let mut words = vec![0u64; bytes.len() / 8];
                bytemuck::cast_slice_mut(&mut words).copy_from_slice(bytes);
                words
            }
            Uniforms::Address(at) => {
                // SAFETY: the job's addresses are those of live buffers as large as the kernel wants.
                unsafe { launch(&raw const job, at as *const u8) };
                return Ok(());
            }
        };
        // SAFETY: as above; `uniforms` is as long as the source's structure.
        unsafe { launch(&raw const job, uniforms.as_ptr().cast()) };
        Ok(())
    }
}

/// Compiles kernels on the host.
pub(crate) struct HostBackend {
    pub(crate) compiler: &'static str,
    /// How much the compiler optimises: `-O0`, `-O2`.
    pub(crate) optimise: &'static str,
    /// Threads of the pretended device.
    pub(crate) threads: usize,
    /// Attempts of a launch at most.
    pub(crate) quota: u64,
    /// Bytes of its memory.
    pub(crate) memory: u64,
    /// How many such devices share a chunk.
    pub(crate) devices: usize,
}

impl HostBackend {
    pub(crate) fn new(compiler: &'static str) -> Self {
        HostBackend { compiler, optimise: "-O0", threads: 128, quota: u64::MAX, memory: 1 << 30, devices: 1 }
    }
}

impl Backend for HostBackend {
    fn description(&self) -> String {
        format!("CUDA C by {}", self.compiler)
    }

    fn compile(&self, spec: &KernelSpec) -> Result<Box<dyn Kernel>, BackendError> {
        let source = Source::print(spec);
        let argument = if source.uniforms_by_value { "*at" } else { "at" };
        let text = [
            include_str!("shim.h"),
            &format!("#define HOST_ARGUMENT {argument}\n"),
            &source.text,
            include_str!("driver.h"),
        ];
        let library = Arc::new(library(self.compiler, self.optimise, &text.concat()));
        let engine = || HostEngine {
            device: HostDevice::new(self.memory),
            library: Arc::clone(&library),
            threads: self.threads,
            quota: self.quota,
        };
        let kernel = DeviceKernel::new(engine(), spec, source)?;
        Ok(Box::new(kernel.sharing((1..self.devices).map(|_| engine()))))
    }
}
