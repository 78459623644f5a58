//! From equations that define no single name to the form M y' = f: which derivatives stand in them with which factors, which
//! equations are algebraic, and which state each belongs to.

use std::collections::BTreeMap;

use rubie_expr::{Expr, Graph, Jacobian, SymbolId, dependencies, evaluate, substitute};

use crate::check::{Checked, Equation};
use crate::close::{Closing, Part};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Span};
use crate::event::{events, symbols};
use crate::mass::Mass;
use crate::matching::matching;
use crate::text::{File, Value};

/// Places at which factors are looked at, to tell which of them vanish for all values of the parameters.
const PLACES: usize = 3;
/// A sum that is this small beside its terms vanishes.
const VANISHES: f64 = 1e-11;

/// The system M y' = f.
pub(crate) struct Rows<'g> {
    /// f, by equation.
    pub(crate) rates: Vec<Expr<'g>>,
    /// M, where it is not the unit matrix.
    pub(crate) mass: Option<Mass<'g>>,
}

/// Why equations cannot be brought to that form.
pub(crate) enum Fault {
    /// A derivative (of the state) has a factor in the equation that is not constant.
    NotLinear { equation: Source, state: usize, why: &'static str },
    /// Equations and states that are left over when each equation is given a state that it determines.
    Undetermined { equations: Vec<Source>, states: Vec<usize> },
}

/// Where an equation stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// The one of a state's derivative.
    Derivative(usize),
    /// One that defines no single name.
    Equation(usize),
}

/// One equation: sum of factors times derivatives = rate.
struct Row<'g> {
    source: Source,
    factors: BTreeMap<usize, Expr<'g>>,
    rate: Expr<'g>,
}

/// The rows of a checked model.
///
/// # Arguments
/// - `defaults`: of the parameters.
/// - `initials`: of the states, in terms of parameters.
pub(crate) fn rows<'g>(
    checked: &Checked,
    closing: &mut Closing<'_, 'g>,
    defaults: &[f64],
    initials: &[Expr<'g>],
) -> Result<Rows<'g>, Fault> {
    if checked.definitions.equations.is_empty() {
        return Ok(Rows { rates: closing.closed.derivatives.clone(), mass: None });
    }
    let mut rows = linear(checked, closing)?;
    reduce(&mut rows, closing, defaults);
    let rows = placed(rows, closing, defaults, initials)?;
    let rates = rows.iter().map(|row| row.rate).collect();
    let mass = Mass { rows: rows.into_iter().map(|row| row.factors.into_iter().collect()).collect() };
    Ok(Rows { rates, mass: (!mass.is_identity()).then_some(mass) })
}

/// Separates derivatives from all else.
fn linear<'g>(checked: &Checked, closing: &mut Closing<'_, 'g>) -> Result<Vec<Row<'g>>, Fault> {
    let states = closing.closed.states.len();
    let free: Vec<usize> = (0..states).filter(|state| closing.is_free(*state)).collect();
    let free_symbols: Vec<_> = free.iter().map(|state| closing.closed.derivatives[*state]).collect();
    // 0 = expression
    let mut sources = Vec::new();
    let mut expressions = Vec::new();
    for state in (0..states).filter(|state| !closing.is_free(*state)) {
        sources.push(Source::Derivative(state));
        expressions.push(closing.closed.derivatives[state]);
    }
    for (index, equation) in checked.definitions.equations.iter().enumerate() {
        let [left, right] = equation.values().map(|value| {
            let value = closing.value(value);
            closing.real(value)
        });
        sources.push(Source::Equation(index));
        expressions.push(right - left);
    }
    let jacobian = Jacobian::new(&expressions, &free_symbols);
    let changing = [closing.closed.time].into_iter().chain(closing.closed.states.iter().copied());
    let changing: Vec<SymbolId> = changing.filter_map(Expr::as_symbol).collect();
    let derivatives: Vec<SymbolId> = free_symbols.iter().filter_map(|symbol| symbol.as_symbol()).collect();
    let zero = closing.closed.time.graph().constant(0.0);
    let nothing: Vec<_> = free_symbols.iter().map(|symbol| (*symbol, zero)).collect();
    let rates = substitute(&expressions, &nothing);
    let mut rows = Vec::with_capacity(sources.len());
    for (place, (source, rate)) in sources.into_iter().zip(rates).enumerate() {
        let mut factors = BTreeMap::new();
        for entry in jacobian.row(place) {
            let state = free[entry.column];
            let found = dependencies(&[entry.value]);
            let why = if found.iter().any(|symbol| derivatives.contains(symbol)) {
                "is not linear in it"
            } else if found.iter().any(|symbol| changing.contains(symbol)) {
                "multiplies it with something that changes"
            } else {
                factors.insert(state, -entry.value);
                continue;
            };
            return Err(Fault::NotLinear { equation: source, state, why });
        }
        if let Source::Derivative(state) = source {
            factors.insert(state, 1.0 + zero);
        }
        rows.push(Row { source, factors, rate });
    }
    Ok(rows)
}

