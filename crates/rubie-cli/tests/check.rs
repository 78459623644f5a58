//! `rubie check`: programs and machine code for reading.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use rubie::Isa;

const BALL: &str = "\
state h = 10, v = 0
param g = 9.81, e = 0.9, dose = 3
h' = v
v' = -g
when h < 0: h = 0, v = -e*v
at dose every 2 until 9: v = v + 1
when v > 100: stop
";

#[test]
fn events_are_listed_as_they_were_understood() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ball.model"), BALL).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubie"));
    let output = command.current_dir(folder.path()).args(["check", "ball.model"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let events = text.split_once("events        3\n").unwrap().1.lines().take(3).collect::<Vec<_>>();
    assert_eq!(
        events,
        [
            "  when -h > 0: h = 0, v = -v*e",
            "  at dose every 2 until 9: v = v + 1",
            "  when v - 100 > 0: stop",
        ]
    );
}

fn check(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.model"), "state x = 1\nparam k = 2\nx' = -k*x\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rubie"));
    command.current_dir(folder.path()).args(["check", "m.model"]).args(arguments).output().unwrap()
}

#[track_caller]
fn succeeded(arguments: &[&str]) -> String {
    let output = check(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(code: i32, arguments: &[&str]) -> String {
    let output = check(arguments);
    assert_eq!(output.status.code(), Some(code));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

/// Sets of vectors that machine code can be made for here, as words.
fn vectors() -> Vec<&'static str> {
    let known = [(Isa::Avx512, "avx512"), (Isa::Avx2, "avx2")];
    let here: Vec<_> =
        known.into_iter().filter(|(isa, _)| isa.is_available()).map(|(_, word)| word).collect();
    if here.is_empty() {
        println!("skipped: this processor has no vectors that machine code is made for");
    }
    here
}

#[test]
fn the_machine_code_of_a_step() {
    for vectors in vectors() {
        for method in ["euler", "heun-21", "tsit5"] {
            for precision in ["f64", "f32"] {
                let words = ["--vectors", vectors, "--method", method, "--precision", precision];
                let text = succeeded(&[&["--assembly"], &words[..]].concat());
                assert!(text.contains("; program attempt"), "{text}");
                assert!(!text.contains("; program start"), "{text}");
                let multiply = if precision == "f64" { "pd zmm" } else { "ps zmm" };
                assert_eq!(text.contains(multiply), vectors == "avx512", "{text}");
                assert!(text.contains("vzeroupper") && text.contains("  ; u"), "{text}");
            }
        }
        let all = succeeded(&["--assembly=all", "--vectors", vectors, "--sweep", "k"]);
        for program in ["solve", "initial", "start", "attempt"] {
            assert!(all.contains(&format!("; program {program} F64")), "no `{program}` in\n{all}");
        }
    }
}

#[test]
fn what_has_no_machine_code_is_explained() {
    for words in [["--backend", "interpreter"], ["--vectors", "portable"]] {
        let message = refused(1, &[&["--assembly"], &words[..]].concat());
        assert!(message.contains("makes no machine code") && message.contains("--listing"), "{message}");
    }
    if !vectors().is_empty() {
        let message = refused(2, &["--assembly=atempt"]);
        assert!(message.contains("no program `atempt`") && message.contains("attempt"), "{message}");
    }
    let message = refused(2, &["--assembly", "--method", "tsit6"]);
    assert!(message.contains("tsit5"), "{message}");
}
