//! `rubie info`: what this machine offers.

use std::fmt::Write;

use rubie::gpu::{Gpu, Nvrtc};
use rubie::machine::Machine;

use crate::failure::Failure;
use crate::show::show;

/// Runs the command.
pub(crate) fn info() -> Result<(), Failure> {
    let machine = Machine::detect();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "rubie         {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "processor     {}", machine.processor);
    let _ = writeln!(text, "cores         {}", machine.cores);
    let _ = writeln!(text, "vectors       {}", machine.vectors);
    let _ = writeln!(
        text,
        "memory        {:.1} GiB, {:.1} GiB free",
        gib(machine.memory),
        gib(machine.free_memory)
    );
    let _ = writeln!(text, "backends      jit, interpreter; cuda for large sweeps or with --device cuda");
    gpus(&mut text);
    let _ = writeln!(text, "\nmethods       order  also called");
    for method in rubie::methods() {
        let order = match method.embedded_order {
            Some(embedded) => format!("{}({embedded})", method.order),
            None => method.order.to_string(),
        };
        let _ = writeln!(text, "  {:<22} {order:<5} {}", method.name, method.aliases.join(", "));
    }
    let _ = writeln!(text, "\nmetrics");
    for metric in rubie::metrics() {
        let _ = writeln!(text, "  {:<22} {}", metric.form(), metric.summary);
    }
    show(&text)
}

/// GPUs, their compiler, and what would have to be installed.
fn gpus(text: &mut String) {
    let lines: Vec<String> = match rubie::gpu::gpus() {
        Ok(gpus) => {
            let line = |gpu: &Gpu| {
                let (all, free) = (gib(gpu.memory), gib(gpu.free));
                format!("{} ({}), {all:.1} GiB, {free:.1} GiB free", gpu.name, gpu.architecture)
            };
            gpus.iter().map(line).collect()
        }
        Err(reason) => vec![reason.to_string()],
    };
    for (i, line) in lines.iter().enumerate() {
        let _ = writeln!(text, "{:<13} {line}", if i == 0 { "GPUs" } else { "" });
    }
    let _ = match Nvrtc::load() {
        Ok(nvrtc) => {
            writeln!(text, "GPU compiler  NVRTC {}, {}", nvrtc.version(), nvrtc.path().display())
        }
        Err(reason) => writeln!(text, "GPU compiler  {reason}"),
    };
}

fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}
