//! Fourth pass: an order in which few values wait at one time.
//!
//! Depth first from the outputs, the argument that needs more rows first, as in R. Sethi and J. D. Ullman,
//! "The generation of optimal code for arithmetic expressions", Journal of the ACM 17 (1970); where
//! values are shared it is a rule of thumb.

use super::hoist::Work;
use crate::values::{Definition, Value, ValueGraph};

/// The values that a phase computes itself, arguments before their users.
pub(super) fn schedule(values: &ValueGraph, work: &Work) -> Vec<Value> {
    let needs = needs(values, work);
    let mut order = Vec::with_capacity(needs.iter().filter(|need| **need > 0).count());
    let mut done = vec![false; needs.len()];
    let mut stack = Vec::new();
    for &(output, _) in &work.outputs {
        stack.push((output, false));
        while let Some((value, arguments_are_done)) = stack.pop() {
            let index = value.index();
            if needs[index] == 0 || done[index] {
                continue;
            }
            if arguments_are_done {
                done[index] = true;
                order.push(value);
                continue;
            }
            stack.push((value, true));
            // What is pushed last comes first; of equal ones, the first argument.
            let arguments = by_need(values, value, &needs);
            stack.extend(arguments.iter().rev().map(|argument| (*argument, false)));
        }
    }
    order
}

/// The rows that each value takes to compute, at least 1; 0 for values that are not computed in this phase.
fn needs(values: &ValueGraph, work: &Work) -> Vec<u32> {
    let end = work.outputs.iter().map(|(value, _)| value.index() + 1).max().unwrap_or(0);
    let mut needs = vec![0; end];
    for (value, _) in &work.outputs {
        needs[value.index()] = 1;
    }
    let mut given = work.given.iter().rev().peekable();
    for index in (0..end).rev() {
        let is_given = given.next_if(|(value, _)| value.index() == index).is_some();
        if needs[index] == 0 {
            continue;
        }
        match values.definition(Value(index as u32)) {
            Definition::Computed(_, arguments) if !is_given => {
                for argument in arguments {
                    needs[argument.index()] = 1;
                }
            }
            _ => needs[index] = 0,
        }
    }
    for index in 0..end {
        if needs[index] > 0 {
            let value = Value(index as u32);
            let arguments = by_need(values, value, &needs);
            let waiting =
                arguments.iter().zip(0..).map(|(argument, before)| needs[argument.index()] + before);
            needs[index] = waiting.max().unwrap_or(0).max(1);
        }
    }
    needs
}

/// The arguments of a computed value, those with the largest need first.
fn by_need(values: &ValueGraph, value: Value, needs: &[u32]) -> [Value; 3] {
    let Definition::Computed(_, mut arguments) = values.definition(value) else { return [value; 3] };
    arguments.sort_by_key(|argument| std::cmp::Reverse(needs[argument.index()]));
    arguments
}
