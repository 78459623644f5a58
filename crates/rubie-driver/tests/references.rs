//! Splines and their derivatives against SciPy (`tools/drivers/make_references.py`).
#![allow(clippy::unwrap_used)]

use rubie_driver::{DriverOptions, Drivers, Outside, TimeAxis};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn drivers(case: &Value) -> Drivers {
    let samples = numbers(&case["samples"]);
    let axis = match case["times"].is_null() {
        false => TimeAxis::listed(&numbers(&case["times"])),
        true => {
            let number = |name: &str| case[name].as_f64().unwrap();
            TimeAxis::regular(number("start"), number("interval"), samples.len())
        }
    };
    let outside = match case["outside"].as_str().unwrap() {
        "wrap" => Outside::Wrap,
        "zero" => Outside::Zero,
        "ramp" => Outside::Ramp,
        _ => Outside::Hold,
    };
    let boundary = Some(case["boundary"].as_str().unwrap().parse().unwrap());
    let order = case["order"].as_u64().unwrap() as usize;
    let options = DriverOptions { order, boundary, outside };
    Drivers::new(&axis.unwrap(), &[("u", samples)], options).unwrap()
}

#[test]
fn values_and_derivatives_agree_with_scipy() {
    let cases: Value = serde_json::from_str(include_str!("data/splines.json")).unwrap();
    assert_eq!(cases.as_array().unwrap().len(), 69);
    let mut worst = 0.0f64;
    for case in cases.as_array().unwrap() {
        let drivers = drivers(case);
        let points: Vec<Vec<f64>> = case["points"].as_array().unwrap().iter().map(numbers).collect();
        for derivative in 0..=drivers.fit().options().order {
            let with = || points.iter().filter(|point| point.len() > derivative + 1);
            let size = with().fold(1.0, |size: f64, point| size.max(point[derivative + 1].abs()));
            for point in with() {
                let (found, expected) = (drivers.derivative(0, point[0], derivative), point[derivative + 1]);
                let error = (found - expected).abs() / size;
                worst = worst.max(error);
                assert!(
                    error < 1e-12,
                    "{}, derivative {derivative} at {}: {found} and {expected}",
                    case["name"],
                    point[0]
                );
            }
        }
    }
    assert!(worst > 0.0, "two independent computations do not agree in every bit");
}
