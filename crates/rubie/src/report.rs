//! What a solve did, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use rubie_kernel::Status;

use crate::choice::Choice;

/// What a solve did.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Number of runs.
    pub runs: u64,
    /// How many of them an earlier attempt had written; everything below is about the others.
    pub resumed_runs: u64,
    /// Threads that worked.
    pub threads: usize,
    /// Backend and instruction set.
    pub backend: String,
    /// Which device was chosen and why, where the options left that open and there was a choice.
    pub device: Option<String>,
    /// Name of the method.
    pub method: String,
    /// How linear systems are solved: `sparse`, `dense`, `bicgstab`, `minimal_residual` or `steepest_descent`; `None` where there are none.
    pub linear_solver: Option<&'static str>,
    /// How it was chosen, where the options left that open.
    pub choice: Option<Choice>,
    /// `f64` or `f32`.
    pub precision: &'static str,
    /// Number of chunks the batch was cut into.
    pub chunks: u64,
    /// Seconds from the model to a kernel that is ready.
    pub compile_seconds: f64,
    /// Seconds from there until all results are where they belong.
    pub solve_seconds: f64,
    /// Seconds of these for which GPUs computed, transfers left out; 0 on the CPU.
    pub device_seconds: f64,
    /// Accepted steps of all runs.
    pub accepted_steps: u64,
    /// Rejected steps of all runs.
    pub rejected_steps: u64,
    /// Newton iterations of all runs, those of rejected steps included; 0 for methods without iterations.
    pub newton_iterations: u64,
    /// Jacobian matrices that were evaluated and factored, in all runs; 0 for explicit methods.
    pub jacobians: u64,
    /// Runs that failed, by reason: a run with two reasons counts under both.
    pub failed: BTreeMap<&'static str, u64>,
    /// Number of runs that failed.
    pub failed_runs: u64,
    /// The file with the results.
    pub output: Option<std::path::PathBuf>,
    /// The file with the summaries, where these have one of their own.
    pub summaries: Option<std::path::PathBuf>,
    /// The file with the recorded events, where these have one of their own.
    pub events: Option<std::path::PathBuf>,
    /// Events of all runs for which no slot was left, where events are recorded.
    pub unrecorded_events: u64,
}

impl Report {
    /// Runs per second of solving, without those from before.
    pub fn runs_per_second(&self) -> f64 {
        (self.runs - self.resumed_runs) as f64 / self.solve_seconds.max(f64::MIN_POSITIVE)
    }

    /// Counts the failures among `status`.
    pub(crate) fn count_failures(&mut self, status: &[Status]) {
        for word in status.iter().filter(|word| !word.is_success()) {
            self.failed_runs += 1;
            for flag in word.flags() {
                *self.failed.entry(flag.name).or_default() += 1;
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: String| writeln!(f, "{name:<15} {value}");
        line("runs", self.runs.to_string())?;
        if self.resumed_runs > 0 {
            line("  from before", self.resumed_runs.to_string())?;
        }
        line("threads", self.threads.to_string())?;
        line("backend", self.backend.clone())?;
        if let Some(device) = &self.device {
            line("  chosen", device.clone())?;
        }
        line("method", format!("{}, {}", self.method, self.precision))?;
        if let Some(choice) = &self.choice {
            line("  chosen", choice.to_string())?;
        }
        if let Some(solver) = self.linear_solver {
            line("linear systems", solver.to_owned())?;
        }
        line("chunks", self.chunks.to_string())?;
        line("compile time", seconds(self.compile_seconds))?;
        line("solve time", seconds(self.solve_seconds))?;
        if self.device_seconds > 0.0 {
            line("  on the device", seconds(self.device_seconds))?;
        }
        line("runs per second", grouped(self.runs_per_second()))?;
        line("accepted steps", self.accepted_steps.to_string())?;
        line("rejected steps", self.rejected_steps.to_string())?;
        if self.newton_iterations > 0 {
            line("iterations", self.newton_iterations.to_string())?;
        }
        if self.jacobians > 0 {
            line("jacobians", self.jacobians.to_string())?;
        }
        line("failed runs", self.failed_runs.to_string())?;
        for (reason, count) in &self.failed {
            line(&format!("  {reason}"), count.to_string())?;
        }
        if let Some(path) = &self.output {
            line("output", path.display().to_string())?;
        }
        if let Some(path) = &self.summaries {
            line("summaries", path.display().to_string())?;
        }
        if let Some(path) = &self.events {
            line("events", path.display().to_string())?;
        }
        if self.unrecorded_events > 0 {
            line("unrecorded", format!("{} events, for which no slot was left", self.unrecorded_events))?;
        }
        self.mends().try_for_each(|mend| writeln!(f, "hint: {mend}"))
    }
}

impl Report {
    /// What could be tried for each kind of failure that happened.
    fn mends(&self) -> impl Iterator<Item = String> {
        let happened = |flag: &&rubie_kernel::StatusFlag| self.failed.contains_key(flag.name);
        Status::FLAGS
            .iter()
            .filter(happened)
            .map(|flag| format!("{}: {}; {}", flag.name, flag.meaning, flag.mend))
    }
}

fn seconds(value: f64) -> String {
    match value {
        v if v < 1e-3 => format!("{:.1} us", v * 1e6),
        v if v < 1.0 => format!("{:.2} ms", v * 1e3),
        v => format!("{v:.3} s"),
    }
}

/// A count with thin groups of three digits: 1_234_567 reads easier than 1234567.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
