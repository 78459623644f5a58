//! Compiles the example models with every method for several architectures, and prints what each kernel takes.
//!
//! `cargo run -p rubie-cuda --example registers [-- MODEL [METHOD]]`; needs NVRTC, no GPU.
#![allow(clippy::print_stdout)]

#[path = "../tests/cases/mod.rs"]
mod cases;

use std::time::Instant;

use cases::{Case, Kind, MODELS};
use rubie_cuda::{Architecture, Nvrtc, Source};
use rubie_program::Precision;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |place: usize, name: &str| wanted.get(place).is_none_or(|wanted| wanted == name);
    let nvrtc = Nvrtc::load()?;
    println!("NVRTC {} in {}\n", nvrtc.version(), nvrtc.path().display());
    println!(
        "{:<58} {:>6} {:>6} {:>6} {:>7} {:>7} {:>7}",
        "kernel", "arch", "instr", "regs", "stack", "spill", "seconds"
    );
    let wanted_architectures = [(8, 0), (9, 0), (10, 0)].map(|(major, minor)| Architecture { major, minor });
    let known = nvrtc.architectures();
    for model in MODELS.into_iter().filter(|(name, _)| is_wanted(0, name)) {
        for method in rubie_method::methods().iter().filter(|method| is_wanted(1, method.name)) {
            for (kind, precision) in [
                (Kind::Ends, Precision::F64),
                (Kind::Summaries, Precision::F64),
                (Kind::Ends, Precision::F32),
            ] {
                let case = Case::new(model, method, kind, precision);
                let source = Source::print(&case.spec);
                let instructions: usize =
                    case.spec.programs().map(|program| program.instructions().len()).sum();
                for architecture in wanted_architectures.into_iter().filter(|arch| known.contains(arch)) {
                    let start = Instant::now();
                    let usage = nvrtc.compile(&source.text, architecture)?.usage;
                    println!(
                        "{:<58} {architecture:>6} {instructions:>6} {:>6} {:>7} {:>7} {:>7.2}",
                        case.name,
                        usage.registers,
                        usage.stack,
                        usage.spill_stores,
                        start.elapsed().as_secs_f64()
                    );
                }
            }
        }
    }
    Ok(())
}
