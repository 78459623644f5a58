//! Sweeps: values, grids, random numbers, messages.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rubie::sweep::{Axis, MAX_RUNS, Sweep, SweepError};

fn axis(name: &str, specification: &str) -> Axis {
    Axis::parse(name, specification, 1).expect("a specification that can be read")
}

fn all(sweep: &Sweep) -> Vec<f64> {
    let runs = sweep.runs() as usize;
    let mut out = vec![f64::NAN; sweep.names().len() * runs];
    sweep.fill(0, runs, &mut out);
    out
}

fn values(specification: &str) -> Vec<f64> {
    all(&Sweep::product(vec![axis("a", specification)]).expect("one axis"))
}

fn message(specification: &str) -> String {
    Axis::parse("k", specification, 0).expect_err("a specification that cannot be read").to_string()
}

#[test]
fn specifications_give_their_values() {
    assert_eq!(values("3"), [3.0]);
    assert_eq!(values(" 1, -2e1 ,5 "), [1.0, -20.0, 5.0]);
    assert_eq!(values("0:21:4"), [0.0, 7.0, 14.0, 21.0]);
    assert_eq!(values("1:-1:3"), [1.0, 0.0, -1.0], "ranges may fall");
    assert_eq!(values("5:9:1"), [5.0], "a count of 1 gives the start");
    assert_eq!(values("0:1:11")[3], 0.3, "as written, not 0.30000000000000004");
    assert_eq!(values("log:1e-3:1e3:7"), [1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0]);
    assert_eq!(values("log:8:1:4")[0], 8.0);
    assert_eq!(values("0:1:1e3").len(), 1000);
    assert_eq!(values("log:1e-300:1e300:3"), [1e-300, 1.0, 1e300]);
}

#[test]
fn the_ends_of_a_range_are_exact() {
    for (start, stop) in [(0.1, 0.7), (-3.3, 1e-17), (1e-3, 7e11)] {
        let even = all(&Sweep::product(vec![Axis::even("a", start, stop, 1001).unwrap()]).unwrap());
        assert_eq!((even[0], even[1000]), (start, stop));
        assert!(even.is_sorted());
    }
    let log = values("log:0.7:3.1e5:12345");
    assert_eq!((log[0], log[12344]), (0.7, 3.1e5));
    assert!(log.is_sorted());
}

#[test]
fn the_last_axis_of_a_product_runs_fastest() {
    let sweep = Sweep::product(vec![axis("a", "1,2"), axis("b", "7"), axis("c", "0:2:3")]).unwrap();
    assert_eq!(sweep.runs(), 6);
    assert_eq!(sweep.names(), ["a", "b", "c"]);
    let expected = [[1., 1., 1., 2., 2., 2.], [7.; 6], [0., 1., 2., 0., 1., 2.]];
    assert_eq!(all(&sweep), expected.concat());
}

