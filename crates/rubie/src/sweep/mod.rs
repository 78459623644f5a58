//! Sweeps: which names vary, and the value of each name in each run.
//!
//! A [`Sweep`] holds no table: it computes the values of any range of runs when asked ([`Sweep::fill`]), so a sweep over
//! a hundred million runs takes no memory. Names are parameters, or states whose initial value varies.
//!
//! ```
//! use rubie::sweep::{Axis, Sweep};
//!
//! let sweep = Sweep::product(vec![Axis::parse("rho", "0:21:22", 0)?, Axis::parse("x", "1,2,5", 0)?])?;
//! assert_eq!(sweep.runs(), 66);
//! let mut values = [0.0; 2 * 4];
//! sweep.fill(62, 4, &mut values); // runs 62 to 65: first all values of rho, then all of x
//! assert_eq!(values, [20.0, 21.0, 21.0, 21.0, 5.0, 1.0, 2.0, 5.0]);
//! # Ok::<(), rubie::sweep::SweepError>(())
//! ```
//!
//! # Axes
//!
//! | specification | values |
//! |---|---|
//! | `3` | one value |
//! | `1,2,5` | these values |
//! | `0:21:1000` | 1000 values in even steps, both ends included |
//! | `log:1e-3:1e3:1000` | the same with even steps of the logarithm |
//! | `uniform:0:1:1000` | 1000 random values, all equally likely; `uniform:log:1e-3:1e3:1000` for the logarithm |
//! | `normal:0:1:1000` | 1000 random values of a normal distribution with this mean and standard deviation |
//! | `sobol:0:1:1024` | 1024 values that fill the range evenly; `sobol:log:1e-3:1e3:1024` for the logarithm |
//!
//! A count of 1 gives the start of a range. Counts may be written as `1e6`.
//!
//! # Grids
//!
//! [`Sweep::product`] crosses axes, the last running fastest. Random and Sobol axes describe *samples*: those of one sweep
//! are drawn together, so that `a=uniform:0:1:1000` and `b=normal:0:1:1000` are 1000 runs with random pairs, not a
//! million. They must have the same count (or the count 1, one value for all), and their joint sample is crossed with
//! the other axes as if it were one axis, at the place of its first. [`Sweep::zip`] pairs all axes run by run: they
//! must have the same count, or the count 1.
//!
//! # Random numbers
//!
//! A random value depends on the seed, the name of its axis and its place in the sample, on nothing else: not on other
//! axes, nor on which runs are computed together, nor on the machine. Numbers come from ChaCha with 8 rounds, keyed by
//! the seed and the name; normal values by the inverse distribution function (Wichura's AS 241).
//!
//! Sobol axes form one low-discrepancy set in as many dimensions as there are Sobol axes, an axis's dimension being
//! its position among them (Joe and Kuo's direction numbers, up to 1000 axes). With seed 0 these are the points of the
//! sequence itself, in Gray code order; none is skipped, so the first run is the lower corner of the box, and 2^k runs
//! keep the balance that makes the sequence useful. Any other seed shifts all points digitally (exclusive or with
//! random bits, different for each name): as even, but without the corner, and good for repeated estimates.

mod error;
mod normal;
mod random;
mod sobol;
mod values;
mod axis;
mod specification;
mod grid;
mod spread;
mod table;
mod csv;
mod parquet;

pub use axis::Axis;
pub use error::SweepError;
pub use grid::{MAX_RUNS, Sweep};
