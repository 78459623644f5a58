//! Compiles kernels for several architectures, and prints what each takes.
//!
//! `cargo run -p rubie-cuda --example registers`: every example model with one method of each family, Lorenz' model with
//! every method. `-- MODEL [METHOD]`: that model with every method, or with that one. Needs NVRTC, no GPU.
#![allow(clippy::print_stdout)]

#[path = "../tests/cases/mod.rs"]
mod cases;

use std::time::Instant;

use cases::{Case, Kind, MODELS};
use rubie_cuda::{Architecture, Nvrtc, Source};
use rubie_method::Method;
use rubie_program::Precision;

/// One method of each family, and the largest explicit one.
const METHODS: [&str; 5] = ["tsit5", "vern9", "rodas5p", "kvaerno5", "radau_iia_5"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |model: &str, method: &Method| match &wanted[..] {
        [] => model == "lorenz" || METHODS.contains(&method.name),
        [name] => model == name,
        [name, known, ..] => model == name && method.name == known,
    };
    let nvrtc = Nvrtc::load()?;
    println!("NVRTC {} in {}\n", nvrtc.version(), nvrtc.path().display());
    println!(
        "{:<58} {:>6} {:>6} {:>6} {:>7} {:>7} {:>7}",
        "kernel", "arch", "instr", "regs", "stack", "spill", "seconds"
    );
    let architectures = [(8, 0), (9, 0), (10, 0)].map(|(major, minor)| Architecture { major, minor });
    let architectures: Vec<_> =
        architectures.into_iter().filter(|known| nvrtc.architectures().contains(known)).collect();
    for model in MODELS {
        for method in rubie_method::methods().iter().filter(|method| is_wanted(model.0, method)) {
            // What is recorded and the precision change a kernel much; one method shows how much.
            let kinds: &[_] = match method.name == METHODS[0] || wanted.len() > 1 {
                true => &[
                    (Kind::Ends, Precision::F64),
                    (Kind::Summaries, Precision::F64),
                    (Kind::Ends, Precision::F32),
                    (Kind::Fixed, Precision::F64),
                ],
                false => &[(Kind::Inside, Precision::F64)],
            };
            for (kind, precision) in kinds {
                print(&nvrtc, &Case::new(model, method, *kind, *precision), &architectures)?;
            }
        }
    }
    Ok(())
}

fn print(nvrtc: &Nvrtc, case: &Case, architectures: &[Architecture]) -> Result<(), rubie_cuda::NvrtcError> {
    let source = Source::print(&case.spec);
    let instructions: usize = case.spec.programs().map(|program| program.instructions().len()).sum();
    for architecture in architectures {
        let start = Instant::now();
        let usage = nvrtc.compile(&source.text, *architecture)?.usage;
        println!(
            "{:<58} {architecture:>6} {instructions:>6} {:>6} {:>7} {:>7} {:>7.2}",
            case.name,
            usage.registers,
            usage.stack,
            usage.spill_stores,
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
