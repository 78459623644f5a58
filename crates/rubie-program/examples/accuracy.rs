//! Prints the table of `docs/elementary-functions.md`: `cargo run --release -p rubie-program --example accuracy [COUNT]`.
#![allow(clippy::print_stdout)]

#[path = "../tests/support/accuracy.rs"]
mod accuracy;

use accuracy::{cases, instructions, measure};
use rubie_program::Precision;

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(20_000);
    println!(
        "| function | instructions, f64 | largest error, f64 | at | instructions, f32 | largest error, f32 | at |"
    );
    println!("|---|---|---|---|---|---|---|");
    for case in cases() {
        let (wide, narrow) = (measure::<f64>(&case, count, 11), measure::<f32>(&case, count, 12));
        let at = |worst: accuracy::Worst| match case.op.arity() {
            1 => format!("{:e}", worst.at.0),
            _ => format!("{:e}, {:e}", worst.at.0, worst.at.1),
        };
        println!(
            "| `{}` | {} | {:.2} | {} | {} | {:.2} | {} |",
            case.op.name(),
            instructions(case.op, Precision::F64),
            wide.ulps,
            at(wide),
            instructions(case.op, Precision::F32),
            narrow.ulps,
            at(narrow),
        );
    }
}
