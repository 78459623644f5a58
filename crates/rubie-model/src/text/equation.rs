//! Equations that define no single name: `0 = g(x)` and `a*x' + b*y' = f(x)`.

use super::names::{Name, Names};
use super::number::number;
use super::token::{Token, TokenKind};

/// The `=` of a statement whose left side is the number 0, or an expression with derivatives. `is_state` says of a name, by its index,
/// whether it is a state.
pub(super) fn is_equation(text: &str, names: &Names, is_state: &[bool], tokens: &[Token]) -> Option<usize> {
    let assign = tokens.iter().position(|token| token.kind == TokenKind::Assign)?;
    let left = &tokens[..assign];
    if let [Token { kind: TokenKind::Number, span }] = left {
        return (number(text, *span).ok() == Some(0.0)).then_some(assign);
    }
    let is_derivative = |name: Name| {
        let state = names.after_d(name);
        state.is_some_and(|state| is_state.get(state.index()).copied().unwrap_or(false))
    };
    let differentiates = left.iter().any(|token| match token.kind {
        TokenKind::Prime => true,
        TokenKind::Name(name) => is_derivative(name),
        _ => false,
    });
    (differentiates && !is_target(left)).then_some(assign)
}

/// Whether a left side is that of a definition, or is meant to be one.
fn is_target(left: &[Token]) -> bool {
    use TokenKind::*;
    let kind = |place: usize| left.get(place).map(|token| token.kind);
    match (kind(0), kind(1), kind(2)) {
        (Some(Name(_)), None, _) | (Some(Name(_)), Some(Prime), None | Some(Prime | LeftParenthesis)) => true,
        (Some(Name(_)), Some(Slash), Some(Name(_))) => left.len() == 3,
        (Some(Name(_)), Some(LeftParenthesis), _) => {
            let inside = left.get(2..left.len() - 1).unwrap_or_default();
            inside.iter().all(|token| matches!(token.kind, Name(_) | Comma))
        }
        _ => false,
    }
}
