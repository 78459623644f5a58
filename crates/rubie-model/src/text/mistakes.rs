//! What is said of statements that cannot be read.

use super::expression::foreign_keyword;
use super::token::{Token, TokenKind};
use crate::diagnostic::{Diagnostic, DiagnosticKind, Span};

/// A statement that is neither a declaration nor an equation; `left` are the tokens up to its `=`, if one is `assigned`.
pub(super) fn statement(text: &str, tokens: &[Token], left: &[Token], assigned: bool) -> Diagnostic {
    let syntax = |message: &str| Diagnostic::new(DiagnosticKind::Syntax, message);
    let first = tokens[0];
    let whole = first.span.to(left.last().unwrap_or(&first).span);
    let word = &text[first.span.range()];
    if let [TokenKind::Name(_), TokenKind::Name(_), ..] = kinds(tokens)[..] {
        let keyword = foreign_keyword(word)
            .or_else(|| crate::suggest::nearest(word, ["state", "param", "const", "observe"]));
        if let Some(keyword) = keyword {
            return syntax(&format!("`{word}` starts no declaration"))
                .label(first.span, "not a keyword")
                .help(format!("did you mean `{keyword}`?"));
        }
    }
    if let [TokenKind::Name(_), TokenKind::Prime, TokenKind::Prime, ..] = kinds(tokens)[..] {
        return syntax("second derivatives have no notation")
            .label(whole, "one `'` is allowed")
            .help(format!("make the first derivative a state: `{word}' = v` and `v' = ...`"));
    }
    if first.kind.is_operator() {
        return syntax("a statement cannot start with an operator")
            .label(first.span, "")
            .help("to go on with the line above, end that line with the operator or use parentheses");
    }
    if let (false, Some(open)) = (assigned, unclosed(tokens)) {
        return Diagnostic::new(
            DiagnosticKind::UnbalancedParenthesis,
            "unbalanced parentheses: `(` without `)`",
        )
        .label(open, "this one is never closed");
    }
    let forms =
        "what can stand on the left of `=`: `x`, `x'`, `dx/dt`, `x(0)`, `f(a, b)`, `0`, `a*x' + b*y'`";
    match assigned {
        true if left.is_empty() => syntax("nothing stands on the left of `=`")
            .label(first.span, "a name is expected before it")
            .help(forms),
        true => syntax("the left side of this equation names nothing that can be defined")
            .label(whole, "not a name, a derivative or a function")
            .help(forms),
        false => syntax("this line defines nothing")
            .label(whole, "there is no `=`")
            .help("an equation is written `name = expression`"),
    }
}

fn kinds(tokens: &[Token]) -> Vec<TokenKind> {
    tokens.iter().take(3).map(|token| token.kind).collect()
}

/// The last parenthesis that is open behind the tokens.
fn unclosed(tokens: &[Token]) -> Option<Span> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::LeftParenthesis => open.push(token.span),
            TokenKind::RightParenthesis => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// A time at which an initial value cannot be given.
pub(super) fn not_at_zero(span: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Syntax, "an initial value is written `x(0) = ...`")
        .label(span, "must be 0")
        .help("`x(0)` is the value at the start of a run, whatever time the run starts at")
}
