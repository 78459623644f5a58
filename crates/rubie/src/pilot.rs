//! `--method auto`: a few runs of the sweep are solved by a method of each family, and the one with the least work wins.

use rubie_expr::Graph;
use rubie_kernel::{Call, KernelSpec};
use rubie_model::Model;
use rubie_program::Opcode;

use crate::choice::{Choice, Trial};
use crate::device;
use crate::error::{Error, ErrorKind};
use crate::options::{DeviceChoice, SolveOptions};
use crate::run::Monitor;
use crate::solver::Solver;
use crate::sweep::Sweep;

/// One method for each kind of problem, the one that can do all of them first: it says how much the others may spend.
const CANDIDATES: [&str; 3] = ["rodas5p", "tsit5", "vern7"];

/// The same for models with algebraic equations.
const ALGEBRAIC_CANDIDATES: [&str; 3] = ["rodas5p", "radau_iia_5", "kvaerno5"];

/// Runs that are tried: one in so many of the sweep, within bounds.
const ONE_IN: u64 = 64;
const FEWEST: u64 = 8;
const MOST: u64 = 16;

/// A method is given up where a run takes this many times the work of a mean run of the best so far.
const PATIENCE: u64 = 8;
/// ... but not before so many steps.
const FEWEST_STEPS: u64 = 1000;

/// Work of an instruction whose vector form has a throughput below that of the others, in units of theirs.
///
/// # Source
/// A. Fog, Instruction tables (2022), Zen 4 and Ice Lake: VDIVPD and VSQRTPD of 512 bits against VFMADD.
const SLOW: u64 = 8;

impl Solver {
    /// A solver for this sweep: [`Solver::new`], with the method chosen by a pilot where the options leave it open
    /// (`method: "auto"`). [`Solver::choice`] says which and why.
    ///
    /// ```
    /// use rubie::prelude::*;
    ///
    /// // Van der Pol's oscillator is stiff for large mu.
    /// let model = Model::parse("vdp", "state x = 2, v = 0\nparam mu = 1\nx' = v\nv' = mu*(1 - x^2)*v - x")?;
    /// let options = SolveOptions { method: "auto".into(), until: 5.0, ..SolveOptions::default() };
    /// let chosen = |mu: &str| -> Result<_, Error> {
    ///     let sweep = Sweep::product(vec![Axis::parse("mu", mu, 0)?])?;
    ///     Ok(Solver::for_sweep(&model, &options, &sweep)?.choice().map(|choice| choice.method))
    /// };
    /// assert_eq!(chosen("900:1000:100")?, Some("rodas5p"));
    /// assert_ne!(chosen("0.5:1:100")?, Some("rodas5p"));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Solver::new`], and names of the sweep that the model has not.
    pub fn for_sweep(model: &Model, options: &SolveOptions, sweep: &Sweep) -> Result<Solver, Error> {
        if !options.is_auto() {
            return on_device(model, options, sweep);
        }
        if options.drivers.as_ref().is_some_and(|drivers| drivers.runs().is_some()) {
            let message = "method auto tries some runs of a sweep, which drivers with samples for each run do not allow: name a method";
            return Err(Error::new(ErrorKind::Option, message));
        }
        let choice = choose(model, options, sweep)?;
        let steps = rubie_method::find(choice.method)?.applicable(&options.steps);
        let options = SolveOptions { method: choice.method.to_owned(), steps, ..options.clone() };
        let mut solver = on_device(model, &options, sweep)?;
        solver.choice = Some(choice);
        Ok(solver)
    }
}

/// A solver for this sweep on the device that the options name, or on the one that suits it.
fn on_device(model: &Model, options: &SolveOptions, sweep: &Sweep) -> Result<Solver, Error> {
    if !options.leaves_device_open() {
        return Solver::new(model, options);
    }
    let (device, reason) = device::choose(model, options, sweep)?;
    let mut solver = Solver::new(model, &SolveOptions { device, ..options.clone() })?;
    solver.device = Some(reason);
    Ok(solver)
}

