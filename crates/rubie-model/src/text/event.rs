//! The parts of an event: `when CONDITION: ACTIONS` and `at TIME every INTERVAL until TIME: ACTIONS`.
//!
//! `when`, `at`, `every`, `until` and `stop` are words of events only: elsewhere they are names like any other.

use super::names::{Name, Names};
use super::token::{Token, TokenKind};
use crate::diagnostic::{Diagnostic, DiagnosticKind, Span};
use crate::language::Word;

/// What an event waits for.
pub(super) enum Head<'t> {
    When(&'t [Token]),
    At { first: &'t [Token], every: Option<&'t [Token]>, until: Option<&'t [Token]> },
}

/// What it does.
pub(super) enum Action<'t> {
    Set { name: Name, span: Span, value: &'t [Token] },
    Stop,
}

/// An event whose expressions are still to be read.
pub(super) struct Parts<'t> {
    /// The keyword.
    pub(super) span: Span,
    pub(super) head: Head<'t>,
    pub(super) actions: Vec<Action<'t>>,
}

/// Whether the statement is an event, or is meant to be one: it starts as one and no equation starts so.
pub(super) fn is_event(tokens: &[Token], names: &Names) -> bool {
    let kind = |place: usize| tokens.get(place).map(|token| token.kind);
    let Some(TokenKind::Name(word)) = kind(0) else { return false };
    let starts = matches!(names.text(word), "when" | "at");
    let continues = matches!(
        kind(1),
        Some(TokenKind::Name(_) | TokenKind::Number | TokenKind::Not | TokenKind::Colon | TokenKind::Minus)
    );
    starts && (continues || colon(tokens).is_some())
}

/// The first colon outside parentheses.
fn colon(tokens: &[Token]) -> Option<usize> {
    outside(tokens, |kind| kind == TokenKind::Colon)
}

/// The first token of some kind outside parentheses.
fn outside(tokens: &[Token], wanted: impl Fn(TokenKind) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token.kind {
            TokenKind::LeftParenthesis => depth += 1,
            TokenKind::RightParenthesis => depth = depth.saturating_sub(1),
            kind => return depth == 0 && wanted(kind),
        }
        false
    })
}

/// Cuts an event into its parts; `tokens` are those of the statement without its `End`.
pub(super) fn parts<'t>(text: &str, names: &Names, tokens: &'t [Token]) -> Result<Parts<'t>, Diagnostic> {
    let keyword = tokens[0];
    let word = &text[keyword.span.range()];
    let last = tokens[tokens.len() - 1];
    let Some(colon) = colon(tokens) else {
        return Err(syntax("the event has no `:`")
            .label(last.span, "a `:` and what happens are expected behind the condition or time")
            .help(example(word)));
    };
    let head = &tokens[1..colon];
    if head.is_empty() {
        let message = if word == "when" { "`when` expects a condition" } else { "`at` expects a time" };
        return Err(syntax(message)
            .label(tokens[colon].span, "nothing stands before it")
            .help(example(word)));
    }
    let head = if word == "when" { Head::When(head) } else { times(text, names, head)? };
    let body = &tokens[colon + 1..];
    if body.is_empty() {
        return Err(syntax("the event does nothing")
            .label(tokens[colon].span, "nothing follows")
            .help(example(word)));
    }
    let mut actions = Vec::new();
    let mut rest = Some(body);
    while let Some(tokens) = rest {
        let comma = outside(tokens, |kind| kind == TokenKind::Comma);
        actions.push(action(text, names, &tokens[..comma.unwrap_or(tokens.len())], last)?);
        rest = comma.map(|comma| &tokens[comma + 1..]);
    }
    Ok(Parts { span: keyword.span, head, actions })
}

/// `[t =] first [every interval] [until last]`
fn times<'t>(text: &str, names: &Names, tokens: &'t [Token]) -> Result<Head<'t>, Diagnostic> {
    let at = |word: &str| {
        outside(tokens, |kind| matches!(kind, TokenKind::Name(name) if names.text(name) == word))
    };
    let (every, until) = (at("every"), at("until"));
    if let (Some(every), Some(until)) = (every, until)
        && until < every
    {
        return Err(syntax("`every` stands before `until`")
            .label(tokens[every].span, "move it forwards")
            .help("as in `at t = 0 every 12 until 48: ...`"));
    }
    let named = matches!(
        tokens,
        [Token { kind: TokenKind::Name(time), .. }, Token { kind: TokenKind::Assign, .. }, ..]
            if time.word() == Some(Word::Time)
    );
    let start = if named { 2 } else { 0 };
    let end = tokens.len();
    let part = |from: usize, to: usize, before: &str| {
        if from < to {
            return Ok(&tokens[from..to]);
        }
        let span = tokens[from.saturating_sub(1).min(end - 1)].span;
        let behind = &text[span.range()];
        Err(syntax(&format!("{before} expects a number"))
            .label(span, format!("nothing follows `{behind}`"))
            .help("as in `at t = 0 every 12 until 48: ...`"))
    };
    let first = part(start, every.or(until).unwrap_or(end), "`at`")?;
    let every = every.map(|every| part(every + 1, until.unwrap_or(end), "`every`")).transpose()?;
    let until = until.map(|until| part(until + 1, end, "`until`")).transpose()?;
    Ok(Head::At { first, every, until })
}

fn action<'t>(text: &str, names: &Names, tokens: &'t [Token], last: Token) -> Result<Action<'t>, Diagnostic> {
    let Some(first) = tokens.first() else {
        return Err(syntax("an action of the event is missing")
            .label(last.span, "nothing stands before or behind a comma")
            .help(FORMS));
    };
    match (first.kind, tokens.get(1).map(|token| token.kind)) {
        (TokenKind::Name(name), None) if names.text(name) == "stop" => Ok(Action::Stop),
        (TokenKind::Name(name), Some(TokenKind::Assign)) => {
            if tokens.len() == 2 {
                return Err(syntax("an expression is missing").label(tokens[1].span, "nothing follows"));
            }
            Ok(Action::Set { name, span: first.span, value: &tokens[2..] })
        }
        (TokenKind::Name(_), Some(TokenKind::Prime)) => {
            let state = &text[first.span.range()];
            Err(syntax("an event changes states, not their derivatives")
                .label(first.span.to(tokens[1].span), "a derivative")
                .help(format!(
                    "write `{state} = ...`; an equation may change with `if`, as in `{state}' = if({state} > 1, -1, 0)`"
                )))
        }
        _ => {
            let span = first.span.to(tokens[tokens.len() - 1].span);
            Err(syntax("this is nothing that an event can do").label(span, "not `state = value`").help(FORMS))
        }
    }
}

const FORMS: &str =
    "an event sets states, or ends the run: `when x > 1: x = 0, n = n + 1`, `when x > 10: stop`";

fn example(word: &str) -> &'static str {
    if word == "when" { "as in `when x > 1: x = 0`" } else { "as in `at t = 24 every 12: x = x + 1`" }
}

fn syntax(message: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Syntax, message)
}
