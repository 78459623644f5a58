//! Drivers as expressions against the reference evaluator, and their derivatives by time.
#![allow(clippy::unwrap_used)]

use rubie_driver::{
    Boundary, DriverData, DriverError, DriverGraph, DriverOptions, Drivers, Outside, TimeAxis,
};
use rubie_expr::{Evaluator, Graph, derivative};
use rubie_model::Model;

fn axes() -> [TimeAxis; 3] {
    let uneven = [0.0, 0.3, 0.35, 1.0, 2.5, 2.6, 3.0, 4.0];
    [
        TimeAxis::regular(-1.0, 0.5, 8).unwrap(),
        TimeAxis::regular(0.1, 0.1, 8).unwrap(),
        TimeAxis::listed(&uneven).unwrap(),
    ]
}

fn check(drivers: &Drivers, context: &str) {
    let data = DriverData::new(drivers.fit());
    let graph = Graph::new();
    let time = graph.symbol("t");
    let as_graph = DriverGraph::new(&graph, drivers.fit(), drivers.names());
    let values = as_graph.values_at(time);
    let slopes: Vec<_> = values.iter().map(|value| derivative(*value, time)).collect();
    let mut evaluator = Evaluator::new(&[values, slopes].concat()).with_table(&drivers.table());
    let mut symbols = vec![f64::NAN; graph.symbol_count()];
    for (control, value) in as_graph.controls().iter().zip(data.control_values(f64::EPSILON)) {
        symbols[control.symbol.as_symbol().unwrap().index()] = value;
    }

    let axis = drivers.fit().axis();
    let span = axis.time(axis.len() - 1) - axis.start();
    let between = (-100..=200).map(|i| axis.start() + (f64::from(i) + 0.43) * 0.01 * span);
    let samples = (0..axis.len()).map(|i| axis.time(i));
    for (at, knot) in between.map(|at| (at, false)).chain(samples.map(|at| (at, true))) {
        symbols[time.as_symbol().unwrap().index()] = at;
        let found = evaluator.evaluate(&symbols);
        let count = drivers.names().len();
        for driver in 0..count {
            let expected = drivers.value(driver, at);
            // Wrapping puts the last sample's time at either end.
            let jumps = knot && drivers.fit().options().boundary() != Boundary::Periodic;
            if !(jumps && drivers.fit().options().outside == Outside::Wrap) {
                let near = (found[driver] - expected).abs() <= 1e-12;
                assert!(near, "{context}, driver {driver} at {at}: {} and {expected}", found[driver]);
            }
            let (slope, expected) = (found[count + driver], drivers.derivative(driver, at, 1));
            let near = (slope - expected).abs() <= 1e-10 * (1.0 + expected.abs());
            assert!(knot || near, "{context}, slope {driver} at {at}: {slope} and {expected}");
        }
    }
}

#[test]
fn expressions_agree_with_the_reference_evaluator() {
    let first = [0.5, -1.0, 2.0, 0.25, 0.0, 1.5, -0.75, 0.5];
    let second = [1.0, 1.0, 3.0, -2.0, 4.0, 4.0, 0.0, 1.0];
    for (place, axis) in axes().iter().enumerate() {
        for order in 0..=5 {
            for outside in [Outside::Wrap, Outside::Zero, Outside::Ramp, Outside::Hold] {
                let options = DriverOptions { order, boundary: None, outside };
                let drivers = Drivers::new(axis, &[("a", first), ("b", second)], options).unwrap();
                check(&drivers, &format!("axis {place}, {options:?}"));
            }
        }
    }
}

#[test]
fn drivers_take_the_places_of_parameters() {
    let text = "state x = 1, y = k\nparam k = 2, u = 3, v = 4\nw = u*x\nobserve w\nx' = -k*x + u\ny' = w";
    let model = Model::parse("driven", text).unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let axis = TimeAxis::regular(0.0, 1.0, 2).unwrap();
    let options = DriverOptions { order: 1, boundary: None, outside: Outside::Hold };
    let drivers = |name: &str| Drivers::new(&axis, &[(name, [10.0, 20.0])], options).unwrap();
    let drive = |drivers: &Drivers| {
        let data = DriverData::new(drivers.fit());
        let as_graph = DriverGraph::new(&graph, drivers.fit(), drivers.names());
        let (driven, _) = as_graph.drive(&system, &[])?;
        Ok::<_, DriverError>((driven, as_graph, data))
    };
    let (driven, as_graph, data) = drive(&drivers("u")).unwrap();
    let names: Vec<&str> = driven.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names[..3], ["k", "v", "driver start"]);

    let mut symbols = vec![f64::NAN; graph.symbol_count()];
    let values =
        as_graph.controls().iter().map(|control| control.symbol).zip(data.control_values(f64::EPSILON));
    let model = [(driven.time, 0.5), (driven.states[0].symbol, 1.0), (driven.parameters[0].symbol, 2.0)];
    for (symbol, value) in values.chain(model) {
        symbols[symbol.as_symbol().unwrap().index()] = value;
    }
    let expressions = [driven.derivatives(), vec![driven.auxiliaries[0].value]].concat();
    let found = Evaluator::new(&expressions).with_table(&drivers("u").table()).evaluate(&symbols);
    assert_eq!(found, [13.0, 15.0, 15.0]);

    assert!(drive(&drivers("uu")).unwrap_err().to_string().contains("did you mean `u`?"));
    let initial = drive(&drivers("k")).unwrap_err().to_string();
    assert!(initial.contains("the initial value of `y` depends on `k`"), "{initial}");
}
