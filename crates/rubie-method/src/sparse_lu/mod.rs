//! LU factorisation of sparse matrices of expressions, unrolled over the pattern of the matrix.
//!
//! Nothing is left to run time but arithmetic: the order of the pivots and the places of the fill are found here, and
//! the factors and each solve are plain expressions. Pivots stay on the diagonal and are never compared with anything
//! at run time. A pivot that vanishes for some run makes that run's solution infinite or undefined, and no other's.

mod factors;
mod ordering;

pub use factors::SparseLu;
pub use ordering::{factor_operations, pivot_order};
