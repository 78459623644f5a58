//! A plan in words and as a table.

use std::fmt;

use super::account::largest;
use super::{ChunkPlan, MemoryBytes};
use crate::available::Memory;
use crate::bytes::Bytes;

/// Three lines or so; with `{:#}`, a table follows with the bytes of each array.
impl fmt::Display for ChunkPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, length) = (self.total_runs, self.chunk_length);
        let last = runs - (self.num_chunks - 1) * length;
        match (self.num_chunks, last == length) {
            (1, _) => write!(f, "{runs} runs in one chunk")?,
            (chunks, true) => write!(f, "{runs} runs in {chunks} chunks of {length}")?,
            (chunks, false) => write!(f, "{runs} runs in {chunks} chunks of {length}, the last of {last}")?,
        }
        for memory in &self.memories {
            let name = memory.memory;
            if name != Memory::Shared && memory.of_runs(1) == 0 {
                continue;
            }
            write!(
                f,
                "\na chunk takes {} of {}{name}: ",
                Bytes(self.bytes_of_chunk(name)),
                Bytes(memory.available)
            )?;
            write!(f, "{} per run, {} whatever the runs", Bytes(memory.per_run), Bytes(memory.fixed))?;
        }
        match largest(self.arrays.iter().map(|array| (array, array.per_run))) {
            (_, 0) => {}
            (label, bytes) => write!(f, "\nmost of a run is `{label}`: {}", Bytes(bytes))?,
        }
        if f.alternate() { self.table(f) } else { Ok(()) }
    }
}

impl ChunkPlan {
    /// One line per array, those that take most of a chunk first, and the sum.
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chunk, batch) = (self.chunk_length, self.total_runs);
        let part = |bytes: u64| if bytes == 0 { "-".to_owned() } else { Bytes(bytes).to_string() };
        let mut arrays: Vec<_> = self.arrays.iter().collect();
        arrays.sort_by_key(|array| std::cmp::Reverse(array.of_runs(chunk)));
        let head = ["array", "memory", "per run", "whatever the runs", "a chunk", "the batch"];
        let mut lines = vec![head.map(str::to_owned)];
        lines.extend(arrays.iter().map(|array| {
            let bytes = [array.per_run, array.fixed, array.of_runs(chunk), array.of_runs(batch)];
            let [per_run, fixed, of_chunk, of_batch] = bytes.map(part);
            [array.label.clone(), array.placement.to_string(), per_run, fixed, of_chunk, of_batch]
        }));
        let sum = |of: fn(&MemoryBytes, usize) -> u64, runs: usize| {
            part(self.memories.iter().fold(0, |sum, memory| u64::saturating_add(sum, of(memory, runs))))
        };
        lines.push([
            "all".to_owned(),
            String::new(),
            sum(|memory, _| memory.per_run, 0),
            sum(|memory, _| memory.fixed, 0),
            sum(MemoryBytes::of_runs, chunk),
            sum(MemoryBytes::of_runs, batch),
        ]);
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        for [label, memory, numbers @ ..] in &lines {
            write!(f, "\n{label:<0$}  {memory:<1$}", width(0), width(1))?;
            for (number, column) in numbers.iter().zip(2..) {
                write!(f, "  {number:>0$}", width(column))?;
            }
        }
        Ok(())
    }
}
