//! Which method a pilot chose, and why.

use std::fmt;

/// What a pilot found, and which method it chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Name of the method.
    pub method: &'static str,
    /// Runs that were tried.
    pub runs: u64,
    /// What each candidate did, in the order in which they were tried.
    pub trials: Vec<Trial>,
}

/// What the runs of a pilot took with one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Name of the method.
    pub method: &'static str,
    /// Runs that failed, or that were given up because they had taken too much work.
    pub failed: u64,
    /// Attempted steps of all runs.
    pub attempts: u64,
    /// Instructions of an attempted step, slow ones counted several times.
    pub instructions: u64,
}

impl Trial {
    /// Work of all runs: attempted steps times instructions.
    pub fn work(&self) -> u64 {
        self.attempts.saturating_mul(self.instructions)
    }
}

impl fmt::Display for Choice {
    /// One line, such as `rodas5p, by 8 runs: work 1.0 (rodas5p), 31 (tsit5, 8 given up)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, by {} runs: work", self.method, self.runs)?;
        let best = self.trials.iter().find(|trial| trial.method == self.method).map_or(1, Trial::work);
        for (k, trial) in self.trials.iter().enumerate() {
            let relative = trial.work() as f64 / best.max(1) as f64;
            write!(f, "{} {relative:.2} ({}", if k > 0 { "," } else { "" }, trial.method)?;
            if trial.failed > 0 {
                write!(f, ", {} given up", trial.failed)?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}
