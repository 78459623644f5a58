//! How long it takes from text to system: `cargo run --release -p rubie-model --example reading_speed`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use rubie_expr::Graph;
use rubie_model::Model;

/// A chain of coupled oscillators with a saturating force: `count` states and `count` auxiliaries.
fn chain(count: usize) -> String {
    let mut text = "param k = 2, d = 0.1\nsat(u) = u/sqrt(1 + u^2)\n".to_owned();
    for i in 0..count {
        let next = (i + 1) % count;
        text.push_str(&format!(
            "state x{i} = {i}\nforce{i} = k*sat(x{next} - x{i}) + sin(t)*exp(-d*x{i}^2)\n\
             x{i}' = force{i} - d*x{i}*if(x{i} > 1, x{next}, 0)\n"
        ));
    }
    text
}

fn measure(what: &str, text: &str) {
    let best = |work: &dyn Fn() -> usize| {
        let times = (0..5).map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        });
        times.min().unwrap()
    };
    let model = Model::parse(what, text).unwrap();
    let parse = best(&|| Model::parse(what, text).unwrap().quantities().len());
    let system = best(&|| model.system(&Graph::new()).states.len());
    let graph = Graph::new();
    model.system(&graph);
    println!("{what}: {} bytes, parse {parse:?}, system {system:?}, {} nodes", text.len(), graph.len());
}

fn main() {
    measure("1,000 equations", &chain(500));
    measure("20,000 equations", &chain(10_000));
    let long = format!("state x = 1\nx' = x{}", " + x*2".repeat(1_700_000));
    measure("one line of 10 MB", &long);
    let deep = format!("state x = 1\nx' = {}x{}", "(".repeat(1_000_000), ")".repeat(1_000_000));
    measure("a million parentheses", &deep);
}
