//! NVRTC, NVIDIA's run-time compiler: found on this machine, loaded when first needed, never linked.

// A C library is called.
#![allow(unsafe_code)]

mod find;
mod usage;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::null;

use libloading::Library;

pub use find::{candidates, variable};
pub use usage::Usage;

/// A GPU's instruction set: 9.0 is `sm_90`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Architecture {
    /// Before the point.
    pub major: i32,
    /// Behind it.
    pub minor: i32,
}

impl std::fmt::Display for Architecture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sm_{}{}", self.major, self.minor)
    }
}

impl Architecture {
    /// The number in `sm_90`.
    pub fn number(self) -> i32 {
        10 * self.major + self.minor
    }
}

/// What the compiler makes of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// Machine code for one architecture, as the driver loads it.
    pub cubin: Vec<u8>,
    /// Registers and memory of the kernel.
    pub usage: Usage,
}

/// Why there is no binary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NvrtcError {
    /// No library was found.
    #[error(
        "no NVRTC (CUDA's run-time compiler) was found; install the CUDA toolkit, or `pip install nvidia-cuda-nvrtc-cu12`, \
         or name the library in the environment variable {}",
        variable()
    )]
    Missing,
    /// A library that lacks a function.
    #[error("{library} is no NVRTC of use: {reason}")]
    Unusable {
        /// Its path.
        library: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The compiler refuses the source or the architecture.
    #[error("NVRTC {version} for {architecture}: {message}\n{log}")]
    Refused {
        /// Its version.
        version: String,
        /// What was asked for.
        architecture: Architecture,
        /// Its error.
        message: String,
        /// What it says of the source.
        log: String,
    },
}

/// A loaded compiler.
#[derive(Debug)]
pub struct Nvrtc {
    library: Library,
    path: PathBuf,
    version: (i32, i32),
    architectures: Vec<Architecture>,
}

