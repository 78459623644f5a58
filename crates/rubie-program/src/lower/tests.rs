use rubie_expr::{Expr, Graph};

use super::*;
use crate::element::Precision;
use crate::instruction::Operand;
use crate::rate::Rate;

fn row(row: u32) -> Place {
    Place::Row(row)
}

/// Symbols x0, x1, .. in rows 0, 1, .. that change with every attempt.
fn states(graph: &Graph, count: u32) -> (Vec<Expr<'_>>, Vec<Port<'_>>) {
    let symbols: Vec<_> = (0..count).map(|i| graph.symbol(&format!("x{i}"))).collect();
    let port = |(i, symbol): (u32, _)| Port { symbol, place: row(i), rate: Rate::Attempt };
    let ports = (0..).zip(symbols.iter().copied()).map(port).collect();
    (symbols, ports)
}

/// The listing, without its first line, of one phase whose symbols are all states.
fn listing<'g>(ports: Vec<Port<'g>>, outputs: Vec<(Expr<'g>, Place)>) -> String {
    let phases = vec![Phase { name: "attempt", rate: Rate::Attempt, outputs }];
    let lowering = Lowering {
        precision: Precision::F64,
        ports,
        phases,
        homes: vec![],
        first_row: 10,
        first_uniform: 10,
    };
    lines(&lowering.lower().unwrap().programs[0])
}

fn lines(program: &Program) -> String {
    let listing = program.to_string();
    listing.lines().skip(1).map(str::trim).collect::<Vec<_>>().join("; ")
}

#[test]
fn products_join_sums() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 4);
    let rows = [
        (x[0] * x[1] + x[2], "r9 = muladd r0, r1, r2"),
        (x[0] * x[1] - x[2], "r9 = mulsub r0, r1, r2"),
        (x[2] - x[0] * x[1], "r9 = negmuladd r0, r1, r2"),
        (x[2] - x[0] * 0.5, "r9 = negmuladd r0, 0.5, r2"),
        // Of two products the later joins.
        (x[0] * x[1] + x[2] * x[3], "r10 = mul r0, r1; r9 = muladd r2, r3, r10"),
        (x[0] * x[1] - x[2] * x[3], "r10 = mul r0, r1; r9 = negmuladd r2, r3, r10"),
        // What else needs the product keeps it.
        (x[1] * x[2] + (x[1] * x[2]).abs(), "r10 = mul r1, r2; r11 = abs r10; r9 = add r10, r11"),
    ];
    for (value, expected) in rows {
        assert_eq!(listing(ports.clone(), vec![(value, row(9))]), expected);
    }
    let product = x[0] * x[1];
    let both = listing(ports, vec![(product, row(8)), (product + x[2], row(9))]);
    assert_eq!(both, "r8 = mul r0, r1; r9 = add r2, r8");
}

/// Another phase may use the product: that must not change the rounding in this one.
#[test]
fn fusion_looks_at_one_phase_only() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 3);
    let product = x[0] * x[1];
    let phase = |value| Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(value, row(9))] };
    let phases = vec![phase(product), phase(product + x[2])];
    let lowering =
        Lowering { precision: Precision::F64, ports, phases, homes: vec![], first_row: 10, first_uniform: 0 };
    let lowered = lowering.lower().unwrap();
    assert_eq!(lines(&lowered.programs[1]), "r9 = muladd r0, r1, r2");
}

#[test]
fn nan_comes_through_minima() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 2);
    assert_eq!(listing(ports.clone(), vec![(x[0].min(2.0), row(9))]), "r9 = min 2.0, r0");
    let both = "r10 = ne r1, r1; r11 = max r1, r0; r9 = select r10, r1, r11";
    assert_eq!(listing(ports, vec![(x[0].max(x[1]), row(9))]), both);
}

