//! Expressions: operator precedence with an explicit stack, so that depth costs memory only.
//!
//! Binding powers from loose to tight: or, and, not, comparisons, sums, products, signs, powers.

use super::names::{Name, Names};
use super::number::number;
use super::token::{Token, TokenKind};
use super::tree::{Binary, Comparison, Expression, Syntax, Tree, Unary};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::language::{FOREIGN_KEYWORDS, Word};

/// A walk over the tokens of one statement; the token behind the last one is `End`.
pub(super) struct Cursor<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) place: usize,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Token {
        self.tokens[self.place.min(self.tokens.len() - 1)]
    }

    pub(super) fn ahead(&self, count: usize) -> TokenKind {
        self.tokens[(self.place + count).min(self.tokens.len() - 1)].kind
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.place += 1;
        token
    }

    /// The token before the current one.
    pub(super) fn previous(&self) -> Option<Token> {
        self.place.checked_sub(1).map(|place| self.tokens[place])
    }
}

/// What reading an expression needs besides its tokens.
pub(super) struct Context<'a> {
    pub(super) text: &'a str,
    pub(super) names: &'a Names,
    pub(super) collector: &'a mut Collector,
    pub(super) tree: &'a mut Tree,
    /// Whether a name is a state, by its index.
    pub(super) is_state: &'a [bool],
    /// Parameters of the function whose body is read.
    pub(super) locals: &'a [(Name, Span)],
}

/// Something that waits for its (last) operand.
enum Frame {
    Parenthesis(Span),
    Call { function: Name, name: Span, open: Span, count: usize },
    Prefix { op: Unary, span: Span, power: u8 },
    Infix { op: Binary, span: Span, power: u8 },
}

/// A finished operand.
struct Operand {
    node: u32,
    /// The right side of a comparison that a further comparison can be chained to.
    chain: Option<u32>,
}

impl Operand {
    fn new(node: u32) -> Self {
        Self { node, chain: None }
    }
}

/// Reads one expression, up to a comma outside parentheses, a unit or the end.
///
/// Nothing is returned after a mistake, which has been reported then.
pub(super) fn expression(cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Option<Expression> {
    let first = context.tree.nodes.len() as u32;
    let mut reader = Reader { cursor, context, frames: Vec::new(), operands: Vec::new() };
    match reader.run() {
        Ok(()) => {
            let root = reader.operands.pop()?.node;
            Some(Expression { first, root })
        }
        Err(diagnostic) => {
            if let Some(diagnostic) = diagnostic {
                reader.context.collector.report(*diagnostic);
            }
            None
        }
    }
}

/// A mistake; nothing where it has been reported already.
type Mistake = Option<Box<Diagnostic>>;

fn mistake(diagnostic: Diagnostic) -> Mistake {
    Some(Box::new(diagnostic))
}

struct Reader<'r, 't, 'a> {
    cursor: &'r mut Cursor<'t>,
    context: &'r mut Context<'a>,
    frames: Vec<Frame>,
    operands: Vec<Operand>,
}

