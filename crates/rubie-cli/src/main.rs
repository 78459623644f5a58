//! The `rubie` command: the shell's face of the library. It reads words, calls [`rubie`], shows results.
//!
//! Standard output carries the report (or what `check` and `info` print) alone; messages and the progress bar
//! go to standard error. Exit codes: 0 done, 1 failed while running, 2 bad input, 130 interrupted.

mod arguments;
mod cache;
mod choices;
mod check;
mod failure;
mod info;
mod plot;
mod progress;
mod show;
mod size;
mod solve;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Solve(arguments) => solve::solve(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Info => info::info(),
        Command::Cache(arguments) => cache::cache(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
