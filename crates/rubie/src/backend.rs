//! What executes the programs: a GPU where it is asked for; on the CPU machine code where it can be had, else the interpreter.

use rubie_cuda::{Allowance, CudaBackend};
use rubie_jit::JIT;
#[cfg(feature = "listing")]
use rubie_kernel::KernelSpec;
use rubie_kernel::{Backend, CpuBackend};
use rubie_program::{ExecutorError, ExecutorOptions, INTERPRETER, Isa, Precision, Program};

use crate::error::{Error, ErrorKind};
use crate::options::{BackendChoice, DeviceChoice, SolveOptions};

/// A backend, and for which instructions it makes machine code, if it does.
pub(crate) struct Chosen {
    pub(crate) backend: Box<dyn Backend>,
    #[cfg_attr(not(feature = "listing"), expect(dead_code, reason = "only listings ask"))]
    machine_code: Option<Isa>,
}

impl Chosen {
    /// Chooses. Automatically it is machine code if the processor has vectors for it and the system lets it run.
    ///
    /// # Errors
    /// [`ErrorKind::Backend`] for instructions that the processor has not, and for machine code that cannot be had but
    /// is insisted upon; for a GPU that is not there.
    pub(crate) fn new(options: &SolveOptions) -> Result<Chosen, Error> {
        let choice = options.backend;
        if let DeviceChoice::Cuda(number) = options.device {
            let backend = number.map_or_else(CudaBackend::open_all, CudaBackend::open);
            let backend = backend.map_err(|error| Error::caused(ErrorKind::Backend, error))?;
            let allowance = Allowance {
                share: options.memory_share,
                limit: options.memory_limit,
                ..Allowance::default()
            };
            return Ok(Chosen { backend: Box::new(backend.within(allowance)), machine_code: None });
        }
        let isa = options.vectors.unwrap_or_else(Isa::detect);
        if !isa.is_available() {
            return Err(Error::new(ErrorKind::Backend, ExecutorError::Isa(isa).to_string()));
        }
        let interpreter = |name| -> Result<Chosen, Error> {
            let backend = Box::new(CpuBackend::new(name, &INTERPRETER, isa));
            Ok(Chosen { backend, machine_code: None })
        };
        if choice == BackendChoice::Interpreter || (choice == BackendChoice::Auto && isa == Isa::Portable) {
            return interpreter("interpreter");
        }
        match (machine_code(isa), choice) {
            (Ok(()), _) => {
                let backend = Box::new(CpuBackend::new("jit", &JIT, isa));
                Ok(Chosen { backend, machine_code: Some(isa) })
            }
            (Err(_), BackendChoice::Auto) => interpreter("interpreter, as machine code is refused"),
            (Err(reason), _) => Err(Error::new(
                ErrorKind::Backend,
                format!("the jit backend: {reason}; with --backend auto the interpreter would take over"),
            )),
        }
    }

    /// The machine code of one program of a kernel, or of `all`.
    ///
    /// # Errors
    /// [`ErrorKind::Backend`] if this backend makes none, [`ErrorKind::Option`] if there is no such program.
    #[cfg(feature = "listing")]
    pub(crate) fn listing(&self, spec: &KernelSpec, program: &str) -> Result<String, Error> {
        let Some(isa) = self.machine_code else {
            let message = format!(
                "the backend `{}` makes no machine code to show: it takes the jit backend and --vectors avx512 or \
                 avx2, on an x86-64 processor; the programs themselves are shown by --listing",
                self.backend.description()
            );
            return Err(Error::new(ErrorKind::Backend, message));
        };
        let wanted: Vec<_> =
            spec.programs().filter(|known| program == "all" || known.name() == program).collect();
        if wanted.is_empty() {
            let known: Vec<_> = spec.programs().map(Program::name).collect();
            let message = format!(
                "there is no program `{program}` in this solve; there are {}, or `all`",
                known.join(", ")
            );
            return Err(Error::new(ErrorKind::Option, message));
        }
        let listing = |program| rubie_jit::listing(program, isa);
        let listings: Result<Vec<_>, _> = wanted.into_iter().map(listing).collect();
        let listings = listings.map_err(|error| Error::new(ErrorKind::Backend, error.to_string()))?;
        Ok(listings.join("\n"))
    }
}

/// Whether machine code can be made and run here.
fn machine_code(isa: Isa) -> Result<(), ExecutorError> {
    let nothing = Program::new("nothing", Precision::F64, Vec::new(), Vec::new(), 0, 0)
        .map_err(|error| ExecutorError::Unsupported(error.to_string()))?;
    (JIT.f64)(&nothing, &ExecutorOptions { isa }).map(drop)
}
