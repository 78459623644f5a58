//! Statements: declarations and definitions.

use super::equation::is_equation;
use super::event::{Action, Head, is_event, parts};
use super::expression::{Context, Cursor, expression};
use super::file::{
    Assignment, Declaration, Definition, EquationStatement, EventStatement, File, Moment, Statement, Target,
    Value,
};
use super::lexer::tokens;
use super::mistakes::{not_at_zero, statement};
use super::names::{Name, Names};
use super::number::number;
use super::statements::{declares, split};
use super::token::{Token, TokenKind};
use super::tree::Tree;
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::language::{Role, Word};

/// Reads a whole file; mistakes go to the collector, the rest of their statements is skipped.
pub(crate) fn read(text: &str, collector: &mut Collector) -> File {
    let mut names = Names::new();
    let tokens = tokens(text, &mut names, collector);
    let mut split = split(&tokens);
    drop(tokens);
    for range in &split.ranges {
        refuse_colons(&mut split.tokens[range.start..range.end], &names, collector);
    }
    let mut reader = Reader {
        text,
        is_state: vec![false; names.len()],
        names,
        collector,
        tree: Tree::default(),
        statements: Vec::new(),
    };
    for range in &split.ranges {
        reader.note_states(&split.tokens[range.start..range.end]);
    }
    for range in &split.ranges {
        let tokens = &split.tokens[range.start..=range.end];
        let mut cursor = Cursor { tokens, place: 0 };
        reader.statement(&mut cursor);
    }
    File { statements: reader.statements, tree: reader.tree, names: reader.names }
}

struct Reader<'a> {
    text: &'a str,
    is_state: Vec<bool>,
    names: Names,
    collector: &'a mut Collector,
    tree: Tree,
    statements: Vec<Statement>,
}

