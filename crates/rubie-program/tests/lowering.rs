//! Lowering as a whole: random expressions with random rates, executed and compared with their meaning.

#![allow(clippy::unwrap_used, clippy::needless_range_loop)] // all of it is tests, and i numbers several things

use proptest::prelude::*;
use rubie_expr::{Expr, Graph, Kind, Op};
use rubie_program::{
    Element, Executor, ExecutorOptions, Interpreter, Isa, Lowered, Lowering, Phase, Place, Port, Precision,
    Rate, Rows, Uniforms,
};

/// Number of parameters, states, values for the interpolant, and results of a phase.
const EACH: usize = 3;

/// What random expressions are made of, and which of the fitting earlier values each operation takes.
type Recipe = Vec<(Op, [usize; 3])>;

fn recipe(ops: &'static [Op]) -> impl Strategy<Value = Recipe> {
    prop::collection::vec((prop::sample::select(ops), prop::array::uniform3(any::<usize>())), 1..60)
}

/// Follows a recipe; returns the last results. `compare` says which values comparisons may see.
fn build<'g>(recipe: &Recipe, symbols: &[Expr<'g>], compare_all: bool) -> Vec<Expr<'g>> {
    let graph = symbols[0].graph();
    let mut numbers = symbols.to_vec();
    numbers.extend([0.5, 2.0, -1.25].map(|number| graph.constant(number)));
    let leaves = numbers.clone();
    let mut truths = vec![symbols[0].lt(symbols[1])];
    for (op, choices) in recipe {
        let arguments: Vec<_> = (op.arguments().iter().zip(choices))
            .map(|(kind, choice)| {
                let from = match kind {
                    Kind::Truth => &truths,
                    Kind::Real if op.kind() == Kind::Truth && !compare_all => &leaves,
                    Kind::Real => &numbers,
                };
                from[from.len() - 1 - (choice % 97) % from.len()]
            })
            .collect();
        let value = Expr::apply(*op, &arguments);
        if op.kind() == Kind::Real { numbers.push(value) } else { truths.push(value) }
    }
    numbers.into_iter().rev().take(EACH).collect()
}

/// A model in little: parameters in uniforms or rows, states, values for the interpolant, a place in the step.
struct Case<'g> {
    parameters: Vec<Expr<'g>>,
    states: Vec<Expr<'g>>,
    dense: Vec<Expr<'g>>,
    attempt: Vec<Expr<'g>>,
    sample: Vec<Expr<'g>>,
}

impl<'g> Case<'g> {
    fn new(graph: &'g Graph, attempt: &Recipe, sample: &Recipe, compare_all: bool) -> Self {
        let symbols =
            |name: &str| -> Vec<_> { (0..EACH).map(|i| graph.symbol(&format!("{name}{i}"))).collect() };
        let (parameters, states, dense) = (symbols("p"), symbols("y"), symbols("d"));
        let attempt = build(attempt, &[&parameters[..], &states].concat(), compare_all);
        let sample = build(sample, &[&parameters[..], &dense].concat(), compare_all);
        Self { parameters, states, dense, attempt, sample }
    }

    /// Rows: states, interpolant, results of samples, parameters. The new states go where the old ones
    /// were, in another order.
    fn lower(&self, precision: Precision, swept: [bool; EACH], homes: bool) -> Lowered {
        let mut ports = Vec::new();
        for i in 0..EACH {
            let parameter =
                if swept[i] { Place::Row((3 * EACH + i) as u32) } else { Place::Uniform(i as u32) };
            let rate = if swept[i] { Rate::Run } else { Rate::Solve };
            ports.push(Port { symbol: self.parameters[i], place: parameter, rate });
            ports.push(Port { symbol: self.states[i], place: Place::Row(i as u32), rate: Rate::Attempt });
            ports.push(Port {
                symbol: self.dense[i],
                place: Place::Row((EACH + i) as u32),
                rate: Rate::Dense,
            });
        }
        let outputs = |values: &[Expr<'g>], row: &dyn Fn(usize) -> usize| {
            values.iter().enumerate().map(|(i, value)| (*value, Place::Row(row(i) as u32))).collect()
        };
        let phase = |name, rate, outputs| Phase { name, rate, outputs };
        let phases = vec![
            phase("solve", Rate::Solve, vec![]),
            phase("run", Rate::Run, vec![]),
            phase("attempt", Rate::Attempt, outputs(&self.attempt, &|i| (i + 1) % EACH)),
            phase("dense", Rate::Dense, vec![]),
            phase("sample", Rate::Sample, outputs(&self.sample, &|i| 2 * EACH + i)),
        ];
        let homes = if homes { vec![(Rate::Solve, 0), (Rate::Run, 1), (Rate::Dense, 3)] } else { vec![] };
        let (first_row, first_uniform) = (4 * EACH as u32, EACH as u32);
        Lowering { precision, ports, phases, homes, first_row, first_uniform }.lower().unwrap()
    }
}

