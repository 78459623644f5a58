//! Second pass: instructions for each operation, all phases into one graph of values.
//!
//! Equal computations of different phases become one value, which is what hoisting needs.

use rubie_expr::{Expr, Graph, Node, NodeId, Op, Walk};

use super::fuse::{Fusion, fuse};
use super::{Lowering, LoweringError, Place};
use crate::functions;
use crate::instruction::{Opcode, Operand};
use crate::values::{Definition, Value, ValueGraph};

/// The values of all phases.
pub(super) struct Selected {
    pub(super) values: ValueGraph,
    /// For each phase, its outputs.
    pub(super) outputs: Vec<Vec<(Value, Place)>>,
}

/// Selects instructions for all phases.
pub(super) fn select(lowering: &Lowering<'_>) -> Result<Selected, LoweringError> {
    let operands = operands(lowering)?;
    let mut selected = Selected { values: ValueGraph::new(lowering.precision), outputs: Vec::new() };
    for phase in &lowering.phases {
        let roots: Vec<Expr<'_>> = phase.outputs.iter().map(|output| output.0).collect();
        let values = match roots.first() {
            None => Vec::new(),
            Some(root) => {
                let (graph, walk) = (root.graph(), Walk::new(&roots));
                check_symbols(graph, &walk, &operands, phase.name)?;
                let ids = roots.iter().map(|root| root.id());
                graph.with_nodes(|nodes| {
                    let fusions = fuse(ids.clone(), &walk, nodes);
                    Selector { nodes, walk: &walk, operands: &operands, values: &mut selected.values }
                        .select(&fusions, ids)
                })?
            }
        };
        selected.outputs.push(values.into_iter().zip(phase.outputs.iter().map(|output| output.1)).collect());
    }
    Ok(selected)
}

/// Where each symbol is found, by its number.
fn operands(lowering: &Lowering<'_>) -> Result<Vec<Option<Operand>>, LoweringError> {
    let mut operands = Vec::new();
    for (index, port) in lowering.ports.iter().enumerate() {
        let mistaken = |mistake| LoweringError::Port { index, expression: port.symbol.to_string(), mistake };
        let symbol = port.symbol.as_symbol().ok_or_else(|| mistaken("is no symbol"))?.index();
        lowering.check_reserved(port.place, || format!("the port of `{}`", port.symbol))?;
        if operands.len() <= symbol {
            operands.resize(symbol + 1, None);
        }
        if operands[symbol].replace(port.place.into()).is_some() {
            return Err(mistaken("has a port already"));
        }
    }
    Ok(operands)
}

fn check_symbols(
    graph: &Graph,
    walk: &Walk,
    operands: &[Option<Operand>],
    phase: &'static str,
) -> Result<(), LoweringError> {
    let has_port = |node: &Node| match node {
        Node::Symbol(symbol) => operands.get(symbol.index()).is_some_and(Option::is_some),
        _ => true,
    };
    let missing =
        graph.with_nodes(|nodes| walk.nodes().iter().find(|id| !has_port(&nodes[id.index()])).copied());
    match missing.and_then(|id| graph.expr(id).as_symbol()) {
        Some(symbol) => Err(LoweringError::NoPort { phase, symbol: graph.symbol_name(symbol) }),
        None => Ok(()),
    }
}

struct Selector<'a> {
    nodes: &'a [Node],
    walk: &'a Walk,
    operands: &'a [Option<Operand>],
    values: &'a mut ValueGraph,
}

impl Selector<'_> {
    fn select(
        mut self,
        fusions: &[Fusion],
        roots: impl Iterator<Item = NodeId>,
    ) -> Result<Vec<Value>, LoweringError> {
        // Absorbed products never get a value; nothing asks for it.
        let mut selected = vec![Value(0); fusions.len()];
        for (place, id) in self.walk.nodes().iter().enumerate() {
            let node = self.nodes[id.index()];
            selected[place] = match (node, fusions[place]) {
                (_, Fusion::Absorbed) => continue,
                (Node::Constant(number), _) => self.values.constant(number),
                (Node::Truth(truth), _) => self.values.truth(truth),
                (Node::Symbol(symbol), _) => match self.operands[symbol.index()] {
                    Some(operand) => self.values.input(operand),
                    None => continue,
                },
                (Node::Apply(op, [a, b, c]), Fusion::None) => {
                    let [a, b, c] = [a, b, c].map(|id| self.value(&selected, id));
                    operation(self.values, op, [a, b, c])?
                }
                (Node::Apply(op, [a, b, _]), fusion) => self.fused(&selected, op, [a, b], fusion),
            };
        }
        Ok(roots.map(|root| self.value(&selected, root)).collect())
    }

    fn value(&self, selected: &[Value], id: NodeId) -> Value {
        selected[self.walk.place(id).expect("a walk contains all arguments")]
    }

    fn fused(&mut self, selected: &[Value], op: Op, [a, b]: [NodeId; 2], fusion: Fusion) -> Value {
        let (product, other) = if fusion == Fusion::First { (a, b) } else { (b, a) };
        let other = self.value(selected, other);
        let factors = self.nodes[product.index()].arguments();
        let [x, y] = [factors[0], factors[1]].map(|id| self.value(selected, id));
        match (op, fusion) {
            (Op::Sub, Fusion::First) => self.values.mul_sub(x, y, other),
            (Op::Sub, _) => self.values.neg_mul_add(x, y, other),
            _ => self.values.mul_add(x, y, other),
        }
    }
}

