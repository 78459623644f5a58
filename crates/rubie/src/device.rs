//! `--device auto`: the CPU or GPUs, whichever is expected to be done first.
//!
//! Results are the same to the last bit on both, so time may decide.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rubie_cuda::{Gpu, gpus};
use rubie_method::LinearSolver;
use rubie_model::Model;
use rubie_program::{Isa, Precision};

use crate::error::{Error, ErrorKind};
use crate::options::{DeviceChoice, SolveOptions};
use crate::run::Monitor;
use crate::solver::Solver;
use crate::sweep::Sweep;

/// Seconds that a GPU needs before the first step: the driver's context, and the compiler for a kernel that is not kept on disk. On an
/// H100 with NVRTC 13.0 Lorenz' equations take 0.3 and 0.5.
const BEGINNING: f64 = 1.0;

/// Runs that the pilot solves for each thread at most, and for how long.
const RUNS_PER_THREAD: u64 = 256;
const PATIENCE: Duration = Duration::from_millis(200);

/// A GPU is as fast as its units are many only with so many runs.
const RUNS_PER_MULTIPROCESSOR: f64 = 1024.0;

/// Clock of a core in Hz, and operations that it does per clock and lane: two pipes of multiply-adds. A guess that is right within a
/// factor of two for processors of today; whether a GPU pays is seldom that close.
const CORE: [f64; 2] = [3e9, 4.0];

/// Chooses for a sweep by a pilot on the CPU, and says why.
///
/// # Errors
/// As for [`Solver::new`] and [`Solver::solve`].
pub(crate) fn choose(
    model: &Model,
    options: &SolveOptions,
    sweep: &Sweep,
) -> Result<(DeviceChoice, String), Error> {
    let stay = |reason: String| Ok((DeviceChoice::Cpu, format!("cpu, {reason}")));
    let gpus = match gpus() {
        Ok(gpus) => gpus,
        Err(reason) => return stay(reason.to_string()),
    };
    if options.drivers.as_ref().is_some_and(|drivers| drivers.runs().is_some()) {
        return stay("as drivers with samples for each run do not let some runs be tried".to_owned());
    }
    let on_host = SolveOptions { device: DeviceChoice::Cpu, memory_limit: None, ..options.clone() };
    let solver = Solver::new(model, &on_host)?;
    if solver.linear_solver == Some(LinearSolver::Dense) {
        return stay("as kernels with dense linear systems take long to compile for GPUs".to_owned());
    }
    let on_cpu = seconds_on_cpu(&solver, sweep)?;
    if on_cpu < BEGINNING {
        return stay(format!("which takes about {on_cpu:.2} s; a GPU needs {BEGINNING} s to begin"));
    }
    let on_gpus = BEGINNING + on_cpu / gain(&gpus, options, sweep.runs());
    let (name, count) = (&gpus[0].name, gpus.len());
    if on_gpus > on_cpu {
        return stay(format!("which takes about {on_cpu:.1} s; {count} x {name} would need {on_gpus:.1} s"));
    }
    if let Err(reason) = rubie_cuda::Nvrtc::load() {
        return stay(format!("as {count} x {name} cannot be used: {reason}"));
    }
    let reason = format!("{count} x {name}, about {on_gpus:.1} s; the CPU would need {on_cpu:.1} s");
    Ok((DeviceChoice::Cuda(None), format!("cuda, {reason}")))
}

/// What a pilot says a sweep would take on the CPU.
fn seconds_on_cpu(solver: &Solver, sweep: &Sweep) -> Result<f64, Error> {
    let pilot = sweep.spread(RUNS_PER_THREAD * solver.options().thread_count().get() as u64)?;
    solver.prepare(pilot.names())?;
    let monitor = Monitor::default();
    let start = Instant::now();
    let outcome = std::thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        let interrupt = &monitor.interrupt;
        scope.spawn(move || {
            // Whether it is over or not, an interrupt then does no harm.
            let _ = wait.recv_timeout(PATIENCE);
            interrupt.store(true, Relaxed);
        });
        let outcome = solver.solve_into(&pilot, Box::new(crate::sink::Discard), &monitor);
        drop(done);
        outcome
    });
    let solved = match outcome {
        Ok(_) => pilot.runs(),
        Err(error) if error.kind() == ErrorKind::Interrupted => monitor.finished_runs.load(Relaxed),
        Err(error) => return Err(error),
    };
    Ok(start.elapsed().as_secs_f64() * sweep.runs() as f64 / solved.max(1) as f64)
}

/// How many times as fast the GPUs would be: by their units and those of the CPU.
fn gain(gpus: &[Gpu], options: &SolveOptions, runs: u64) -> f64 {
    let double = options.precision == Precision::F64;
    let each = runs as f64 / gpus.len() as f64;
    let of = |gpu: &Gpu| {
        let rate = if double { gpu.operations_f64() } else { gpu.operations_f32() };
        rate * (each / (f64::from(gpu.multiprocessors) * RUNS_PER_MULTIPROCESSOR)).min(1.0)
    };
    let vectors = options.vectors.unwrap_or_else(Isa::detect);
    let lanes = match vectors {
        Isa::Avx512 => 8.0,
        Isa::Avx2 => 4.0,
        Isa::Portable => 1.0,
    };
    let lanes = if double { lanes } else { 2.0 * lanes };
    let cpu = options.thread_count().get() as f64 * CORE[0] * CORE[1] * lanes;
    gpus.iter().map(of).sum::<f64>() / cpu
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sweep::Axis;

    #[test]
    fn the_pilot_tells_what_a_sweep_takes() {
        let model = Model::parse("decay", "state x = 1\nparam k = 1\nx' = -k*x").unwrap();
        let sweep = |runs: u64| Sweep::product(vec![Axis::even("k", 1.0, 2.0, runs).unwrap()]).unwrap();
        let options = SolveOptions { device: DeviceChoice::Cpu, ..SolveOptions::default() };
        let solver = Solver::new(&model, &options).unwrap();
        let [few, many] = [1_000, 1_000_000_000].map(|n| seconds_on_cpu(&solver, &sweep(n)).unwrap());
        assert!(few > 0.0 && many > 100.0 * few, "{few} {many}");
    }

    #[test]
    fn few_runs_do_not_fill_a_gpu() {
        let options = SolveOptions::default();
        let architecture = rubie_cuda::Architecture { major: 9, minor: 0 };
        let gpu = Gpu {
            number: 0,
            name: "GPU".to_owned(),
            architecture,
            memory: 1 << 30,
            free: 1 << 30,
            multiprocessors: 132,
            clock: 1.98e9,
        };
        let [few, many] = [100, 1_000_000].map(|runs| gain(std::slice::from_ref(&gpu), &options, runs));
        assert!(many > 1000.0 * few);
        // NVIDIA gives 34 and 67 Tflop/s for the H100 SXM.
        assert!((gpu.operations_f64() / 34e12 - 1.0).abs() < 0.03);
        assert!((gpu.operations_f32() / 67e12 - 1.0).abs() < 0.03);
    }
}
