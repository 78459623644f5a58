//! The CPU kernel with the interpreter on every instruction set of this machine, and the spec itself.
#![allow(clippy::unwrap_used)]

use rubie_expr::Graph;
use rubie_kernel::{CpuBackend, Inputs, KernelSpec, Recording, conformance};
use rubie_method::{BuildOptions, StepSettings};
use rubie_model::Model;
use rubie_output::OutputGraph;
use rubie_program::{INTERPRETER, Isa, Precision};

#[test]
fn the_interpreter_conforms_on_every_instruction_set() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
        conformance::check(&CpuBackend::new("interpreter", &INTERPRETER, isa));
    }
}

#[test]
fn a_spec_prints_and_is_the_same_each_time() {
    let spec = || {
        let model =
            Model::parse("case", "param k = 1\nstate x = 1\nx' = -k*x\nobserve rate = k*x + t").unwrap();
        let graph = Graph::new();
        let system = model.system(&graph);
        let method = rubie_method::find("tsit5").unwrap();
        let controller = method.controller(&StepSettings::default()).unwrap();
        let step = method.build(&system, &BuildOptions { controller, dense: true, ..Default::default() });
        let output = OutputGraph::all(&system);
        let recording = Recording::samples(&output);
        KernelSpec::lower(&system, &step, &recording, &Inputs::default(), Precision::F64).unwrap()
    };
    assert_eq!(spec(), spec());
    let listing = spec().to_string();
    for program in ["solve", "initial", "start", "attempt", "record", "dense", "sample"] {
        assert!(listing.contains(program), "no {program} in:\n{listing}");
    }
}
