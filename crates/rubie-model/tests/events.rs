//! Events of the model language: what is read, and over which lines.
#![allow(clippy::unwrap_used)]

use rubie_expr::{Graph, evaluate};
use rubie_model::{Model, Trigger};

/// One line for each event.
fn described(text: &str) -> Vec<String> {
    let model = Model::parse("events", text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let graph = Graph::new();
    let system = model.system(&graph);
    let events = model.events(&system);
    assert_eq!(model.has_events(), !events.is_empty());
    let one = |event: &rubie_model::Event<'_>| {
        let part = |word: &str, value: Option<rubie_expr::Expr<'_>>| {
            value.map_or(String::new(), |value| format!(" {word} {value}"))
        };
        let mut line = match event.trigger {
            Trigger::Rises(function) => format!("{}: when {function} rises", event.line),
            Trigger::Listed { .. } => unreachable!("no model says so"),
            Trigger::Times { first, every, until } => {
                format!("{}: at {first}{}{}", event.line, part("every", every), part("until", until))
            }
        };
        for change in &event.changes {
            line += &format!(", {} = {}", system.states[change.state].name, change.value);
        }
        if event.stops { line + ", stop" } else { line }
    };
    events.iter().map(one).collect()
}

const TWO: &str = "state x = 1, n = 0\nparam p = 2, k = 3\nx' = -k*x\nn' = p\n";

#[test]
fn conditions_become_functions_that_rise() {
    let one = |condition: &str| {
        let found = described(&format!("{TWO}when {condition}: x = 0"));
        found[0].strip_prefix("5: when ").unwrap().strip_suffix(" rises, x = 0").unwrap().to_owned()
    };
    assert_eq!(one("x > 1"), "x - 1");
    assert_eq!(one("x <= k*n"), "n*k - x");
    assert_eq!(one("(x >= 1 and not (n > t))"), "min(x - 1, t - n)");
    assert_eq!(one("1 < x < 2 or n > 0"), "max(min(x - 1, 2 - x), n)");
}

#[test]
fn conditions_may_be_named() {
    let text = format!("{TWO}high = x > 2\nabove(a, b) = a > b\nwhen high and above(n, 1): stop");
    assert_eq!(described(&text), ["7: when min(x - 2, n - 1) rises, stop"]);
}

#[test]
fn times_are_single_or_repeated() {
    let text = format!(
        "{TWO}at t = 24: x = x + 1\nat p every 12: x = x + k\nat t = 0 every k/2 until 10*k: n = 0, x = n\nat 5 until p: stop"
    );
    let expected = [
        "5: at 24, x = x + 1",
        "6: at p every 12, x = x + k",
        "7: at 0 every k/2 until 10*k, n = 0, x = n",
        "8: at 5 until p, stop",
    ];
    let found = described(&text);
    assert_eq!(found.len(), 4);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.replace("0.5*k", "k/2").replace("k*0.5", "k/2").replace("k*10", "10*k"), expected);
    }
}

#[test]
fn an_event_goes_on_behind_colons_and_commas() {
    let text = "state x = 1, n = 0
when x > 1:
    x = 0,
    n = n + 1   # counted
x' = 1
when x > max(1,
             2): n = (n
                      + 1)
n' = 0";
    assert_eq!(described(text), ["2: when x - 1 rises, x = 0, n = n + 1", "6: when x - 2 rises, n = n + 1"]);
}

#[test]
fn a_forgotten_action_leaves_the_next_equation_alone() {
    let mistakes = Model::parse("m", "state x = 1\nwhen x > 1:\nx' = 1").unwrap_err();
    assert_eq!(mistakes.iter().count(), 1, "{mistakes}");
    assert!(mistakes.to_string().contains("the event does nothing"), "{mistakes}");
}

#[test]
fn words_of_events_are_names_elsewhere() {
    let text =
        "state at = 1\nparam when = 2, every = 3, until = 4, stop = 5\nat' = when*at + every - until*stop";
    assert_eq!(described(text), Vec::<String>::new());
    let text = "state x = 1\nparam when = 2\nat = 2*x\nx' = at*when\nwhen x > at: x = when";
    assert_eq!(described(text), ["5: when x - 2*x rises, x = when"]);
}

#[test]
fn values_use_auxiliaries_derivatives_and_time() {
    let text = "state x = 1, y = 2\nparam k = 3\na = k*x\nx' = a + y\ny' = 0\nwhen a > 2: y = x' + a*t";
    let model = Model::parse("m", text).unwrap();
    assert!(model.warnings().is_empty());
    let graph = Graph::new();
    let system = model.system(&graph);
    let events = model.events(&system);
    // t, x, y, k
    assert_eq!(evaluate(&[events[0].changes[0].value], &[5.0, 1.0, 2.0, 3.0]), [20.0]);
}

#[test]
fn a_parameter_of_an_event_is_used() {
    let text = "state x = 1\nparam dose = 2, start = 0\nx' = -x\nat t = start every 24: x = x + dose";
    assert!(Model::parse("m", text).unwrap().warnings().is_empty());
}
