//! Writing to standard output: a closed pipe is nobody's mistake.

use std::io::{ErrorKind, Write};

use crate::failure::Failure;

/// Prints `text` to standard output.
pub(crate) fn show(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::System(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error.
pub(crate) fn tell(text: &str) {
    // Nobody is left to tell if it is closed.
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}
