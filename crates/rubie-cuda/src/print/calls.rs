//! What is done between programs: dense linear systems, whose loops are `dense.cu`.

use std::collections::BTreeSet;

use rubie_kernel::{Call, KernelSpec};

use super::pieces::function;

/// What prints the calls of a kernel.
pub(super) struct Calls<'a> {
    spec: &'a KernelSpec,
    /// Each call once.
    calls: Vec<&'a Call>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(spec: &'a KernelSpec) -> Self {
        let mut calls = Vec::new();
        for call in spec.programs.order.iter().flat_map(|part| &part.calls) {
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        Calls { spec, calls }
    }

    /// The rows that calls name.
    pub(super) fn rows(&self) -> BTreeSet<u32> {
        let mut rows = BTreeSet::new();
        for matrix in &self.spec.programs.matrices {
            rows.extend(matrix.entries.iter().map(|[_, _, row]| *row));
            rows.insert(matrix.singular);
        }
        for call in &self.calls {
            if let Call::Solve { right, solution, .. } = call {
                rows.extend(right.iter().chain(solution));
            }
        }
        rows
    }

    /// Numbers that a thread has in memory for the factors of all matrices.
    pub(super) fn numbers(&self) -> usize {
        self.place(self.spec.programs.matrices.len())
    }

    /// The first of a matrix' numbers: the matrix, reciprocals, origins and a column.
    fn place(&self, matrix: usize) -> usize {
        let numbers = |size: usize| size * size + 3 * size;
        self.spec.programs.matrices[..matrix].iter().map(|matrix| numbers(matrix.size as usize)).sum()
    }

    /// A call of a part, as a statement.
    pub(super) fn statement(&self, call: &Call) -> String {
        let number = self.calls.iter().position(|known| *known == call).unwrap_or_default();
        format!("call_{number}(l);")
    }

    /// A function for each call.
    pub(super) fn print(&self) -> String {
        let functions = self.calls.iter().enumerate().map(|(number, call)| {
            let body = match call {
                Call::Factor { matrix } => self.factor(*matrix),
                Call::Solve { matrix, right, solution } => self.solve(*matrix, right, solution),
            };
            function(&format!("void call_{number}(Lane &l)"), &body)
        });
        functions.collect()
    }

    fn beginning(&self, matrix: usize) -> Vec<String> {
        vec![format!("real *f = l.factors + {}ull * l.stride;", self.place(matrix))]
    }

    fn factor(&self, number: usize) -> Vec<String> {
        let matrix = &self.spec.programs.matrices[number];
        let size = u64::from(matrix.size);
        let mut body = self.beginning(number);
        body.push(format!("for (u32 i = 0; i < {}u; ++i) f[i * l.stride] = 0.0;", size * size));
        body.extend(matrix.entries.iter().map(|[row, column, at]| {
            format!("f[{}ull * l.stride] = l.r.r{at};", u64::from(*row) * size + u64::from(*column))
        }));
        let singular = matrix.singular;
        body.push(format!("l.r.r{singular} = factor(f, l.stride, {size}u) ? 1.0 : 0.0;"));
        body
    }

    fn solve(&self, number: usize, right: &[u32], solution: &[u32]) -> Vec<String> {
        let size = self.spec.programs.matrices[number].size as usize;
        let unknown = |i: usize| format!("f[{}ull * l.stride]", size * (size + 2) + i);
        let mut body = self.beginning(number);
        body.extend(right.iter().enumerate().map(|(i, row)| format!("{} = l.r.r{row};", unknown(i))));
        body.push(format!("substitute(f, l.stride, {size}u);"));
        body.extend(solution.iter().enumerate().map(|(i, row)| format!("l.r.r{row} = {};", unknown(i))));
        body
    }
}