/// Solves a few runs of `sweep` by each candidate and chooses the one that fails least and, among those, takes the least work.
///
/// Work is counted, never timed, so the choice is the same on every machine. All candidates keep to the same tolerances and the
/// same times. Runs are spread over the sweep by the golden ratio, which follows no axis of a grid.
///
/// # Errors
/// As for [`Solver::new`] and [`Solver::solve`].
pub(crate) fn choose(model: &Model, options: &SolveOptions, sweep: &Sweep) -> Result<Choice, Error> {
    let pilot = some_of(sweep)?;
    let graph = Graph::new();
    let system = model.system(&graph);
    let listed = if system.has_algebraic() { ALGEBRAIC_CANDIDATES } else { CANDIDATES };
    // Where linear systems are too large, only explicit ones are left.
    let candidates = listed.into_iter().filter(|name| {
        let fits = |method: &rubie_method::Method| {
            method.linear_solver(&method.applicable(&options.steps), &system).is_ok()
        };
        rubie_method::find(name).is_ok_and(fits)
    });
    let candidates: Vec<_> = candidates.collect();
    let mut trials: Vec<Trial> = Vec::with_capacity(candidates.len());
    for method in candidates {
        let best = trials.iter().min_by_key(|trial| rank(trial));
        let trial = attempt(model, options, &pilot, method, best)?;
        trials.push(trial);
    }
    let method = trials.iter().min_by_key(|trial| rank(trial)).map_or(listed[0], |best| best.method);
    Ok(Choice { method, runs: pilot.runs(), trials })
}

fn rank(trial: &Trial) -> (u64, u64) {
    (trial.failed, trial.work())
}

fn attempt(
    model: &Model,
    options: &SolveOptions,
    pilot: &Sweep,
    method: &'static str,
    best: Option<&Trial>,
) -> Result<Trial, Error> {
    let mut options = SolveOptions {
        method: method.to_owned(),
        device: DeviceChoice::Cpu,
        memory_limit: None,
        ..options.clone()
    };
    options.steps = rubie_method::find(method)?.applicable(&options.steps);
    let instructions = instructions_of_attempt(&Solver::new(model, &options)?.spec(pilot.names())?);
    if let Some(best) = best {
        let patience = best.work().saturating_mul(PATIENCE) / (pilot.runs() * instructions).max(1);
        options.max_steps = options.max_steps.min(patience.max(FEWEST_STEPS));
    }
    let monitor = Monitor::default();
    let sink = Box::new(crate::sink::Discard);
    let report = Solver::new(model, &options)?.solve_into(pilot, sink, &monitor)?;
    let attempts = report.accepted_steps + report.rejected_steps;
    Ok(Trial { method, failed: report.failed_runs, attempts, instructions })
}

/// What one attempted step takes, clock and repeated parts counted once.
fn instructions_of_attempt(spec: &KernelSpec) -> u64 {
    let parts = spec.programs.order.iter().filter_map(|part| spec.programs.attempt.get(part.program));
    let instructions = parts.flat_map(|program| program.instructions());
    let instructions: u64 =
        instructions.map(|instruction| if is_slow(instruction.op) { SLOW } else { 1 }).sum();
    let matrices = &spec.programs.matrices;
    let calls = spec.programs.order.iter().flat_map(|part| &part.calls).map(|call| match call {
        Call::Factor { matrix } => matrices[*matrix].factor_operations(),
        Call::Solve { matrix, .. } => matrices[*matrix].solve_operations(),
    });
    instructions + calls.sum::<u64>()
}

fn is_slow(op: Opcode) -> bool {
    matches!(op, Opcode::Div | Opcode::Sqrt)
}

/// A few runs, spread over the sweep, its first and last among them.
fn some_of(sweep: &Sweep) -> Result<Sweep, Error> {
    Ok(sweep.spread((sweep.runs() / ONE_IN).clamp(FEWEST, MOST))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sweep::Axis;

    #[test]
    fn a_few_runs_of_every_part_of_the_sweep() {
        let axis = Axis::even("k", 0.0, 9999.0, 10_000).unwrap();
        let few = some_of(&Sweep::product(vec![axis]).unwrap()).unwrap();
        assert_eq!(few.runs(), MOST);
        let mut values = vec![0.0; few.runs() as usize];
        few.fill(0, values.len(), &mut values);
        assert_eq!((values[0], values[values.len() - 1]), (0.0, 9999.0));
        let widest = values.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        assert!(widest < 2000.0, "{values:?}");
    }

    #[test]
    fn a_small_sweep_is_tried_as_a_whole() {
        for runs in 1..=8 {
            let axis = Axis::list("k", (0..runs).map(f64::from).collect()).unwrap();
            let few = some_of(&Sweep::product(vec![axis]).unwrap()).unwrap();
            assert!(few.runs() >= 1 && few.runs() <= runs as u64);
        }
        assert_eq!(some_of(&Sweep::single()).unwrap().runs(), 1);
    }

    #[test]
    fn slow_instructions_are_those_of_the_divider() {
        assert_eq!(Opcode::ALL.iter().filter(|op| is_slow(**op)).count(), 2);
    }
}
