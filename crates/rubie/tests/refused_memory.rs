//! Where the system refuses executable memory: the interpreter takes over and the report says so.
//!
//! One test in a process of its own, as the refusal cannot be taken back.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::print_stdout, clippy::unwrap_used, unsafe_code)]

use rubie::prelude::*;

/// From now on no memory of this process becomes executable, as on hardened systems. Linux 6.3 and later can.
fn refuse_executable_memory() -> bool {
    // SAFETY: the call takes numbers and touches no memory of ours.
    unsafe { libc::prctl(libc::PR_SET_MDWE, libc::PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0 }
}

fn solver(backend: BackendChoice) -> Result<Solver, Error> {
    let model = Model::parse("decay", "state x = 1\nparam k = 2\nx' = -k*x").unwrap();
    let options = SolveOptions { backend, save: Schedule::Final, ..SolveOptions::default() };
    Solver::new(&model, &options)
}

fn solve(backend: BackendChoice) -> Solution {
    let sweep = Sweep::product(vec![Axis::parse("k", "0:5:100", 0).unwrap()]).unwrap();
    solver(backend).unwrap().solve(&sweep).unwrap()
}

#[test]
fn the_interpreter_takes_over_and_the_report_says_so() {
    if Isa::detect() == Isa::Portable {
        println!("skipped: this processor has no vectors that machine code is made for");
        return;
    }
    let before = solve(BackendChoice::Jit);
    if !refuse_executable_memory() {
        println!("skipped: this system cannot refuse executable memory");
        return;
    }
    let after = solve(BackendChoice::Auto);
    let said = after.report().to_string();
    assert!(said.contains("interpreter, as machine code is refused"), "{said}");
    assert_eq!(before.samples(), after.samples());

    let error = solver(BackendChoice::Jit).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Backend);
    assert!(error.to_string().contains("the system refuses executable memory"), "{error}");

    // To be read it need not run, but what is asked for is the code of a backend that there is not.
    let error = solver(BackendChoice::Auto).unwrap().assembly(&[], "attempt").unwrap_err();
    assert!(error.to_string().contains("makes no machine code"), "{error}");
}
