//! The order of computation, parts before wholes; cycles are reported as cycles.

use super::definitions::{Definitions, Equation, Event};
use super::items::Item;
use super::resolve::{Resolved, Term};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind};
use crate::text::{File, Value};

/// Members of a cycle that are underlined; the message names twice as many.
const SHOWN: usize = 6;

/// Sorts the items by a depth-first walk with an explicit stack.
pub(super) fn order(
    file: &File,
    definitions: &Definitions,
    resolved: &Resolved,
    collector: &mut Collector,
) -> Vec<Item> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let items = resolved.items;
    let mut marks = vec![Mark::New; items.len()];
    let mut order = Vec::with_capacity(items.len());
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in 0..items.len() {
        if marks[start] == Mark::New {
            marks[start] = Mark::Open;
            path.push((start, resolved.edges_of[start].start));
        }
        while let Some((item, edge)) = path.last_mut() {
            if *edge == resolved.edges_of[*item].end {
                marks[*item] = Mark::Done;
                order.push(items.item(*item));
                path.pop();
                continue;
            }
            let needed = items.number(resolved.edges[*edge].0);
            *edge += 1;
            match marks[needed] {
                Mark::New => {
                    marks[needed] = Mark::Open;
                    path.push((needed, resolved.edges_of[needed].start));
                }
                Mark::Open => report_cycle(file, definitions, resolved, &path, needed, collector),
                Mark::Done => {}
            }
        }
    }
    report_growth(file, definitions, resolved, &order, collector);
    order
}

/// Reports the part of the path from `back` on.
fn report_cycle(
    file: &File,
    definitions: &Definitions,
    resolved: &Resolved,
    path: &[(usize, usize)],
    back: usize,
    collector: &mut Collector,
) {
    let start = path.iter().rposition(|(item, _)| *item == back).unwrap_or(0);
    let cycle: Vec<Item> = path[start..].iter().map(|(item, _)| resolved.items.item(*item)).collect();
    let named = |item: &Item| definitions.named(*item, file);
    let (first, _) = named(&cycle[0]);
    let mut names: Vec<String> = cycle.iter().take(2 * SHOWN).map(|item| named(item).0).collect();
    if cycle.len() > names.len() {
        names.push("...".to_owned());
    }
    names.push(first.clone());
    let shown = names.join(" -> ");
    let functions = cycle.iter().all(|item| matches!(item, Item::Function(_)));
    let (kind, message) = if functions {
        (DiagnosticKind::RecursiveFunction, format!("the function `{first}` calls itself: {shown}"))
    } else {
        (DiagnosticKind::Cycle, format!("`{first}` depends on itself: {shown}"))
    };
    let mut diagnostic = Diagnostic::new(kind, message);
    for (place, item) in cycle.iter().enumerate().take(SHOWN) {
        let next = named(&cycle[(place + 1) % cycle.len()]).0;
        let verb = if matches!(item, Item::Function(_)) { "calls" } else { "needs" };
        let (name, span) = named(item);
        let label = if functions { format!("calls `{next}`") } else { format!("`{name}` {verb} `{next}`") };
        diagnostic = diagnostic.label(span, label);
    }
    collector.report(if functions {
        diagnostic.help("a function of the model is written out where it is called and cannot call itself")
    } else {
        diagnostic
    });
}

/// Refuses functions whose calls of calls would write out to an absurd size.
fn report_growth(
    file: &File,
    definitions: &Definitions,
    resolved: &Resolved,
    order: &[Item],
    collector: &mut Collector,
) {
    let limit = 10_000_000 + 4 * file.tree.nodes.len() as u64;
    let mut sizes = vec![0_u64; definitions.functions.len()];
    let size = |value: Value, sizes: &[u64]| {
        let Value::Is(expression) = value else {
            return 0;
        };
        let terms = &resolved.terms[expression.range()];
        terms.iter().fold(0_u64, |sum, term| match term {
            Term::Call(function, ..) => sum.saturating_add(sizes[*function as usize].max(1)),
            _ => sum.saturating_add(1),
        })
    };
    let mut total = 0_u64;
    for item in order {
        let item_size = size(definitions.value(*item), &sizes);
        match item {
            Item::Function(index) => sizes[*index as usize] = item_size,
            _ => total = total.saturating_add(item_size),
        }
    }
    for state in &definitions.states {
        total = total.saturating_add(size(state.initial, &sizes));
    }
    for value in definitions.equations.iter().flat_map(Equation::values) {
        total = total.saturating_add(size(value, &sizes));
    }
    for value in definitions.events.iter().flat_map(Event::values) {
        total = total.saturating_add(size(value, &sizes));
    }
    for parameter in &definitions.parameters {
        total = total.saturating_add(size(parameter.value, &sizes));
    }
    if total <= limit {
        return;
    }
    let largest = (0..sizes.len()).max_by_key(|index| sizes[*index]);
    let Some(function) = largest.map(|index| &definitions.functions[index]) else {
        return;
    };
    let name = file.names.text(function.name);
    collector.report(
        Diagnostic::new(
            DiagnosticKind::TooLarge,
            format!("written out, the functions of the model would have more than {limit} operations"),
        )
        .label(function.span, format!("`{name}` is the largest"))
        .help("name common parts as auxiliaries instead of calling functions of functions"),
    );
}