/// Values of the symbols at which factors are compared with 0: the defaults of the parameters, and others near them.
fn places<'g>(closing: &Closing<'_, 'g>, defaults: &[f64]) -> [Vec<f64>; PLACES] {
    let mut place = 0;
    [(); PLACES].map(|()| {
        place += 1;
        let mut values = vec![f64::NAN; closing.closed.time.graph().symbol_count()];
        let symbols = closing.closed.parameters.iter().filter_map(|symbol| symbol.as_symbol());
        for (index, (symbol, default)) in symbols.zip(defaults).enumerate() {
            // Spread by the golden ratio; a default of 0 says nothing about other runs.
            let apart = ((index + 1) as f64 * place as f64 * 0.618_033_988_749_894_9).fract();
            let size = if *default == 0.0 { 1.0 } else { *default };
            values[symbol.index()] = size * (1.0 + 0.5 * apart);
        }
        values
    })
}

/// Makes rows whose factors follow from those of others algebraic, by subtracting these.
fn reduce<'g>(rows: &mut [Row<'g>], closing: &Closing<'_, 'g>, defaults: &[f64]) {
    let places = places(closing, defaults);
    let size_at = |value: Expr<'g>| -> [f64; PLACES] {
        std::array::from_fn(|place| evaluate(&[value], &places[place])[0].abs())
    };
    // By column: the reduced row that begins there, and what of the equations it is.
    type Reduced<'g> = (BTreeMap<usize, Expr<'g>>, Vec<(usize, Expr<'g>)>);
    let mut pivots: BTreeMap<usize, Reduced<'g>> = BTreeMap::new();
    let one = closing.closed.time.graph().constant(1.0);
    for index in 0..rows.len() {
        let mut rest = rows[index].factors.clone();
        let mut parts: Vec<(usize, Expr<'g>)> = Vec::new();
        let mut settled = None;
        while let Some((column, factor)) = rest.pop_first() {
            let Some((pivot, pivot_parts)) = pivots.get(&column) else {
                rest.insert(column, factor);
                settled = Some(column);
                break;
            };
            let beginning = pivot[&column];
            let multiplier = match factor {
                _ if factor == beginning => one,
                _ if factor == -beginning => -one,
                _ => factor / beginning,
            };
            for (other, value) in pivot.iter().filter(|(other, _)| **other != column) {
                let product = multiplier * *value;
                let (sum, known) = match rest.get(other) {
                    Some(known) => (*known - product, size_at(*known)),
                    None => (-product, [0.0; PLACES]),
                };
                let (sums, products) = (size_at(sum), size_at(product));
                let vanishes = (0..PLACES).all(|i| sums[i] <= VANISHES * known[i].max(products[i]));
                if vanishes {
                    rest.remove(other);
                } else {
                    rest.insert(*other, sum);
                }
            }
            parts.extend(pivot_parts.iter().map(|(row, part)| (*row, multiplier * *part)));
        }
        match settled {
            Some(column) => {
                let mut own: Vec<_> = parts.into_iter().map(|(row, part)| (row, -part)).collect();
                own.push((index, one));
                pivots.insert(column, (rest, own));
            }
            None if rows[index].factors.is_empty() => {}
            None => {
                let rate =
                    parts.iter().fold(rows[index].rate, |sum, (row, part)| sum - *part * rows[*row].rate);
                rows[index].rate = rate;
                rows[index].factors.clear();
            }
        }
    }
    for row in rows.iter_mut().filter(|row| row.factors.len() == 1) {
        for factor in row.factors.values_mut().filter(|factor| factor.as_constant().is_some()) {
            row.rate = row.rate / *factor;
            *factor = factor.graph().constant(1.0);
        }
    }
}

/// Puts each equation into the place of a state that it determines.
fn placed<'g>(
    rows: Vec<Row<'g>>,
    closing: &Closing<'_, 'g>,
    defaults: &[f64],
    initials: &[Expr<'g>],
) -> Result<Vec<Row<'g>>, Fault> {
    let states = &closing.closed.states;
    let algebraic: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].factors.is_empty()).collect();
    let rates: Vec<_> = algebraic.iter().map(|row| rows[*row].rate).collect();
    let jacobian = Jacobian::new(&rates, states);
    let values = at_start(closing, defaults, initials);
    let entries: Vec<_> = jacobian.entries.iter().map(|entry| entry.value).collect();
    let numbers = evaluate(&entries, &values);
    let mut preferred: Vec<Vec<usize>> =
        rows.iter().map(|row| row.factors.keys().copied().collect()).collect();
    let mut others = vec![Vec::new(); rows.len()];
    for (entry, number) in jacobian.entries.iter().zip(numbers) {
        let lists = if number.is_finite() && number != 0.0 { &mut preferred } else { &mut others };
        lists[algebraic[entry.row]].push(entry.column);
    }
    let first: Vec<_> = rows
        .iter()
        .map(|row| match row.source {
            Source::Derivative(state) => row.factors.contains_key(&state).then_some(state),
            Source::Equation(_) => None,
        })
        .collect();
    let row_of = matching(states.len(), &first, &preferred, &others);
    let left: Vec<usize> = (0..states.len()).filter(|state| row_of[*state].is_none()).collect();
    if !left.is_empty() {
        let over = (0..rows.len()).filter(|row| !row_of.contains(&Some(*row)));
        let equations = over.map(|row| rows[row].source).collect();
        return Err(Fault::Undetermined { equations, states: left });
    }
    let mut rows: Vec<Option<Row<'g>>> = rows.into_iter().map(Some).collect();
    Ok(row_of.into_iter().flatten().filter_map(|row| rows[row].take()).collect())
}