type Program = *mut c_void;
type Version = unsafe extern "C" fn(*mut c_int, *mut c_int) -> c_int;
type Count = unsafe extern "C" fn(*mut c_int) -> c_int;
type Create = unsafe extern "C" fn(
    *mut Program,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> c_int;
type Compile = unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int;
type Size = unsafe extern "C" fn(Program, *mut usize) -> c_int;
type Get = unsafe extern "C" fn(Program, *mut c_char) -> c_int;
type Destroy = unsafe extern "C" fn(*mut Program) -> c_int;
type ErrorString = unsafe extern "C" fn(c_int) -> *const c_char;

impl Nvrtc {
    /// Looks for a compiler and loads the first that can be used.
    ///
    /// # Errors
    /// [`NvrtcError::Missing`], or why the last candidate could not be used.
    pub fn load() -> Result<Nvrtc, NvrtcError> {
        let mut error = NvrtcError::Missing;
        for candidate in candidates() {
            match Nvrtc::open(&candidate) {
                Ok(nvrtc) => return Ok(nvrtc),
                // A name that the system's loader does not know says nothing.
                Err(NvrtcError::Unusable { .. }) if candidate.parent() == Some(Path::new("")) => {}
                Err(reason) => error = reason,
            }
        }
        Err(error)
    }

    /// Loads the compiler from a library.
    ///
    /// # Errors
    /// [`NvrtcError::Unusable`].
    pub fn open(path: &Path) -> Result<Nvrtc, NvrtcError> {
        let unusable = |reason: String| NvrtcError::Unusable { library: path.to_owned(), reason };
        // SAFETY: NVRTC's initialisers have no requirements; another library under its name is the user's choice.
        let library = unsafe { Library::new(path) }.map_err(|error| unusable(error.to_string()))?;
        let mut nvrtc = Nvrtc { library, path: path.to_owned(), version: (0, 0), architectures: Vec::new() };
        let (mut major, mut minor, mut count) = (0, 0, 0);
        // SAFETY: the signatures are those of nvrtc.h, the pointers live through the calls.
        unsafe {
            nvrtc.function::<Version>(b"nvrtcVersion")?(&raw mut major, &raw mut minor);
            nvrtc.function::<Count>(b"nvrtcGetNumSupportedArchs")?(&raw mut count);
        }
        let mut numbers = vec![0; usize::try_from(count).unwrap_or(0)];
        // SAFETY: as above; there is room for `count` numbers.
        unsafe { nvrtc.function::<Count>(b"nvrtcGetSupportedArchs")?(numbers.as_mut_ptr()) };
        nvrtc.version = (major, minor);
        nvrtc.architectures =
            numbers.into_iter().map(|n| Architecture { major: n / 10, minor: n % 10 }).collect();
        Ok(nvrtc)
    }

    /// Where it was found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, that of the CUDA toolkit that it belongs to.
    pub fn version(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// The architectures that it compiles for.
    pub fn architectures(&self) -> &[Architecture] {
        &self.architectures
    }

    /// Compiles CUDA C to machine code. Multiplications and additions are not contracted, divisions and roots are
    /// rounded correctly, subnormal numbers are kept: the code computes what the source says.
    ///
    /// # Errors
    /// [`NvrtcError::Refused`] with the compiler's log.
    pub fn compile(&self, text: &str, architecture: Architecture) -> Result<Binary, NvrtcError> {
        let refused = |message: String, log: String| NvrtcError::Refused {
            version: self.version(),
            architecture,
            message,
            log,
        };
        let source = CString::new(text).map_err(|error| refused(error.to_string(), String::new()))?;
        let options: Vec<CString> = OPTIONS
            .iter()
            .map(|option| (*option).to_owned())
            .chain([format!("--gpu-architecture={architecture}")])
            .filter_map(|option| CString::new(option).ok())
            .collect();
        let pointers: Vec<*const c_char> = options.iter().map(|option| option.as_ptr()).collect();
        let program = Handle::new(self, &source).map_err(|code| refused(self.error(code), String::new()))?;
        // SAFETY: the program and the options are alive.
        let code = unsafe {
            self.function::<Compile>(b"nvrtcCompileProgram")?(
                program.program,
                pointers.len() as c_int,
                pointers.as_ptr(),
            )
        };
        let log = program.bytes(b"nvrtcGetProgramLogSize", b"nvrtcGetProgramLog")?;
        let log = String::from_utf8_lossy(log.strip_suffix(b"\0").unwrap_or(&log)).into_owned();
        if code != 0 {
            return Err(refused(self.error(code), log));
        }
        let cubin = program.bytes(b"nvrtcGetCUBINSize", b"nvrtcGetCUBIN")?;
        Ok(Binary { cubin, usage: Usage::parse(&log) })
    }

    /// A function of the library.
    fn function<T: Copy>(&self, name: &[u8]) -> Result<T, NvrtcError> {
        // SAFETY: callers name functions with the signatures of nvrtc.h.
        let symbol = unsafe { self.library.get::<T>(name) };
        let function = symbol.map(|symbol| *symbol);
        function
            .map_err(|error| NvrtcError::Unusable { library: self.path.clone(), reason: error.to_string() })
    }

    fn error(&self, code: c_int) -> String {
        let Ok(name) = self.function::<ErrorString>(b"nvrtcGetErrorString") else {
            return format!("error {code}");
        };
        // SAFETY: the function gives a static string for every code.
        unsafe { CStr::from_ptr(name(code)) }.to_string_lossy().into_owned()
    }
}

/// Options of every compilation.
const OPTIONS: [&str; 7] = [
    "--std=c++17",
    "--fmad=false",
    "--prec-div=true",
    "--prec-sqrt=true",
    "--ftz=false",
    "--ptxas-options=-v",
    "--disable-warnings",
];

/// What decides, beside source and architecture, what comes out.
pub(crate) fn options() -> String {
    OPTIONS.join(" ")
}

/// A program of the compiler, destroyed at the end.
struct Handle<'a> {
    nvrtc: &'a Nvrtc,
    program: Program,
}

impl<'a> Handle<'a> {
    fn new(nvrtc: &'a Nvrtc, source: &CStr) -> Result<Self, c_int> {
        let create = nvrtc.function::<Create>(b"nvrtcCreateProgram").map_err(|_| -1)?;
        let mut program = std::ptr::null_mut();
        // SAFETY: source and name end with 0, and there are no headers.
        let code =
            unsafe { create(&raw mut program, source.as_ptr(), c"rubie.cu".as_ptr(), 0, null(), null()) };
        if code == 0 { Ok(Handle { nvrtc, program }) } else { Err(code) }
    }

    /// What two functions, one for the size and one for the bytes, give of the program.
    fn bytes(&self, size: &[u8], get: &[u8]) -> Result<Vec<u8>, NvrtcError> {
        let (size, get) = (self.nvrtc.function::<Size>(size)?, self.nvrtc.function::<Get>(get)?);
        let mut length = 0;
        // SAFETY: the program is alive, and there is room for what the first call says.
        unsafe {
            size(self.program, &raw mut length);
            let mut bytes = vec![0u8; length];
            if length > 0 {
                get(self.program, bytes.as_mut_ptr().cast());
            }
            Ok(bytes)
        }
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        if let Ok(destroy) = self.nvrtc.function::<Destroy>(b"nvrtcDestroyProgram") {
            // SAFETY: the program is alive and not used again.
            unsafe { destroy(&raw mut self.program) };
        }
    }
}
