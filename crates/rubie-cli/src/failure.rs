//! What can end a command, and how it is told.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use rubie::{Diagnostics, Error, ErrorKind};

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Mistakes in a model file.
    Model(Diagnostics),
    /// Anything the library refuses.
    Library(Error),
    /// Words on the command line that make no sense.
    Words(String),
    /// The system refused to read or write.
    System(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

impl Failure {
    /// Prints the message to standard error and chooses the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (message, code) = match self {
            Failure::Model(diagnostics) => (diagnostics.render(std::io::stderr().is_terminal()), 2),
            Failure::Library(error) => (format!("error: {error}"), exit_code(error.kind())),
            Failure::Words(message) => (format!("error: {message}"), 2),
            Failure::System(message) => (format!("error: {message}"), 1),
        };
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
        ExitCode::from(code)
    }
}

fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Model | ErrorKind::Option | ErrorKind::Sweep => 2,
        ErrorKind::Interrupted => 130,
        _ => 1,
    }
}