/// The instructions for one operation.
fn operation(v: &mut ValueGraph, op: Op, arguments: [Value; 3]) -> Result<Value, LoweringError> {
    let [a, b, c] = arguments;
    Ok(match op {
        Op::Neg => v.neg(a),
        Op::Abs => v.abs(a),
        Op::Sign => sign(v, a),
        Op::Floor => v.floor(a),
        Op::Ceil => v.ceil(a),
        Op::Round => v.round(a),
        Op::Sqrt => v.sqrt(a),
        Op::Exponent => v.exponent(a),
        Op::Lookup => v.look_up(a),
        Op::Add => v.add(a, b),
        Op::Sub => v.sub(a, b),
        Op::Mul => v.mul(a, b),
        Op::Div => v.div(a, b),
        Op::Min => smaller_or_larger(v, Opcode::Min, a, b),
        Op::Max => smaller_or_larger(v, Opcode::Max, a, b),
        Op::Mod => v.modulo(a, b),
        Op::Scale => v.scale(a, b),
        Op::Lt => v.lt(a, b),
        Op::Le => v.le(a, b),
        Op::Eq => v.eq(a, b),
        Op::Ne => v.ne(a, b),
        Op::And => match (v.definition(a), v.definition(b)) {
            (Definition::Computed(Opcode::Not, [opposite, ..]), _) => v.and_not(opposite, b),
            (_, Definition::Computed(Opcode::Not, [opposite, ..])) => v.and_not(opposite, a),
            _ => v.and(a, b),
        },
        Op::Or => v.or(a, b),
        Op::Not => v.not(a),
        Op::Select => chosen(v, a, b, c),
        _ => functions::expand(v, op, &arguments[..op.arity()]).ok_or(LoweringError::Operation(op))?,
    })
}

/// A choice between the two sides of its own comparison is what the instructions for minimum and maximum do.
fn chosen(v: &mut ValueGraph, condition: Value, yes: Value, no: Value) -> Value {
    match v.definition(condition) {
        Definition::Computed(Opcode::Lt, [low, high, _]) if (low, high) == (yes, no) => {
            v.compute(Opcode::Min, &[low, high])
        }
        Definition::Computed(Opcode::Lt, [low, high, _]) if (low, high) == (no, yes) => {
            v.compute(Opcode::Max, &[high, low])
        }
        _ => v.select(condition, yes, no),
    }
}

/// -1 or 1; zeros and NaN stay what they are.
fn sign(v: &mut ValueGraph, a: Value) -> Value {
    let (zero, one) = (v.constant(0.0), v.constant(1.0));
    let size = v.abs(a);
    let has_sign = v.lt(zero, size);
    let sign = v.copy_sign(one, a);
    v.select(has_sign, sign, a)
}

/// Min or max where NaN wins. The instruction gives its second operand where either is NaN or both are equal,
/// so the first argument comes second; a NaN in the other one must be put back.
fn smaller_or_larger(v: &mut ValueGraph, op: Opcode, a: Value, b: Value) -> Value {
    let is_number = |v: &ValueGraph, value| match v.definition(value) {
        Definition::Constant(bits) => !f64::from_bits(bits).is_nan(),
        _ => false,
    };
    if is_number(v, a) && !is_number(v, b) {
        return v.compute(op, &[a, b]);
    }
    let chosen = v.compute(op, &[b, a]);
    if is_number(v, b) {
        return chosen;
    }
    let is_nan = v.ne(b, b);
    v.select(is_nan, b, chosen)
}