/// Runs all programs on given numbers; the new states and the sample.
fn run<T: Element>(lowered: &Lowered, swept: [bool; EACH], numbers: &[f64]) -> Vec<T> {
    let (parameters, rest) = numbers.split_at(EACH);
    let mut rows = Rows::<T>::new(lowered.rows as usize, T::LANES_PER_VECTOR);
    let mut uniforms = Uniforms::new(lowered.uniforms as usize);
    for i in 0..EACH {
        if swept[i] {
            rows.row_mut((3 * EACH + i) as u32).fill(T::from_f64(parameters[i]));
        } else {
            uniforms.set(i as u32, T::from_f64(parameters[i]));
        }
        rows.row_mut(i as u32).fill(T::from_f64(rest[i]));
        rows.row_mut((EACH + i) as u32).fill(T::from_f64(rest[EACH + i]));
    }
    for (phase, program) in lowered.programs.iter().enumerate() {
        let options = ExecutorOptions { isa: Isa::detect() };
        Interpreter::prepare(program, &options).unwrap().execute(&mut rows, &uniforms);
        for (row, uniform) in lowered.solve_outputs.iter().filter(|_| phase == 0) {
            uniforms.set(*uniform, rows.row(*row)[0]);
        }
    }
    let states = (0..EACH).map(|i| rows.row(((i + 1) % EACH) as u32)[0]);
    states.chain((0..EACH).map(|i| rows.row((2 * EACH + i) as u32)[0])).collect()
}

/// Operations whose instructions are the same whatever rounding they see.
const ALL: &[Op] = &[
    Op::Neg,
    Op::Abs,
    Op::Sign,
    Op::Floor,
    Op::Ceil,
    Op::Round,
    Op::Sqrt,
    Op::Exponent,
    Op::Add,
    Op::Add,
    Op::Sub,
    Op::Sub,
    Op::Mul,
    Op::Mul,
    Op::Mul,
    Op::Div,
    Op::Min,
    Op::Max,
    Op::Mod,
    Op::Scale,
    Op::Lt,
    Op::Le,
    Op::Eq,
    Op::Ne,
    Op::And,
    Op::Or,
    Op::Not,
    Op::Select,
    Op::Select,
    Op::Exp,
    Op::Log,
    Op::Sin,
    Op::Tanh,
];

/// Continuous operations, so that a rounding error stays small.
const TAME: &[Op] = &[
    Op::Neg,
    Op::Abs,
    Op::Add,
    Op::Add,
    Op::Sub,
    Op::Sub,
    Op::Mul,
    Op::Mul,
    Op::Min,
    Op::Max,
    Op::Lt,
    Op::Le,
    Op::And,
    Op::Or,
    Op::Not,
    Op::Select,
    Op::Sin,
    Op::Tanh,
];

fn same<T: Element>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.same(*b))
}

