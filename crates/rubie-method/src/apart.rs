//! Linear systems that are solved between the parts of an attempt, where unrolled factors would be too large: by dense factors, or by
//! iteration.

use rubie_expr::Expr;
use rubie_model::System;

use crate::krylov::Krylov;
use crate::linear::Entries;
use crate::step::{Call, Matrix, Part, StepGraph, Trouble};

/// A system of one block of unknowns, or of several: those that have nothing to do with each other have matrices of their own.
#[derive(Clone)]
pub(crate) struct Apart<'g> {
    /// Place of the first matrix among those of the step.
    first: usize,
    pub(crate) matrices: Vec<Matrix<'g>>,
    /// The unknowns of each matrix, ascending.
    unknowns: Vec<Vec<usize>>,
    /// The right-hand side, by unknown.
    right: Vec<Expr<'g>>,
    /// The solution of an iteration, by unknown.
    pub(crate) solution: Vec<Expr<'g>>,
    /// The iteration that takes the place of factors; there are no matrices then.
    pub(crate) krylov: Option<Box<Krylov<'g>>>,
}

impl<'g> Apart<'g> {
    /// For matrices with the places of `entries`, unknowns of which the first `size` are the first block, and so on; each of `groups` is a
    /// list of blocks that have a matrix to themselves. `first` matrices come before.
    pub(crate) fn new(
        system: &System<'g>,
        first: usize,
        entries: &Entries<'g>,
        groups: &[Vec<usize>],
    ) -> Self {
        let size = system.states.len();
        let symbol = |what: &str, i: usize| system.graph.symbol(&format!("linear.{what}.{i}"));
        let unknowns: Vec<Vec<usize>> = groups
            .iter()
            .map(|blocks| blocks.iter().flat_map(|block| block * size..(block + 1) * size).collect())
            .collect();
        let matrices = unknowns.iter().enumerate().map(|(matrix, unknowns)| {
            let own = placed(entries, unknowns).map(|(i, j, _)| (i, j, system.graph.symbol("linear.entry")));
            Matrix {
                size: unknowns.len(),
                entries: own.collect(),
                singular: symbol("singular", first + matrix),
            }
        });
        Self {
            first,
            matrices: matrices.collect(),
            right: (0..entries.size).map(|i| symbol("right", i)).collect(),
            solution: (0..entries.size).map(|i| symbol("solution", i)).collect(),
            unknowns,
            krylov: None,
        }
    }

    /// The same solved by iteration.
    pub(crate) fn iterated(system: &System<'g>, entries: &Entries<'g>, krylov: Krylov<'g>) -> Self {
        Self { krylov: Some(Box::new(krylov)), ..Self::new(system, 0, entries, &[]) }
    }

    /// What a part leaves for [`Apart::factor`].
    pub(crate) fn entries(&self, entries: &Entries<'g>) -> Vec<(Expr<'g>, Expr<'g>)> {
        if let Some(krylov) = &self.krylov {
            return krylov.prepare(entries);
        }
        let of = |(matrix, unknowns): (&Matrix<'g>, &Vec<usize>)| {
            let symbols: Vec<_> = matrix.entries.iter().map(|(_, _, symbol)| *symbol).collect();
            symbols.into_iter().zip(placed(entries, unknowns).map(|(_, _, value)| value)).collect::<Vec<_>>()
        };
        self.matrices.iter().zip(&self.unknowns).flat_map(of).collect()
    }

    pub(crate) fn factor(&self) -> Vec<Call<'g>> {
        (self.first..self.first + self.matrices.len()).map(|matrix| Call::Factor { matrix }).collect()
    }

    /// What a part leaves for [`Apart::solve`].
    pub(crate) fn right(&self, values: impl IntoIterator<Item = Expr<'g>>) -> Vec<(Expr<'g>, Expr<'g>)> {
        if let Some(krylov) = &self.krylov {
            return krylov.right(values);
        }
        self.right.iter().copied().zip(values).collect()
    }

    /// `solution` by unknown.
    pub(crate) fn solve(&self, solution: &[Expr<'g>]) -> Vec<Call<'g>> {
        (0..self.matrices.len()).map(|matrix| self.solve_one(matrix, &self.right, solution)).collect()
    }

    /// What comes after the part with these calls, until `solution` stands.
    pub(crate) fn parts(&self, solution: &[Expr<'g>]) -> Vec<Part<'g>> {
        self.krylov.as_ref().map_or_else(Vec::new, |krylov| krylov.solve(solution))
    }

    /// What stands at the start of an attempt.
    pub(crate) fn begin(&self) -> Option<(Expr<'g>, Expr<'g>)> {
        self.krylov.as_ref().map(|krylov| krylov.begin())
    }

    /// Puts what the system takes and tells into the graph of the step.
    pub(crate) fn complete(self, graph: &mut StepGraph<'g>) {
        graph.matrices = self.matrices;
        if let Some(krylov) = self.krylov {
            graph.controls.extend(krylov.controls.list);
            graph.troubles.push((Trouble::LinearIterations, krylov.trouble.gt(0.0)));
        }
    }

    /// Solves with one of the matrices; values by unknown of all of them.
    fn solve_one(&self, matrix: usize, right: &[Expr<'g>], solution: &[Expr<'g>]) -> Call<'g> {
        let of = |values: &[Expr<'g>]| self.unknowns[matrix].iter().map(|i| values[*i]).collect();
        Call::Solve { matrix: self.first + matrix, right: of(right), solution: of(solution) }
    }

    /// Whether one of the matrices has no inverse.
    pub(crate) fn singular(&self) -> Option<Expr<'g>> {
        self.matrices.iter().map(|matrix| matrix.singular.gt(0.0)).reduce(|any, one| any.or(one))
    }
}

/// The entries whose row is one of these unknowns, numbered among them.
fn placed<'a, 'g>(
    entries: &'a Entries<'g>,
    unknowns: &'a [usize],
) -> impl Iterator<Item = (usize, usize, Expr<'g>)> + 'a {
    let place = |i: usize| unknowns.binary_search(&i).ok();
    entries.list.iter().filter_map(move |(i, j, value)| Some((place(*i)?, place(*j)?, *value)))
}

/// The blocks of unknowns that have to be solved for together, where `shift` couples them.
pub(crate) fn groups(shift: &[Vec<Option<Expr<'_>>>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (block, row) in shift.iter().enumerate() {
        let coupled = |other: &usize| row[*other].is_some() || shift[*other][block].is_some();
        let (with, mut without): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(coupled));
        let mut own: Vec<usize> = with.into_iter().flatten().chain([block]).collect();
        own.sort_unstable();
        without.push(own);
        groups = without;
    }
    groups
}
