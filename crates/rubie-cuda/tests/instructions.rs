//! Every instruction on special numbers, by the printed source on the host: what [`Element::evaluate`] says, to the last bit.
#![allow(clippy::unwrap_used)]

mod host;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};

use host::HostBackend;
use rubie_expr::Graph;
use rubie_kernel::{
    Backend, ChunkInputs, ChunkOutputs, Controls, Input, Inputs, KernelSpec, Recording, SamplesMut, Status,
    Watch,
};
use rubie_method::{BuildOptions, StepSettings};
use rubie_model::Model;
use rubie_output::OutputGraph;
use rubie_program::{Element, Instr, Opcode, Operand, Precision, Program};

/// A kernel whose record program applies every instruction to the run's three inputs.
fn spec(precision: Precision) -> KernelSpec {
    let count = Opcode::ALL.len();
    let observables: String = (0..count).map(|i| format!("observe o{i} = a + {i}\n")).collect();
    let text = format!("param a = 0, b = 0, c = 0\nstate x = 0\nx' = 0\n{observables}");
    let model = Model::parse("instructions", &text).unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let settings = StepSettings { dt: Some(1.0), ..StepSettings::default() };
    let method = rubie_method::find("euler").unwrap();
    let controller = method.controller(&settings).unwrap();
    let step = method.build(&system, &BuildOptions { controller, dense: false });
    let names: Vec<String> = (0..count).map(|i| format!("o{i}")).collect();
    let output = OutputGraph::named(&system, &names).unwrap();
    let inputs = Inputs { varying: (0..3).map(Input::Parameter).collect(), fixed_initials: Vec::new() };
    let mut spec =
        KernelSpec::lower(&system, &step, &Recording::samples(&output), &inputs, precision).unwrap();
    let (rows, uniforms) = (spec.layout.rows + 4, spec.layout.uniforms);
    let scratch = spec.layout.rows;
    spec.layout.rows = rows;
    let input = |i: u32| Operand::Row(spec.layout.inputs.start + i);
    let mut instructions = Vec::new();
    // Truth values of the inputs, for the operations on them.
    for i in 0..3 {
        let operands = [input(i), Operand::Constant(0), Operand::Constant(0)];
        instructions.push(Instr { op: Opcode::Lt, to: scratch + i, operands });
    }
    for (op, row) in Opcode::ALL.iter().zip(&spec.layout.recorded) {
        let operands = [0, 1, 2].map(|place| match op.takes_truth(place as usize) {
            true => Operand::Row(scratch + place),
            false => input(place),
        });
        instructions.push(Instr { op: *op, to: *row, operands });
        if op.gives_truth() {
            let operands = [Operand::Row(*row), Operand::Constant(0), Operand::Constant(1)];
            instructions.push(Instr { op: Opcode::Select, to: *row, operands });
        }
    }
    let constants = vec![0.7f64.to_bits(), (-1.0f64).to_bits()];
    let program = Program::new("record", precision, instructions, constants, rows, uniforms).unwrap();
    spec.programs.record = Some(program.with_scratch(scratch));
    spec
}

/// What the record program must leave.
fn expected<T: Element>(op: Opcode, inputs: [T; 3]) -> T {
    let operands = [0, 1, 2].map(|place| match op.takes_truth(place) {
        true => T::truth(inputs[place] < T::from_f64(0.7)),
        false => inputs[place],
    });
    let value = match op {
        Opcode::Lookup => T::look_up(&TABLE.map(T::from_f64), operands[0]),
        op => T::evaluate(op, operands[0], operands[1], operands[2]),
    };
    match (op.gives_truth(), value.is_true()) {
        (false, _) => value,
        (true, true) => T::from_f64(0.7),
        (true, false) => T::from_f64(-1.0),
    }
}

const TABLE: [f64; 5] = [0.25, -3.5, 1e3, f64::INFINITY, 7.0];

const NUMBERS: [f64; 40] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    -2.5,
    3.0,
    -7.0,
    0.1,
    1e-3,
    1e10,
    1e22,
    -1e30,
    126.0,
    127.0,
    -126.0,
    -149.0,
    -150.0,
    1023.0,
    1024.0,
    -1022.0,
    -1074.0,
    -1075.0,
    2098.0,
    1023.9,
    1025.0,
    1048576.0,
    1048577.0,
    3141592653.5,
    1e300,
    5e-324,
    1e-310,
    2.2250738585072014e-308,
    1e-40,
    1.1754943508222875e-38,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn check<T: Element>(backend: &HostBackend, room: impl Fn(&mut [T]) -> SamplesMut<'_>) {
    let spec = spec(T::PRECISION);
    let kernel = backend.compile(&spec).unwrap();
    let runs = NUMBERS.len() * NUMBERS.len();
    let input = |place: usize, run: usize| match place {
        0 => NUMBERS[run % NUMBERS.len()],
        1 => NUMBERS[run / NUMBERS.len()],
        _ => NUMBERS[(run * 7 + run / NUMBERS.len()) % NUMBERS.len()],
    };
    let values: Vec<f64> = (0..3).flat_map(|place| (0..runs).map(move |run| input(place, run))).collect();
    let controls = Controls {
        t0: 0.0,
        end: 1.0,
        sample_times: vec![0.0],
        summaries: None,
        max_attempts: 10,
        dt_min: 0.0,
        controls: rubie_method::find("euler")
            .unwrap()
            .control_values(&StepSettings { dt: Some(1.0), ..StepSettings::default() }, 1)
            .unwrap(),
        parameters: vec![0.0; 3],
        initials: Vec::new(),
        table: TABLE.into(),
        threads: NonZeroUsize::MIN,
    };
    let mut samples = vec![T::default(); Opcode::ALL.len() * runs];
    let mut status = vec![Status::SUCCESS; runs];
    let outputs = ChunkOutputs {
        samples: room(&mut samples),
        summaries: room(&mut []),
        events: &mut [],
        status: &mut status,
    };
    let watch = Watch { interrupt: &AtomicBool::new(false), finished_runs: &AtomicU64::new(0) };
    kernel.run(&controls, ChunkInputs { runs, values: &values }, outputs, &watch).unwrap();
    for (i, op) in Opcode::ALL.iter().enumerate() {
        for run in 0..runs {
            let inputs = [0, 1, 2].map(|place| T::from_f64(input(place, run)));
            let (found, expected) = (samples[i * runs + run], expected(*op, inputs));
            // The sign of a NaN means nothing, so a copy of it may go either way.
            let free = *op == Opcode::CopySign && inputs[1].to_f64().is_nan();
            let same =
                if free { found.to_f64().abs() == expected.to_f64().abs() } else { found.same(expected) };
            assert!(
                same || (free && found.same(expected)),
                "{} of {inputs:?}: {found:e}, not {expected:e}",
                op.name()
            );
        }
    }
}

#[test]
fn every_instruction_of_special_numbers() {
    let Some(compiler) = host::compiler() else { return };
    for optimise in ["-O0", "-O2"] {
        let backend = HostBackend { optimise, ..HostBackend::new(compiler) };
        check::<f64>(&backend, |room| SamplesMut::F64(room));
        check::<f32>(&backend, |room| SamplesMut::F32(room));
    }
}
