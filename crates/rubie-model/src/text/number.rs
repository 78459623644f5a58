//! Numbers: their values, and what is wrong with those that have none.

use crate::diagnostic::{Diagnostic, DiagnosticKind, Span};

/// The value of a number, or what is wrong with it.
pub(super) fn number(text: &str, span: Span) -> Result<f64, Diagnostic> {
    let written = &text[span.range()];
    let bad = |label: &str| {
        let shown: String = written.chars().take(40).collect();
        let message = format!("`{shown}` is not a number");
        Diagnostic::new(DiagnosticKind::BadNumber, message).label(span, label)
    };
    let well_formed = written.bytes().all(|b| b.is_ascii_digit() || b"._eE+-".contains(&b));
    let joined = written.bytes().zip(written.bytes().skip(1)).zip(written.bytes().skip(2));
    let mut joints = joined.filter(|((_, middle), _)| *middle == b'_');
    let between_digits = joints.all(|((left, _), right)| left.is_ascii_digit() && right.is_ascii_digit());
    let value = if !well_formed || !between_digits || written.ends_with('_') {
        None
    } else if written.contains('_') {
        written.replace('_', "").parse::<f64>().ok()
    } else {
        written.parse::<f64>().ok()
    };
    match value {
        Some(value) if value.is_infinite() => {
            Err(bad("larger than any double-precision number").help("the largest is about 1.8e308"))
        }
        Some(value) => Ok(value),
        None => Err(explained(written, bad)),
    }
}

/// What is wrong with a number that cannot be read.
fn explained(written: &str, bad: impl Fn(&str) -> Diagnostic) -> Diagnostic {
    let digits = written.len() - written.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (value, rest) = written.split_at(digits);
    if value.matches('.').count() > 1 {
        return bad("more than one decimal point");
    }
    if rest.is_empty() || rest.starts_with('_') {
        return bad("`_` may only stand between digits");
    }
    if rest.trim_end_matches(|c: char| "eE+-".contains(c)).is_empty() {
        return bad("the exponent has no digits").help("as in `1e-3`");
    }
    let name_like = rest.chars().next().is_some_and(|c| c.is_alphabetic())
        && !rest.contains('.')
        && !(value == "0" && rest.starts_with(['x', 'X', 'b', 'B']));
    let diagnostic = bad("a number made of digits, at most one point and an exponent is expected");
    if name_like {
        let (value, rest) = (shortened(value), shortened(rest));
        return diagnostic.help(format!("a product is written with `*`: `{value}*{rest}`"));
    }
    diagnostic
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
