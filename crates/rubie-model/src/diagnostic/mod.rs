//! What is wrong with a model: kind, message, places in the source, what would be right.
//!
//! Readers [collect](collect::Collector) every mistake of a file; [`Diagnostics`] is the finished
//! list, sorted by place, that programs can walk and people can read.

mod kind;

mod source;

mod collect;

mod render;

use std::sync::Arc;

pub use kind::{DiagnosticKind, Severity};
pub use source::Span;

pub(crate) use collect::Collector;
pub(crate) use source::Source;

/// A place in the source with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The bytes of the source that are underlined.
    pub span: Span,
    /// What is said below the underlining; may be empty.
    pub text: String,
}

/// One mistake, or one thing worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    kind: DiagnosticKind,
    message: String,
    labels: Vec<Label>,
    helps: Vec<String>,
    line: usize,
    column: usize,
}

impl Diagnostic {
    pub(crate) fn new(kind: DiagnosticKind, message: impl Into<String>) -> Self {
        let (labels, helps) = (Vec::new(), Vec::new());
        Self { kind, message: shortened(message.into()), labels, helps, line: 1, column: 1 }
    }

    /// Underlines a place; the first one is where the mistake is, the others explain it.
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: shortened(text.into()) });
        self
    }

    /// Adds a line that says what would be right.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(shortened(text.into()));
        self
    }

    /// What sort of mistake it is, for programs.
    pub fn kind(&self) -> DiagnosticKind {
        self.kind
    }

    /// Whether it stops the model from being used.
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The places it is about; the first one is where the mistake is.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// What would be right, or more about the mistake.
    pub fn helps(&self) -> &[String] {
        &self.helps
    }

    /// Line of the first label, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column of the first label in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

/// The text with absurdly long names cut, so that a report fits on a screen.
fn shortened(text: String) -> String {
    const LONGEST_NAME: usize = 60;
    const LONGEST_TEXT: usize = 600;
    if text.len() <= LONGEST_NAME {
        return text;
    }
    let cut = |part: &str, longest: usize| match part.char_indices().nth(longest) {
        Some((end, _)) => format!("{}...", &part[..end]),
        None => part.to_owned(),
    };
    // Names stand between backquotes: every other part.
    let parts = text.split('`').enumerate().map(|(number, part)| match number % 2 {
        1 => cut(part, LONGEST_NAME),
        _ => part.to_owned(),
    });
    cut(&parts.collect::<Vec<_>>().join("`"), LONGEST_TEXT)
}

/// All that is wrong with one source, in the order of its places.
///
/// At most [`Diagnostics::LIMIT`] mistakes are kept; [`omitted`](Self::omitted) says how many more
/// there were. Both `Display` and `Debug` give the report without colours.
#[derive(Clone)]
pub struct Diagnostics {
    source: Arc<Source>,
    list: Vec<Diagnostic>,
    omitted: usize,
}

impl Diagnostics {
    /// The largest number of mistakes that are kept.
    pub const LIMIT: usize = 50;

    pub(crate) fn new(source: Arc<Source>, mut list: Vec<Diagnostic>, omitted: usize) -> Self {
        for diagnostic in &mut list {
            if let Some(label) = diagnostic.labels.first() {
                (diagnostic.line, diagnostic.column) = source.position(label.span.start);
            }
        }
        list.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        Self { source, list, omitted }
    }

    /// A single diagnostic as a list.
    pub(crate) fn single(source: Source, diagnostic: Diagnostic) -> Self {
        Self::new(Arc::new(source), vec![diagnostic], 0)
    }

    /// The name of the source as it was given to the reader.
    pub fn source_name(&self) -> &str {
        &self.source.name
    }

    /// The mistakes that were kept, in the order of their places.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Number of mistakes that were kept.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Number of further mistakes beyond [`Diagnostics::LIMIT`].
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// The report for people: message, place, the text underlined, what would be right.
    ///
    /// With `color` the text carries ANSI escape codes. There is no newline at the end.
    pub fn render(&self, color: bool) -> String {
        render::report(&self.source, &self.list, self.omitted, color)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
