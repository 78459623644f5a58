//! Compiled code in memory: once for each distance between rows.

use std::ops::Range;
use std::sync::OnceLock;

use rubie_program::{Element, ExecutorError, Program, Rows, Uniforms};

use crate::compile::Compiled;
use crate::memory::{ExecutableCode, WritableCode};

/// What the code is called with: rows, uniforms, constants, number of vectors.
type Function = unsafe extern "sysv64" fn(*mut u8, *const u8, *const u8, usize);

/// Bytes of a row in most kernels: eight vectors.
pub(crate) const USUAL_ROW_BYTES: usize = 512;

/// Code for one distance between rows, and where to look for others. `None` if it could not be made.
struct Placed {
    row_bytes: usize,
    code: Option<ExecutableCode>,
    next: OnceLock<Box<Placed>>,
}

/// A compiled program that can be called.
pub(crate) struct Linked<T: Element> {
    compiled: Compiled<T>,
    /// The same numbers where code can read whole vectors of them: on 64-byte boundaries.
    constants: Rows<T>,
    rows: usize,
    uniforms: usize,
    first: Placed,
}

impl<T: Element> Linked<T> {
    /// Links for the usual number of lanes.
    ///
    /// # Errors
    /// [`ExecutorError::Unsupported`] if the system refuses executable memory.
    pub(crate) fn new(mut compiled: Compiled<T>, program: &Program) -> Result<Self, ExecutorError> {
        compiled.marks = Vec::new();
        let vectors = compiled.constants.len().div_ceil(T::LANES_PER_VECTOR);
        let mut constants = Rows::new(1, vectors * T::LANES_PER_VECTOR);
        constants.row_mut(0)[..compiled.constants.len()].copy_from_slice(&compiled.constants);
        let code = with_rows(&compiled, USUAL_ROW_BYTES).map(|code| place(&code)).transpose();
        let code = code.map_err(|error| {
            ExecutorError::Unsupported(format!("the system refuses executable memory: {error}"))
        })?;
        let first = Placed { row_bytes: USUAL_ROW_BYTES, code, next: OnceLock::new() };
        let (rows, uniforms) = (program.rows() as usize, program.uniforms() as usize);
        Ok(Self { compiled, constants, rows, uniforms, first })
    }

    /// Runs the program on these lanes; false if there is no code for this number of lanes.
    ///
    /// # Panics
    /// If there are fewer rows or uniforms than the program needs, or the lanes are not whole lines of 64 bytes of the rows.
    pub(crate) fn execute(&self, rows: &mut Rows<T>, uniforms: &Uniforms<T>, lanes: Range<usize>) -> bool {
        assert!(rows.rows() >= self.rows, "{} rows, but the program needs {}", rows.rows(), self.rows);
        let (given, needed) = (uniforms.len(), self.uniforms);
        assert!(given >= needed, "{given} uniforms, but the program needs {needed}");
        let row_bytes = rows.row_bytes();
        let Some(code) = self.code(row_bytes) else { return false };
        let whole =
            lanes.start.is_multiple_of(T::LANES_PER_VECTOR) && lanes.end.is_multiple_of(T::LANES_PER_VECTOR);
        assert!(
            whole && lanes.start <= lanes.end && lanes.end <= rows.lanes(),
            "no whole vectors: lanes {lanes:?}"
        );
        let first = lanes.start * size_of::<T>();
        let vectors = lanes.len() * size_of::<T>() / self.compiled.vector_bytes;
        // SAFETY: the code was made by `compile` for this distance of rows and this signature, on a processor that has
        // its instructions. It reads and writes rows, reads uniforms and constants, all below the numbers that were
        // just compared (`Program` was checked when it was made), in `vectors` vectors each, on 64-byte boundaries, from the lane
        // on that is `first` bytes into the rows; these lanes exist.
        unsafe {
            let function: Function = std::mem::transmute::<*const u8, Function>(code.start());
            let constants = self.constants.row(0).as_ptr().cast();
            function(rows.as_mut_ptr().cast::<u8>().add(first), uniforms.as_ptr().cast(), constants, vectors);
        }
        true
    }

    pub(crate) fn code_bytes(&self) -> usize {
        self.compiled.code.len()
    }

    fn code(&self, row_bytes: usize) -> Option<&ExecutableCode> {
        let mut placed = &self.first;
        while placed.row_bytes != row_bytes {
            placed = placed.next.get_or_init(|| {
                let code = with_rows(&self.compiled, row_bytes).and_then(|code| place(&code).ok());
                Box::new(Placed { row_bytes, code, next: OnceLock::new() })
            });
        }
        placed.code.as_ref()
    }
}

fn place(code: &[u8]) -> std::io::Result<ExecutableCode> {
    WritableCode::new(code)?.seal()
}

/// The code for rows of this size; `None` if some row is further away than the code can reach.
pub(crate) fn with_rows<T>(compiled: &Compiled<T>, row_bytes: usize) -> Option<Vec<u8>> {
    let mut code = compiled.code.clone();
    for reference in &compiled.rows {
        let distance = reference.row as usize * row_bytes + reference.bytes as usize;
        let distance = i32::try_from(distance).ok()?;
        code[reference.at as usize..][..4].copy_from_slice(&distance.to_le_bytes());
    }
    Some(code)
}
