//! Precedence and meaning against values worked out by hand.

use rubie_expr::{Graph, evaluate};
use rubie_model::{Model, Role};

/// The value of an expression where t = 10, x = 3, y = 5, k = 2.
fn value(expression: &str) -> f64 {
    let text = format!(
        "state x = 3, y = 5; param k = 2; half(u) = u/2; f(u, v) = u - half(v)\n\
         x' = {expression}\n y' = k*x + 1"
    );
    let model = Model::parse("value", &text).expect("a model");
    let graph = Graph::new();
    let system = model.system(&graph);
    evaluate(&[system.states[0].derivative], &[10.0, 3.0, 5.0, 2.0])[0]
}

#[test]
fn operators_bind_as_in_mathematics() {
    for (expression, expected) in [
        ("1 + 2*3", 7.0),
        ("(1 + 2)*3", 9.0),
        ("1 - 2 - 3", -4.0),
        ("8/4/2", 1.0),
        ("2/3*6", 4.0),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("(2^3)^2", 64.0),
        ("-x^2", -9.0),
        ("(-x)^2", 9.0),
        ("2^-k", 0.25),
        ("2^-k^2", 0.0625),
        ("2^-k*8", 2.0),
        ("-x*y", -15.0),
        ("x*-y", -15.0),
        ("x - -y", 8.0),
        ("--x", 3.0),
        ("+x", 3.0),
        ("x^k*y", 45.0),
        ("6/2*(1 + 2)", 9.0),
        ("x + \\\n y", 8.0),
        ("(x\n + y)", 8.0),
        ("x +\n # the rest\n y", 8.0),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn truth_values_and_numbers_stand_for_each_other() {
    for (expression, expected) in [
        ("x < y", 1.0),
        ("x > y", 0.0),
        ("(x < y) + (y > x)", 2.0),
        ("1 < x < y", 1.0),
        ("1 < x > 2 == 2", 1.0),
        ("5 > x > 4", 0.0),
        ("3 == x == 3", 1.0),
        ("3 == x == 1", 0.0),
        ("(3 == x) == 1", 1.0),
        ("x != 3 or y == 5", 1.0),
        ("x != 3 || y != 5", 0.0),
        ("not x < y", 0.0),
        ("!x == 0", 1.0),
        ("not 0 and 0", 0.0),
        ("1 or 0 and 0", 1.0),
        ("x && y", 1.0),
        ("x and not y", 0.0),
        ("true + true", 2.0),
        ("if(x, 7, 8)", 7.0),
        ("if(x - 3, 7, 8)", 8.0),
        ("if(x < y and k == 2, 1, 2) + 10", 11.0),
        ("piecewise(1, x > 3, 2, x > 2, 3)", 2.0),
        ("piecewise(1, x > 3, 3)", 3.0),
        ("if(x < y, x < y, 5) * 3", 3.0),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn functions_and_names() {
    for (expression, expected) in [
        ("f(x, y)", 0.5),
        ("f(f(x, y), half(x))", -0.25),
        ("min(y, x, k)", 2.0),
        ("max(y, x, k)", 5.0),
        ("mod(-1, 3)", 2.0),
        ("mod(1, -3)", -2.0),
        ("pow(k, 3)", 8.0),
        ("ln(exp(2))", 2.0),
        ("log10(1_000)", 3.0),
        ("log2(8)", 3.0),
        ("atan2(0, -1)", std::f64::consts::PI),
        ("cos(pi)", -1.0),
        ("sign(-x) + abs(-x)", 2.0),
        ("floor(2.7) + ceil(2.2)", 5.0),
        ("cbrt(27)", 3.0),
        ("erf(0)", 0.0),
        ("t", 10.0),
        ("y'", 7.0),
        ("dy", 7.0),
        ("dy/dt", 7.0),
        ("2^dy/dt", 128.0),
        (".5 + 1. + 1e-1 + 1.5e+1", 16.6),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn the_three_spellings_of_a_derivative_agree() {
    for spelling in ["x' = -x", "dx = -x", "dx/dt = -x", "dx / dt = -x"] {
        let model = Model::parse("m", &format!("x(0) = 1\n{spelling}")).unwrap();
        let graph = Graph::new();
        let system = model.system(&graph);
        assert_eq!(system.states[0].derivative, -system.states[0].symbol, "{spelling}");
    }
}

#[test]
fn a_name_with_d_in_front_can_be_a_name() {
    let text = "state x = 1; param dx = 4, dt = 2\nx' = dx + 3*dx/dt";
    let model = Model::parse("m", "state x = 1; param dy = 4, dt = 2\nx' = -x + dy/dt").unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    assert_eq!(evaluate(&system.derivatives(), &[0.0, 1.0, 4.0, 2.0]), [1.0]);
    // dx/dt stands for the derivative wherever x is a state, so this one needs itself.
    assert!(Model::parse("m", text).unwrap_err().to_string().contains("x' -> x'"));
}

#[test]
fn a_system_has_everything_in_declared_order() {
    let text = "# Falling.\n# With drag.\n\n\
        state h = h0 [m], v = 0 [m/s]\nparam h0 = 3*g [m], drag = 0.1\nconst g = 9.81 [m/s^2]\n\
        observe energy = g*h + v^2/2 [J/kg]\nfast = v < -1\nforce = -g - drag*v*fast\n\
        observe force\nh' = v\nv' = force";
    let model = Model::parse("models/fall.model", text).unwrap();
    assert_eq!(model.name(), "fall");
    assert_eq!(model.description(), "Falling.\nWith drag.");
    let roles: Vec<(&str, Role)> =
        model.quantities().iter().map(|quantity| (quantity.name.as_str(), quantity.role)).collect();
    assert_eq!(
        roles[..5],
        [
            ("h", Role::State),
            ("v", Role::State),
            ("h0", Role::Parameter),
            ("drag", Role::Parameter),
            ("g", Role::Constant),
        ]
    );
    assert_eq!(
        roles[5..],
        [("energy", Role::Observable), ("fast", Role::Auxiliary), ("force", Role::Observable),]
    );
    let graph = Graph::new();
    let system = model.system(&graph);
    assert_eq!(system.states[1].unit.as_deref(), Some("m/s"));
    assert_eq!(system.parameters[0].default, 3.0 * 9.81);
    assert_eq!(system.states[0].initial, system.parameters[0].symbol);
    let values: Vec<_> = system.auxiliaries.iter().map(|auxiliary| auxiliary.value).collect();
    let at = evaluate(&values, &[0.0, 2.0, -3.0, 1.0, 0.1]);
    assert_eq!(at, [9.81 * 2.0 + 4.5, 1.0, -9.81 + 0.1 * 3.0]);
    assert_eq!(system.jacobian().pattern(), [(0, 1), (1, 1)]);
    assert_eq!(system.state_index("v"), Ok(1));
    assert_eq!(system.auxiliary_index("energi").unwrap_err().nearest.as_deref(), Some("energy"));
}

#[test]
fn derivatives_at_another_place() {
    let text = "state x = 1, y = 2; param k = 3\nx' = -k*y*t\ny' = x - y; observe s = x + y + t";
    let model = Model::parse("m", text).unwrap();
    let graph = Graph::new();
    let system = model.system(&graph);
    let (t, x, y) = (system.time, system.states[0].symbol, system.states[1].symbol);
    // Both states at once: x becomes y and y becomes x.
    let swapped = system.derivatives_at(t + 1.0, &[y, x]);
    assert_eq!(evaluate(&swapped, &[1.0, 5.0, 7.0, 3.0]), [-30.0, 2.0]);
    let sum = system.auxiliaries_at(2.0 * t, &[x * 2.0, y]);
    assert_eq!(evaluate(&sum, &[1.0, 5.0, 7.0, 3.0]), [19.0]);
    assert_eq!(evaluate(&system.time_derivatives(), &[1.0, 5.0, 7.0, 3.0]), [-21.0, 0.0]);
}

#[test]
fn a_built_model_is_that_of_the_text() {
    let built = Model::builder("m")
        .state_with_unit("x", -1.5, "mV")
        .parameter("k", 1e-300)
        .constant("c", 3.0)
        .equation("x' = -k*x + c*q")
        .equation("q = x^2")
        .observe("q")
        .build()
        .unwrap();
    let graph = Graph::new();
    let system = built.system(&graph);
    assert_eq!(system.states[0].initial.as_constant(), Some(-1.5));
    assert_eq!(system.states[0].unit.as_deref(), Some("mV"));
    assert_eq!(system.parameters[0].default, 1e-300);
    assert!(system.auxiliaries[0].observed);
    let wrong = Model::builder("m").state("x", f64::NAN).equation("x' = y").build().unwrap_err();
    assert_eq!(wrong.len(), 2);
}

#[test]
fn names_are_unicode_and_line_ends_are_of_all_kinds() {
    let text = "\u{feff}# étude\r\nstate größe = 1 [µm]\r\nparam τ = 2, x₁ = 3\rgröße' = -größe/τ*x_\nx_ = τ";
    let text = text.replace("x₁", "x_1").replace("x_\n", "x_1\n").replace("x_ =", "μ_2 =");
    let model = Model::parse("m", &text).unwrap();
    assert_eq!(model.description(), "étude");
    let names: Vec<&str> = model.quantities().iter().map(|q| q.name.as_str()).collect();
    assert_eq!(names, ["größe", "τ", "x_1", "μ_2"]);
    assert_eq!(model.quantities()[0].unit.as_deref(), Some("µm"));
}

#[test]
fn bytes_that_are_no_text_are_explained() {
    let latin = b"state x = 1\n# caf\xe9\nx' = -x";
    let report = Model::parse_bytes("m.model", latin).unwrap_err();
    assert_eq!((report.iter().next().unwrap().line(), report.iter().next().unwrap().column()), (2, 6));
    assert!(report.to_string().contains("the byte 0xE9"), "{report}");
    let binary = Model::parse_bytes("m", b"\x7fELF\x02\x01\0\0\xff").unwrap_err();
    assert!(binary.to_string().contains("binary"), "{binary}");
    let utf16 = Model::parse_bytes("m", b"\xff\xfes\0t\0").unwrap_err();
    assert!(utf16.to_string().contains("UTF-16"), "{utf16}");
    assert!(Model::parse_bytes("m", b"state x = 1\nx' = -x").is_ok());
}

#[test]
fn programs_can_walk_the_mistakes() {
    let mistakes = Model::parse("m", "state x = 1\nx' = -bta*x\nparam beta = 1").unwrap_err();
    let mistake = mistakes.iter().next().unwrap();
    assert_eq!(mistake.kind().code(), "unknown-name");
    assert_eq!((mistake.line(), mistake.column()), (2, 7));
    assert_eq!(mistake.labels()[0].span.range(), 18..21);
    assert!(mistakes.render(true).contains("\u{1b}["));
    assert!(!mistakes.render(false).contains('\u{1b}'));
}
