//! From tokens to statements: which line ends end a statement.
//!
//! A statement goes on while a parenthesis is open. So that one forgotten `)` does not swallow the
//! rest of the file, a line that clearly starts a statement ends the one before it in any case.

use std::ops::Range;

use super::token::{Token, TokenKind};
use crate::diagnostic::Span;
use crate::language::Word;

/// Tokens without line ends; an `End` token stands behind every statement.
pub(crate) struct Statements {
    pub(crate) tokens: Vec<Token>,
    /// The tokens of each statement, its `End` not included.
    pub(crate) ranges: Vec<Range<usize>>,
}

pub(crate) fn split(tokens: &[Token]) -> Statements {
    let mut splitter = Splitter::default();
    for token in tokens {
        splitter.take(*token);
    }
    splitter.finish();
    Statements { tokens: splitter.kept, ranges: splitter.ranges }
}

#[derive(Default)]
struct Splitter {
    kept: Vec<Token>,
    ranges: Vec<Range<usize>>,
    /// Where the current statement starts in `kept`.
    start: usize,
    /// Open parentheses.
    depth: usize,
    /// Where the last line of a statement of several lines starts in `kept`.
    line: Option<usize>,
    /// Whether the statement has an `=` before that line.
    assigned_before: bool,
    assigned: bool,
    /// Whether it has a `:`, so that actions of an event follow.
    colon: bool,
}

impl Splitter {
    fn take(&mut self, token: Token) {
        match token.kind {
            TokenKind::LineEnd => {
                let last = self.kept[self.start..].last();
                if self.depth > 0 || last.is_some_and(|last| last.kind.continues_line()) {
                    self.line = Some(self.kept.len());
                    self.assigned_before = self.assigned;
                } else {
                    self.finish();
                }
                return;
            }
            TokenKind::Semicolon => return self.finish(),
            TokenKind::LeftParenthesis => self.depth += 1,
            TokenKind::RightParenthesis => self.depth = self.depth.saturating_sub(1),
            TokenKind::Colon => {
                // An event has one colon: a line with another is an event of its own.
                if self.colon && self.line.is_some() {
                    self.cut();
                }
                self.colon = true;
            }
            TokenKind::Assign => {
                if self.line_starts_anew() {
                    self.cut();
                }
                self.assigned = true;
            }
            TokenKind::Name(_) if declares(token) && self.line.is_some() => self.cut(),
            _ => {}
        }
        self.kept.push(token);
    }

    /// Whether the line whose `=` was just met starts a statement of its own.
    fn line_starts_anew(&self) -> bool {
        use TokenKind::*;
        let Some(line) = self.line else { return false };
        let head = &self.kept[line..];
        let kinds = |place: usize| head.get(place).map(|token| token.kind);
        let name = matches!(kinds(0), Some(Name(_)));
        let listed = name && head.len() == 1 && self.depth == 0 && self.is_list();
        if listed {
            return false;
        }
        let clean = name
            && match head.len() {
                1 => true,
                2 => kinds(1) == Some(Prime),
                3 => kinds(1) == Some(Slash),
                4 => kinds(1) == Some(LeftParenthesis) && kinds(3) == Some(RightParenthesis),
                _ => false,
            };
        clean || (self.assigned_before && (self.depth > 0 || !self.is_list()))
    }

    /// Whether entries of the statement are separated by commas.
    fn is_list(&self) -> bool {
        self.colon || self.kept.get(self.start).is_some_and(|first| declares(*first))
    }

    /// Ends the statement before its last line.
    fn cut(&mut self) {
        let line = self.line.unwrap_or(self.kept.len());
        let tail = self.kept.split_off(line);
        self.finish();
        self.depth = 0;
        for token in tail {
            match token.kind {
                TokenKind::LeftParenthesis => self.depth += 1,
                TokenKind::RightParenthesis => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.kept.push(token);
        }
    }

    fn finish(&mut self) {
        let end = self.kept.len();
        if let Some(last) = self.kept[self.start..].last() {
            let span = Span { start: last.span.end, end: last.span.end };
            self.ranges.push(self.start..end);
            self.kept.push(Token { kind: TokenKind::End, span });
        }
        self.start = self.kept.len();
        self.depth = 0;
        self.line = None;
        self.assigned = false;
        self.assigned_before = false;
        self.colon = false;
    }
}

/// Whether the token is one of the words that start a declaration.
pub(crate) fn declares(token: Token) -> bool {
    matches!(token.kind, TokenKind::Name(name) if matches!(name.word(), Some(Word::Declare(_))))
}
