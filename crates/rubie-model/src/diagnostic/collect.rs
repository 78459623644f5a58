//! Where the stages of reading put the mistakes they find.

use super::{Diagnostic, Diagnostics, Severity};

/// Mistakes and warnings found so far. Beyond the limit they are only counted.
#[derive(Default)]
pub(crate) struct Collector {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    omitted: usize,
}

impl Collector {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        let list = match diagnostic.severity() {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if list.len() < Diagnostics::LIMIT {
            list.push(diagnostic);
        } else if diagnostic.severity() == Severity::Error {
            self.omitted += 1;
        }
    }

    /// Whether further errors are only counted, so that no search for the nearest name pays.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= Diagnostics::LIMIT
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Errors, number of errors left out, warnings.
    pub(crate) fn finish(self) -> (Vec<Diagnostic>, usize, Vec<Diagnostic>) {
        (self.errors, self.omitted, self.warnings)
    }
}