/// What is swept, and whether there are homes, must not show in the results.
fn check_rates<T: Element>(case: &Case<'_>, numbers: &[f64]) -> Result<(), TestCaseError> {
    let all = [false; EACH];
    let plain = run::<T>(&case.lower(T::PRECISION, all, false), all, numbers);
    for choice in 0..1 << EACH {
        let swept = [0, 1, 2].map(|i| choice >> i & 1 == 1);
        let found = run::<T>(&case.lower(T::PRECISION, swept, true), swept, numbers);
        prop_assert!(same(&plain, &found), "{plain:?} became {found:?} with {swept:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn rates_do_not_show(attempt in recipe(ALL), sample in recipe(ALL), numbers in prop::collection::vec(-3.0..3.0, 9)) {
        let graph = Graph::new();
        let case = Case::new(&graph, &attempt, &sample, true);
        check_rates::<f64>(&case, &numbers)?;
        check_rates::<f32>(&case, &numbers)?;
    }

    #[test]
    fn programs_compute_the_expressions(
        attempt in recipe(TAME),
        sample in recipe(TAME),
        numbers in prop::collection::vec(-3.0..3.0, 9),
        swept in prop::array::uniform3(any::<bool>()),
    ) {
        let graph = Graph::new();
        let case = Case::new(&graph, &attempt, &sample, false);
        let expected = rubie_expr::evaluate(&[&case.attempt[..], &case.sample].concat(), &numbers);
        let all: Vec<Expr<'_>> = rubie_expr::reachable(&[&case.attempt[..], &case.sample].concat())
            .into_iter().map(|id| graph.expr(id)).collect();
        let size = rubie_expr::evaluate(&all, &numbers).into_iter().fold(1.0, |size: f64, value| size.max(value.abs()));
        prop_assume!(size < 1e6);
        let found = run::<f64>(&case.lower(Precision::F64, swept, true), swept, &numbers);
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert!((found - expected).abs() <= 1e-10 * size, "{found} is not {expected}");
        }
    }
}

/// Every operation that is exact or rounded once, on numbers at which programs err.
#[test]
fn operations_mean_what_expressions_mean() {
    let numbers = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        2.5,
        -0.5,
        3.0,
        -7.0,
        1e300,
        -1e-300,
        5e-324,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    let exact = ALL.iter().filter(|op| !matches!(op, Op::Exp | Op::Log | Op::Sin | Op::Tanh));
    for &op in exact {
        let graph = Graph::new();
        let x: Vec<Expr<'_>> = (0..3).map(|i| graph.symbol(&format!("x{i}"))).collect();
        let arguments: Vec<_> = (op.arguments().iter().zip(&x))
            .map(|(kind, x)| if *kind == Kind::Truth { x.lt(1.5) } else { *x })
            .collect();
        let value = Expr::apply(op, &arguments);
        let value = if op.kind() == Kind::Truth { value.select(1.0, 0.0) } else { value };
        let ports =
            (0..3).map(|i| Port { symbol: x[i], place: Place::Row(i as u32), rate: Rate::Attempt }).collect();
        let phases =
            vec![Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(value, Place::Row(3))] }];
        let precision = Precision::F64;
        let lowering = Lowering { precision, ports, phases, homes: vec![], first_row: 4, first_uniform: 0 };
        let lowered = lowering.lower().unwrap();
        let options = ExecutorOptions { isa: Isa::detect() };
        let interpreter = Interpreter::<f64>::prepare(&lowered.programs[0], &options).unwrap();
        let mut rows = Rows::new(lowered.rows as usize, 8);
        for triple in 0..numbers.len().pow(op.arity() as u32) {
            let values = [1, 16, 256].map(|unit| numbers[triple / unit % 16]);
            for (row, value) in (0..).zip(values) {
                rows.row_mut(row).fill(value);
            }
            interpreter.execute(&mut rows, &Uniforms::new(0));
            let (found, expected) = (rows.row(3)[5], rubie_expr::evaluate(&[value], &values)[0]);
            assert!(found.same(expected), "{op:?} of {values:?} is {found}, not {expected}");
        }
    }
}

/// No operation of the table may be without instructions.
#[test]
fn every_operation_is_lowered() {
    for precision in [Precision::F32, Precision::F64] {
        for &op in Op::ALL {
            let graph = Graph::new();
            let x: Vec<Expr<'_>> = (0..3).map(|i| graph.symbol(&format!("x{i}"))).collect();
            let arguments: Vec<_> = (op.arguments().iter().zip(&x))
                .map(|(kind, x)| if *kind == Kind::Truth { x.lt(1.5) } else { *x })
                .collect();
            let value = Expr::apply(op, &arguments);
            let ports = (0..3)
                .map(|i| Port { symbol: x[i], place: Place::Row(i as u32), rate: Rate::Attempt })
                .collect();
            let phases =
                vec![Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(value, Place::Row(3))] }];
            let lowered =
                Lowering { precision, ports, phases, homes: vec![], first_row: 4, first_uniform: 0 }.lower();
            assert!(lowered.is_ok(), "{op:?}: {lowered:?}");
        }
    }
}
