//! What every backend's kernels must do, by the printed source on the host.

mod host;

use host::HostBackend;

#[test]
fn printed_kernels_do_what_every_kernel_must() {
    let Some(compiler) = host::compiler() else { return };
    rubie_kernel::conformance::check(&HostBackend::new(compiler));
}

/// Several devices take parts of every chunk.
#[test]
fn devices_share_a_chunk() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { threads: 128, devices: 3, memory: 1 << 19, ..HostBackend::new(compiler) };
    rubie_kernel::conformance::check(&backend);
}

/// Few threads, few attempts per launch and little memory: runs are put aside and taken up, and chunks are cut.
#[test]
fn runs_survive_launches_that_end_early() {
    let Some(compiler) = host::compiler() else { return };
    let backend = HostBackend { threads: 128, quota: 3, memory: 1 << 19, ..HostBackend::new(compiler) };
    rubie_kernel::conformance::check(&backend);
}
