//! The scalar evaluator of value graphs: what passes and elementary functions are tested with.

use crate::element::Element;
use crate::instruction::{Opcode, Operand};
use crate::values::{Definition, Value, ValueGraph};

/// Some values of a graph, flattened for repeated evaluation.
///
/// ```
/// use rubie_program::{Operand, Precision, ValueEvaluator, ValueGraph};
///
/// let mut v = ValueGraph::new(Precision::F64);
/// let x = v.input(Operand::Row(0));
/// let two = v.constant(2.0);
/// let root = v.mul_add(x, x, two);
/// let mut evaluator = ValueEvaluator::<f64>::new(&v, &[root]);
/// assert_eq!(evaluator.evaluate(|_| 3.0), [11.0]);
/// ```
#[derive(Clone, Debug)]
pub struct ValueEvaluator<T> {
    steps: Vec<Step<T>>,
    roots: Vec<usize>,
    results: Vec<T>,
    found: Vec<T>,
}

#[derive(Clone, Copy, Debug)]
enum Step<T> {
    Constant(T),
    Input(Operand),
    Computed(Opcode, [u32; 3]),
}

impl<T: Element> ValueEvaluator<T> {
    /// Flattens what the roots are computed from.
    ///
    /// # Panics
    /// If the graph's precision is not that of `T`.
    pub fn new(graph: &ValueGraph, roots: &[Value]) -> Self {
        assert_eq!(graph.precision(), T::PRECISION, "the graph is of another precision");
        let places = places(graph, roots);
        let place = |value: Value| places[value.index()];
        let steps: Vec<_> = (0..places.len())
            .filter(|index| places[*index] != UNUSED)
            .map(|index| match graph.definition(Value(index as u32)) {
                Definition::Constant(bits) => Step::Constant(T::from_constant(bits)),
                Definition::Input(operand) => Step::Input(operand),
                Definition::Computed(op, arguments) => Step::Computed(op, arguments.map(place)),
            })
            .collect();
        let roots = roots.iter().map(|root| place(*root) as usize).collect();
        Self { results: vec![T::default(); steps.len()], steps, roots, found: Vec::new() }
    }

    /// The values of the roots for the given values of the inputs.
    pub fn evaluate(&mut self, input: impl Fn(Operand) -> T) -> &[T] {
        for (index, step) in self.steps.iter().enumerate() {
            self.results[index] = match *step {
                Step::Constant(number) => number,
                Step::Input(operand) => input(operand),
                Step::Computed(op, arguments) => {
                    let [a, b, c] = arguments.map(|argument| self.results[argument as usize]);
                    T::evaluate(op, a, b, c)
                }
            };
        }
        self.found.clear();
        self.found.extend(self.roots.iter().map(|root| self.results[*root]));
        &self.found
    }
}

const UNUSED: u32 = u32::MAX;

/// The place of each value among those that the roots are computed from, in order.
fn places(graph: &ValueGraph, roots: &[Value]) -> Vec<u32> {
    let length = roots.iter().map(|root| root.index() + 1).max().unwrap_or(0);
    let mut places = vec![UNUSED; length];
    for root in roots {
        places[root.index()] = 0;
    }
    for index in (0..length).rev() {
        if places[index] == UNUSED {
            continue;
        }
        if let Definition::Computed(_, arguments) = graph.definition(Value(index as u32)) {
            for argument in arguments {
                places[argument.index()] = 0;
            }
        }
    }
    for (next, place) in (0..).zip(places.iter_mut().filter(|place| **place != UNUSED)) {
        *place = next;
    }
    places
}
