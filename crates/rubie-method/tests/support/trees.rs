//! Rooted trees: the order conditions of Runge-Kutta and Rosenbrock methods.
//!
//! Source: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., 1996, sections IV.7 and II.2 of volume I.

use super::numbers::Number;

/// A rooted tree is the list of the trees that hang on its root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tree(pub Vec<Tree>);

impl Tree {
    pub fn order(&self) -> i64 {
        1 + self.0.iter().map(Tree::order).sum::<i64>()
    }

    pub fn density(&self) -> i64 {
        self.order() * self.0.iter().map(Tree::density).product::<i64>()
    }

    /// The elementary weight of each stage: the product over branches of sum_j a_ij (weight of the branch)_j. Where there
    /// is one branch only, `single` stands in place of `a`: for Rosenbrock methods these are a and a + Gamma.
    pub fn weights<N: Number>(&self, a: &[Vec<N>], single: &[Vec<N>]) -> Vec<N> {
        let mut weights = vec![N::integer(1); a.len()];
        let rows = if self.0.len() == 1 { single } else { a };
        for branch in &self.0 {
            let branch = branch.weights(a, single);
            for (weight, row) in weights.iter_mut().zip(rows) {
                *weight = weight.clone() * dot(row, &branch);
            }
        }
        weights
    }
}

pub fn dot<N: Number>(one: &[N], other: &[N]) -> N {
    one.iter().zip(other).fold(N::integer(0), |sum, (a, b)| sum + a.clone() * b.clone())
}

/// All rooted trees of each order up to the last.
pub fn trees(last: usize) -> Vec<Vec<Tree>> {
    let mut by_order = vec![vec![], vec![Tree(vec![])]];
    for order in 2..=last {
        let mut found = Vec::new();
        // Hanging one more tree on a smaller root, in all ways, reaches every tree.
        for hung in 1..order {
            for tree in by_order[hung].iter() {
                for root in &by_order[order - hung] {
                    let mut branches = root.0.clone();
                    branches.push(tree.clone());
                    branches.sort();
                    found.push(Tree(branches));
                }
            }
        }
        found.sort();
        found.dedup();
        by_order.push(found);
    }
    by_order
}

/// The largest residual of the conditions of each order from 1 to `last`.
pub fn residuals<N: Number>(a: &[Vec<N>], single: &[Vec<N>], b: &[N], last: u32) -> Vec<f64> {
    let residual =
        |tree: &Tree| (dot(b, &tree.weights(a, single)) - N::integer(1) / N::integer(tree.density())).size();
    trees(last as usize)[1..].iter().map(|trees| trees.iter().map(residual).fold(0.0, f64::max)).collect()
}