/// Values of all symbols at the start of a run with the defaults.
fn at_start<'g>(closing: &Closing<'_, 'g>, defaults: &[f64], initials: &[Expr<'g>]) -> Vec<f64> {
    let mut values = vec![0.0; closing.closed.time.graph().symbol_count()];
    let mut set = |symbol: &Expr<'g>, value: f64| {
        if let Some(symbol) = symbol.as_symbol() {
            values[symbol.index()] = value;
        }
    };
    closing.closed.parameters.iter().zip(defaults).for_each(|(symbol, value)| set(symbol, *value));
    let numbers = evaluate(initials, &values);
    let mut set = |symbol: &Expr<'g>, value: f64| {
        if let Some(symbol) = symbol.as_symbol() {
            values[symbol.index()] = value;
        }
    };
    closing.closed.states.iter().zip(numbers).for_each(|(symbol, value)| set(symbol, value));
    values
}

/// Reports equations that cannot be brought to the form M y' = f, and derivatives that are not known by themselves.
pub(crate) fn report(checked: &Checked, file: &File, defaults: &[f64], collector: &mut Collector) {
    let definitions = &checked.definitions;
    if definitions.equations.is_empty() {
        return;
    }
    let graph = Graph::new();
    let symbols = symbols(definitions, &file.names, &graph);
    let mut closing = Closing::new(checked, &graph, symbols, Part::Everything);
    let initials: Vec<_> = definitions
        .states
        .iter()
        .map(|state| {
            let value = closing.value(state.initial);
            closing.real(value)
        })
        .collect();
    if let Err(fault) = rows(checked, &mut closing, defaults, &initials) {
        collector.report(diagnostic(&fault, checked, file));
    }
    let free: Vec<(usize, SymbolId)> = (0..definitions.states.len())
        .filter(|state| closing.is_free(*state))
        .filter_map(|state| Some((state, closing.closed.derivatives[state].as_symbol()?)))
        .collect();
    let mut check = |values: &[Expr<'_>], span: Span, what: &str| {
        let found = dependencies(values);
        if let Some((state, _)) = free.iter().find(|(_, symbol)| found.contains(symbol)) {
            let name = file.names.text(definitions.states[*state].name);
            collector.report(
                Diagnostic::new(
                    DiagnosticKind::ImplicitDerivative,
                    format!("{what} needs `{name}'`, which has no equation of its own"),
                )
                .label(span, format!("`{name}'` is known only through equations with others"))
                .help(format!(
                    "write an equation `{name}' = ...`, or use what stands in the equations instead"
                )),
            );
        }
    };
    for (index, auxiliary) in definitions.auxiliaries.iter().enumerate() {
        let name = file.names.text(auxiliary.name);
        if auxiliary.observed {
            check(&[closing.closed.auxiliaries[index]], auxiliary.span, &format!("the observable `{name}`"));
        }
    }
    let source = crate::diagnostic::Source::new("", "");
    for (event, list) in definitions.events.iter().zip(events(checked, &mut closing, &source)) {
        let mut values: Vec<_> = list.changes.iter().map(|change| change.value).collect();
        if let crate::event::Trigger::Rises(function) = list.trigger {
            values.push(function);
        }
        check(&values, event.span, "an event");
    }
}

