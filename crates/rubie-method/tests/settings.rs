//! What users may set, and what they are told.

use rubie_method::{ControllerKind, Filter, SettingsError, StepSettings, Tolerance, find, methods};

fn settings() -> StepSettings {
    StepSettings::default()
}

fn refused(method: &str, settings: &StepSettings, states: usize) -> String {
    let method = find(method).expect("there");
    method.control_values(settings, states).expect_err("it is wrong").to_string()
}

#[test]
fn defaults_are_in_the_documented_order() {
    let values = find("tsit5").unwrap().control_values(&settings(), 2).unwrap();
    let head = [0.0, 0.0, f64::INFINITY, 0.9, 0.2, 10.0, 1.0, 1.0];
    assert_eq!(values[..8], head);
    // b1 = 1.2, k = 5.
    assert!((values[8] + 0.12).abs() < 1e-15 && values[9] == 0.0 && values[10] == 0.0);
    assert_eq!(values[11..], [1e-6; 4]);
    let fixed = StepSettings { dt: Some(0.5), ..settings() };
    assert_eq!(find("rk4").unwrap().control_values(&fixed, 2), Ok(vec![0.5]));
}

#[test]
fn as_many_values_as_controls() {
    let graph = rubie_expr::Graph::new();
    let system = rubie_model::System {
        graph: &graph,
        time: graph.symbol("t"),
        states: Vec::new(),
        mass: None,
        parameters: Vec::new(),
        auxiliaries: Vec::new(),
    };
    for method in methods() {
        for controller in ControllerKind::ALL {
            let settings = StepSettings { controller: Some(controller), dt: Some(0.1), ..settings() };
            let Ok(values) = method.control_values(&settings, 0) else { continue };
            let step = method.build(
                &system,
                &rubie_method::BuildOptions { controller, dense: true, ..Default::default() },
            );
            assert_eq!(values.len(), step.controls.len());
            assert_eq!(step.fixed, controller == ControllerKind::Fixed);
        }
    }
}

#[test]
fn gains_and_filters_choose_the_smallest_controller() {
    let tsit5 = find("tsit5").unwrap();
    let chosen = |settings: StepSettings| tsit5.controller(&settings).unwrap();
    assert_eq!(chosen(settings()), ControllerKind::Integral);
    assert_eq!(chosen(StepSettings { integral_gain: Some(0.5), ..settings() }), ControllerKind::Integral);
    assert_eq!(
        chosen(StepSettings { proportional_gain: Some(0.5), ..settings() }),
        ControllerKind::ProportionalIntegral
    );
    assert_eq!(chosen(StepSettings { derivative_gain: Some(0.5), ..settings() }), ControllerKind::Pid);
    assert_eq!(chosen(StepSettings { filter: Some(Filter::H312Pid), ..settings() }), ControllerKind::Pid);
    assert_eq!(find("vern7").unwrap().controller(&settings()), Ok(ControllerKind::Gustafsson));
    let fixed = StepSettings { controller: Some(ControllerKind::Fixed), dt: Some(0.1), ..settings() };
    assert_eq!(chosen(fixed), ControllerKind::Fixed);
}