#[test]
fn zip_pairs_axes_and_spreads_single_values() {
    let sweep = Sweep::zip(vec![axis("a", "1,2,3"), axis("b", "5"), axis("c", "7:9:3")]).unwrap();
    assert_eq!(all(&sweep), [1., 2., 3., 5., 5., 5., 7., 8., 9.]);
    let error = Sweep::zip(vec![axis("a", "1,2,3"), axis("b", "5,6")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "axes that are paired run by run must have the same number of values (or a single one): `a` has 3, `b` has 2"
    );
}

#[test]
fn samples_of_a_product_are_drawn_together() {
    let axes = || vec![axis("a", "uniform:0:1:100"), axis("k", "1,2,3"), axis("b", "normal:0:1:100")];
    let sweep = Sweep::product(axes()).unwrap();
    assert_eq!(sweep.runs(), 300, "100 random pairs, each with three values of k");
    let table = all(&sweep);
    let (a, k, b) = (&table[..300], &table[300..600], &table[600..]);
    for pair in 0..100 {
        assert_eq!(k[3 * pair..3 * pair + 3], [1.0, 2.0, 3.0]);
        assert!(a[3 * pair..3 * pair + 3].iter().all(|value| *value == a[3 * pair]));
        assert!(b[3 * pair..3 * pair + 3].iter().all(|value| *value == b[3 * pair]));
    }
    let one = |name, spec| all(&Sweep::product(vec![axis(name, spec)]).unwrap());
    assert!(a.iter().step_by(3).eq(&one("a", "uniform:0:1:100")), "other axes change no value");
    let error = Sweep::product(vec![axis("a", "uniform:0:1:10"), axis("b", "sobol:0:1:16")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "random and Sobol axes of a grid are drawn together, so they must have the same count: `a` has 10, `b` has 16"
    );
    let single = Sweep::product(vec![axis("a", "uniform:0:1:10"), axis("b", "normal:0:1:1")]).unwrap();
    assert_eq!(single.runs(), 10);
}

#[test]
fn random_values_depend_on_seed_name_and_place_only() {
    let uniform = |name, seed| Axis::uniform(name, 0.0, 1.0, 50, seed).unwrap();
    let values = |axis| all(&Sweep::product(vec![axis]).unwrap());
    assert_eq!(values(uniform("a", 3)), values(uniform("a", 3)));
    assert_ne!(values(uniform("a", 3)), values(uniform("a", 4)));
    assert_ne!(values(uniform("a", 3)), values(uniform("b", 3)));
}

/// So that no later version and no platform gives other values. They agree with an independent program (ChaCha8, FNV-1a and
/// the mappings written in Python, quantiles and powers with 40 digits): all but the last to the last bit, that to 7e-16.
#[test]
fn random_values_stay_what_they_are() {
    let axes = vec![
        Axis::uniform("a", 2.0, 4.0, 3, 42).unwrap(),
        Axis::normal("b", 0.0, 1.0, 3, 42).unwrap(),
        Axis::log_uniform("c", 1e-3, 1e3, 3, 42).unwrap(),
    ];
    let uniform = [2.439045628301113, 2.1809924772572233, 3.345483493541126];
    let normal = [0.839497996522902, 0.28114832368174963, 1.2304407861578808];
    let log_uniform = [0.27302514973001923, 0.3235329335870044, 763.9767130590603];
    assert_eq!(all(&Sweep::zip(axes).unwrap()), [uniform, normal, log_uniform].concat());
}

#[test]
fn random_values_have_their_distribution() {
    let n = 20_000.0;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let uniform = values("uniform:-1:3:20000");
    assert!(uniform.iter().all(|x| (-1.0..=3.0).contains(x)));
    assert!((mean(&uniform) - 1.0).abs() < 5.0 * (4.0 / 12f64.sqrt()) / n.sqrt());
    let normal = values("normal:10:2:20000");
    let variance = mean(&normal.iter().map(|x| (x - mean(&normal)).powi(2)).collect::<Vec<_>>());
    assert!((mean(&normal) - 10.0).abs() < 5.0 * 2.0 / n.sqrt());
    assert!((variance - 4.0).abs() < 5.0 * 4.0 * (2.0 / n).sqrt());
    let beyond = normal.iter().filter(|x| (*x - 10.0).abs() > 2.0 * 1.959_963_984_540_054).count() as f64;
    assert!((beyond - 0.05 * n).abs() < 5.0 * (0.05 * 0.95 * n).sqrt());
    let log = values("uniform:log:1e-2:1e2:20000");
    let below = log.iter().filter(|x| **x < 1.0).count() as f64;
    assert!((below - n / 2.0).abs() < 5.0 * n.sqrt() / 2.0);
}

#[test]
fn sobol_axes_form_one_set() {
    let sobol = |name, seed| Axis::sobol(name, 0.0, 1.0, 256, seed).unwrap();
    let table =
        |seed| all(&Sweep::product(vec![sobol("a", seed), axis("k", "1"), sobol("b", seed)]).unwrap());
    let plain = table(0);
    assert_eq!(
        (plain[0], plain[512]),
        (0.0, 0.0),
        "seed 0 gives the sequence itself, from its first point on"
    );
    assert_eq!(plain[..4], [0.0, 0.5, 0.75, 0.25]);
    assert_eq!(plain[512..516], [0.0, 0.5, 0.25, 0.75], "the second Sobol axis is the second dimension");
    for seed in [0, 1, 99] {
        let values = table(seed);
        let mut cells: Vec<usize> =
            (0..256).map(|r| (values[r] * 16.0) as usize * 16 + (values[512 + r] * 16.0) as usize).collect();
        cells.sort_unstable();
        assert!(cells.into_iter().eq(0..256), "seed {seed}: one point in each of 16 x 16 squares");
    }
    assert_ne!(table(1), table(2));
    assert_eq!(values("sobol:log:1:1e4:1024").len(), 1024);
}

#[test]
fn a_sweep_may_have_a_thousand_sobol_axes() {
    let axes =
        |count: usize| (0..count).map(|k| Axis::sobol(&format!("p{k}"), 0.0, 1.0, 4, 0).unwrap()).collect();
    assert!(Sweep::product(axes(1000)).is_ok());
    let error = Sweep::product(axes(1001)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sweep of `p1000`: a sweep can have 1000 Sobol axes at most; make the others uniform"
    );
}

#[test]
fn tables_keep_values_that_are_not_finite() {
    let names = || vec!["a".to_owned(), "b".to_owned()];
    let sweep = Sweep::samples(names(), vec![vec![1.0, f64::NAN], vec![3.0, f64::INFINITY]]).unwrap();
    let table = all(&sweep);
    assert!(table[1].is_nan() && table[3].is_infinite());
    assert!(matches!(Sweep::samples(names(), vec![vec![], vec![]]), Err(SweepError::NoRuns)));
    assert!(matches!(Sweep::samples(vec![], vec![]), Err(SweepError::NoRuns)));
    let ragged = Sweep::samples(names(), vec![vec![1.0], vec![1.0, 2.0]]).unwrap_err();
    assert_eq!(ragged.to_string(), "column `b` has 2 values, but the first column has 1");
    assert!(matches!(Sweep::samples(names(), vec![vec![1.0]]), Err(SweepError::Ragged { .. })));
    assert!(matches!(Sweep::samples(names(), vec![vec![1.0]; 3]), Err(SweepError::Unnamed { position: 3 })));
}

#[test]
fn nothing_may_vary() {
    let sweep = Sweep::single();
    assert_eq!((sweep.runs(), sweep.names().len()), (1, 0));
    sweep.fill(0, 1, &mut []);
    assert_eq!(Sweep::product(vec![]).unwrap(), sweep);
    assert_eq!(Sweep::zip(vec![]).unwrap(), sweep);
}

#[test]
fn names_are_there_and_differ() {
    for combine in [Sweep::product, Sweep::zip] {
        let twice = combine(vec![axis("a", "1"), axis("a", "2")]).unwrap_err();
        assert_eq!(twice.to_string(), "`a` is swept twice; give all of its values in one axis");
        assert!(matches!(combine(vec![axis(" ", "1")]), Err(SweepError::Unnamed { position: 1 })));
    }
}

#[test]
fn too_many_runs_name_the_factors() {
    let error =
        Sweep::product(vec![axis("a", "0:1:1e6"), axis("b", "0:1:1e6"), axis("c", "0:1:2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the grid has too many runs: 1000000 (a) x 1000000 (b) x 2 (c) is more than 1099511627776"
    );
    let overflow = Sweep::product(vec![axis("a", "0:1:1e12"), axis("b", "0:1:1e12")]);
    assert!(matches!(overflow, Err(SweepError::TooManyRuns { .. })));
    assert!(message("0:1:1e15").contains("a sweep has 1099511627776 runs at most"));
    assert_eq!(Sweep::product(vec![axis("a", &format!("0:1:{MAX_RUNS}"))]).unwrap().runs(), MAX_RUNS);
}

#[test]
fn messages_name_the_part_and_the_right_form() {
    let start = |specification: &str| format!("cannot read the sweep `k={specification}`: ");
    for (specification, expected) in [
        ("", "a number is missing; values are written 1,2,5 and ranges START:STOP:COUNT, such as 0:21:1000"),
        ("1,,2", "a number is missing; values are written 1,2,5 and"),
        ("1,x", "`x` is not a number; values are written 1,2,5 and"),
        ("nan", "`nan` is not a finite number; values are"),
        (
            "0:21",
            "it has 2 numbers where 3 are needed; even steps are written START:STOP:COUNT, such as 0:21:1000",
        ),
        ("0:21:5:7", "it has 4 numbers where 3 are needed; even"),
        ("0:inf:5", "`inf` is not a finite number; even steps"),
        ("0:1e999:5", "`1e999` is not a finite number; even steps"),
        ("0::5", "a number is missing; even steps"),
        ("0:1:0", "it needs at least one value; even steps"),
        ("0:1:2.5", "`2.5` is not a whole number of runs; even steps"),
        ("0:1:-3", "`-3` is not a whole number of runs; even steps"),
        (
            "log:0:1:5",
            "0 has no logarithm; both ends must be above 0; even steps of the logarithm are written log:START",
        ),
        (
            "log:1:5",
            "it has 2 numbers where 3 are needed; even steps of the logarithm are written log:START:STOP:COUNT",
        ),
        ("log", "`log` is not a number; values"),
        (
            "uniform:1:1:5",
            "the first bound must be below the second: 1 is not below 1; random values in a range are",
        ),
        (
            "uniform:log:-1:1:5",
            "-1 has no logarithm; both ends must be above 0; random values with an even logarithm",
        ),
        (
            "normal:0:0:5",
            "the standard deviation must be above 0, not 0; normally distributed values are written normal:",
        ),
        (
            "sobol:0:1:x",
            "`x` is not a whole number of runs; values that fill a range evenly are written sobol:LOW:HIGH",
        ),
        ("-1.7e308:1.7e308:5", "too far apart; even steps"),
        (
            "unif:0:1:5",
            "`unif` is not a kind of axis; the kinds are log:START:STOP:COUNT, uniform:log:LOW:HIGH:COUNT, ",
        ),
    ] {
        let message = message(specification);
        assert!(message.starts_with(&start(specification)), "{message}");
        assert!(message.contains(expected), "{message}\nlacks\n{expected}");
    }
}

proptest! {
    #[test]
    fn any_range_of_runs_can_be_filled_by_itself(
        counts in prop::collection::vec(1u64..8, 1..4),
        sampled in 2u64..300,
        first in 0.0f64..1.0,
        part in 0.0f64..1.0,
    ) {
        let mut axes: Vec<Axis> =
            counts.iter().enumerate().map(|(k, n)| Axis::even(&format!("a{k}"), 0.0, 1.0, *n).unwrap()).collect();
        axes.insert(axes.len() / 2, Axis::normal("b", 0.0, 1.0, sampled, 5).unwrap());
        axes.push(Axis::sobol("c", 0.0, 1.0, sampled, 0).unwrap());
        let sweep = Sweep::product(axes).unwrap();
        let runs = sweep.runs() as usize;
        let first = (first * runs as f64) as usize;
        let length = 1 + (part * (runs - first - 1) as f64) as usize;
        let whole = all(&sweep);
        let mut out = vec![f64::NAN; sweep.names().len() * length];
        sweep.fill(first as u64, length, &mut out);
        for (name, filled) in out.chunks_exact(length).enumerate() {
            prop_assert_eq!(filled, &whole[name * runs + first..][..length]);
        }
    }

    #[test]
    fn no_specification_panics(specification in "[0-9a-z:.,e+ -]{0,30}") {
        if let Ok(axis) = Axis::parse("a", &specification, 0) {
            let sweep = Sweep::product(vec![axis]).unwrap();
            let mut out = vec![0.0; sweep.runs().min(100) as usize];
            sweep.fill(0, out.len(), &mut out);
            prop_assert!(out.iter().all(|value| value.is_finite()));
        }
    }
}
