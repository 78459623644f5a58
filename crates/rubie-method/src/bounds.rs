//! Minimum and maximum as processors have them: one instruction, with a rule for NaN that the caller must mind.

use rubie_expr::{Expr, Operand};

/// a where a > b, else b: so b where either is NaN.
pub(crate) fn larger<'g>(a: Expr<'g>, b: impl Operand<'g>) -> Expr<'g> {
    let b = b.operand(a.graph());
    b.lt(a).select(a, b)
}

/// a where a < b, else b: so b where either is NaN.
pub(crate) fn smaller<'g>(a: Expr<'g>, b: impl Operand<'g>) -> Expr<'g> {
    let b = b.operand(a.graph());
    a.lt(b).select(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rubie_expr::{Evaluator, Graph};

    #[test]
    fn where_either_is_no_number_the_second_is_taken() {
        let graph = Graph::new();
        let (a, b) = (graph.symbol("a"), graph.symbol("b"));
        let mut both = Evaluator::new(&[larger(a, b), smaller(a, b)]);
        assert_eq!(both.evaluate(&[1.0, 2.0]), [2.0, 1.0]);
        assert_eq!(both.evaluate(&[3.0, 2.0]), [3.0, 2.0]);
        assert_eq!(both.evaluate(&[f64::NAN, 2.0]), [2.0, 2.0]);
        assert!(both.evaluate(&[1.0, f64::NAN]).iter().all(|value| value.is_nan()));
    }
}
