//! `ValueGraph`: instructions before they have rows; interned, so equal computations are one value.
//!
//! Lowering translates expressions into it, and elementary functions (`functions/`) are written as
//! calls of its methods.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::element::{Element, Precision, TRUE_BITS};
use crate::instruction::{Opcode, Operand};

/// A value of the graph. Arguments have smaller numbers than the value that uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub(crate) u32);

impl Value {
    /// The number of the value, an index into tables of length [`ValueGraph::len`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// A number, by its f64 bits (already rounded to the precision of the program); all ones for "true", 0
    /// for "false".
    Constant(u64),
    /// From outside: a row or a uniform.
    Input(Operand),
    /// Computed; unused arguments repeat the first.
    Computed(Opcode, [Value; 3]),
}

/// Interned values of one precision.
pub struct ValueGraph {
    precision: Precision,
    definitions: Vec<Definition>,
    interned: HashMap<Definition, Value, FxBuildHasher>,
}

impl ValueGraph {
    /// An empty graph.
    pub fn new(precision: Precision) -> Self {
        Self { precision, definitions: Vec::new(), interned: HashMap::default() }
    }

    /// The precision the values are computed in; constants are rounded to it.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// How `value` comes about.
    pub fn definition(&self, value: Value) -> Definition {
        self.definitions[value.0 as usize]
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Whether there are no values yet.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// A number, rounded to the precision of the graph.
    pub fn constant(&mut self, number: f64) -> Value {
        let rounded = match self.precision {
            Precision::F64 => number,
            Precision::F32 => f64::from(number as f32),
        };
        self.intern(Definition::Constant(number_bits(rounded)))
    }

    /// A truth value that is known.
    pub fn truth(&mut self, value: bool) -> Value {
        self.intern(Definition::Constant(if value { TRUE_BITS } else { 0 }))
    }

    /// A row or a uniform.
    pub fn input(&mut self, operand: Operand) -> Value {
        self.intern(Definition::Input(operand))
    }

    /// An instruction on earlier values; a constant where all of them are constants.
    pub fn compute(&mut self, op: Opcode, arguments: &[Value]) -> Value {
        debug_assert_eq!(arguments.len(), op.arity(), "{op:?}");
        let mut all = [arguments[0]; 3];
        all[..arguments.len()].copy_from_slice(arguments);
        match self.known(op, all) {
            Some(bits) => self.intern(Definition::Constant(bits)),
            None => self.intern(Definition::Computed(op, all)),
        }
    }

    /// The number of a definition, if it was made already.
    pub(crate) fn find(&self, definition: Definition) -> Option<Value> {
        self.interned.get(&definition).copied()
    }

    /// The bits of the constant that an instruction on constants gives.
    fn known(&self, op: Opcode, arguments: [Value; 3]) -> Option<u64> {
        // What is in a table comes with the numbers.
        if op == Opcode::Lookup {
            return None;
        }
        let mut bits = [0; 3];
        for (bits, argument) in bits.iter_mut().zip(arguments) {
            let Definition::Constant(known) = self.definition(argument) else { return None };
            *bits = known;
        }
        let truth = |a: u64| if a == 0 { 0 } else { TRUE_BITS };
        Some(match op {
            Opcode::Copy => bits[0],
            Opcode::Select => bits[if bits[0] == 0 { 2 } else { 1 }],
            _ if op.gives_truth() => match self.precision {
                Precision::F32 => truth(evaluate::<f32>(op, bits).to_bits().into()),
                Precision::F64 => truth(evaluate::<f64>(op, bits).to_bits()),
            },
            _ => match self.precision {
                Precision::F32 => number_bits(evaluate::<f32>(op, bits).into()),
                Precision::F64 => number_bits(evaluate::<f64>(op, bits)),
            },
        })
    }

    fn intern(&mut self, definition: Definition) -> Value {
        let next = Value(self.definitions.len() as u32);
        let value = *self.interned.entry(definition).or_insert(next);
        if value == next {
            self.definitions.push(definition);
        }
        value
    }
}

fn evaluate<T: Element>(op: Opcode, constants: [u64; 3]) -> T {
    let [a, b, c] = constants.map(T::from_constant);
    T::evaluate(op, a, b, c)
}

/// The bits of a number that is no truth value: there is one NaN, and it is not the one that means "true".
fn number_bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

macro_rules! unary {
    ($($method:ident $op:ident;)*) => { impl ValueGraph { $(
        #[doc = concat!("[`Opcode::", stringify!($op), "`]")]
        pub fn $method(&mut self, a: Value) -> Value { self.compute(Opcode::$op, &[a]) }
    )* } };
}
macro_rules! binary {
    ($($method:ident $op:ident;)*) => { impl ValueGraph { $(
        #[doc = concat!("[`Opcode::", stringify!($op), "`]")]
        pub fn $method(&mut self, a: Value, b: Value) -> Value { self.compute(Opcode::$op, &[a, b]) }
    )* } };
}
macro_rules! ternary {
    ($($method:ident $op:ident;)*) => { impl ValueGraph { $(
        #[doc = concat!("[`Opcode::", stringify!($op), "`]")]
        pub fn $method(&mut self, a: Value, b: Value, c: Value) -> Value { self.compute(Opcode::$op, &[a, b, c]) }
    )* } };
}

unary! { look_up Lookup; neg Neg; abs Abs; sqrt Sqrt; floor Floor; ceil Ceil; round Round; exponent Exponent; angle_high AngleHigh; angle_low AngleLow; not Not; }
binary! { add Add; sub Sub; mul Mul; div Div; min Min; max Max; copy_sign CopySign; scale Scale; modulo Mod; lt Lt; le Le; eq Eq; ne Ne; and And; or Or; and_not AndNot; }
ternary! { mul_add MulAdd; mul_sub MulSub; neg_mul_add NegMulAdd; select Select; }