impl Reader<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Mistake> {
        loop {
            self.operand()?;
            if !self.operators()? {
                return Ok(());
            }
        }
    }

    /// Prefix operators and opening parentheses, then one number or name.
    fn operand(&mut self) -> Result<(), Mistake> {
        loop {
            let token = self.cursor.peek();
            let (op, power) = match token.kind {
                TokenKind::Minus => (Unary::Minus, 13),
                TokenKind::Plus => (Unary::Plus, 13),
                TokenKind::Not => (Unary::Not, 5),
                TokenKind::LeftParenthesis => {
                    self.cursor.next();
                    self.frames.push(Frame::Parenthesis(token.span));
                    continue;
                }
                TokenKind::Number => {
                    let value = number(self.context.text, token.span).unwrap_or_else(|wrong| {
                        self.context.collector.report(wrong);
                        1.0
                    });
                    self.cursor.next();
                    self.push(Syntax::Number(value), token.span);
                    return Ok(());
                }
                TokenKind::Name(name) => {
                    if self.name(name, token)? {
                        return Ok(());
                    }
                    continue;
                }
                _ => return Err(self.operand_expected(token)),
            };
            self.cursor.next();
            self.frames.push(Frame::Prefix { op, span: token.span, power });
        }
    }

    /// A name, a derivative or a call. Says whether the operand is complete.
    fn name(&mut self, name: Name, token: Token) -> Result<bool, Mistake> {
        if matches!(name.word(), Some(Word::Declare(_))) {
            return Err(self.operand_expected(token));
        }
        self.cursor.next();
        let next = self.cursor.peek();
        match next.kind {
            TokenKind::Prime => {
                self.cursor.next();
                if self.cursor.peek().kind == TokenKind::Prime {
                    return Err(mistake(second_derivative(token.span.to(self.cursor.peek().span))));
                }
                self.push(Syntax::Derivative(name), token.span.to(next.span));
            }
            TokenKind::LeftParenthesis => {
                self.cursor.next();
                if self.cursor.peek().kind == TokenKind::RightParenthesis {
                    let end = self.cursor.next().span;
                    let start = self.context.tree.arguments.len() as u32;
                    self.push(Syntax::Call(name, start, start), token.span.to(end));
                    return Ok(true);
                }
                let (name_span, open) = (token.span, next.span);
                let call = Frame::Call { function: name, name: name_span, open, count: 0 };
                self.frames.push(call);
                return Ok(false);
            }
            TokenKind::Slash if self.is_quotient(name) => {
                self.cursor.next();
                let dt = self.cursor.next();
                let state = self.context.names.after_d(name).unwrap_or(name);
                self.push(Syntax::Derivative(state), token.span.to(dt.span));
            }
            _ => self.push(Syntax::Name(name), token.span),
        }
        Ok(true)
    }

    /// Whether `dx / dt` stands here with `x` a state.
    fn is_quotient(&self, dx: Name) -> bool {
        let TokenKind::Name(dt) = self.cursor.ahead(1) else {
            return false;
        };
        let names = self.context.names;
        names.text(dt) == "dt"
            && names.after_d(dx).is_some_and(|state| self.context.is_state[state.index()])
            && !self.context.locals.iter().any(|(local, _)| *local == dx)
    }

    /// Infix operators, commas and closing parentheses behind an operand.
    /// Says whether another operand has to follow.
    fn operators(&mut self) -> Result<bool, Mistake> {
        loop {
            let token = self.cursor.peek();
            if let Some((op, left, right)) = infix(token.kind) {
                self.reduce(left);
                self.cursor.next();
                self.frames.push(Frame::Infix { op, span: token.span, power: right });
                return Ok(true);
            }
            match token.kind {
                TokenKind::RightParenthesis => self.close(token)?,
                TokenKind::Comma => {
                    self.reduce(0);
                    match self.frames.last_mut() {
                        None => return Ok(false),
                        Some(Frame::Call { count, .. }) => *count += 1,
                        Some(_) => return Err(mistake(stray_comma(token.span))),
                    }
                    self.cursor.next();
                    return Ok(true);
                }
                TokenKind::End | TokenKind::Unit if self.frames_are_closed() => {
                    self.reduce(0);
                    return Ok(false);
                }
                TokenKind::Name(_) | TokenKind::Number | TokenKind::LeftParenthesis
                    if self.cursor.ahead(1) != TokenKind::Assign =>
                {
                    // Reported, then read as a product, so that the rest of the line is checked.
                    self.operator_missing(token);
                    self.reduce(11);
                    let (op, span) = (Binary::Multiply, token.span);
                    self.frames.push(Frame::Infix { op, span, power: 12 });
                    return Ok(true);
                }
                _ => return Err(self.operator_expected(token)),
            }
        }
    }

    fn operator_missing(&mut self, token: Token) {
        let found = &self.context.text[token.span.range()];
        let previous = self.cursor.previous().map(|token| &self.context.text[token.span.range()]);
        let help = match previous.and_then(foreign_keyword) {
            Some(keyword) => format!("did you mean `{keyword}`?"),
            None => "a product is written with `*`".to_owned(),
        };
        self.context.collector.report(
            Diagnostic::new(DiagnosticKind::Syntax, "an operator is missing")
                .label(token.span, format!("no operator stands before `{found}`"))
                .help(help),
        );
    }

    fn frames_are_closed(&mut self) -> bool {
        self.reduce(0);
        self.frames.is_empty()
    }

    fn close(&mut self, token: Token) -> Result<(), Mistake> {
        self.reduce(0);
        match self.frames.pop() {
            Some(Frame::Parenthesis(_)) => {
                if let Some(operand) = self.operands.last_mut() {
                    operand.chain = None;
                }
            }
            Some(Frame::Call { function, name, count, .. }) => {
                let tree = &mut self.context.tree;
                let start = tree.arguments.len() as u32;
                let from = self.operands.len() - count - 1;
                tree.arguments.extend(self.operands.drain(from..).map(|operand| operand.node));
                let end = tree.arguments.len() as u32;
                self.push(Syntax::Call(function, start, end), name.to(token.span));
            }
            _ => {
                return Err(mistake(
                    Diagnostic::new(
                        DiagnosticKind::UnbalancedParenthesis,
                        "unbalanced parentheses: `)` without `(`",
                    )
                    .label(token.span, "nothing is open here"),
                ));
            }
        }
        self.cursor.next();
        Ok(())
    }

    fn push(&mut self, node: Syntax, span: Span) {
        let node = self.context.tree.push(node, span);
        self.operands.push(Operand::new(node));
    }

    /// Finishes the operators that bind tighter than `power`.
    fn reduce(&mut self, power: u8) {
        while let Some(Frame::Prefix { power: top, .. } | Frame::Infix { power: top, .. }) =
            self.frames.last()
        {
            if *top <= power {
                return;
            }
            let frame = self.frames.pop();
            let Some(right) = self.operands.pop() else {
                return;
            };
            match frame {
                Some(Frame::Prefix { op, span, .. }) => {
                    self.push(Syntax::Unary(op, right.node), span);
                }
                Some(Frame::Infix { op, span, .. }) => {
                    let Some(left) = self.operands.pop() else {
                        return;
                    };
                    let operand = self.combine(op, span, left, right);
                    self.operands.push(operand);
                }
                _ => {}
            }
        }
    }

    /// A node for `left op right`; `a < b < c` becomes `a < b and b < c`.
    fn combine(&mut self, op: Binary, span: Span, left: Operand, right: Operand) -> Operand {
        let tree = &mut self.context.tree;
        let Binary::Compare(_) = op else {
            return Operand::new(tree.push(Syntax::Binary(op, left.node, right.node), span));
        };
        let middle = left.chain.unwrap_or(left.node);
        let mut node = tree.push(Syntax::Binary(op, middle, right.node), span);
        if left.chain.is_some() {
            node = tree.push(Syntax::Binary(Binary::And, left.node, node), span);
        }
        Operand { node, chain: Some(right.node) }
    }

    /// The mistake where an operand is missing.
    fn operand_expected(&self, token: Token) -> Mistake {
        let text = &self.context.text;
        let syntax = |message: String| Diagnostic::new(DiagnosticKind::Syntax, message);
        let previous = self.cursor.previous();
        let diagnostic = match token.kind {
            TokenKind::Bad => return None,
            TokenKind::Name(_) => {
                let word = &text[token.span.range()];
                syntax(format!("the keyword `{word}` cannot stand in an expression"))
                    .label(token.span, "starts a declaration")
            }
            kind if kind.is_operator() => {
                let operator = &text[token.span.range()];
                syntax(format!("nothing stands on the left of `{operator}`"))
                    .label(token.span, "a number, a name or `(` is expected before it")
            }
            _ => match previous {
                Some(previous) if previous.kind.is_operator() => {
                    let operator = &text[previous.span.range()];
                    syntax(format!("nothing stands on the right of `{operator}`"))
                        .label(previous.span, "a number, a name or `(` is expected behind it")
                }
                Some(previous) => {
                    let before = &text[previous.span.range()];
                    syntax(format!("an expression is missing behind `{before}`"))
                        .label(previous.span, "a number, a name or `(` is expected behind it")
                }
                None => syntax("an expression is missing".to_owned()).label(token.span, ""),
            },
        };
        mistake(diagnostic)
    }

    /// The mistake where an operator, a comma or the end is expected.
    fn operator_expected(&self, token: Token) -> Mistake {
        let found = &self.context.text[token.span.range()];
        let syntax = |message: &str| Diagnostic::new(DiagnosticKind::Syntax, message);
        let diagnostic = match token.kind {
            TokenKind::Bad => return None,
            TokenKind::End | TokenKind::Unit => return self.unclosed(),
            TokenKind::Assign => syntax("`=` stands inside an expression")
                .label(token.span, "one `=` per equation")
                .help("equality is tested with `==`"),
            TokenKind::Prime => syntax("`'` must follow the name of a state")
                .label(token.span, "not behind a name"),
            TokenKind::Not => syntax("an operator is missing")
                .label(token.span, "`not` takes no left side")
                .help("inequality is tested with `!=`"),
            TokenKind::Name(_) => syntax("an equation starts inside another one")
                .label(token.span, format!("a line end or a comma is missing before `{found}`"))
                .help("one equation per line, or `;` between them; entries of a declaration are separated by commas"),
            _ => syntax("an operator is missing")
                .label(token.span, format!("no operator stands before `{found}`")),
        };
        mistake(diagnostic)
    }

    /// Points at the innermost parenthesis that is open at the end.
    fn unclosed(&self) -> Mistake {
        let open = |frame: &Frame| match frame {
            Frame::Parenthesis(open) | Frame::Call { open, .. } => Some(*open),
            _ => None,
        };
        let span = self.frames.iter().rev().find_map(open)?;
        let count = self.frames.iter().filter_map(open).count();
        let diagnostic =
            Diagnostic::new(DiagnosticKind::UnbalancedParenthesis, "unbalanced parentheses: `(` without `)`")
                .label(span, "this one is never closed");
        mistake(match count {
            1 => diagnostic,
            _ => diagnostic.help(format!("{count} parentheses are open at the end of the statement")),
        })
    }
}

