//! What lowering takes and gives: ports, phases, homes; programs and their places.

use std::ops::Range;

use rubie_expr::Expr;

use crate::element::Precision;
use crate::instruction::Operand;
use crate::program::Program;
use crate::rate::Rate;

/// A row or a uniform by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A row: one value per lane.
    Row(u32),
    /// One value for all lanes.
    Uniform(u32),
}

impl From<Place> for Operand {
    fn from(place: Place) -> Self {
        match place {
            Place::Row(row) => Operand::Row(row),
            Place::Uniform(uniform) => Operand::Uniform(uniform),
        }
    }
}

/// Where the value of a symbol is found when a program starts, and how often it changes.
#[derive(Clone, Copy, Debug)]
pub struct Port<'g> {
    /// The symbol.
    pub symbol: Expr<'g>,
    /// Where its value is.
    pub place: Place,
    /// How often the value changes.
    pub rate: Rate,
}

/// One program to be.
#[derive(Clone, Debug)]
pub struct Phase<'g> {
    /// What the program is called in listings.
    pub name: &'static str,
    /// How often it runs.
    pub rate: Rate,
    /// What it computes, and where to. A row may be the place of a port: its old value is read before
    /// it is overwritten. Uniforms only where the phase is the home of [`Rate::Solve`].
    pub outputs: Vec<(Expr<'g>, Place)>,
}

/// What is to be lowered. All expressions are of one graph.
#[derive(Clone, Debug)]
pub struct Lowering<'g> {
    /// The floating-point type of the programs.
    pub precision: Precision,
    /// Where symbols are found.
    pub ports: Vec<Port<'g>>,
    /// The programs to be.
    pub phases: Vec<Phase<'g>>,
    /// For a rate, the phase of that rate which computes what phases of higher rates need at that rate: for
    /// [`Rate::Solve`], [`Rate::Run`] and [`Rate::Dense`]. Without a home such values are computed where
    /// needed.
    pub homes: Vec<(Rate, usize)>,
    /// The first row that lowering may use; ports and outputs are below.
    pub first_row: u32,
    /// The first uniform that lowering may use; ports and outputs are below.
    pub first_uniform: u32,
}

/// Programs, and the places they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// One program per phase, in order.
    pub programs: Vec<Program>,
    /// Rows that the home of [`Rate::Run`] fills for others, from [`Lowering::first_row`] on.
    pub run_rows: Range<u32>,
    /// Rows that the home of [`Rate::Dense`] fills for others.
    pub dense_rows: Range<u32>,
    /// Number of rows, scratch included.
    pub rows: u32,
    /// Number of uniforms, those for hoisted values included.
    pub uniforms: u32,
    /// Uniforms that the home of [`Rate::Solve`] computes, as (row, uniform): after the program has run, each
    /// uniform takes the value of any lane of the row.
    pub solve_outputs: Vec<(u32, u32)>,
}
