//! Compiled code in memory: once for each distance between rows.

use std::any::Any;
use std::ffi::c_void;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::OnceLock;

use rubie_program::{Element, ExecutorError, Program, Rows, Uniforms, Visitor};

use crate::compile::Compiled;
use crate::frame::{Onward, Visit};
use crate::memory::{ExecutableCode, WritableCode};

/// What the code is called with: rows, uniforms, constants, number of vectors, how it is repeated. It returns how many rounds were not
/// needed.
type Function = unsafe extern "sysv64" fn(*mut u8, *const u8, *const u8, usize, *const Repetition) -> u64;

/// How code is repeated: numbers in the order in which it reads them.
#[repr(C)]
struct Repetition {
    /// Bytes from the first row to that which ends the repetition.
    until: usize,
    /// Number of rounds at most.
    most: u64,
    /// What is called in visited sections, and its first argument.
    visit: Option<Visit>,
    context: *mut c_void,
}

/// What a visit needs.
struct Context<'a, T: Element> {
    rows: *mut Rows<T>,
    visit: Visitor<'a, T>,
    /// A panic of the visitor, which must not pass through the code.
    panic: Option<Box<dyn Any + Send>>,
}

extern "sysv64" fn visit<T: Element>(context: *mut c_void) -> Onward {
    // SAFETY: `Linked::run` gave the code this context, which lives until the code returns, as do the rows; nobody else uses
    // either before this returns.
    let (context, rows) = unsafe {
        let context = &mut *context.cast::<Context<'_, T>>();
        let rows = &mut *context.rows;
        (context, rows)
    };
    match catch_unwind(AssertUnwindSafe(|| (context.visit)(rows))) {
        Ok(false) => Onward::Past,
        Ok(true) => Onward::Again,
        Err(panic) => {
            context.panic = Some(panic);
            Onward::Stop
        }
    }
}

/// Repetition of a program: until this row has a number that is not 0, at most so often, and who is called in visited sections.
pub(crate) struct Repeated<'a, T: Element> {
    pub(crate) until: u32,
    pub(crate) most: u32,
    pub(crate) visit: Visitor<'a, T>,
}

/// Bytes from row to row in most kernels: eight vectors, and one so that the number is odd ([`Rows`]).
pub(crate) const USUAL_DISTANCE: usize = 576;

/// Code for one distance between rows, and where to look for others. `None` if it could not be made.
struct Placed {
    distance: usize,
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
        let code = with_rows(&compiled, USUAL_DISTANCE).map(|code| place(&code)).transpose();
        let code = code.map_err(|error| {
            ExecutorError::Unsupported(format!("the system refuses executable memory: {error}"))
        })?;
        let first = Placed { distance: USUAL_DISTANCE, code, next: OnceLock::new() };
        let (rows, uniforms) = (program.rows() as usize, program.uniforms() as usize);
        Ok(Self { compiled, constants, rows, uniforms, first })
    }

    /// Runs the program on these lanes: once, or again and again. Returns how often, or `None` if there is no code for this number of lanes.
    ///
    /// # Panics
    /// If there are fewer rows or uniforms than the program needs, no row `until`, or the lanes are not whole lines of 64 bytes of
    /// the rows.
    pub(crate) fn run(
        &self,
        rows: &mut Rows<T>,
        uniforms: &Uniforms<T>,
        lanes: Range<usize>,
        repeated: Option<Repeated<'_, T>>,
    ) -> Option<u32> {
        assert!(rows.rows() >= self.rows, "{} rows, but the program needs {}", rows.rows(), self.rows);
        let (given, needed) = (uniforms.len(), self.uniforms);
        assert!(given >= needed, "{given} uniforms, but the program needs {needed}");
        let whole =
            lanes.start.is_multiple_of(T::LANES_PER_VECTOR) && lanes.end.is_multiple_of(T::LANES_PER_VECTOR);
        assert!(
            whole && lanes.start <= lanes.end && lanes.end <= rows.lanes(),
            "no whole vectors: lanes {lanes:?}"
        );
        let distance = rows.distance();
        let code = self.code(distance)?;
        let (until, most) = repeated.as_ref().map_or((0, 1), |repeated| (repeated.until, repeated.most));
        let most = if lanes.is_empty() { 1 } else { most.max(1) };
        assert!(most == 1 || (until as usize) < rows.rows(), "there is no row {until}");
        let first = lanes.start * size_of::<T>();
        let vectors = lanes.len() * size_of::<T>() / self.compiled.vector_bytes;
        let rows: *mut Rows<T> = rows;
        let mut context = repeated.map(|Repeated { visit, .. }| Context { rows, visit, panic: None });
        let repetition = Repetition {
            until: until as usize * distance,
            most: u64::from(most),
            visit: context.as_ref().map(|_| visit::<T> as Visit),
            context: context.as_mut().map_or(ptr::null_mut(), |context| ptr::from_mut(context).cast()),
        };
        // SAFETY: the code was made by `compile` for this distance of rows and this signature, on a processor that has
        // its instructions. It reads and writes rows, reads uniforms and constants, all below the numbers that were
        // just compared (`Program` was checked when it was made), in `vectors` vectors each, on 64-byte boundaries, from the lane
        // on that is `first` bytes into the rows; these lanes exist, and the row at `until` if there is more than one round. While
        // it calls `visit` it uses none of them.
        let left = unsafe {
            let function: Function = std::mem::transmute::<*const u8, Function>(code.start());
            let (rows, uniforms) = ((*rows).as_mut_ptr().cast::<u8>().add(first), uniforms.as_ptr().cast());
            let constants = self.constants.row(0).as_ptr().cast();
            function(rows, uniforms, constants, vectors, &repetition)
        };
        if let Some(panic) = context.and_then(|context| context.panic) {
            resume_unwind(panic);
        }
        Some(most - left as u32)
    }

    pub(crate) fn code_bytes(&self) -> usize {
        self.compiled.code.len()
    }

    fn code(&self, distance: usize) -> Option<&ExecutableCode> {
        let mut placed = &self.first;
        while placed.distance != distance {
            placed = placed.next.get_or_init(|| {
                let code = with_rows(&self.compiled, distance).and_then(|code| place(&code).ok());
                Box::new(Placed { distance, code, next: OnceLock::new() })
            });
        }
        placed.code.as_ref()
    }
}

fn place(code: &[u8]) -> std::io::Result<ExecutableCode> {
    WritableCode::new(code)?.seal()
}

/// The code for rows at this distance in bytes; `None` if some row is further away than the code can reach.
pub(crate) fn with_rows<T>(compiled: &Compiled<T>, distance: usize) -> Option<Vec<u8>> {
    let mut code = compiled.code.clone();
    for reference in &compiled.rows {
        let place = reference.row as usize * distance + reference.bytes as usize;
        let place = i32::try_from(place).ok()?;
        code[reference.at as usize..][..4].copy_from_slice(&place.to_le_bytes());
    }
    Some(code)
}
