//! Copies that are meant to happen at once, as a sequence.

use rustc_hash::FxHashMap;

use crate::instruction::Operand;

/// Orders copies `(to, from)` with distinct destinations so that each reads what was there before all of them;
/// rows that trade places go through `spare`.
pub(super) fn in_sequence(copies: &[(u32, Operand)], spare: u32) -> Vec<(u32, Operand)> {
    let by_destination: FxHashMap<u32, usize> =
        (0..).zip(copies).map(|(index, copy)| (copy.0, index)).collect();
    let source = |index: usize| match copies[index].1 {
        Operand::Row(row) => by_destination.get(&row).copied(),
        _ => None,
    };
    // How many copies still have to read what copy `index` overwrites.
    let mut readers = vec![0_u32; copies.len()];
    for read in (0..copies.len()).filter_map(source) {
        readers[read] += 1;
    }
    let mut sequence = Vec::with_capacity(copies.len());
    let mut done = vec![false; copies.len()];
    let mut ready: Vec<usize> = (0..copies.len()).rev().filter(|index| readers[*index] == 0).collect();
    let mut next = 0;
    let mut saved = None;
    loop {
        while let Some(index) = ready.pop() {
            let (to, from) = copies[index];
            let is_saved = saved == Some(from);
            sequence.push((to, if is_saved { Operand::Row(spare) } else { from }));
            done[index] = true;
            if let Some(read) = source(index).filter(|_| !is_saved) {
                readers[read] -= 1;
                if readers[read] == 0 {
                    ready.push(read);
                }
            }
        }
        // What is left are circles, in which each row is read once.
        while done.get(next) == Some(&true) {
            next += 1;
        }
        let Some(&(to, _)) = copies.get(next) else { return sequence };
        sequence.push((spare, Operand::Row(to)));
        saved = Some(Operand::Row(to));
        ready.push(next);
    }
}
