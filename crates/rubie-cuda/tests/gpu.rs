//! On a GPU, where there is one: the conformance suite, and the interpreter's bits.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod cases;

use cases::{Case, Kind, MODELS};
use rubie_cuda::{CudaBackend, Nvrtc};
use rubie_kernel::CpuBackend;
use rubie_program::{INTERPRETER, Isa, Precision};

fn backend() -> Option<CudaBackend> {
    let skipped = |reason: String| {
        eprintln!("skipped: {reason}");
        None
    };
    if let Err(reason) = Nvrtc::load() {
        return skipped(reason.to_string());
    }
    CudaBackend::open(0).map_or_else(|reason| skipped(reason.to_string()), Some)
}

#[test]
fn a_gpu_does_what_every_backend_must() {
    let Some(backend) = backend() else { return };
    rubie_kernel::conformance::check(&backend);
}

#[test]
fn a_gpu_has_the_interpreters_bits() {
    let Some(backend) = backend() else { return };
    let interpreter = CpuBackend::new("interpreter", &INTERPRETER, Isa::detect());
    let method = rubie_method::find("tsit5").unwrap();
    for model in MODELS {
        for (kind, precision) in [(Kind::Summaries, Precision::F64), (Kind::Inside, Precision::F32)] {
            let case = Case::new(model, method, kind, precision);
            let (found, expected) = (case.run(&backend), case.run(&interpreter));
            assert_eq!(found.status, expected.status, "{}", case.name);
            assert_eq!(found.report, expected.report, "{}", case.name);
            assert!(found.samples == expected.samples, "{}: samples differ", case.name);
            assert!(found.summaries == expected.summaries, "{}: summaries differ", case.name);
        }
    }
}
