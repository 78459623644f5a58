//! From characters to tokens.

use super::names::Names;
use super::token::{Token, TokenKind};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::language::Word;

/// Cuts a source into tokens. What has no meaning is reported and becomes a `Bad` token.
pub(crate) fn tokens(text: &str, names: &mut Names, collector: &mut Collector) -> Vec<Token> {
    let mut lexer = Lexer { text, place: 0, names, collector, tokens: Vec::new() };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    place: usize,
    names: &'a mut Names,
    collector: &'a mut Collector,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.place = '\u{feff}'.len_utf8();
        }
        while let Some(character) = self.peek() {
            let start = self.place;
            match character {
                '\n' => self.push(TokenKind::LineEnd, 1),
                '\r' if self.byte(1) == Some(b'\n') => self.push(TokenKind::LineEnd, 2),
                '\r' => self.push(TokenKind::LineEnd, 1),
                '#' => self.skip_line(),
                '/' if self.byte(1) == Some(b'/') => self.skip_line(),
                '[' => self.unit(),
                '\\' => self.continuation(),
                '0'..='9' => self.number(),
                '.' if self.byte(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
                _ if starts_name(character) => self.name(),
                _ if character.is_whitespace() => self.place += character.len_utf8(),
                _ => match operator(&self.text.as_bytes()[start..]) {
                    Some((kind, length)) => self.push(kind, length),
                    None => self.unexpected(),
                },
            }
        }
    }

    fn peek(&self) -> Option<char> {
        let byte = *self.text.as_bytes().get(self.place)?;
        if byte.is_ascii() { Some(byte as char) } else { self.text[self.place..].chars().next() }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.place + ahead).copied()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = Span::new(self.place, self.place + length);
        self.tokens.push(Token { kind, span });
        self.place += length;
    }

    /// Moves over what satisfies the condition.
    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while let Some(character) = self.peek().filter(|character| wanted(*character)) {
            self.place += character.len_utf8();
        }
    }

    fn skip_line(&mut self) {
        self.skip(|character| character != '\n' && character != '\r');
    }

    fn name(&mut self) {
        let start = self.place;
        self.skip(continues_name);
        let length = self.place - start;
        let name = self.names.intern(&self.text[start..self.place]);
        self.place = start;
        let kind = match name.word() {
            Some(Word::And) => TokenKind::And,
            Some(Word::Or) => TokenKind::Or,
            Some(Word::Not) => TokenKind::Not,
            _ => TokenKind::Name(name),
        };
        self.push(kind, length);
    }

    /// Digits, letters, points; an exponent's sign. Whether it is a number is seen when it is read.
    fn number(&mut self) {
        let start = self.place;
        loop {
            self.skip(|character| continues_name(character) || character == '.');
            let exponent = matches!(self.text.as_bytes()[self.place - 1], b'e' | b'E');
            let signed = matches!(self.byte(0), Some(b'+' | b'-'))
                && self.byte(1).is_some_and(|next| next.is_ascii_digit());
            let digits = &self.text.as_bytes()[start..self.place - 1];
            let decimal = digits.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_'));
            if !(exponent && signed && decimal) {
                break;
            }
            self.place += 1;
        }
        let length = self.place - start;
        self.place = start;
        self.push(TokenKind::Number, length);
    }

    fn unit(&mut self) {
        let start = self.place;
        self.skip(|character| !matches!(character, ']' | '\n' | '\r'));
        if self.peek() == Some(']') {
            let length = self.place + 1 - start;
            self.place = start;
            return self.push(TokenKind::Unit, length);
        }
        let end = start + self.text[start..self.place].trim_end().len();
        self.collector.report(
            Diagnostic::new(DiagnosticKind::UnclosedUnit, "the unit is not closed")
                .label(Span::new(start, start + 1), "this `[` has no `]` on its line")
                .help("a unit is text in square brackets: `param g = 9.81 [m/s^2]`"),
        );
        self.tokens.push(Token { kind: TokenKind::Bad, span: Span::new(start, end) });
    }

    /// `\` at the end of a line: the statement goes on.
    fn continuation(&mut self) {
        let start = self.place;
        self.place += 1;
        self.skip(|character| matches!(character, ' ' | '\t'));
        if self.peek() == Some('#') || self.text[self.place..].starts_with("//") {
            self.skip_line();
        }
        match self.peek() {
            Some('\r') if self.byte(1) == Some(b'\n') => self.place += 2,
            Some('\n' | '\r') => self.place += 1,
            None => {}
            Some(_) => {
                self.place = start;
                self.unexpected();
            }
        }
    }

    /// Reports a character without meaning, once for all of its neighbours.
    fn unexpected(&mut self) {
        let start = self.place;
        let first = self.peek().unwrap_or(' ');
        self.place += first.len_utf8();
        while let Some(next) = self.peek() {
            let rest = &self.text.as_bytes()[self.place..];
            let meaningful = next.is_whitespace()
                || next.is_ascii_alphanumeric()
                || starts_name(next)
                || matches!(next, '#' | '[')
                || operator(rest).is_some();
            if meaningful {
                break;
            }
            self.place += next.len_utf8();
        }
        let span = Span::new(start, self.place);
        let message = format!("unexpected character {}", shown(first));
        let label = if first == '.' { "a number needs a digit" } else { "has no meaning here" };
        let mut diagnostic = Diagnostic::new(DiagnosticKind::UnexpectedCharacter, message).label(span, label);
        if let Some(help) = meant(first) {
            diagnostic = diagnostic.help(help);
        }
        self.collector.report(diagnostic);
        self.tokens.push(Token { kind: TokenKind::Bad, span });
    }
}

