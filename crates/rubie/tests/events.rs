//! Models with events are refused as long as events are not carried out.
#![allow(clippy::unwrap_used)]

use rubie::prelude::*;

#[test]
fn an_event_is_never_ignored() {
    let model = Model::parse("m", "state x = 1\nx' = -x\nwhen x < 0.5: x = 1").unwrap();
    let error = Solver::new(&model, &SolveOptions::default()).map(drop).unwrap_err().to_string();
    assert!(error.contains("an event in line 3"), "{error}");
}
