//! Robertson's reaction over a decade of one of its rates, to t = 1e5, against values in 113-bit arithmetic (the program
//! `bench/robertson/reference.c`).
#![allow(clippy::unwrap_used)]

use rubie::prelude::*;

/// k2, and A and C at t = 1e5.
const EXACT: [[f64; 3]; 3] = [
    [1e7, 0.044_999_059_752_106_25, 0.955_000_751_807_487_8],
    [3.162_277_660_168_379e7, 0.017_048_708_889_487_06, 0.982_951_222_688_951_6],
    [1e8, 0.005_886_698_613_398_243, 0.994_113_277_706_013_9],
];

#[test]
fn final_states_are_within_the_tolerance() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/robertson.model");
    let model = Model::parse("robertson", &std::fs::read_to_string(path).unwrap()).unwrap();
    let values = EXACT.iter().map(|row| row[0]).collect();
    let sweep = Sweep::product(vec![Axis::list("k2", values).unwrap()]).unwrap();
    for (method, allowed) in [
        ("rodas5p", 5e-8),
        ("rodas4", 1e-7),
        ("rodas3p", 1e-6),
        ("ros34pw2", 1e-5),
        ("kvaerno5", 1e-6),
        ("radau_iia_5", 1e-6),
    ] {
        let options = SolveOptions {
            method: method.to_owned(),
            steps: StepSettings { rtol: 1e-6.into(), atol: 1e-9.into(), ..StepSettings::default() },
            until: 1e5,
            save: Schedule::Final,
            ..SolveOptions::default()
        };
        let solution = Solver::new(&model, &options).unwrap().solve(&sweep).unwrap();
        for (run, [k2, a, c]) in EXACT.into_iter().enumerate() {
            assert!(solution.status()[run].is_success(), "{method}: {}", solution.status()[run]);
            for (state, exact) in [("A", a), ("C", c)] {
                let error = (solution.series(state, run).unwrap()[0] - exact).abs();
                assert!(error < allowed, "{method}, k2 = {k2:e}: error of {state} {error:e}");
            }
        }
    }
}