#[test]
fn outputs_replace_inputs() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 3);
    let rows: [(Vec<_>, &str); 8] = [
        // In place as soon as the old value has no further use.
        (vec![(x[0] + x[1], row(0)), (x[1] * 2.0, row(1))], "r0 = add r0, r1; r1 = mul r1, 2.0"),
        (
            vec![(x[0] + x[1], row(0)), (x[0] - x[1], row(1))],
            "r10 = add r0, r1; r1 = sub r0, r1; r0 = copy r10",
        ),
        // Exchanges.
        (vec![(x[1], row(0)), (x[0], row(1))], "r10 = copy r0; r0 = copy r1; r1 = copy r10"),
        (
            vec![(x[1], row(0)), (x[2], row(1)), (x[0], row(2))],
            "r10 = copy r0; r0 = copy r1; r1 = copy r2; r2 = copy r10",
        ),
        // A chain needs no spare row.
        (vec![(x[1], row(0)), (x[2], row(1))], "r0 = copy r1; r1 = copy r2"),
        (vec![(x[0], row(0)), (graph.constant(3.0), row(1))], "r1 = copy 3.0"),
        // One value at several places.
        (
            vec![(x[0].abs(), row(0)), (x[0].abs(), row(4)), (x[0], row(1))],
            "r1 = copy r0; r0 = abs r0; r4 = copy r0",
        ),
        (vec![(x[0].lt(x[1]), row(0)), (graph.truth(true), row(1))], "r0 = lt r0, r1; r1 = copy true"),
    ];
    for (outputs, expected) in rows {
        assert_eq!(listing(ports.clone(), outputs), expected);
    }
}

/// A balanced tree over 2^n inputs needs no more than n rows.
#[test]
fn few_rows_are_alive() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 10);
    let mut level: Vec<Expr<'_>> = (0..64).map(|i| (x[i % 10] + i as f64).sqrt()).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| pair[0] / pair[1]).collect();
    }
    let phases = vec![Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(level[0], row(0))] }];
    let lowering =
        Lowering { precision: Precision::F32, ports, phases, homes: vec![], first_row: 10, first_uniform: 0 };
    let lowered = lowering.lower().unwrap();
    assert!(lowered.rows <= 10 + 7, "{} rows", lowered.rows);
}

#[test]
fn values_go_to_the_program_of_their_rate() {
    let graph = Graph::new();
    let [y, k, p, d, theta] = ["y", "k", "p", "d", "theta"].map(|name| graph.symbol(name));
    let port = |symbol, place, rate| Port { symbol, place, rate };
    let slow = k.sqrt() * p;
    let lowering = Lowering {
        precision: Precision::F64,
        ports: vec![
            port(y, row(0), Rate::Attempt),
            port(p, row(1), Rate::Run),
            port(d, row(2), Rate::Dense),
            port(theta, row(3), Rate::Sample),
            port(k, Place::Uniform(0), Rate::Solve),
        ],
        phases: vec![
            Phase { name: "solve", rate: Rate::Solve, outputs: vec![(k + 1.0, Place::Uniform(1))] },
            Phase { name: "initial", rate: Rate::Run, outputs: vec![(p, row(0))] },
            Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(y / slow + k.abs(), row(0))] },
            Phase { name: "dense", rate: Rate::Dense, outputs: vec![] },
            Phase { name: "sample", rate: Rate::Sample, outputs: vec![((d / slow).round() / theta, row(4))] },
        ],
        homes: vec![(Rate::Solve, 0), (Rate::Run, 1), (Rate::Dense, 3)],
        first_row: 5,
        first_uniform: 2,
    };
    let lowered = lowering.lower().unwrap();
    let programs: Vec<String> = lowered.programs.iter().map(lines).collect();
    let expected = [
        "r7 = add u0, 1.0; r8 = abs u0; r9 = sqrt u0",
        "r0 = copy r1; r5 = mul r1, u3",
        "r7 = div r0, r5; r0 = add r7, u2",
        "r7 = div r2, r5; r6 = round r7",
        "r4 = div r6, r3",
    ];
    assert_eq!(programs, expected);
    assert_eq!((lowered.run_rows, lowered.dense_rows), (5..6, 6..7));
    assert_eq!((lowered.rows, lowered.uniforms), (10, 4));
    assert_eq!(lowered.solve_outputs, [(7, 1), (8, 2), (9, 3)]);
}

