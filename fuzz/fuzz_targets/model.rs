//! Any bytes as a model: read, reported or written into a graph, never a panic.
//!
//! Run with `cargo +nightly fuzz run model` in the root of the repository. New finds worth keeping
//! go to `corpus/model`, which the ordinary tests of `rubie-model` read too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rubie_expr::Graph;
use rubie_model::Model;

fuzz_target!(|bytes: &[u8]| {
    match Model::parse_bytes("fuzz.model", bytes) {
        Ok(model) => {
            let graph = Graph::new();
            let system = model.system(&graph);
            let _ = rubie_expr::evaluate(&system.derivatives(), &[]);
            let _ = system.jacobian();
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            let _ = mistakes.render(true);
        }
    }
});
