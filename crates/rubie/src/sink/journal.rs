//! The journal of an unfinished file: what decides the results, and after each part what is finished.
//!
//! Lines of JSON. The first describes the solve; each further one says `{"runs": N, "state": …}`: the first N runs are on
//! the disk, and what the store needs to go on after them. A line is written only after what it speaks of is on the disk.
//! A line that a killed program has left incomplete is no line.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::SinkError;
use super::part::{Start, beside};
use crate::identity::{Identity, digest};

/// Lines are at least so far apart, because the disk is waited for before each.
const INTERVAL: Duration = Duration::from_millis(200);

/// What to do with an unfinished file of an earlier attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Earlier {
    /// Refuse, if any of its runs are finished.
    #[default]
    Refuse,
    /// Go on with it, if there is one.
    Resume,
    /// Throw it away.
    Restart,
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Runs that the last line speaks of, and when it was written.
    runs: u64,
    last: Instant,
}

/// What the first line says.
pub(super) fn heading(identity: &Identity, output: &str, runs: u64) -> Value {
    json!({
        "rubie": env!("CARGO_PKG_VERSION"),
        "model": format!("{:016x}", identity.model),
        "options": format!("{:016x}", identity.options),
        "sweep": format!("{:016x}", identity.sweep),
        "output": format!("{:016x}", digest(output)),
        "runs": runs,
    })
}

/// What differs between two attempts, by the key of the first line.
const DIFFERENCES: [(&str, &str); 5] = [
    ("rubie", "another version of RuBIE"),
    ("model", "another model, method or precision"),
    ("options", "other options"),
    ("sweep", "another sweep"),
    ("output", "other columns, another form or another kind of file"),
];

impl Journal {
    /// Opens the journal of `target` and says how its file begins.
    ///
    /// `part` is the unfinished file, for messages.
    pub(super) fn open(
        target: &Path,
        part: &Path,
        heading: &Value,
        earlier: Earlier,
    ) -> Result<(Self, Start), SinkError> {
        let path = beside(target, ".journal");
        let refused =
            |source: std::io::Error| SinkError::Journal { path: path.clone(), problem: source.to_string() };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(refused)?;
        if file.try_lock().is_err() {
            return Err(SinkError::Busy { path: target.to_owned() });
        }
        let text = std::fs::read(&path).map_err(refused)?;
        let (lines, length) = lines(&text);
        let (finished, states) = match lines.split_first() {
            Some((_, rest)) => finished(rest),
            None => (0, Vec::new()),
        };
        let runs = lines.first().and_then(|first| first["runs"].as_u64()).unwrap_or(0);
        let again = match earlier {
            _ if finished == 0 => false,
            Earlier::Restart => false,
            Earlier::Refuse => return Err(SinkError::Unfinished { path: part.to_owned(), finished, runs }),
            Earlier::Resume => {
                let differs =
                    |(key, words): &(&str, &'static str)| (lines[0][*key] != heading[*key]).then_some(*words);
                let different: Vec<&str> = DIFFERENCES.iter().filter_map(differs).collect();
                if !different.is_empty() {
                    return Err(SinkError::Different { path: part.to_owned(), different, finished });
                }
                true
            }
        };
        let begin = |file: &mut File| -> std::io::Result<()> {
            file.set_len(if again { length } else { 0 })?;
            file.seek(SeekFrom::End(0))?;
            if again { Ok(()) } else { file.write_all(format!("{heading}\n").as_bytes()) }
        };
        begin(&mut file).map_err(refused)?;
        let start = if again { Start::Again { runs: finished, states } } else { Start::Kept };
        // The first part is noted as soon as it is there.
        let last = Instant::now().checked_sub(INTERVAL).unwrap_or_else(Instant::now);
        Ok((Journal { path, file, runs: start.runs(), last }, start))
    }

    /// Whether it is time for the next line.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= INTERVAL
    }

    /// Runs that the last line speaks of.
    pub(super) fn runs(&self) -> u64 {
        self.runs
    }

    /// Notes that the first `runs` runs are on the disk.
    pub(super) fn note(&mut self, runs: u64, state: &Value) -> Result<(), SinkError> {
        let line = format!("{}\n", json!({"runs": runs, "state": state}));
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written
            .map_err(|source| SinkError::Journal { path: self.path.clone(), problem: source.to_string() })?;
        (self.runs, self.last) = (runs, Instant::now());
        Ok(())
    }

    /// Removes the journal, when its file is whole or holds nothing.
    pub(super) fn remove(&self) {
        // Nothing is lost if it stays: it speaks of a file that is not there.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The complete lines of a journal, and their bytes.
fn lines(text: &[u8]) -> (Vec<Value>, u64) {
    let (mut lines, mut length) = (Vec::new(), 0);
    for line in text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let Ok(value) = serde_json::from_slice(line) else { break };
        lines.push(value);
        length += line.len() as u64;
    }
    (lines, length)
}

/// Runs and states of the lines after the first.
fn finished(lines: &[Value]) -> (u64, Vec<Value>) {
    let runs = lines.last().and_then(|line| line["runs"].as_u64()).unwrap_or(0);
    (runs, lines.iter().map(|line| line["state"].clone()).collect())
}