fn diagnostic(fault: &Fault, checked: &Checked, file: &File) -> Diagnostic {
    let definitions = &checked.definitions;
    let name = |state: usize| file.names.text(definitions.states[state].name);
    let span = |source: Source| match source {
        Source::Derivative(state) => {
            definitions.states[state].derivative_span.unwrap_or(definitions.states[state].span)
        }
        Source::Equation(index) => whole(file, &definitions.equations[index]),
    };
    match fault {
        Fault::NotLinear { equation, state, why } => {
            let name = name(*state);
            Diagnostic::new(
                DiagnosticKind::NotLinear,
                format!("`{name}'` stands here in a way that cannot be solved for"),
            )
            .label(span(*equation), format!("the equation {why}"))
            .help("derivatives may be multiplied by numbers, constants and parameters, and added")
            .help(format!("if it can be solved for by hand, write `{name}' = ...`; else give it a name: `state w = ...`, `{name}' = w`, and w in its place here"))
        }
        Fault::Undetermined { equations, states } => {
            let names: Vec<_> = states.iter().take(6).map(|state| format!("`{}`", name(*state))).collect();
            let names = names.join(", ");
            let verb = if states.len() == 1 { "is" } else { "are" };
            let mut diagnostic = Diagnostic::new(
                DiagnosticKind::Undetermined,
                format!("the algebraic equations do not determine {names}"),
            );
            for equation in equations.iter().take(6) {
                diagnostic =
                    diagnostic.label(span(*equation), "there is nothing left that this can determine");
            }
            for state in states.iter().take(6) {
                diagnostic =
                    diagnostic.label(definitions.states[*state].span, format!("{names} {verb} left over"));
            }
            diagnostic.help(
                "every equation without derivatives must determine a state of its own (index 1); differentiate a constraint of \
                 others by time until it does, and put that in its place",
            )
        }
    }
}

/// The place of all of an equation.
fn whole(file: &File, equation: &Equation) -> Span {
    let spans = equation.values().into_iter().filter_map(|value| match value {
        Value::Is(expression) => Some(&file.tree.spans[expression.range()]),
        _ => None,
    });
    spans.flatten().copied().fold(equation.span, Span::to)
}
