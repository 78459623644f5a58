//! One error type for users of the crate: what went wrong, and in which part of the work.

use std::fmt;

use crate::sink::SinkError;

/// The part of the work that an [`Error`] belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The model's text or equations.
    Model,
    /// An option or a value that was given.
    Option,
    /// The sweep: its specification, its file, its names.
    Sweep,
    /// The batch does not fit the memory.
    Memory,
    /// The machine cannot run what was asked for.
    Backend,
    /// Writing results.
    Output,
    /// The solve was stopped from outside.
    Interrupted,
}

/// Something that kept RuBIE from doing what was asked.
///
/// The message names the place and the mend; [`Error::kind`] tells programs which part of the work failed;
/// the cause, if there is one, is the [source](std::error::Error::source).
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a message of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), source: None }
    }

    /// An error that passes on the message of its cause.
    pub(crate) fn caused<E: std::error::Error + Send + Sync + 'static>(kind: ErrorKind, cause: E) -> Self {
        Error { kind, message: cause.to_string(), source: Some(Box::new(cause)) }
    }

    /// The part of the work that failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The message already is the cause's own: only what lies behind it is news.
        self.source.as_ref().and_then(|cause| cause.source())
    }
}

macro_rules! causes {
    ($($kind:ident: $($cause:ty),*;)*) => {$($(
        impl From<$cause> for Error {
            fn from(cause: $cause) -> Self {
                Error::caused(ErrorKind::$kind, cause)
            }
        }
    )*)*};
}

causes! {
    Model: rubie_model::Diagnostics, rubie_program::LoweringError;
    Option: rubie_method::UnknownMethod, rubie_method::SettingsError, rubie_output::ScheduleError, rubie_output::VariablesError,
        rubie_output::MetricError, rubie_output::SummaryError;
    Sweep: crate::sweep::SweepError;
    Memory: rubie_memory::PlanError, rubie_memory::RequestError, rubie_memory::ChunkError, rubie_memory::ArrayError,
        rubie_memory::MemoryError;
    Backend: rubie_kernel::BackendError, rubie_kernel::KernelError;
}

impl From<SinkError> for Error {
    fn from(cause: SinkError) -> Self {
        let kind = if cause.is_misuse() { ErrorKind::Option } else { ErrorKind::Output };
        Error::caused(kind, cause)
    }
}
