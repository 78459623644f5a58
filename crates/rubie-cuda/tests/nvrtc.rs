//! The printed source through NVIDIA's compiler, which needs no GPU.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod cases;

use std::thread;

use cases::{Case, Kind, MODELS};
use rubie_cuda::{Architecture, Nvrtc, NvrtcError, Source};
use rubie_method::Method;
use rubie_program::Precision;

fn nvrtc() -> Option<Nvrtc> {
    match Nvrtc::load() {
        Ok(nvrtc) => Some(nvrtc),
        Err(reason) => {
            eprintln!("skipped: {reason}");
            None
        }
    }
}

/// Compiles a kernel for an architecture, if the compiler knows it.
fn compile(nvrtc: &Nvrtc, case: &Case, number: i32) {
    let architecture = Architecture { major: number / 10, minor: number % 10 };
    if !nvrtc.architectures().contains(&architecture) {
        eprintln!("skipped: NVRTC {} does not know {architecture}", nvrtc.version());
        return;
    }
    let source = Source::print(&case.spec);
    let binary = nvrtc.compile(&source.text, architecture).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    assert!(binary.cubin.starts_with(b"\x7fELF"), "{}", case.name);
    let usage = binary.usage;
    println!("{}, {architecture}: {usage:?}", case.name);
    assert!(usage.registers > 16 && usage.registers <= 255, "{}: {usage:?}", case.name);
}

/// Architectures by their numbers.
const GENERATIONS: [i32; 3] = [80, 90, 100];

#[test]
fn every_model_for_three_generations() {
    let Some(nvrtc) = nvrtc() else { return };
    let method = rubie_method::find("tsit5").unwrap();
    for (i, model) in MODELS.into_iter().enumerate() {
        let precision = [Precision::F64, Precision::F32][i % 2];
        let case = Case::new(model, method, Kind::Ends, precision);
        GENERATIONS.into_iter().for_each(|number| compile(&nvrtc, &case, number));
    }
}

#[test]
fn samples_inside_steps_of_every_model() {
    let Some(nvrtc) = nvrtc() else { return };
    let method = rubie_method::find("tsit5").unwrap();
    for (i, model) in MODELS.into_iter().enumerate() {
        let precision = [Precision::F64, Precision::F32][i % 2];
        compile(&nvrtc, &Case::new(model, method, Kind::Inside, precision), GENERATIONS[i % 3]);
    }
}

/// Two threads at once, as this is the longest of these tests.
#[test]
fn every_method_for_three_generations() {
    let Some(nvrtc) = nvrtc() else { return };
    let (one, other) = rubie_method::methods().split_at(rubie_method::methods().len() / 2);
    let every = |methods: &[Method]| {
        for method in methods {
            let case = Case::new(MODELS[1], method, Kind::Ends, Precision::F64);
            GENERATIONS.into_iter().for_each(|number| compile(&nvrtc, &case, number));
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| every(one));
        every(other);
    });
}

#[test]
fn summaries_in_both_precisions() {
    let Some(nvrtc) = nvrtc() else { return };
    let method = rubie_method::find("dopri5").unwrap();
    for precision in [Precision::F64, Precision::F32] {
        compile(&nvrtc, &Case::new(MODELS[3], method, Kind::Summaries, precision), 90);
    }
}

#[test]
fn events_at_times_and_on_conditions() {
    let Some(nvrtc) = nvrtc() else { return };
    let text = "param k = 1\nstate x = 1, n = 0\nx' = -k*x\nn' = 0\n\
                at t = 0 every 0.25: x = x + 1\nwhen x < 0.5: x = 1, n = n + 1\nwhen n > 3: stop";
    for (number, kind) in [(80, Kind::Ends), (90, Kind::Summaries), (100, Kind::Inside)] {
        let method = rubie_method::find("tsit5").unwrap();
        compile(&nvrtc, &Case::of_text(("events", text, 2.0), method, kind, Precision::F64), number);
    }
}

#[test]
fn a_mistake_comes_with_the_compilers_words() {
    let Some(nvrtc) = nvrtc() else { return };
    let architecture = Architecture { major: 9, minor: 0 };
    let error = nvrtc.compile("__global__ void f() { nothing; }", architecture).unwrap_err();
    let NvrtcError::Refused { log, .. } = &error else { panic!("{error}") };
    assert!(log.contains("identifier \"nothing\" is undefined"), "{log}");
}