#[test]
fn depth_is_no_recursion() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 1);
    let deep = (0..100_000).fold(x[0], |e, _| (e + 1.0).sqrt());
    let phases = vec![Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(deep, row(0))] }];
    let lowering =
        Lowering { precision: Precision::F64, ports, phases, homes: vec![], first_row: 1, first_uniform: 0 };
    let lowered = lowering.lower().unwrap();
    assert_eq!((lowered.programs[0].instructions().len(), lowered.rows), (200_000, 2));
}

#[test]
fn mistakes_are_named() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 2);
    let phase = |value, place| Phase { name: "attempt", rate: Rate::Attempt, outputs: vec![(value, place)] };
    let good = Lowering {
        precision: Precision::F64,
        ports,
        phases: vec![phase(x[0] + x[1], row(0))],
        homes: vec![],
        first_row: 10,
        first_uniform: 0,
    };
    let change = |edit: &dyn Fn(&mut Lowering<'_>)| {
        let mut bad = good.clone();
        edit(&mut bad);
        bad.lower().unwrap_err().to_string()
    };
    let rows: [(String, &str); 8] = [
        (change(&|bad| bad.ports.truncate(1)), "the phase `attempt` uses the symbol `x1`, which has no port"),
        (
            change(&|bad| bad.ports[1].symbol = bad.ports[0].symbol),
            "port 1 is for `x0`, which has a port already",
        ),
        (
            change(&|bad| bad.ports[1].symbol = -bad.ports[0].symbol),
            "port 1 is for `-x0`, which is no symbol",
        ),
        (
            change(&|bad| bad.first_row = 1),
            "the port of `x1` is at Row(1), but rows from 1 and uniforms from 0 on",
        ),
        (
            change(&|bad| bad.homes = vec![(Rate::Run, 0)]),
            "phase 0 cannot be the home of Run: the phase runs at another",
        ),
        (
            change(&|bad| bad.homes = vec![(Rate::Run, 3)]),
            "phase 3 cannot be the home of Run: there is no such phase",
        ),
        (
            change(&|bad| bad.homes = vec![(Rate::Attempt, 0)]),
            "phase 0 cannot be the home of Attempt: nothing is hoisted",
        ),
        (
            change(&|bad| {
                let output = bad.phases[0].outputs[0];
                bad.phases[0].outputs.push(output);
            }),
            "the phase `attempt` cannot write to Row(0): another output is there",
        ),
    ];
    for (found, expected) in rows {
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn copies_happen_as_if_at_once() {
    // Every choice of sources among 4 rows and a constant for 4 destinations.
    for choice in 0..5_u32.pow(4) {
        let source = |to: u32| choice / 5_u32.pow(to) % 5;
        let copies: Vec<_> = (0..4)
            .filter(|to| source(*to) != *to)
            .map(|to| (to, if source(to) == 4 { Operand::Constant(0) } else { Operand::Row(source(to)) }))
            .collect();
        let mut rows = [0, 1, 2, 3, 99];
        for (to, from) in moves::in_sequence(&copies, 4) {
            rows[to as usize] = match from {
                Operand::Row(row) => rows[row as usize],
                _ => 4,
            };
        }
        assert_eq!(rows[..4], [0, 1, 2, 3].map(source), "{copies:?}");
    }
}

#[test]
fn equal_input_gives_equal_programs() {
    let graph = Graph::new();
    let (x, ports) = states(&graph, 3);
    let outputs = vec![(x[0] * x[1] + x[2], row(2)), ((x[0] - x[1]).abs(), row(0))];
    assert_eq!(listing(ports.clone(), outputs.clone()), listing(ports, outputs));
}