/// The keyword for a word of another language.
pub(super) fn foreign_keyword(word: &str) -> Option<&'static str> {
    FOREIGN_KEYWORDS.iter().find(|(foreign, _)| *foreign == word).map(|(_, keyword)| *keyword)
}

fn second_derivative(span: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Syntax, "second derivatives have no notation")
        .label(span, "one `'` is allowed")
        .help("make the first derivative a state: `x' = v` and `v' = ...`")
}

fn stray_comma(span: Span) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Syntax, "a comma stands inside plain parentheses")
        .label(span, "only the arguments of functions are separated by commas")
        .help("a decimal number is written with a point: `0.5`")
}

/// Operator, left and right binding power.
fn infix(kind: TokenKind) -> Option<(Binary, u8, u8)> {
    use Comparison::*;
    let compare = |comparison| Some((Binary::Compare(comparison), 7, 8));
    match kind {
        TokenKind::Or => Some((Binary::Or, 1, 2)),
        TokenKind::And => Some((Binary::And, 3, 4)),
        TokenKind::Less => compare(Less),
        TokenKind::LessEqual => compare(LessEqual),
        TokenKind::Greater => compare(Greater),
        TokenKind::GreaterEqual => compare(GreaterEqual),
        TokenKind::Equal => compare(Equal),
        TokenKind::NotEqual => compare(NotEqual),
        TokenKind::Plus => Some((Binary::Add, 9, 10)),
        TokenKind::Minus => Some((Binary::Subtract, 9, 10)),
        TokenKind::Star => Some((Binary::Multiply, 11, 12)),
        TokenKind::Slash => Some((Binary::Divide, 11, 12)),
        TokenKind::Power => Some((Binary::Power, 16, 15)),
        _ => None,
    }
}
