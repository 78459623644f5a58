//! Tokens: what the lexer makes of characters.

use super::names::Name;
use crate::diagnostic::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Number,
    /// An identifier or a word that is not an operator.
    Name(Name),
    /// `[...]`
    Unit,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    /// `:`, which belongs to events only.
    Colon,
    /// `=`
    Assign,
    /// `'`
    Prime,
    Plus,
    Minus,
    Star,
    Slash,
    Power,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
    /// `;`
    Semicolon,
    LineEnd,
    /// The end of a statement, put in by the splitter.
    End,
    /// Something that was reported already.
    Bad,
}

impl TokenKind {
    /// Whether a statement goes on over the line end behind this token.
    pub(crate) fn continues_line(self) -> bool {
        self.is_operator() || matches!(self, Self::Comma | Self::Assign | Self::Colon)
    }

    pub(crate) fn is_operator(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Plus | Minus
                | Star
                | Slash
                | Power
                | Less
                | LessEqual
                | Greater
                | GreaterEqual
                | Equal
                | NotEqual
                | And
                | Or
                | Not
        )
    }
}

/// A token and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}