#[test]
fn messages_say_what_would_be_right() {
    let cases: [(&str, StepSettings, &str); 14] = [
        (
            "tsit5",
            StepSettings { atol: Tolerance::from(-1.0), ..settings() },
            "`atol` is -1: it must be at least 0",
        ),
        (
            "tsit5",
            StepSettings { rtol: f64::NAN.into(), ..settings() },
            "`rtol` is NaN: it must be at least 0",
        ),
        (
            "tsit5",
            StepSettings { rtol: vec![1e-3; 3].into(), ..settings() },
            "`rtol` has 3 values for 2 states: give one value for all or one for each state",
        ),
        (
            "tsit5",
            StepSettings { rtol: 0.0.into(), atol: vec![1e-3, 0.0].into(), ..settings() },
            "`atol` and `rtol` are both 0 for state number 2: at least one must be positive",
        ),
        ("tsit5", StepSettings { dt: Some(0.0), ..settings() }, "`dt` is 0: it must be a positive number"),
        ("tsit5", StepSettings { dt_min: -1.0, ..settings() }, "`dt_min` is -1: it must be at least 0"),
        (
            "tsit5",
            StepSettings { dt_min: 1.0, dt_max: Some(0.5), ..settings() },
            "`dt_max` is 0.5, below `dt_min` = 1: it must be at least `dt_min`",
        ),
        (
            "tsit5",
            StepSettings { dt: Some(2.0), dt_max: Some(0.5), ..settings() },
            "`dt` is 2: it must lie between `dt_min` = 0 and `dt_max` = 0.5",
        ),
        ("tsit5", StepSettings { safety: Some(1.5), ..settings() }, "`safety` is 1.5: it must be in (0, 1]"),
        (
            "tsit5",
            StepSettings { min_step_shrink: Some(1.0), ..settings() },
            "`min_step_shrink` is 1: it must be in [0, 0.95]",
        ),
        (
            "rk4",
            settings(),
            "`classical-rk4` with a fixed step needs `dt`: give the step size, for example dt = 0.01",
        ),
        (
            "rk4",
            StepSettings { controller: Some(ControllerKind::ProportionalIntegral), ..settings() },
            "`classical-rk4` has no error estimate, so step controller `pi` cannot adapt its step: use `fixed` with a `dt`, \
             or a method with an error estimate such as `tsit5`",
        ),
        (
            "tsit5",
            StepSettings {
                controller: Some(ControllerKind::Integral),
                proportional_gain: Some(0.1),
                ..settings()
            },
            "`proportional_gain` has no place in step controller `i`: use `pi`, or leave out one of both",
        ),
        (
            "tsit5",
            StepSettings { filter: Some(Filter::Pi42), integral_gain: Some(0.1), ..settings() },
            "`filter` sets all gains, but `integral_gain` is given too: leave out one of both",
        ),
    ];
    for (method, settings, message) in cases {
        assert_eq!(refused(method, &settings, 2), message);
    }
}

#[test]
fn ranges_end_where_they_should() {
    let tsit5 = find("tsit5").unwrap();
    let fine = StepSettings {
        safety: Some(1.0),
        min_step_shrink: Some(0.0),
        max_step_growth: Some(1.0),
        deadband_min: 0.0,
        dt_min: 0.5,
        dt: Some(0.5),
        dt_max: Some(0.5),
        ..settings()
    };
    assert!(tsit5.control_values(&fine, 1).is_ok());
    for wrong in [
        StepSettings { max_step_growth: Some(0.99), ..settings() },
        StepSettings { deadband_min: 1.01, ..settings() },
        StepSettings { deadband_max: 0.99, ..settings() },
        StepSettings { dt: Some(f64::INFINITY), ..settings() },
        StepSettings { derivative_gain: Some(f64::NAN), ..settings() },
        StepSettings { atol: f64::INFINITY.into(), ..settings() },
    ] {
        assert!(
            matches!(tsit5.control_values(&wrong, 1), Err(SettingsError::OutOfRange { .. })),
            "{wrong:?}"
        );
    }
    // A vanishing absolute tolerance counts as 1e-37.
    let exact = StepSettings { atol: 0.0.into(), ..settings() };
    assert_eq!(tsit5.control_values(&exact, 1).unwrap()[11], 1e-37);
}

#[test]
fn names_are_read_in_any_case() {
    assert_eq!("PI".parse(), Ok(ControllerKind::ProportionalIntegral));
    assert_eq!("H211PI".parse(), Ok(Filter::H211Pi));
    let error = "gustavson".parse::<ControllerKind>().unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown step controller `gustavson`, did you mean `gustafsson`? (known: fixed, i, pi, pid, gustafsson)"
    );
}
