//! Every example model against values computed without RuBIE (see `examples/reference/make_references.py`).
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use rubie::prelude::*;
use rubie::{DriverOptions, Drivers, Outside};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"))
}

fn model(name: &str) -> Model {
    let text = std::fs::read_to_string(folder().join(format!("{name}.model"))).unwrap();
    Model::parse(name, &text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

fn reference(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(format!("reference/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The samples of a model that is driven, joined by straight lines.
fn drivers(name: &str) -> Option<Arc<Drivers>> {
    let options = DriverOptions { order: 1, boundary: None, outside: Outside::Hold };
    let path = folder().join("minimal_model_insulin.csv");
    (name == "minimal_model").then(|| Arc::new(rubie::drivers_from_file(path, options).unwrap()))
}

/// Solves every set of the reference and compares all values. `bound` is relative to the largest value that a state takes.
fn check(name: &str, method: &str, tolerance: f64, bound: f64) {
    let (model, reference) = (model(name), reference(name));
    assert!(10f64.powf(-reference["digits"].as_f64().unwrap()) < bound, "the reference is not good enough");
    let states: Vec<&str> =
        reference["states"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let times: Vec<f64> =
        reference["times"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect();
    for case in reference["sets"].as_array().unwrap() {
        let set = case["set"].as_object().unwrap();
        let steps = StepSettings {
            rtol: tolerance.into(),
            // Concentrations and gates differ by many orders of magnitude: zero stays the only absolute scale.
            atol: (tolerance * 1e-8).into(),
            ..StepSettings::default()
        };
        let options = SolveOptions {
            method: method.to_owned(),
            steps,
            until: *times.last().unwrap(),
            save: Schedule::At(times.clone()),
            drivers: drivers(name),
            keep: Some(states.iter().map(|s| (*s).to_owned()).collect()),
            set: set.iter().map(|(name, value)| (name.clone(), value.as_f64().unwrap())).collect(),
            ..SolveOptions::default()
        };
        let solution = Solver::new(&model, &options).unwrap().solve(&Sweep::single()).unwrap();
        assert!(solution.status()[0].is_success(), "{name} with {set:?}: {}", solution.status()[0]);
        for (s, state) in states.iter().enumerate() {
            let exact: Vec<f64> = (case["values"].as_array().unwrap().iter())
                .map(|row| row[s].as_str().unwrap().parse().unwrap())
                .collect();
            let scale = exact.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
            for ((time, exact), found) in times.iter().zip(&exact).zip(solution.series(state, 0).unwrap()) {
                let error = (found - exact).abs() / scale;
                assert!(
                    error < bound,
                    "{name} with {set:?}: {state} at {time} is {found}, not {exact}: {error:e}"
                );
            }
        }
    }
}

#[test]
fn lorenz() {
    check("lorenz", "tsit5", 1e-10, 1e-8);
    check("lorenz", "vern9", 1e-13, 1e-11);
}

#[test]
fn lotka_volterra() {
    check("lotka_volterra", "tsit5", 1e-10, 1e-7);
    check("lotka_volterra", "dop853", 1e-12, 1e-9);
}

#[test]
fn van_der_pol() {
    check("van_der_pol", "vern7", 1e-11, 1e-8);
}

#[test]
fn robertson() {
    check("robertson", "dopri54", 1e-7, 1e-5);
    check("robertson", "rodas5p", 1e-9, 1e-7);
}

#[test]
fn hodgkin_huxley() {
    check("hodgkin_huxley", "tsit5", 1e-9, 1e-5);
    check("hodgkin_huxley", "vern9", 1e-12, 1e-8);
}

#[test]
fn beeler_reuter() {
    check("beeler_reuter", "tsit5", 1e-9, 1e-5);
}

#[test]
fn theophylline() {
    check("theophylline", "tsit5", 1e-11, 1e-8);
}

#[test]
fn minimal_model() {
    check("minimal_model", "tsit5", 1e-10, 1e-8);
    check("minimal_model", "rodas5p", 1e-10, 1e-8);
}

#[test]
fn sir() {
    check("sir", "bogacki-shampine-32", 1e-9, 1e-6);
}

/// Every model of the folder has reference values, so none goes unchecked.
#[test]
fn every_example_has_a_reference() {
    let mut models = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "model") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(reference(&name)["sets"].as_array().unwrap().len() > 1, "{name}");
            models += 1;
        }
    }
    assert_eq!(models, 9);
}

/// Facts that the papers state in words.
#[test]
fn impulses_are_as_published() {
    let course = |name: &str, until: f64, set: &[(&str, f64)]| {
        let options = SolveOptions {
            until,
            save: Schedule::Every(0.05),
            keep: Some(vec!["V".to_owned()]),
            set: set.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            ..SolveOptions::default()
        };
        let solution = Solver::new(&model(name), &options).unwrap().solve(&Sweep::single()).unwrap();
        solution.series("V", 0).unwrap()
    };
    let highest = |course: &[f64]| course.iter().fold(f64::NEG_INFINITY, |top, v| top.max(*v));
    // Squid axon: impulses of about 100 mV above rest while a current flows; none without.
    let spikes = course("hodgkin_huxley", 100.0, &[]);
    assert!((30.0..50.0).contains(&highest(&spikes)), "{}", highest(&spikes));
    let firings = spikes.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((6..=8).contains(&firings), "{firings} impulses in 100 ms");
    assert!(highest(&course("hodgkin_huxley", 100.0, &[("I_app", 0.0)])) < -60.0);
    // Ventricular cell: an action potential of roughly 300 ms from and to a rest near -84 mV.
    let beat = course("beeler_reuter", 600.0, &[]);
    let lasting = beat.iter().filter(|v| **v > -60.0).count() as f64 * 0.05;
    assert!((250.0..330.0).contains(&lasting), "{lasting} ms");
    assert!((beat[beat.len() - 1] + 84.0).abs() < 1.5, "{}", beat[beat.len() - 1]);
}