impl Reader<'_> {
    /// Finds the states before expressions are read, because `dx/dt` is one thing if x is a state.
    fn note_states(&mut self, tokens: &[Token]) {
        use TokenKind::*;
        let kind = |place: usize| tokens.get(place).map(|token| token.kind);
        let state = match (kind(0), kind(1), kind(2), kind(3)) {
            (Some(Name(word)), ..) if word.word() == Some(Word::Declare(Role::State)) => {
                return self.note_declared(tokens);
            }
            (Some(Name(x)), Some(Prime), Some(Assign), _) => Some(x),
            (Some(Name(x)), Some(LeftParenthesis), Some(Number), Some(RightParenthesis)) => Some(x),
            (Some(Name(dx)), Some(Slash), Some(Name(dt)), Some(Assign)) if self.names.text(dt) == "dt" => {
                self.differentiated(dx)
            }
            _ => None,
        };
        if let Some(state) = state {
            self.mark_state(state);
        }
    }

    /// `x` of `dx`; the name is made if it occurs nowhere else.
    fn differentiated(&mut self, dx: Name) -> Option<Name> {
        let state = self.names.text(dx).strip_prefix('d').filter(|rest| !rest.is_empty())?;
        let state = state.to_owned();
        Some(self.names.intern(&state))
    }

    fn mark_state(&mut self, state: Name) {
        self.is_state.resize(self.names.len(), false);
        self.is_state[state.index()] = true;
    }

    fn note_declared(&mut self, tokens: &[Token]) {
        let mut depth = 0_usize;
        for pair in tokens.windows(2) {
            match pair[0].kind {
                TokenKind::LeftParenthesis => depth += 1,
                TokenKind::RightParenthesis => depth = depth.saturating_sub(1),
                _ => {}
            }
            let listed = depth == 0 && (pair[0].kind == TokenKind::Comma || declares(pair[0]));
            if let (true, TokenKind::Name(name)) = (listed, pair[1].kind) {
                self.mark_state(name);
            }
        }
    }

    fn statement(&mut self, cursor: &mut Cursor<'_>) {
        let tokens = &cursor.tokens[..cursor.tokens.len() - 1];
        if is_event(tokens, &self.names) {
            return self.event(tokens);
        }
        self.is_state.resize(self.names.len(), false);
        if let Some(assign) = is_equation(self.text, &self.names, &self.is_state, tokens) {
            return self.equation(&tokens[..assign], &tokens[assign + 1..]);
        }
        match cursor.peek().kind {
            TokenKind::Name(name) => match name.word() {
                Some(Word::Declare(role)) => self.declarations(role, cursor),
                _ => self.definition(cursor),
            },
            _ => self.definition(cursor),
        }
    }

    /// The entries behind a keyword. After a mistake reading goes on behind the next comma.
    fn declarations(&mut self, role: Role, cursor: &mut Cursor<'_>) {
        let keyword = cursor.next();
        loop {
            let token = cursor.peek();
            match token.kind {
                TokenKind::Name(name) if !declares(token) => {
                    cursor.next();
                    self.declaration(role, name, token.span, cursor);
                }
                found => {
                    if found != TokenKind::Bad {
                        let before = cursor.previous().unwrap_or(keyword);
                        self.name_expected(role, before, token);
                    }
                    if !matches!(found, TokenKind::Comma | TokenKind::End) {
                        cursor.next();
                    }
                    skip_entry(cursor);
                }
            }
            match cursor.peek().kind {
                TokenKind::Comma => cursor.place += 1,
                TokenKind::End => return,
                // An entry whose comma was missed already.
                _ => {}
            }
        }
    }

    fn name_expected(&mut self, role: Role, before: Token, token: Token) {
        let (keyword, found) = (role.keyword(), &self.text[token.span.range()]);
        let behind = &self.text[before.span.range()];
        let span = if token.kind == TokenKind::End { before.span } else { token.span };
        let example = match role {
            Role::Observable => format!("`{keyword} a, b`"),
            _ => format!("`{keyword} a = 1, b = 2`"),
        };
        let label = if token.kind == TokenKind::End {
            format!("no name follows `{behind}`")
        } else if declares(token) {
            format!("`{found}` is a keyword")
        } else {
            "not a name".to_owned()
        };
        self.collector.report(
            Diagnostic::new(DiagnosticKind::Syntax, format!("`{keyword}` expects a name"))
                .label(span, label)
                .help(format!("a declaration is a list: {example}")),
        );
    }

    fn declaration(&mut self, role: Role, name: Name, span: Span, cursor: &mut Cursor<'_>) {
        let mut unit = self.unit(cursor);
        let mut value = Value::Missing;
        if cursor.peek().kind == TokenKind::Assign {
            cursor.next();
            value = self.value(&[], cursor);
            unit = self.unit(cursor).or(unit);
        }
        if !matches!(value, Value::Broken) {
            self.expect_entry_end(role, span, cursor);
        }
        skip_entry(cursor);
        let declaration = Declaration { role, name, span, value, unit };
        self.statements.push(Statement::Declaration(declaration));
    }

    fn expect_entry_end(&mut self, role: Role, name: Span, cursor: &Cursor<'_>) {
        let token = cursor.peek();
        if matches!(token.kind, TokenKind::Comma | TokenKind::End | TokenKind::Bad) {
            return;
        }
        let (keyword, name) = (role.keyword(), &self.text[name.range()]);
        let diagnostic =
            Diagnostic::new(DiagnosticKind::Syntax, format!("the declaration of `{name}` does not end here"));
        self.collector.report(match token.kind {
            TokenKind::Prime | TokenKind::LeftParenthesis => diagnostic
                .label(token.span, "only names are declared")
                .help(format!("an equation is written without `{keyword}`, on a line of its own")),
            TokenKind::Name(_) => diagnostic
                .label(token.span, "a comma or the end of the line is expected before it")
                .help("entries of a declaration are separated by commas"),
            _ => diagnostic.label(token.span, "`=`, a unit, a comma or the end is expected"),
        });
    }

    /// A unit in square brackets, without them.
    fn unit(&mut self, cursor: &mut Cursor<'_>) -> Option<Span> {
        let token = cursor.peek();
        if token.kind != TokenKind::Unit {
            return None;
        }
        cursor.next();
        Some(Span { start: token.span.start + 1, end: token.span.end - 1 })
    }

    fn value(&mut self, locals: &[(Name, Span)], cursor: &mut Cursor<'_>) -> Value {
        self.is_state.resize(self.names.len(), false);
        let mut context = Context {
            text: self.text,
            names: &self.names,
            collector: self.collector,
            tree: &mut self.tree,
            is_state: &self.is_state,
            locals,
        };
        expression(cursor, &mut context).map_or(Value::Broken, Value::Is)
    }

    /// After a mistake in the event's form the rest of it is skipped; the names it changes are not missed.
    fn event(&mut self, tokens: &[Token]) {
        let parts = match parts(self.text, &self.names, tokens) {
            Ok(parts) => parts,
            Err(diagnostic) => {
                if !tokens.iter().any(|token| token.kind == TokenKind::Bad) {
                    self.collector.report(diagnostic);
                }
                return;
            }
        };
        let moment = match parts.head {
            Head::When(condition) => Moment::When(self.whole_value(condition, "event")),
            Head::At { first, every, until } => Moment::At {
                first: self.whole_value(first, "event"),
                every: every.map(|tokens| self.whole_value(tokens, "event")),
                until: until.map(|tokens| self.whole_value(tokens, "event")),
            },
        };
        let (mut changes, mut stops) = (Vec::new(), false);
        for action in parts.actions {
            match action {
                Action::Stop => stops = true,
                Action::Set { name, span, value } => {
                    changes.push(Assignment { name, span, value: self.whole_value(value, "event") });
                }
            }
        }
        self.statements.push(Statement::Event(EventStatement { span: parts.span, moment, changes, stops }));
    }

    fn equation(&mut self, left: &[Token], right: &[Token]) {
        let (Some(first), Some(last)) = (left.first(), left.last()) else { return };
        let span = first.span.to(last.span);
        let (left, right) = (self.whole_value(left, "equation"), self.whole_value(right, "equation"));
        self.statements.push(Statement::Equation(EquationStatement { span, left, right }));
    }

    /// An expression that all of the tokens belong to; `part_of` says what it is a part of.
    fn whole_value(&mut self, tokens: &[Token], part_of: &str) -> Value {
        let end = tokens.last().map_or(0, |token| token.span.end);
        let end = Token { kind: TokenKind::End, span: Span { start: end, end } };
        let tokens = [tokens, &[end]].concat();
        let mut cursor = Cursor { tokens: &tokens, place: 0 };
        let value = self.value(&[], &mut cursor);
        let token = cursor.peek();
        if !matches!(value, Value::Broken) && !matches!(token.kind, TokenKind::End | TokenKind::Bad) {
            self.collector.report(
                Diagnostic::new(
                    DiagnosticKind::Syntax,
                    format!("an expression of the {part_of} does not end here"),
                )
                .label(token.span, "nothing can follow"),
            );
            return Value::Broken;
        }
        value
    }

    fn definition(&mut self, cursor: &mut Cursor<'_>) {
        let Some((target, name, span)) = self.target(cursor) else {
            return;
        };
        cursor.next();
        let locals: &[(Name, Span)] = match &target {
            Target::Function(parameters) => parameters,
            _ => &[],
        };
        let value = self.value(locals, cursor);
        let unit = match target {
            Target::Plain => self.unit(cursor),
            _ => None,
        };
        let token = cursor.peek();
        if !matches!(value, Value::Broken) && !matches!(token.kind, TokenKind::End | TokenKind::Bad) {
            self.report_rest(token);
        }
        let definition = Definition { target, name, span, value, unit };
        self.statements.push(Statement::Definition(definition));
    }

    /// Something behind a complete equation.
    fn report_rest(&mut self, token: Token) {
        let diagnostic = Diagnostic::new(DiagnosticKind::Syntax, "the equation does not end here");
        self.collector.report(match token.kind {
            TokenKind::Unit => diagnostic
                .label(token.span, "a unit belongs to a declaration or an auxiliary")
                .help("as in `state v = -65 [mV]`"),
            TokenKind::Comma => diagnostic
                .label(token.span, "the end of the line is expected")
                .help("one equation per line, or `;` between them; decimal numbers have a point"),
            _ => diagnostic.label(token.span, "the end of the line is expected"),
        });
    }

    /// The left side of an equation up to its `=`.
    fn target(&mut self, cursor: &mut Cursor<'_>) -> Option<(Target, Name, Span)> {
        let first = cursor.peek();
        let TokenKind::Name(name) = first.kind else {
            return self.no_target(cursor);
        };
        match (cursor.ahead(1), cursor.ahead(2), cursor.ahead(3)) {
            (TokenKind::Assign, ..) => {
                cursor.place += 1;
                Some((Target::Plain, name, first.span))
            }
            (TokenKind::Prime, TokenKind::Assign, _) => {
                cursor.place += 2;
                Some((Target::Derivative, name, first.span))
            }
            (TokenKind::Slash, TokenKind::Name(dt), TokenKind::Assign) if self.names.text(dt) == "dt" => {
                let Some(state) = self.differentiated(name) else {
                    return self.no_target(cursor);
                };
                cursor.place += 3;
                Some((Target::Derivative, state, first.span))
            }
            (TokenKind::LeftParenthesis, ..) => self.call_target(name, first.span, cursor),
            _ => self.no_target(cursor),
        }
    }

    /// `x(0) =` or `f(a, b) =`.
    fn call_target(
        &mut self,
        name: Name,
        span: Span,
        cursor: &mut Cursor<'_>,
    ) -> Option<(Target, Name, Span)> {
        let start = cursor.place;
        let zero = cursor.tokens.get(start + 2).filter(|token| token.kind == TokenKind::Number);
        if let Some(zero) = zero {
            let close = cursor.ahead(3) == TokenKind::RightParenthesis;
            if close && cursor.ahead(4) == TokenKind::Assign {
                cursor.place += 4;
                if number(self.text, zero.span).ok() != Some(0.0) {
                    self.collector.report(not_at_zero(zero.span));
                }
                return Some((Target::Initial, name, span));
            }
        }
        cursor.place += 2;
        let mut parameters = Vec::new();
        while let TokenKind::Name(parameter) = cursor.peek().kind {
            parameters.push((parameter, cursor.next().span));
            if cursor.peek().kind != TokenKind::Comma {
                break;
            }
            cursor.next();
        }
        let closed = cursor.peek().kind == TokenKind::RightParenthesis;
        if closed && cursor.ahead(1) == TokenKind::Assign {
            cursor.next();
            return Some((Target::Function(parameters), name, span));
        }
        cursor.place = start;
        self.no_target(cursor)
    }

    /// Reports a statement that is neither a declaration nor an equation.
    fn no_target(&mut self, cursor: &mut Cursor<'_>) -> Option<(Target, Name, Span)> {
        let tokens = &cursor.tokens[cursor.place..cursor.tokens.len() - 1];
        let assign = tokens.iter().position(|token| token.kind == TokenKind::Assign);
        let left = &tokens[..assign.unwrap_or(tokens.len())];
        if let Some(TokenKind::Name(name)) = tokens.first().map(|token| token.kind) {
            self.statements.push(Statement::Broken(name));
        }
        if left.iter().any(|token| token.kind == TokenKind::Bad) {
            return None;
        }
        let diagnostic = statement(self.text, tokens, left, assign.is_some());
        self.collector.report(diagnostic);
        None
    }
}

/// Reports colons outside events.
fn refuse_colons(tokens: &mut [Token], names: &Names, collector: &mut Collector) {
    if is_event(tokens, names) {
        return;
    }
    for token in tokens.iter_mut().filter(|token| token.kind == TokenKind::Colon) {
        token.kind = TokenKind::Bad;
        collector.report(
            Diagnostic::new(DiagnosticKind::UnexpectedCharacter, "unexpected character `:`")
                .label(token.span, "has no meaning here")
                .help("an equation is written `name = expression`, an event `when x > 1: x = 0`"),
        );
    }
}

/// Moves to the next comma outside parentheses, to an entry without comma, or to the end.
fn skip_entry(cursor: &mut Cursor<'_>) {
    let mut depth = 0_usize;
    loop {
        match cursor.peek().kind {
            TokenKind::End => return,
            TokenKind::Comma if depth == 0 => return,
            TokenKind::Name(_) if cursor.ahead(1) == TokenKind::Assign => return,
            TokenKind::LeftParenthesis => depth += 1,
            TokenKind::RightParenthesis => depth = depth.saturating_sub(1),
            _ => {}
        }
        cursor.next();
    }
}
