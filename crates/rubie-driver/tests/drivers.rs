//! What samples are refused and why; knots; steps.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rubie_driver::{Boundary, DriverOptions, Drivers, Outside, TimeAxis};

fn axis(count: usize) -> TimeAxis {
    TimeAxis::regular(0.0, 1.0, count).unwrap()
}

fn message(samples: &[f64], options: DriverOptions) -> String {
    Drivers::new(&axis(5), &[("u", samples)], options).unwrap_err().to_string()
}

#[test]
fn mistakes_are_explained() {
    let wrap = DriverOptions::default();
    let open = message(&[1.0, 2.0, 3.0, 4.0, 5.0], wrap);
    assert!(open.contains("`u` is periodic, but begins with 1 and ends with 5"), "{open}");
    assert!(message(&[1.0; 4], wrap).contains("4 samples for 5 times"));
    assert!(message(&[1.0, f64::NAN, 1.0, 1.0, 1.0], wrap).contains("sample 1 of the driver `u` is NaN"));
    assert!(message(&[1.0; 5], wrap.order(6)).contains("from 0 (steps) to 5: 6"));
    assert!(message(&[1.0; 5], wrap.order(5)).contains("order 5 needs at least 6 samples, there are 5"));
    let once = DriverOptions::once(Some(Boundary::Periodic));
    assert!(message(&[1.0; 5], once).contains("needs samples that wrap"));
    assert!("cyclic".parse::<Boundary>().unwrap_err().to_string().contains("natural, clamped, periodic or"));
    assert_eq!("Not a knot".parse::<Boundary>().unwrap(), Boundary::NotAKnot);
    let none: &[(&str, &[f64])] = &[];
    assert!(Drivers::new(&axis(5), none, wrap).unwrap_err().to_string().contains("at least one"));
    let twice = Drivers::new(&axis(5), &[("u", [1.0; 5]), ("u", [1.0; 5])], wrap).unwrap_err();
    assert!(twice.to_string().contains("`u` is given twice"));
}

#[test]
fn a_ramp_leads_to_zero_and_back() {
    let drivers = Drivers::new(&axis(5), &[("u", [2.0; 5])], DriverOptions::once(None)).unwrap();
    let values = [-1.5, -1.0, 0.0, 2.0, 4.0, 5.0, 9.0].map(|time| drivers.value(0, time));
    for (value, expected) in values.iter().zip([0.0, 0.0, 2.0, 2.0, 2.0, 0.0, 0.0]) {
        assert!((value - expected).abs() < 1e-14, "{values:?}");
    }
    assert!(drivers.value(0, -0.5) > 0.5 && drivers.value(0, 4.5) > 0.5);
    assert!(drivers.derivative(0, -1.0, 1).abs() < 1e-13, "clamped where the ramp begins");
}

#[test]
fn steps_hold_each_sample_from_its_own_time_on() {
    // 0.1 * 3 is a little more than 0.3.
    let axis = TimeAxis::regular(0.0, 0.1, 5).unwrap();
    let options = DriverOptions { order: 0, boundary: None, outside: Outside::Hold };
    let drivers = Drivers::new(&axis, &[("u", [1.0, 2.0, 3.0, 4.0, 5.0])], options).unwrap();
    let values = [-1.0, 0.0, 0.0999, 0.1, 0.3, 0.35, 0.4, 9.0].map(|time| drivers.value(0, time));
    assert_eq!(values, [1.0, 1.0, 1.0, 2.0, 4.0, 4.0, 5.0, 5.0]);
}

#[test]
fn jumps_are_at_knots_and_ends() {
    let linear = DriverOptions { order: 1, boundary: None, outside: Outside::Zero };
    let drivers = Drivers::new(&axis(4), &[("u", [1.0; 4])], linear).unwrap();
    let jumps = |derivative| {
        let next = |time: &f64| drivers.next_jump(*time, derivative);
        std::iter::successors(next(&-5.0), next).collect::<Vec<f64>>()
    };
    assert_eq!(jumps(1), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(jumps(0), [0.0, 3.0]);
    let wrapping = Drivers::new(&axis(4), &[("u", [1.0; 4])], DriverOptions::default().order(2)).unwrap();
    // Knots of even orders are midway, also where one period goes over into the next.
    assert_eq!(wrapping.next_jump(-3.2, 2), Some(-3.0));
    assert_eq!(wrapping.next_jump(7.0, 2), Some(7.5));
}

#[test]
fn a_hundred_thousand_samples_are_fitted_at_once() {
    let samples: Vec<f64> =
        (0..=100_000).map(|i| (f64::from(i) * 0.01 * std::f64::consts::TAU).sin()).collect();
    let axis = TimeAxis::regular(0.0, 0.01, samples.len()).unwrap();
    let drivers = Drivers::new(&axis, &[("u", samples)], DriverOptions::default().order(5)).unwrap();
    for time in [0.123, 7.7777, 999.995] {
        let exact = (time * std::f64::consts::TAU).sin();
        assert!((drivers.value(0, time) - exact).abs() < 1e-10);
    }
}

proptest! {
    /// Polynomials of the spline's order are reproduced where no end condition interferes.
    #[test]
    fn not_a_knot_reproduces_polynomials(
        order in 1..=5usize,
        coefficients in prop::collection::vec(-1.0..1.0f64, 6),
        gaps in prop::collection::vec(0.2..1.0f64, 6..20),
    ) {
        let total: f64 = gaps.iter().sum();
        let places = gaps.iter().scan(0.0, |place, gap| { *place += gap / total; Some(*place) });
        let times: Vec<f64> = [0.0].into_iter().chain(places).collect();
        let value = |time: f64| coefficients[..=order].iter().rev().fold(0.0, |sum, c| sum * time + c);
        let samples: Vec<f64> = times.iter().map(|time| value(*time)).collect();
        let options = DriverOptions { order, boundary: Some(Boundary::NotAKnot), outside: Outside::Hold };
        let drivers = Drivers::new(&TimeAxis::listed(&times).unwrap(), &[("u", samples)], options).unwrap();
        for i in 0..=50 {
            let time = f64::from(i) / 50.0;
            prop_assert!((drivers.value(0, time) - value(time)).abs() < 1e-11);
        }
    }
}
