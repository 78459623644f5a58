//! Numbers with more digits, an evaluator of graphs over them, and a test problem with a known solution.
#![allow(dead_code, unreachable_pub)]

pub mod numbers;
pub mod plain;
pub mod problem;
pub mod rosenbrock;
pub mod trees;
pub mod walk;

use rubie_expr::{Evaluator, Expr};

/// Values of symbols, for the evaluator of `rubie_expr`.
#[derive(Clone, Default)]
pub struct Values(pub Vec<f64>);

impl Values {
    pub fn set(&mut self, symbol: Expr<'_>, value: f64) {
        let index = symbol.as_symbol().expect("a symbol").index();
        if self.0.len() <= index {
            self.0.resize(index + 1, f64::NAN);
        }
        self.0[index] = value;
    }

    pub fn get(&self, symbol: Expr<'_>) -> f64 {
        self.0[symbol.as_symbol().expect("a symbol").index()]
    }

    pub fn evaluate(&self, expr: Expr<'_>) -> f64 {
        Evaluator::new(&[expr]).evaluate(&self.0)[0]
    }
}