fn starts_name(character: char) -> bool {
    character.is_ascii_alphabetic()
        || character == '_'
        || (!character.is_ascii() && unicode_ident::is_xid_start(character))
}

fn continues_name(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || (!character.is_ascii() && unicode_ident::is_xid_continue(character))
}

/// The operator or sign at the start of the bytes, and its length.
fn operator(bytes: &[u8]) -> Option<(TokenKind, usize)> {
    use TokenKind::*;
    let two = match bytes {
        [b'*', b'*', ..] => Some(Power),
        [b'<', b'=', ..] => Some(LessEqual),
        [b'>', b'=', ..] => Some(GreaterEqual),
        [b'=', b'=', ..] => Some(Equal),
        [b'!', b'=', ..] => Some(NotEqual),
        [b'&', b'&', ..] => Some(And),
        [b'|', b'|', ..] => Some(Or),
        _ => None,
    };
    if let Some(kind) = two {
        return Some((kind, 2));
    }
    let kind = match bytes.first()? {
        b'(' => LeftParenthesis,
        b')' => RightParenthesis,
        b',' => Comma,
        b':' => Colon,
        b'=' => Assign,
        b'\'' => Prime,
        b'+' => Plus,
        b'-' => Minus,
        b'*' => Star,
        b'/' => Slash,
        b'^' => Power,
        b'<' => Less,
        b'>' => Greater,
        b'!' => Not,
        b';' => Semicolon,
        _ => return None,
    };
    Some((kind, 1))
}

/// A character for a message; invisible ones by their number.
fn shown(character: char) -> String {
    if character.is_control() || character.is_whitespace() || character == '\u{feff}' {
        format!("U+{:04X}", character as u32)
    } else {
        format!("`{character}`")
    }
}

/// What a character that looks like an operator was probably meant to be.
fn meant(character: char) -> Option<&'static str> {
    Some(match character {
        '%' => "the remainder is written `mod(a, b)`; a comment starts with `#`",
        '\u{2212}' | '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' => "minus is written `-`",
        '×' | '·' | '⋅' | '∙' | '∗' => "a product is written `*`",
        '÷' | '∕' => "a quotient is written `/`",
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '≠' => "write `!=`",
        '∧' | '&' => "write `and` or `&&`",
        '∨' | '|' => "write `or` or `||`; an absolute value is `abs(x)`",
        '¬' | '~' => "write `not` or `!`",
        '²' => "write `^2`",
        '³' => "write `^3`",
        '√' => "write `sqrt(x)`",
        '′' | '’' | '‘' | '`' | '´' => "a derivative is written with `'`: `x' = ...`",
        '{' | '}' => "use parentheses: `(` and `)`",
        ']' => "a unit starts with `[`",
        '?' => "a choice is written `if(condition, a, b)`",
        '\\' => "`\\` goes on to the next line and must be the last character of its line",
        _ => return None,
    })
}
